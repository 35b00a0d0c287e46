import { declarePlacement, type ElementClass, element, extend, type Field, Message, XmlElement } from '@sestina/core';

/** The namespace. */
export const NS_HINTS = 'urn:xmpp:hints';

/** The hints that there are (XEP-0334 §4), by the names of their elements. */
const HINTS = ['no-permanent-store', 'no-store', 'no-copy', 'store'] as const;

/** What its sender asks of whoever keeps or copies a message. */
export type Hint = (typeof HINTS)[number];

// Servers have to see them, and only servers act by them.
for (const hint of HINTS) declarePlacement(element(hint, NS_HINTS) as ElementClass, 'outside');

const isHint = (name: string): name is Hint => (HINTS as readonly string[]).includes(name);

/** The hints of a message, apart from those that are not known. In an error they were meant for the message that failed (XEP-0334 §5). */
const hints: Field<ReadonlySet<Hint>, Iterable<Hint> | undefined> = {
  get: (xml) => {
    const found = new Set<Hint>();
    if (xml.attribute('type') === 'error') return found;
    for (const { name, namespace } of xml.elements()) if (namespace === NS_HINTS && isHint(name)) found.add(name);
    return withoutContradiction(found);
  },
  set: (xml, value) => {
    const wanted = [...(value ?? [])];
    const strange = wanted.find((hint) => !isHint(hint));
    if (strange !== undefined) throw new TypeError(`hints of a message are ${HINTS.join(', ')}, got "${strange}"`);
    for (const hint of HINTS) for (const old of xml.childrenNamed(hint, NS_HINTS)) xml.remove(old);
    for (const hint of withoutContradiction(new Set(wanted))) xml.append(new XmlElement(hint, NS_HINTS));
  },
};

/** Who asks not to keep something means it, whoever has asked for the opposite. */
function withoutContradiction(found: Set<Hint>): Set<Hint> {
  if (found.has('no-store')) found.delete('store');
  return found;
}

declare module '@sestina/core' {
  interface Message {
    /** What is asked of servers that keep or copy it (XEP-0334); empty in an error. A snapshot: assign to change it. */
    get hints(): ReadonlySet<Hint>;
    set hints(value: Iterable<Hint> | undefined);
  }
}

extend(Message, { hints }, NS_HINTS);
