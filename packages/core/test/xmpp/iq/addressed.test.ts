import type { XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { element } from '../../../src/stanza/element.js';
import { Iq } from '../../../src/stanza/iq.js';
import { IqHandlers } from '../../../src/xmpp/iq/iq-handlers.js';
import { received } from '../../helpers/received.js';

const NS = 'urn:example:ask';
class Ask extends element('ask', NS, {}) {}
class Other extends element('other', NS, {}) {}

function found(handlers: IqHandlers, to: string | undefined, type = 'get', name = 'ask'): unknown {
  const iq = received(
    Iq,
    `<iq xmlns='jabber:client' type='${type}' id='1' from='a@b/c'${to ? ` to='${to}'` : ''}><${name} xmlns='${NS}'/></iq>`,
  );
  const entry = handlers.find(type, iq.xml.firstElement as XmlElement, iq);
  return (entry?.handler as (() => unknown) | undefined)?.();
}

describe('a handler for one address', () => {
  it('goes before those for all: of the full address, of the bare one; the last one first', () => {
    const handlers = new IqHandlers();
    const all = handlers.add('get', Ask, () => 'all' as never);
    handlers.add('get', Ask, () => 'earlier' as never, { to: 'romeo@x.example' });
    const bare = handlers.add('get', Ask, () => 'bare' as never, { to: 'romeo@x.example' });
    const full = handlers.add('get', Ask, () => 'full' as never, { to: 'ROMEO@x.example/r' });
    expect(found(handlers, 'romeo@x.example/r')).toBe('full');
    expect(found(handlers, 'romeo@x.example/s')).toBe('bare');
    expect(found(handlers, 'Romeo@x.example')).toBe('bare');
    expect(found(handlers, 'juliet@x.example/r')).toBe('all');
    expect(found(handlers, undefined)).toBe('all');
    expect(found(handlers, 'romeo@x.example/r', 'set')).toBeUndefined();
    expect(found(handlers, 'romeo@x.example/r', 'get', 'other')).toBeUndefined();
    full.dispose();
    full.dispose();
    expect(found(handlers, 'romeo@x.example/r')).toBe('bare');
    bare.dispose();
    expect(found(handlers, 'romeo@x.example/r')).toBe('earlier');
    all.dispose();
    expect(found(handlers, 'juliet@x.example')).toBeUndefined();
  });

  it('alone makes a kind that is answered, told once', () => {
    const handlers = new IqHandlers();
    const registrations = Array.from({ length: 3 }, (_, i) =>
      handlers.add('set', Other, () => undefined, { to: `u${i}@x.example` }),
    );
    handlers.add('set', Other, () => undefined);
    expect(handlers.kinds).toEqual([`set {${NS}}other`]);
    for (const registration of registrations) registration.dispose();
    expect(handlers.kinds).toEqual([`set {${NS}}other`]);
  });

  it('of no address is refused, and leaves nothing', () => {
    const handlers = new IqHandlers();
    expect(() => handlers.add('get', Ask, () => undefined, { to: '@' })).toThrow();
    expect(handlers.kinds).toEqual([]);
  });
});
