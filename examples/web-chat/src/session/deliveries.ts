import type { Sending } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import type { MessageFacts } from '@sestina/message-index';
import { StreamManagement } from '@sestina/xep-0198';
import { DisplayedSync } from '@sestina/xep-0490';
import { reasonOf } from '../reason.js';
import type { Conversation } from '../store/conversation.js';
import type { Parts } from './parts.js';
import '@sestina/xep-0184';
import '@sestina/xep-0333';

/** How far our messages have come, and how far those of others were shown here. */
export class Deliveries {
  readonly #parts: Parts;
  readonly #management: StreamManagement;
  readonly #sync: DisplayedSync;
  /** By the id of the stanza, the lines that we have said last. */
  readonly #said = new LruMap<string, { readonly conversation: Conversation; readonly key: string }>({
    maxEntries: 2_000,
  });

  constructor(parts: Parts) {
    const { xmpp, changed } = parts;
    this.#parts = parts;
    this.#management = xmpp.plugin(StreamManagement);
    this.#sync = xmpp.plugin(DisplayedSync);
    xmpp.on('receiptReceived', ({ facts }) => {
      if (facts) this.#conversationOf(facts)?.delivered(facts.key, 'received');
      changed();
    });
    xmpp.on('displayedReceived', ({ facts, kind }) => {
      const conversation = this.#conversationOf(facts);
      if (kind === 'displayed') conversation?.displayedUpTo(facts.key);
      else conversation?.delivered(facts.key, 'received');
      changed();
    });
    // Markers tell it of what was said in chats, the account of all, rooms included.
    xmpp.on('displayedElsewhere', ({ facts }) => this.#readElsewhere(facts));
    xmpp.on('displayedSynced', ({ facts, own }) => {
      if (facts && !own) this.#readElsewhere(facts);
    });
    xmpp.on('messageError', ({ id, from, error }) => {
      const said = this.#said.get(id ?? '');
      // Nobody else can say that something did not arrive.
      if (!said || (said.conversation.jid !== from?.full && said.conversation.jid !== from?.bare.full)) return;
      said.conversation.change(said.key, { state: 'failed', reason: error ? reasonOf(error) : '' });
      changed();
    });
    // Whether the server has these nobody knows. They keep their ids, so that who has one already can tell.
    xmpp.on('smUnknown', ({ sendings }) => {
      for (const unsent of sendings) {
        const said = this.#said.get(unsent.element.attribute('id') ?? '');
        if (unsent.element.name !== 'message') unsent.discard();
        else if (said) this.follow(unsent.resend(), said.conversation, said.key);
        else unsent.resend();
      }
    });
  }

  /** Shows what becomes of a message of ours. */
  follow(sending: Sending, conversation: Conversation, key: string): void {
    const { changed } = this.#parts;
    this.#said.set(sending.element.attribute('id') ?? '', { conversation, key });
    const look = (): void => {
      const { state, error } = sending;
      if (state === 'acked' || (state === 'written' && !this.#management.enabled)) {
        conversation.delivered(key, 'sent');
      } else if (state === 'failed') {
        conversation.change(key, { state: 'failed', reason: error ? reasonOf(error) : '' });
      }
      changed();
    };
    sending.onState(look);
    look();
  }

  /** Tells who may know it, and our other devices, that all of a conversation was shown here. */
  seen({ lines }: Conversation): void {
    const last = [...lines].reverse().find(({ mine }) => !mine);
    const original = last && this.#parts.originals.get(last.key);
    if (original) this.#sync.displayed(original.message.context.peer, original.message);
  }

  #readElsewhere(facts: MessageFacts): void {
    const conversation = this.#conversationOf(facts);
    conversation?.readUpTo(conversation.get(facts.key)?.at ?? facts.sentAt);
    this.#parts.changed();
  }

  #conversationOf({ peer, kind }: MessageFacts): Conversation | undefined {
    return this.#parts.conversations.find(kind === 'private' ? peer.full : peer.bare.full);
  }
}
