/** Puts those items that have a rank into its order, in the places that they take among the others. */
export function reorder<Item>(items: Item[], rankOf: (item: Item) => number): void {
  const places = [...items.keys()].filter(place => rankOf(items[place] as Item) >= 0)
  const sorted = places.map(place => items[place] as Item).sort((a, b) => rankOf(a) - rankOf(b))
  for (const [index, place] of places.entries()) items[place] = sorted[index] as Item
}
