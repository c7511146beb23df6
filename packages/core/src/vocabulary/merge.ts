/** Two users that turned out to be one person. Both ids stay known: what was merged is found under either. */
export interface UserMerge {
  /** Who remains: the older one. */
  readonly userId: string
  /** Whose addresses and conversations went over. No user has this id any more. */
  readonly mergedUserId: string
  /** `shown`: one event carried addresses of both · `told`: the provider reported that one address is the other. */
  readonly reason: 'shown' | 'told'
  /** By the store's clock, epoch milliseconds. */
  readonly at: number
  /** Conversations of both on the same account, which became one. */
  readonly conversations: readonly MergedConversation[]
}

export interface MergedConversation {
  /** Which one remains: the older one. */
  readonly conversationId: string
  /** Which one went into it. As a target, and for its messages, this id means the one that remains. */
  readonly mergedConversationId: string
}
