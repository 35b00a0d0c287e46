import type { XmlElement } from '@sestina/core';

const NS_ROSTER = 'jabber:iq:roster';

/** A stanza in one line, with what matters of it: addresses by name, a version as `ver`, an id only where it is an answer. */
export function lineOf(stanza: XmlElement, name: (address: string) => string): string {
  const { name: kind } = stanza;
  const type = stanza.attribute('type');
  const words = [kind, ...(type ? [type] : [])];
  if (kind === 'iq' && (type === 'result' || type === 'error')) words.push(stanza.attribute('id') ?? '');
  for (const attribute of ['from', 'to'] as const) {
    const address = stanza.attribute(attribute);
    if (address !== undefined && !(kind === 'iq' && attribute === 'to')) words.push(`${attribute}=${name(address)}`);
  }
  const inside: string[] = [];
  for (const child of stanza.elements()) {
    // What was refused comes back written anew.
    if (type === 'error' && child.namespace === NS_ROSTER) inside.push('roster');
    else if (!isDecoration(child)) inside.push(...childWords(child, name));
  }
  return [...words, ...(kind === 'presence' && type !== 'error' ? inside.sort() : inside)].join(' ');
}

/** What servers add that is not looked at here: the hash of an avatar, and why a connection has ended. */
function isDecoration({ namespace, name, text }: XmlElement): boolean {
  return namespace === 'vcard-temp:x:update' || (name === 'status' && text.startsWith('Disconnected: '));
}

function* childWords(child: XmlElement, name: (address: string) => string): IterableIterator<string> {
  if (child.namespace === NS_ROSTER) {
    yield child.attribute('ver') === undefined
      ? 'roster'
      : child.attribute('ver') === ''
        ? 'roster ver=""'
        : 'roster ver';
    // In no order: one of them keeps them in a table.
    yield* [...child.elements()].map((item) => `[${itemWords(item, name)}]`).sort();
  } else if (child.name === 'error') {
    for (const part of child.elements()) yield part.name === 'text' ? `"${part.text}"` : part.name;
  } else if (child.namespace === 'jabber:client') yield `${child.name}=${child.text}`;
  else yield `<${child.name} ${child.namespace}>`;
}

function itemWords(item: XmlElement, name: (address: string) => string): string {
  const words = [name(item.attribute('jid') ?? '')];
  for (const attribute of ['name', 'subscription', 'ask', 'approved']) {
    const value = item.attribute(attribute);
    if (value !== undefined)
      words.push(attribute === 'subscription' ? value : attribute === 'ask' ? 'ask' : `${attribute}=${value}`);
  }
  for (const group of item.childrenNamed('group')) words.push(`(${group.text})`);
  return words.join(' ');
}
