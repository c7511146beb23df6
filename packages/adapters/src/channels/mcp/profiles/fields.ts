import type { McpChatFields, McpMessageFields } from './profile.js'

/** Names that public servers use. A profile names its own only where these would mislead. */
export const chatFields: McpChatFields = {
  id: ['id', 'id._serialized', 'chat_id', 'chatId', 'jid', 'chat_jid'],
  name: ['name', 'title', 'subject'],
  time: [
    'last_message_time',
    'last_message_timestamp',
    'lastMessageTime',
    'last_message.timestamp',
    'lastMessage.timestamp',
    'last_activity',
    'conversationTimestamp',
    'timestamp',
    'updated_at',
  ],
}

export const messageFields: McpMessageFields = {
  id: ['id', 'id._serialized', 'message_id', 'messageId', 'key.id'],
  fromMe: ['from_me', 'is_from_me', 'fromMe', 'isFromMe', 'key.fromMe', 'id.fromMe'],
  time: ['timestamp', 'messageTimestamp', 'time', 'date', 'sent_at', 'created_at'],
  text: ['text', 'text.body', 'body', 'content', 'message', 'caption', 'link_preview.body'],
  sender: ['sender_jid', 'participant', 'author', 'key.participant', 'sender', 'from'],
  senderPhone: ['sender_phone', 'senderPhone'],
  senderName: [
    'sender_name',
    'senderName',
    'from_name',
    'pushName',
    'push_name',
    'notifyName',
    '_data.notifyName',
  ],
  quotedId: ['quoted_message_id', 'quotedMessageId', 'reply_to', 'replyTo.id', 'context.quoted_id'],
  type: ['media_type', 'mediaType', 'type'],
  mediaUrl: [
    'media_url',
    'mediaUrl',
    'media.url',
    'image.link',
    'video.link',
    'document.link',
    'audio.link',
    'voice.link',
  ],
  mimeType: ['mime_type', 'mimetype', 'mimeType', 'media.mimetype'],
  filename: ['filename', 'file_name', 'fileName', 'media.filename'],
  reactionTo: ['reaction_to_message_id', 'reactionToMessageId', 'reaction.message_id', 'action.target'],
  reaction: ['reaction_emoji', 'reaction.text', 'reaction.emoji', 'action.emoji'],
}

/** Names of an answer's id. */
export const sentId = [
  'message_id',
  'messageId',
  'id',
  'id._serialized',
  'key.id',
  'message.id',
  'message.key.id',
  'data.id',
  'data.message_id',
]
