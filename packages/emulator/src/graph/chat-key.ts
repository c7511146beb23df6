import { chatKey } from '../jid-chats.js'
import type { Settings } from '../settings.js'

/**
 * Key of the chat that a person or group has with one of the business's numbers. With the first it is their own key; with the
 * others, as with every other account, the account's id follows.
 */
export function metaChatKey({ numbers }: Settings, phoneNumberId: string, personOrGroup: string): string {
  const [first, ...others] = numbers
  return phoneNumberId !== first.phoneNumberId && others.some(each => each.phoneNumberId === phoneNumberId)
    ? chatKey({ id: phoneNumberId }, personOrGroup)
    : personOrGroup
}
