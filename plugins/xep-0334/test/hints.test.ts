import { declarePlacement, type ElementClass, element, Message, viewOf } from '@sestina/core';
import { expectXml, parseXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { type Hint, NS_HINTS } from '../src/index.js';

const read = (inside: string, type = 'chat'): Message =>
  viewOf(Message, parseXml(`<message xmlns='jabber:client' type='${type}'>${inside}</message>`));
const hint = (name: string): string => `<${name} xmlns='${NS_HINTS}'/>`;

describe('message.hints', () => {
  it('reads what is known, of its own namespace (XEP-0334 §4)', () => {
    expect([...read('').hints]).toEqual([]);
    expect([...read(`<store xmlns='urn:example'/><no-store xmlns='urn:xmpp:hints'/>`).hints]).toEqual(['no-store']);
    expect([...read(`<store xmlns='urn:example'/>`).hints]).toEqual([]);
    expect([...read(hint('no-copy') + hint('no-permanent-store')).hints].sort()).toEqual([
      'no-copy',
      'no-permanent-store',
    ]);
    expect([...read(`${hint('burn')}<store xmlns='urn:example'/>${hint('store')}${hint('store')}`).hints]).toEqual([
      'store',
    ]);
  });

  it('is empty in an error, which brings back what was sent (XEP-0334 §5)', () => {
    expect(read(hint('store') + hint('no-copy'), 'error').hints.size).toBe(0);
  });

  it('keeps nothing where both is asked', () => {
    expect([...read(hint('store') + hint('no-store')).hints]).toEqual(['no-store']);
    const message = new Message();
    message.hints = ['store', 'no-store'];
    expectXml(message.xml, `<message xmlns='jabber:client'>${hint('no-store')}</message>`);
  });

  it('writes any iterable in place of those before, and leaves alone what it does not know', () => {
    const message = read(hint('no-copy') + hint('burn') + hint('no-copy'));
    message.hints = new Set<Hint>(['store']);
    expectXml(message.xml, `<message xmlns='jabber:client' type='chat'>${hint('burn')}${hint('store')}</message>`);
    message.hints = (function* (): Generator<Hint> {
      yield 'no-permanent-store';
    })();
    expect([...message.hints]).toEqual(['no-permanent-store']);
    message.hints = undefined;
    expectXml(message.xml, `<message xmlns='jabber:client' type='chat'>${hint('burn')}</message>`);
  });

  it('writes its own set again without losing it', () => {
    const message = read(hint('store') + hint('no-copy'));
    const { hints } = message;
    message.hints = hints;
    expect([...message.hints].sort()).toEqual(['no-copy', 'store']);
  });

  it('is set together with others', () => {
    const message = new Message().set({ to: 'juliet@capulet.example', hints: new Set<Hint>(['store']) });
    expectXml(message.xml, `<message xmlns='jabber:client' to='juliet@capulet.example'>${hint('store')}</message>`);
  });

  it('is beside what is encrypted: it is for servers', () => {
    for (const name of ['no-permanent-store', 'no-store', 'no-copy', 'store']) {
      const inside = (): void => declarePlacement(element(name, NS_HINTS) as ElementClass, 'inside');
      expect(inside).toThrow(`<${name} xmlns="${NS_HINTS}"> was declared to stand outside`);
    }
  });

  it('refuses what is no hint before anything is changed', () => {
    const message = read(hint('store'));
    expect(() => {
      message.hints = ['no-copy', 'no-cpy' as Hint];
    }).toThrow('hints of a message are no-permanent-store, no-store, no-copy, store, got "no-cpy"');
    expect([...message.hints]).toEqual(['store']);
  });
});
