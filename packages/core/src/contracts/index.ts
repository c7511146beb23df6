export { ContractFailure } from './assert.js'
export type { ContractCase } from './contract-case.js'
export { storeContract } from './store/index.js'
export type { StoreHarness } from './store/scene.js'
