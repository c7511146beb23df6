export type { RedisClient } from './client.js'
export { type RedisRateLimiterOptions, redisRateLimiter } from './rate-limiter.js'
