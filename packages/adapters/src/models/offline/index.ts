export { offline } from './offline.js'
