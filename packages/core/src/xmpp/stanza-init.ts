import type { JID } from '../jid/index.js';
import type { Iq } from '../stanza/iq.js';
import type { Message } from '../stanza/message.js';
import type { Presence } from '../stanza/presence.js';

type DataKeys<T> = { [K in keyof T]-?: T[K] extends (...args: never[]) => unknown ? never : K }[keyof T];
type Written<T> = { [K in keyof T]: T[K] extends JID | undefined ? JID | string | undefined : T[K] };
type Own<T> = Exclude<DataKeys<T>, 'isAvailable' | 'isRequest' | 'stream' | 'xml'>;

/** Properties of a message, those of plugins included; addresses may be strings. */
export type MessageInit = Partial<Written<Pick<Message, Own<Message>>>>;
/** Properties of a presence, those of plugins included; addresses may be strings. */
export type PresenceInit = Partial<Written<Pick<Presence, Own<Presence>>>>;
/** Properties of an iq; addresses may be strings. */
export type IqInit = Partial<Written<Pick<Iq, Own<Iq>>>> & { type: 'error' | 'get' | 'result' | 'set' };
