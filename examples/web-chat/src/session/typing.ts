import { ChatStates } from '@sestina/xep-0085';
import type { Conversation } from '../store/conversation.js';
import type { Parts } from './parts.js';

/** Who is typing where; and tells others what we do. */
export class Typing {
  readonly #states: ChatStates;

  constructor({ xmpp, conversations, people, changed }: Parts) {
    this.#states = xmpp.plugin(ChatStates);
    xmpp.on('chatStateChanged', ({ peer, way }) => {
      const conversation = conversations.find(peer.full) ?? conversations.find(peer.bare.full);
      if (!conversation || way === 'out') return;
      const composing = this.#states.of(peer).filter(({ state }) => state === 'composing');
      conversation.typing = composing.map(({ author }) => people.nameOf(conversation, author));
      changed();
    });
  }

  /** To be called at each keystroke. */
  typed({ jid }: Conversation): void {
    this.#states.typed(jid);
  }

  entered(jid: string): void {
    this.#states.focus(jid);
  }

  left(jid: string): void {
    this.#states.blur(jid);
  }
}
