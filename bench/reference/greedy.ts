/** Writes many messages at once, all or none. */
export type Write<Item> = (items: readonly Item[]) => Promise<void>

/**
 * Group commit by hand: no timer, what waited while the last write was in flight goes next. Items of one key share a slot,
 * so they keep their order and two writes never lock the same rows.
 */
export function greedy<Item>(
  write: Write<Item>,
  slotCount: number,
  keyOf: (item: Item) => string,
): Write<Item> {
  const slots = Array.from({ length: slotCount }, () => createSlot(write))
  return items =>
    Promise.all(items.map(item => slots[hash(keyOf(item)) % slotCount]?.(item))).then(() => undefined)
}

const maxBatch = 128

function createSlot<Item>(write: Write<Item>): (item: Item) => Promise<void> {
  const waiting: { item: Item; resolve(): void; reject(error: unknown): void }[] = []
  let busy = false

  async function drain(): Promise<void> {
    busy = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxBatch)
      try {
        await write(batch.map(entry => entry.item))
        for (const entry of batch) entry.resolve()
      } catch (error) {
        for (const entry of batch) entry.reject(error)
      }
    }
    busy = false
  }

  return item =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!busy) void drain()
    })
}

function hash(key: string): number {
  let value = 0
  for (let index = 0; index < key.length; index++) value = (Math.imul(value, 31) + key.charCodeAt(index)) | 0
  return value >>> 0
}
