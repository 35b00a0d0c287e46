/** XEP-0444: Message Reactions, version 0.2.1. */
export { isEmoji } from './emoji.js';
export {
  MessageReactions,
  MessageReactionsOptions,
  type ReactionRestrictions,
  type ReactionsChanged,
  type ReactOptions,
} from './message-reactions.js';
export { NS_REACTIONS, Reactions } from './stanza.js';
