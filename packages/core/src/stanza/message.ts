import { NS_CLIENT, type XmlElement } from '@sestina/xml';
import type { JID } from '../jid/index.js';
import { oneOf } from './codec.js';
import { CONTEXT } from './context-key.js';
import { element } from './element.js';
import { attr, childText } from './fields.js';
import { langMap, langText } from './lang.js';
import { Stanza, type StanzaSender } from './stanza.js';
import type { StanzaError, StanzaErrorCondition } from './stanza-error.js';
import { threadFields } from './thread.js';
import type { Written } from './written.js';

/** The ways on which a message comes to us. Open to declaration merging. */
export interface MessageSources {
  /** By itself, on the stream. */
  stream: true;
  /** As a copy of what another resource of our account sent or was sent (XEP-0280). */
  carbon: true;
  /** From an archive that was asked (XEP-0313). */
  archive: true;
  /** From a room that repeats what was said before we entered (XEP-0045). */
  history: true;
}

/** One of the ways on which a message comes to us. */
export type MessageSource = keyof MessageSources;

/** What a message is: something said, something about what was said, or a signal between programs. */
export type MessageClass = 'content' | 'annotation' | 'signal';

/** Who wrote a message. Plugins add what a room says of its occupants by declaration merging. */
export interface Author {
  /** The bare address; in a room and in private messages of its occupants, the address of the occupant. */
  jid: JID;
}

/**
 * What is known of a message beside its XML: where it came from, who said it to whom, when. Plugins add to it by declaration
 * merging, and fill it in with `messages.describe()`.
 */
export interface MessageContext {
  /** The stanza as it was on the stream, with what was unwrapped or decrypted still in it. */
  outer: Message;
  /** `out` for what we said ourselves, here or on another device. */
  way: 'in' | 'out';
  source: MessageSource;
  /** Who vouches for it: our account for a carbon, the archive for what it gave; undefined for what came by itself. */
  by: JID | undefined;
  /** When it was sent, as far as that can be believed; XEP-0203's plugin fills it in. */
  sentAt: Date | undefined;
  /** The other side of the conversation: a bare address, or that of an occupant for a private message in a room. */
  peer: JID;
  /** `private` for what an occupant of a room says to us alone. */
  kind: 'chat' | 'room' | 'private';
  author: Author;
  /** It was said before and is told now: by an archive, or by a room that we have entered. */
  history: boolean;
  class: MessageClass;
  /** What `send()` was given with a message of ours; undefined for what came in. */
  options: Parameters<StanzaSender['send']>[1];
}

interface ContextSource {
  readonly messages?: { contextOf(message: Message): MessageContext };
}

/** `<message/>` (RFC 6121 §5). Plugins add properties by declaration merging. */
export class Message extends element(
  'message',
  NS_CLIENT,
  {
    /** What kind of message it is; an unknown type counts as `normal` (RFC 6121 §5.2.2). */
    type: attr('type', oneOf('normal', 'chat', 'groupchat', 'headline', 'error'))
      .lenient()
      .default('normal'),
    /** The topic, in the language of the message or else the first that there is (RFC 6121 §5.2.4). */
    subject: langText('subject'),
    /** The topic in all languages. */
    subjects: langMap('subject'),
    /** What is said, in the language of the message or else the first that there is (RFC 6121 §5.2.3). */
    body: langText('body'),
    /** What is said, in all languages. */
    bodies: langMap('body'),
    /** The conversation that it is a part of (RFC 6121 §5.2.5). */
    thread: childText('thread'),
    /** The conversation that this one has branched off. */
    parentThread: threadFields.parent,
  },
  Stanza,
) {
  declare [CONTEXT]: MessageContext | undefined;

  /** The one that an element says. */
  constructor(xml: XmlElement);
  /** A new one. @param init Values for its properties, those of plugins included. */
  constructor(init?: Written<Message>);
  constructor(source?: XmlElement | Written<Message>) {
    super(source as XmlElement);
  }

  /**
   * What is known of it beside its XML.
   * @throws TypeError for a message that belongs to no stream.
   */
  get context(): MessageContext {
    const { messages } = (this.stream ?? {}) as ContextSource;
    this[CONTEXT] ??= messages?.contextOf(this);
    if (!this[CONTEXT]) throw new TypeError('this <message/> belongs to no stream: make it with xmpp.message(…)');
    return this[CONTEXT];
  }

  /** A deep copy that may be written to, with the same context. It belongs to the same stream. */
  override copy(): this {
    const copy = super.copy();
    if (this[CONTEXT]) copy[CONTEXT] = this[CONTEXT];
    return copy;
  }

  /** A copy to be kept, which holds on to nothing of what it was read from, with what its context says by now. */
  override compact(): this {
    const compact = super.compact();
    const context = this[CONTEXT];
    if (context) {
      const { peer, kind, author } = context;
      const outer = context.outer === this ? compact : context.outer.compact();
      compact[CONTEXT] = { ...context, outer, peer, kind, author };
    }
    return compact;
  }

  /**
   * An answer in the same conversation: to the sender, same type, same thread (RFC 6121 §5.2). In a group chat it goes
   * to the room. Not sent yet: call `send()` on it.
   * @throws TypeError on a message of type `error`, which is never answered.
   */
  reply(body?: string): Message {
    // One of an unknown type counts as normal, and so does its answer.
    const type = this.xml.attribute('type') === this.type ? this.type : undefined;
    const reply = new Message(this.answerElement(type));
    // A reply is a message of its own; its id is given when it is sent.
    reply.id = undefined;
    if (reply.xml.origin) reply.xml.origin.request = undefined;
    if (this.type === 'groupchat') reply.to = this.from?.bare;
    const thread = this.xml.child('thread');
    if (thread) reply.xml.append(thread.copy());
    if (body !== undefined) reply.body = body;
    return reply;
  }

  /**
   * The error answer (RFC 6120 §8.3). Not sent yet.
   * @param text For people; for a `StanzaError`, its own text stands.
   * @throws TypeError on a message of type `error`, which is never answered.
   */
  errorReply(error: StanzaError | StanzaErrorCondition, text?: string): Message {
    return new Message(this.errorElement(error, text));
  }
}
