import { createAccountChoice } from './account-choice.js'
import { createConnectionLine } from './connection.js'
import { byId } from './dom.js'
import { createLive } from './live.js'
import { openNewPerson } from './new-person.js'
import { createPeopleList } from './people-list.js'
import { createRoom } from './room.js'
import { onRoute, openChat } from './route.js'
import { createStore } from './store.js'
import { createWorkbench } from './workbench.js'

const store = createStore()
const live = createLive(store)
const people = createPeopleList(store, openChat)
const accounts = createAccountChoice(store, openChat)
const workbench = createWorkbench(store)
createConnectionLine(store, workbench.open)
const room = createRoom(store, live)

/** The chat that is shown; null before anything is. @type {string | undefined | null} */
let shown = null

function showRoute() {
  const wanted = openChat()
  const key = wanted !== undefined && store.chats.has(wanted) ? wanted : undefined
  if (key !== shown) {
    shown = key
    document.body.dataset.view = key === undefined ? 'list' : 'chat'
    byId('welcome').hidden = key !== undefined
    accounts.follow(key)
    room.open(key)
  }
  people.show()
}

byId('new-person').addEventListener('click', () => openNewPerson(store))
document.addEventListener('keydown', event => {
  // As elsewhere: into the search from anywhere, out of a chat back to the list.
  if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
    event.preventDefault()
    location.hash = '#/'
    byId('search').focus()
  }
})
onRoute(showRoute)
// A chat that the address names may be there only now, or no more.
store.watch('chats', showRoute)
void live.start()
