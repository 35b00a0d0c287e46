import type { MessageFacts } from '@sestina/message-index';
import type { MessageReactions } from '@sestina/xep-0444';
import type { Conversation } from '../store/conversation.js';
import type { Reaction } from '../store/line.js';
import type { People } from './people.js';

/** Who reacts to a message with what, as it is shown. */
export function reactionsOf(
  plugin: MessageReactions,
  people: People,
  conversation: Conversation,
  facts: MessageFacts,
): ReadonlyMap<string, Reaction> {
  const mine = plugin.mine(facts);
  const shown = new Map<string, Reaction>();
  for (const [emoji, authors] of plugin.of(facts)) {
    shown.set(emoji, {
      mine: mine.has(emoji),
      names: authors.map(({ jid }) => people.nameOf(conversation, jid)),
    });
  }
  return shown;
}
