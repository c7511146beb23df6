import type { Store } from '@switchboard/core'
import { type ContractCase, storeContract } from '@switchboard/core/contracts'
import { memoryStore } from './index.js'

/** A store broken on purpose, and the sentences of the contract that have to notice it. */
export interface Defect {
  readonly name: string
  readonly spoil: (store: Store) => Partial<Store>
  readonly noticedBy: readonly string[]
}

/** Stands for the random stories: one of them has to notice. */
export const randomStories = 'random: a story'

function brokenContract(defect: Defect, seed: number) {
  return storeContract(
    async () => {
      let now = 1_750_000_000_000
      const store = memoryStore({ clock: { now: () => now } })
      return {
        store: { ...store, ...defect.spoil(store) },
        advance: async ms => {
          now += ms
        },
        close: () => store.close(),
      }
    },
    { seed },
  )
}

function fails(test: ContractCase | undefined): Promise<boolean> {
  if (!test) throw new Error('The contract has no such case: correct its name here.')
  return test.run().then(
    () => false,
    () => true,
  )
}

async function storyNotices(defect: Defect): Promise<boolean> {
  for (let seed = 1; seed <= 30; seed += 3) {
    for (const test of brokenContract(defect, seed)) {
      if (test.name.includes('random story') && (await fails(test))) return true
    }
  }
  return false
}

/** The sentences that should have noticed the defect and did not. */
export async function sentencesThatMiss(defect: Defect): Promise<readonly string[]> {
  const cases = new Map(brokenContract(defect, 1).map(test => [test.name, test]))
  const missed = []
  for (const name of defect.noticedBy) {
    const noticed = name === randomStories ? storyNotices(defect) : fails(cases.get(name))
    if (!(await noticed)) missed.push(name)
  }
  return missed
}
