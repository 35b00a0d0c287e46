import type { JID } from '../jid/index.js';
import type { ElementList } from '../stanza/fields.js';
import type { Iq } from '../stanza/iq.js';
import type { LangTexts } from '../stanza/lang.js';
import type { Message } from '../stanza/message.js';
import type { Presence } from '../stanza/presence.js';

type DataKeys<T> = { [K in keyof T]-?: T[K] extends (...args: never[]) => unknown ? never : K }[keyof T];
type Own<T> = Exclude<
  Extract<DataKeys<T>, string>,
  'context' | 'claimed' | 'isAvailable' | 'isRequest' | 'stream' | 'xml'
>;
/** What may be written where that is more than what is read. */
type Input<V> = [V] extends [JID | undefined]
  ? JID | string | undefined
  : V extends LangTexts
    ? Iterable<readonly [lang: string, text: string]>
    : V extends ElementList<infer E>
      ? Iterable<E>
      : V;
type Written<T> = { [K in keyof T]?: Input<T[K]> | undefined };

/** Properties of a message, those of plugins included; addresses may be strings. Undefined leaves one out. */
export type MessageInit = Written<Pick<Message, Own<Message>>>;
/** Properties of a presence, those of plugins included; addresses may be strings. Undefined leaves one out. */
export type PresenceInit = Written<Pick<Presence, Own<Presence>>>;
/** Properties of an iq; addresses may be strings. Undefined leaves one out. */
export type IqInit = Written<Pick<Iq, Own<Iq>>> & { type: 'error' | 'get' | 'result' | 'set' };
