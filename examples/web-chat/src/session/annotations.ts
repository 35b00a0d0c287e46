import { MessageReactions } from '@sestina/xep-0444';
import type { Incoming } from './incoming.js';
import type { Parts } from './parts.js';
import { reactionsOf } from './reactions.js';
import '@sestina/xep-0308';
import '@sestina/xep-0424';

/** Follows what is said of messages: corrections, reactions, retractions. The plugins see to it that only who may changes anything. */
export class Annotations {
  constructor({ xmpp, conversations, originals, people, changed, incoming }: Parts & { readonly incoming: Incoming }) {
    xmpp.on('messageCorrected', ({ message, original, verified, latest }) => {
      if (message.body === undefined) return;
      const conversation = incoming.conversationOf(message);
      if (!verified || !original) {
        // For all that is known, something that was said for itself.
        incoming.add(message);
        return;
      }
      conversation.remove(originals.factsOf(message).key);
      if (latest) conversation.change(original.key, { ...incoming.wordsOf(message), edited: true });
      changed();
    });
    xmpp.on('reactionsChanged', ({ facts, peer }) => {
      const conversation = conversations.find(facts.kind === 'private' ? peer.full : peer.bare.full);
      if (!conversation?.has(facts.key)) return;
      const reactions = reactionsOf(xmpp.plugin(MessageReactions), people, conversation, facts);
      conversation.change(facts.key, { reactions });
      changed();
    });
    xmpp.on('messageRetracted', ({ facts, verified, peer }) => {
      if (!verified || !facts) return;
      const conversation = conversations.find(facts.kind === 'private' ? peer.full : peer.bare.full);
      conversation?.change(facts.key, { text: '', files: [], reactions: new Map(), retracted: true });
      changed();
    });
  }
}
