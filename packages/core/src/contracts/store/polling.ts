import { equal } from '../assert.js'
import { channel } from './events.js'
import type { StoreTests } from './scene.js'

const leaseMs = 60_000
const one = { channel, owner: 'one', leaseMs }
const two = { channel, owner: 'two', leaseMs }

export const pollingTests: StoreTests = {
  'lets one poll a channel at a time, until the lease ends': async ({ store, advance }) => {
    equal(await store.claimPoll(one), {}, 'the first claim, without a cursor')
    equal(await store.claimPoll(two), undefined, 'a claim of another one meanwhile')
    equal(await store.claimPoll({ ...two, channel: 'other' }), {}, 'a claim of another channel')
    equal(await store.claimPoll({ ...one, leaseMs: 20 }), {}, 'a claim of the same one, which is shorter')
    await advance(50)
    equal(await store.claimPoll(two), {}, 'a claim after the end of the lease')
    equal(await store.claimPoll(one), undefined, 'a claim of the first one afterwards')
  },

  'keeps where the next poll goes on': async ({ store }) => {
    await store.claimPoll(one)
    equal(await store.savePoll({ ...one, cursor: 'first "page"' }), true, 'the holder keeps a cursor')
    equal(await store.claimPoll(one), { cursor: 'first "page"' }, 'what the next poll is told')
    equal(await store.savePoll({ ...one, cursor: 'second' }), true, 'the holder keeps the next cursor')
    equal(await store.savePoll({ ...one, leaseMs: 0 }), true, 'the holder gives the lease up')
    equal(await store.claimPoll(two), { cursor: 'second' }, 'what another one is told, at once')
  },

  'prolongs the lease with each cursor': async ({ store, advance }) => {
    await store.claimPoll({ ...one, leaseMs: 20 })
    await store.savePoll({ ...one, cursor: 'a' })
    await advance(50)
    equal(await store.claimPoll(two), undefined, 'a claim after the end of the first lease')
  },

  'keeps no cursor of somebody who has lost the lease': async ({ store, advance }) => {
    equal(await store.savePoll({ ...one, cursor: 'never claimed' }), false, 'a cursor without a claim')
    await store.claimPoll({ ...one, leaseMs: 20 })
    await advance(50)
    equal(await store.savePoll({ ...one, leaseMs: 20, cursor: 'a' }), true, 'a late cursor nobody minds')
    await advance(50)
    await store.claimPoll(two)
    equal(await store.savePoll({ ...one, cursor: 'b' }), false, 'a cursor after another one took over')
    equal(await store.claimPoll(two), { cursor: 'a' }, 'what the new holder is told')
  },

  'gives the lease to one of many who ask at the same moment': async ({ store }) => {
    const owners = Array.from({ length: 8 }, (_, index) => `owner-${index}`)
    const claims = await Promise.all(owners.map(owner => store.claimPoll({ channel, owner, leaseMs })))
    equal(claims.filter(claim => claim !== undefined).length, 1, 'claims that succeed')
  },
}
