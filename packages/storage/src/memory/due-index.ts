interface Entry<Item> {
  readonly item: Item
  readonly time: number
  /** Keeps items of the same time in the order in which they came. */
  readonly sequence: number
}

/** Items by time, each at most once: an indexed binary heap, so that nothing that is not yet due is ever looked at. */
export interface DueIndex<Item> {
  /** Adds the item or moves it to another time. */
  set(item: Item, time: number): void
  delete(item: Item): void
  first(): { readonly item: Item; readonly time: number } | undefined
  /** The first `limit` items whose time is at most `time`. They stay. */
  until(time: number, limit: number): readonly { readonly item: Item; readonly time: number }[]
}

export function createDueIndex<Item>(): DueIndex<Item> {
  const heap: Entry<Item>[] = []
  const places = new Map<Item, number>()
  let sequence = 0

  function isBefore(a: Entry<Item>, b: Entry<Item>): boolean {
    return a.time < b.time || (a.time === b.time && a.sequence < b.sequence)
  }

  function put(entry: Entry<Item>, place: number): void {
    heap[place] = entry
    places.set(entry.item, place)
  }

  function rise(entry: Entry<Item>, from: number): void {
    let place = from
    while (place > 0) {
      const parent = heap[(place - 1) >> 1]
      if (!parent || !isBefore(entry, parent)) break
      put(parent, place)
      place = (place - 1) >> 1
    }
    put(entry, place)
  }

  function sink(entry: Entry<Item>, from: number): void {
    let place = from
    for (;;) {
      const left = heap[2 * place + 1]
      const right = heap[2 * place + 2]
      const child = left && right && isBefore(right, left) ? right : left
      if (!child || !isBefore(child, entry)) break
      put(child, place)
      place = 2 * place + (child === right ? 2 : 1)
    }
    put(entry, place)
  }

  function add(entry: Entry<Item>): void {
    rise(entry, heap.length)
  }

  function remove(item: Item): void {
    const place = places.get(item)
    if (place === undefined) return
    places.delete(item)
    const last = heap.pop()
    if (!last || last.item === item) return
    const parent = place > 0 ? heap[(place - 1) >> 1] : undefined
    if (parent && isBefore(last, parent)) rise(last, place)
    else sink(last, place)
  }

  return {
    set(item, time) {
      const place = places.get(item)
      if (place !== undefined) {
        if (heap[place]?.time === time) return
        remove(item)
      }
      sequence += 1
      add({ item, time, sequence })
    },
    delete: remove,
    first: () => heap[0],
    until(time, limit) {
      const found: Entry<Item>[] = []
      while (found.length < limit) {
        const first = heap[0]
        if (!first || first.time > time) break
        remove(first.item)
        found.push(first)
      }
      for (const entry of found) add(entry)
      return found
    },
  }
}
