import { escapeLocal, JID, JidError, unescapeLocal } from '@sestina/core';
import fc from 'fast-check';
import { holds, target, textOf } from './target.js';

const SPECIAL = [
  '@',
  '/',
  '.',
  '\\',
  '\\20',
  '\\5c',
  ' ',
  '[',
  ']',
  ':',
  'xn--',
  'a',
  'ß',
  'İ',
  '\u0301',
  '\u200d',
  '\ud800',
  '。',
];
const part = textOf(SPECIAL);
const whole = fc.oneof(
  part,
  fc.tuple(part, part, part).map(([local, domain, resource]) => `${local}@${domain}/${resource}`),
  fc.tuple(part, part).map(([local, resource]) => `${local}@example.org/${resource}`),
  fc.integer({ min: 1_000, max: 1_100 }).map((length) => `${'é'.repeat(length / 2)}@x`),
);
const bytes = (text = ''): number => new TextEncoder().encode(text).length;

export const addresses = target(
  { name: 'jid', holds: 'a text is refused with a JidError, or is an address whose text stands for the same one' },
  whole,
  (text) => {
    let jid: JID;
    try {
      jid = JID.parse(text);
    } catch (error) {
      holds(error instanceof JidError, `refused with ${String(error)}`);
      holds(JID.tryParse(text) === undefined, 'tryParse() takes what parse() refuses');
      return;
    }
    const { local, domain, resource, full } = jid;
    holds(JID.parse(full).full === full, 'its text stands for another address');
    holds(JID.parse(full).equals(jid), 'it is not equal to the address of its text');
    holds(new JID(local, domain, resource).full === full, 'its parts make another address');
    for (const each of [local, domain, resource])
      holds(bytes(each) <= 1_023 && each !== '', 'a part is empty or too long');
    holds(jid.bare.full === (local === undefined ? domain : `${local}@${domain}`), 'its bare form is another one');
  },
);

export const localparts = target(
  {
    name: 'escaping',
    holds: 'what is escaped for a localpart has nothing in it that a localpart must not have, and comes back',
  },
  part,
  (text) => {
    let escaped: string;
    try {
      escaped = escapeLocal(text);
    } catch (error) {
      holds(error instanceof JidError, `refused with ${String(error)}`);
      return;
    }
    holds(!/[ "&'/:<>@]/.test(escaped), `it became ${escaped}`);
    holds(unescapeLocal(escaped) === text, `it came back as ${unescapeLocal(escaped)}`);
  },
);
