/** XEP-0461: Message Replies, version 0.2.1. */
export { MessageReplies, MessageRepliesOptions, type ReplyOptions, type ReplyTarget } from './message-replies.js';
export { NS_REPLY, Reply } from './stanza.js';
