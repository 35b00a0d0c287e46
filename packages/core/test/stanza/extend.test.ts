import { afterEach, describe, expect, it } from 'vitest';
import { child } from '../../src/stanza/child-fields.js';
import { int } from '../../src/stanza/codec.js';
import { element, extend } from '../../src/stanza/element.js';
import { attr, flag } from '../../src/stanza/fields.js';
import { Message } from '../../src/stanza/message.js';
import { ErrorElement } from '../../src/stanza/stanza-error.js';
import { xml } from '../helpers/received.js';

const NS = 'urn:example:extend';

class Receipt extends element('receipt', NS, { id: attr('id').required() }) {}

describe('extend()', () => {
  // All tests share the classes.
  afterEach(() => {
    for (const name of ['coreTestMarked', 'coreTestReceipt', 'coreTestOther'])
      Reflect.deleteProperty(Message.prototype, name);
  });

  it('gives every message the field, also one that was there before', () => {
    const message = new Message();
    extend(Message, { coreTestMarked: flag('marked', NS), coreTestReceipt: child(Receipt) });
    message.coreTestMarked = true;
    message.coreTestReceipt = new Receipt({ id: '1' });
    expect(message.toString()).toBe(
      `<message xmlns='jabber:client'><marked xmlns='${NS}'/><receipt xmlns='${NS}' id='1'/></message>`,
    );
    const back = new Message(xml(message.toString()));
    expect([back.coreTestMarked, back.coreTestReceipt?.id]).toEqual([true, '1']);
    expect(new Message({ coreTestMarked: true }).coreTestMarked).toBe(true);
  });

  it('is taken by the constructor, and one that nobody has declared is not, nor what elements have', () => {
    extend(Message, { coreTestMarked: flag('marked', NS) });
    expect(new Message({ to: 'bob@example.net', coreTestMarked: true }).coreTestMarked).toBe(true);
    // @ts-expect-error: nobody has declared it.
    expect(() => new Message({ to: 'bob@example.net', coreTestNothing: true })).toThrow(TypeError);
    // @ts-expect-error: it is a property of elements.
    expect(() => new Message({ to: 'bob@example.net', text: 'x' })).toThrow(TypeError);
  });

  it.each(['body', 'type', 'reply', 'copy', 'stream', 'toString', 'constructor', 'xml'])(
    'refuses the name "%s", which is taken',
    (name) => {
      expect(() => extend(Message, { [name]: flag('x', NS) } as never)).toThrow(/already has a field/);
    },
  );

  it('refuses the name that another package has taken, names that, and defines nothing', () => {
    extend(Message, { coreTestMarked: flag('marked', NS) }, '@example/one');
    const fields = { coreTestReceipt: child(Receipt), coreTestMarked: flag('other', NS) };
    expect(() => extend(Message, fields, '@example/other')).toThrow(
      '<message/> already has a field "coreTestMarked" of @example/one: choose another name',
    );
    expect(() => extend(Message, fields)).toThrow(TypeError);
    expect('coreTestReceipt' in Message.prototype).toBe(false);
  });

  it('does not mind the same package twice, and keeps the first', () => {
    extend(Message, { coreTestMarked: flag('marked', NS) }, '@example/one');
    extend(Message, { coreTestMarked: flag('second', NS), coreTestReceipt: child(Receipt) }, '@example/one');
    const message = new Message({ coreTestMarked: true });
    expect(message.toString()).toContain('<marked ');
    expect(message.coreTestReceipt).toBeUndefined();
  });

  it('refuses the same fields twice where nobody says whose they are', () => {
    extend(Message, { coreTestMarked: flag('marked', NS) });
    expect(() => extend(Message, { coreTestMarked: flag('marked', NS) })).toThrow(TypeError);
  });

  it('works on every class of elements, and names who has the name there', () => {
    class Info extends element('info', NS, { node: attr('node').required() }) {}
    class Deeper extends element('info', NS, {}, Info) {}
    const fields = { coreTestNote: attr('note') } as never;
    extend(Info, fields, '@example/one');
    extend(Info, fields, '@example/one');
    expect(() => extend(Info, fields, '@example/two')).toThrow(
      '<info/> already has a field "coreTestNote" of @example/one: choose another name',
    );
    expect(() => extend(Deeper, fields, '@example/two')).toThrow('of @example/one');
    extend(Deeper, fields, '@example/one');
    const info = new Info({ node: 'n', coreTestNote: 'x' } as never);
    expect(info.toString()).toBe(`<info xmlns='${NS}' node='n' note='x'/>`);
    expect(new Deeper(info.xml)).toMatchObject({ coreTestNote: 'x' });
    expect(() => extend(Info, { node: flag('x') } as never)).toThrow('already has a field "node"');

    extend(ErrorElement, { coreTestRetry: attr('retry', int()) });
    const error = ErrorElement.make('conflict');
    error.coreTestRetry = 5;
    expect(error.toString()).toContain("retry='5'");
    expect(() => extend(ErrorElement, { coreTestRetry: attr('other', int()) }, '@example/one')).toThrow(
      '<error/> already has a field "coreTestRetry"',
    );
    expect(() => extend(ErrorElement, { condition: attr('other') } as never)).toThrow(TypeError);
    Reflect.deleteProperty(ErrorElement.prototype, 'coreTestRetry');
  });

  it('leaves other classes alone', () => {
    extend(Message, { coreTestMarked: flag('marked', NS) });
    expect('coreTestMarked' in Receipt.prototype).toBe(false);
  });
});
