/** Conversations with the time at which each is due, the earliest first. A conversation is in it at most once. */
export interface Wakes {
  readonly size: number
  /** Keeps the sooner time when the conversation is there already. */
  add(conversationId: string, dueAt: number): void
  has(conversationId: string): boolean
  /** When the earliest is due. */
  nextAt(): number | undefined
  /** Removes and returns the earliest if it is due by `now`. */
  take(now: number): string | undefined
}

interface Entry {
  readonly dueAt: number
  readonly conversationId: string
}

/** A binary heap. An entry whose conversation got a sooner time stays in it and is passed over when its turn comes. */
export function createWakes(): Wakes {
  const entries: Entry[] = []
  const dueAt = new Map<string, number>()

  function earliest(): Entry | undefined {
    let top = entries[0]
    while (top && dueAt.get(top.conversationId) !== top.dueAt) {
      removeTop(entries)
      top = entries[0]
    }
    return top
  }

  return {
    get size() {
      return dueAt.size
    },
    add(conversationId, at) {
      const known = dueAt.get(conversationId)
      if (known !== undefined && known <= at) return
      dueAt.set(conversationId, at)
      insert(entries, { dueAt: at, conversationId })
    },
    has: conversationId => dueAt.has(conversationId),
    nextAt: () => earliest()?.dueAt,
    take(now) {
      const top = earliest()
      if (!top || top.dueAt > now) return undefined
      removeTop(entries)
      dueAt.delete(top.conversationId)
      return top.conversationId
    },
  }
}

function insert(entries: Entry[], entry: Entry): void {
  let index = entries.push(entry) - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (at(entries, parent).dueAt <= entry.dueAt) break
    swap(entries, index, parent)
    index = parent
  }
}

function removeTop(entries: Entry[]): void {
  const last = entries.pop()
  if (!last || entries.length === 0) return
  entries[0] = last
  let index = 0
  for (;;) {
    let least = index
    for (const child of [2 * index + 1, 2 * index + 2]) {
      if (child < entries.length && at(entries, child).dueAt < at(entries, least).dueAt) least = child
    }
    if (least === index) return
    swap(entries, index, least)
    index = least
  }
}

function at(entries: readonly Entry[], index: number): Entry {
  return entries[index] as Entry
}

function swap(entries: Entry[], left: number, right: number): void {
  const entry = at(entries, left)
  entries[left] = at(entries, right)
  entries[right] = entry
}
