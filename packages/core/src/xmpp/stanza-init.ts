import type { Iq } from '../stanza/iq.js';
import type { Message } from '../stanza/message.js';
import type { Presence } from '../stanza/presence.js';
import type { Written } from '../stanza/written.js';

/** Properties of a message, those of plugins included; addresses may be strings. Undefined leaves one out. */
export type MessageInit = Written<Message>;
/** Properties of a presence, those of plugins included; addresses may be strings. Undefined leaves one out. */
export type PresenceInit = Written<Presence>;
/** Properties of an iq; addresses may be strings. Undefined leaves one out. */
export type IqInit = Written<Omit<Iq, 'type'>> & { type: 'error' | 'get' | 'result' | 'set' };
