import { describe, expect, it } from 'vitest';
import { JID, JidError } from '../../src/jid/index.js';
import { base64, bool, dateTime, int, jid, oneOf, text } from '../../src/stanza/codec.js';

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

describe('dateTime', () => {
  // XEP-0082 examples 2 and 3; RFC 3339 §5.8.
  it.each([
    ['1969-07-21T02:56:15Z', '1969-07-20T21:56:15-05:00'],
    ['1996-12-19T16:39:57-08:00', '1996-12-20T00:39:57Z'],
    ['1990-12-31T23:59:60Z', '1990-12-31T15:59:60-08:00'],
  ])('reads %s and %s as the same instant', (one, other) => {
    expect(dateTime.decode(one)).toBeInstanceOf(Date);
    expect(dateTime.decode(one)).toEqual(dateTime.decode(other));
  });

  it.each([
    ['1969-07-21T02:56:15Z', Date.UTC(1969, 6, 21, 2, 56, 15)],
    ['1985-04-12T23:20:50.52Z', Date.UTC(1985, 3, 12, 23, 20, 50, 520)],
    ['1937-01-01T12:00:27.87+00:20', Date.UTC(1937, 0, 1, 11, 40, 27, 870)],
    ['1990-12-31T23:59:60Z', Date.UTC(1991, 0, 1)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
    ['2024-01-01T00:00:00.1234567890123Z', Date.UTC(2024, 0, 1, 0, 0, 0, 123)],
    [' 2024-01-01T00:00:00Z\n', Date.UTC(2024, 0, 1)],
  ])('reads %s', (raw, time) => {
    expect(dateTime.decode(raw)?.getTime()).toBe(time);
  });

  it('reads years before 100 as they are', () => {
    expect(dateTime.decode('0042-03-01T00:00:00Z')?.toISOString()).toBe('0042-03-01T00:00:00.000Z');
  });

  it.each([
    '1776-07-04', // the Date profile
    '16:00:00', // the Time profile
    '1969-07-21T02:56:15', // no zone
    '20020910T23:08:25', // the legacy format
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-01-32T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2024-01-01T00:00:61Z',
    '2024-01-01T00:00:00+24:00',
    '2024-01-01T00:00:00+00:60',
    '2024-01-01T00:00:00.Z',
    '2024-01-01 00:00:00Z',
    `2024-01-01T00:00:00.${'1'.repeat(100)}Z`,
    'now',
    '',
  ])('refuses %j', (raw) => {
    expect(dateTime.decode(raw)).toBeUndefined();
  });

  it('writes UTC, with milliseconds where there are some', () => {
    expect(dateTime.encode(new Date('1969-07-20T21:56:15-05:00'))).toBe('1969-07-21T02:56:15Z');
    expect(dateTime.encode(new Date(1))).toBe('1970-01-01T00:00:00.001Z');
  });

  it.each([new Date(Number.NaN), new Date(8.64e15), new Date('-000001-01-01T00:00:00Z')])(
    'refuses to write a date that the format has no text for',
    (date) => {
      expect(() => dateTime.encode(date)).toThrow(TypeError);
    },
  );
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
