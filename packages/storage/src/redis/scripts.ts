/**
 * What both scripts share. A bucket is one key with two numbers, as in the core's own limiter: when the bucket would be
 * full again, and until when it is paused, in milliseconds since 1970. It lives until both are over, when it is as good as none.
 *
 * Lua's numbers are doubles, and `%.17g` writes every one of them in full (`tostring` would leave digits out). `TIME`
 * before a write is allowed since Redis 5, which replicates what a script does and not its text.
 */
const buckets = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000

local function read(key)
  local full, paused = string.match(redis.call('GET', key) or '', '^(%S+) (%S+)$')
  return { full = tonumber(full or '') or 0, paused = tonumber(paused or '') or 0 }
end

local function write(key, bucket)
  local lives = math.ceil(math.max(bucket.full, bucket.paused) - now)
  if lives > 0 then
    local value = string.format('%.17g %.17g', bucket.full, bucket.paused)
    redis.call('SET', key, value, 'PX', string.format('%.0f', math.min(lives, 1e15)))
  end
end
`

/** No place is given further ahead: what is known beyond that comes from a clock that was set back. */
export const mostAheadMs = 60_000

/**
 * Takes a place in every bucket or in none. KEYS: the buckets. ARGV: the longest wait, then burst and pace of each bucket,
 * a burst of 0 for no limit. Gives 1 or 0 for granted, and the wait.
 */
export const takeScript = `${buckets}
local known, wait = {}, 0
for index, key in ipairs(KEYS) do
  local bucket = read(key)
  known[key] = bucket
  local burst, every = tonumber(ARGV[2 * index]), tonumber(ARGV[2 * index + 1])
  local open = bucket.paused
  if burst > 0 then
    bucket.full = math.min(bucket.full, now + burst * every + ${mostAheadMs})
    open = math.max(open, bucket.full - burst * every + every)
  end
  wait = math.max(wait, open - now)
end
wait = math.ceil(wait)
if wait > tonumber(ARGV[1]) then return { 0, wait } end
for index, key in ipairs(KEYS) do
  if tonumber(ARGV[2 * index]) > 0 then
    local bucket = known[key]
    bucket.full = math.max(bucket.full, bucket.paused, now) + tonumber(ARGV[2 * index + 1])
    write(key, bucket)
  end
end
return { 1, wait }
`

/** KEYS: the bucket. ARGV: for how long. */
export const pauseScript = `${buckets}
local bucket = read(KEYS[1])
bucket.paused = math.max(bucket.paused, now + tonumber(ARGV[1]))
write(KEYS[1], bucket)
return { 1 }
`
