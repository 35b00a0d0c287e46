import type { JID } from '../../jid/index.js';
import type { SendOptions } from '../../sending.js';
import type { Author, Message, MessageClass, MessageContext, MessageSource } from '../../stanza/message.js';

/** Who we are, as far as it decides whose a message is. */
export interface ContextSelf {
  readonly isComponent: boolean;
  readonly boundJid: JID | undefined;
  readonly requestedJid: JID;
}

/** What the context of a message asks of its connection. */
export interface ContextHost {
  readonly self: ContextSelf;
  /** What an address is claimed as, if it is. */
  claimOf(jid: JID, owner: JID): { readonly kind: 'room' | 'service' } | undefined;
}

/** Of a message, what is told beside it; each part is found out when somebody looks. */
export class StanzaContext implements MessageContext {
  readonly #host: ContextHost;
  readonly #message: Message;
  outer: Message;
  way: 'in' | 'out';
  source: MessageSource = 'stream';
  by: JID | undefined = undefined;
  sentAt: Date | undefined = undefined;
  history = false;
  options: SendOptions | undefined = undefined;
  class: MessageClass;
  #peer: JID | undefined;
  #kind: 'chat' | 'room' | 'private' | undefined;
  #author: Author | undefined;

  constructor(host: ContextHost, message: Message, way: 'in' | 'out') {
    this.#host = host;
    this.#message = message;
    this.outer = message;
    this.way = way;
    this.class = message.xml.child('body') ? 'content' : 'signal';
  }

  get peer(): JID {
    this.#peer ??= this.kind === 'private' ? this.#other : this.#other.bare;
    return this.#peer;
  }

  set peer(peer: JID) {
    this.#peer = peer;
  }

  get kind(): 'chat' | 'room' | 'private' {
    this.#kind ??= this.#findKind();
    return this.#kind;
  }

  set kind(kind: 'chat' | 'room' | 'private') {
    this.#kind = kind;
  }

  get author(): Author {
    if (!this.#author) {
      const jid = this.way === 'out' ? this.#own : this.#other;
      this.#author = { jid: this.kind === 'chat' ? jid.bare : jid };
    }
    return this.#author;
  }

  set author(author: Author) {
    this.#author = author;
  }

  #findKind(): 'chat' | 'room' | 'private' {
    if (this.#message.type === 'groupchat') return 'room';
    const other = this.#other;
    if (this.#host.claimOf(other, this.#own)?.kind !== 'room') return 'chat';
    return other.isFull ? 'private' : 'room';
  }

  /** The address of ours that it is for, or comes from. */
  get #own(): JID {
    return ownAddress(this.#host, this.#message, this.way);
  }

  /** The address at the other side. What comes without one comes from our server on behalf of our account, and goes there. */
  get #other(): JID {
    const { from, to } = this.#message;
    return (this.way === 'in' ? from : to) ?? this.#own.bare;
  }
}

/** The address of ours that a message is for, or comes from. A client has one, whatever its messages say. */
export function ownAddress({ self }: ContextHost, { from, to }: Message, way: 'in' | 'out'): JID {
  const { isComponent, boundJid, requestedJid } = self;
  if (!isComponent) return boundJid ?? requestedJid;
  return (way === 'in' ? to : from) ?? requestedJid;
}

/** Whether that address is ours. */
export function isOwn({ self }: ContextHost, jid: JID | undefined): boolean {
  const { isComponent, boundJid, requestedJid } = self;
  if (!jid) return false;
  if (isComponent) return jid.domain === requestedJid.domain;
  return jid.bare.equals((boundJid ?? requestedJid).bare);
}
