import { describe, expect, it } from 'vitest';
import { JID, JidError } from '../../src/jid/index.js';
import { base64, bool, int, jid, oneOf, text } from '../../src/stanza/codec.js';

describe('text', () => {
  it('leaves text as it stands', () => {
    expect(text.decode(' a\n')).toBe(' a\n');
    expect(text.encode(' a\n')).toBe(' a\n');
  });

  it.each([[5], [null], [{}]])('refuses to write %j, which is no text', (value) => {
    expect(() => text.encode(value as never)).toThrow(TypeError);
  });
});

describe('int', () => {
  it.each([
    ['0', 0],
    ['-128', -128],
    ['+7', 7],
    [' 12\n', 12],
    ['007', 7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('reads %j', (raw, value) => {
    expect(int().decode(raw)).toBe(value);
  });

  it('reads -0 as 0', () => {
    expect(Object.is(int().decode('-0'), 0)).toBe(true);
  });

  it.each(
    [['']].concat(
      ['1.5', '1e3', '0x10', '١', 'NaN', '--1', '1 2', '9007199254740992', '1'.repeat(400)].map((raw) => [raw]),
    ),
  )('refuses %j', (raw) => {
    expect(int().decode(raw)).toBeUndefined();
  });

  it('has inclusive bounds', () => {
    const codec = int(-128, 127);
    expect(['-129', '-128', '127', '128'].map((raw) => codec.decode(raw))).toEqual([undefined, -128, 127, undefined]);
  });

  it.each([
    [int(), 'an integer'],
    [int(0), 'an integer of at least 0'],
    [int(0, 255), 'an integer from 0 to 255'],
  ])('says what it expects', (codec, expects) => {
    expect(codec.expects).toBe(expects);
  });

  it.each([1.5, 256, Number.NaN, Number.POSITIVE_INFINITY, '5'])('refuses to write %s', (value) => {
    expect(() => int(0, 255).encode(value as number)).toThrow(/expected an integer from 0 to 255/);
  });
});

describe('bool', () => {
  // XML Schema part 2, §3.2.2.1.
  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    [' true ', true],
  ])('reads %j', (raw, value) => {
    expect(bool.decode(raw)).toBe(value);
  });

  it.each(['', 'TRUE', 'yes', '2'])('refuses %j', (raw) => {
    expect(bool.decode(raw)).toBeUndefined();
  });

  it('writes words', () => {
    expect([bool.encode(true), bool.encode(false)]).toEqual(['true', 'false']);
  });

  it('refuses to write the text "false", which would be true', () => {
    expect(() => bool.encode('false' as never)).toThrow(TypeError);
  });
});

describe('base64', () => {
  // RFC 4648 §10.
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('%j is %s', (plain, encoded) => {
    const bytes = new TextEncoder().encode(plain);
    expect(base64.encode(bytes)).toBe(encoded);
    expect(base64.decode(encoded)).toEqual(bytes);
  });

  it('reads over white space', () => {
    expect(base64.decode('Zm9v\r\n  YmFy\t')).toEqual(new TextEncoder().encode('foobar'));
  });

  it.each(['Zg=', 'Zg', 'Z', '=', '====', 'Zm=v', 'Zm9v====', 'Zm9vYg==Zm9v', 'Zm9_', 'Zm9-', 'Zm9v!', 'Zm9vé==='])(
    'refuses %j',
    (raw) => {
      expect(base64.decode(raw)).toBeUndefined();
    },
  );

  it('takes every byte there and back, also in great number', () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) & 0xff);
    const back = base64.decode(base64.encode(bytes));
    expect(back?.length).toBe(bytes.length);
    expect(back?.every((byte, i) => byte === bytes[i])).toBe(true);
  });

  it('refuses to write what is no bytes', () => {
    expect(() => base64.encode(new ArrayBuffer(3) as never)).toThrow(TypeError);
    expect(() => base64.encode('foo' as never)).toThrow(TypeError);
  });
});

describe('jid', () => {
  it('reads and writes the normal form', () => {
    expect(jid.decode('Juliet@Example.COM/Balcony')?.full).toBe('juliet@example.com/Balcony');
    expect(jid.encode(JID.parse('juliet@example.com'))).toBe('juliet@example.com');
    expect(jid.encode('Juliet@Example.COM')).toBe('juliet@example.com');
  });

  it.each(['', '@', 'a@', 'a@b/', 'a b@c'])('refuses %j on reading', (raw) => {
    expect(jid.decode(raw)).toBeUndefined();
  });

  it('refuses to write a string that is no address', () => {
    expect(() => jid.encode('a b@c')).toThrow(JidError);
  });
});

describe('oneOf', () => {
  const codec = oneOf('a', 'constructor');

  it('reads and writes the given words only', () => {
    expect(['a', 'constructor', 'A', 'toString', ''].map((raw) => codec.decode(raw))).toEqual([
      'a',
      'constructor',
      undefined,
      undefined,
      undefined,
    ]);
    expect(codec.encode('a')).toBe('a');
    expect(() => codec.encode('b' as never)).toThrow(/expected one of a \| constructor, got "b"/);
  });
});
