import { expect } from 'vitest';
import { element } from '../../src/stanza/element.js';
import { attr } from '../../src/stanza/fields.js';

export const BOB = 'bob@example.net/x';
export class Ping extends element('ping', 'urn:xmpp:ping') {}
export class Version extends element('query', 'jabber:iq:version', { name: attr('name') }) {}

export const ping = (id: string, from = BOB): string =>
  `<iq type='get' id='${id}' from='${from}'><ping xmlns='urn:xmpp:ping'/></iq>`;

/** The id of the iq that was written. */
export const idOf = (text: string): string => /<iq[^>]* id='([^']+)'/.exec(text)?.[1] ?? expect.unreachable(text);

/** The types of the answers that were written, in order. */
export const answers = (text: string): (string | undefined)[] =>
  [...text.matchAll(/<iq[^>]*? type='(result|error)'[^>]*>/g)].map((m) => m[1]);
