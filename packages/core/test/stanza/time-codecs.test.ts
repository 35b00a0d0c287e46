import { describe, expect, it } from 'vitest';
import { date, dateTime, time, timeZone } from '../../src/stanza/time-codecs.js';

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

describe('date', () => {
  it.each([
    ['1776-07-04', '1776-07-04'],
    [' 2024-02-29\n', '2024-02-29'],
    ['0000-01-01', '0000-01-01'],
    ['2000-01-01Z', '2000-01-01'],
    ['2000-01-01-06:00', '2000-01-01'],
  ])('reads %j', (raw, value) => {
    expect(date.decode(raw)).toBe(value);
    expect(date.encode(value)).toBe(value);
  });

  it.each([
    '',
    '2023-02-29',
    '1900-02-29',
    '2000-13-01',
    '2000-00-01',
    '2000-01-00',
    '2000-1-1',
    '20000101',
    '2000-01-01T00:00:00Z',
    '-0001-01-01',
    '12000-01-01',
    '2'.repeat(10_000),
  ])('refuses %j', (raw) => {
    expect(date.decode(raw)).toBeUndefined();
  });

  it.each([['2023-02-29'], ['2000-01-01Z'], [' 2000-01-01'], [new Date(0)], [undefined]])(
    'refuses to write %s',
    (value) => {
      expect(() => date.encode(value as never)).toThrow('such as 1776-07-04');
    },
  );
});

describe('time', () => {
  const HOUR = 3_600_000;

  it.each([
    ['16:00:00', 16 * HOUR],
    ['16:00:00Z', 16 * HOUR],
    ['00:00:00.001Z', 1],
    ['00:00:00.5', 500],
    ['12:00:00.123456789Z', 12 * HOUR + 123],
    ['12:30:00+02:30', 10 * HOUR],
    ['01:00:00+02:00', 23 * HOUR],
    ['23:00:00-02:00', HOUR],
    ['23:59:60Z', 0],
    [' 16:00:00Z ', 16 * HOUR],
  ])('reads %j', (raw, value) => {
    expect(time.decode(raw)).toBe(value);
    expect(time.decode(time.encode(value))).toBe(value);
  });

  it.each([
    '',
    '24:00:00',
    '12:60:00',
    '12:00:61',
    '12:00',
    '1:00:00',
    '12:00:00.',
    '12:00:00z',
    '12:00:00+24:00',
    '12:00:00+0100',
    '1'.repeat(10_000),
  ])('refuses %j', (raw) => {
    expect(time.decode(raw)).toBeUndefined();
  });

  it('writes in UTC, and milliseconds only where there are some', () => {
    expect([time.encode(16 * HOUR), time.encode(1), time.encode(24 * HOUR - 1)]).toEqual([
      '16:00:00Z',
      '00:00:00.001Z',
      '23:59:59.999Z',
    ]);
  });

  it.each([-1, 24 * HOUR, 0.5, Number.NaN, '1'])('refuses to write %s', (value) => {
    expect(() => time.encode(value as never)).toThrow(TypeError);
  });
});

describe('timeZone', () => {
  it.each([
    ['Z', 0],
    ['+00:00', 0],
    ['-00:00', 0],
    ['-06:00', -360],
    ['+05:45', 345],
    ['+14:00', 840],
    [' +01:00 ', 60],
  ])('reads %j', (raw, value) => {
    expect(Object.is(timeZone.decode(raw), value)).toBe(true);
    expect(timeZone.decode(timeZone.encode(value))).toBe(value);
  });

  it.each(['', 'z', '06:00', '+6:00', '+0600', '+24:00', '+01:60', 'UTC', '+01:00:00', '+'.repeat(10_000)])(
    'refuses %j',
    (raw) => {
      expect(timeZone.decode(raw)).toBeUndefined();
    },
  );

  it('writes with a sign, and UTC as Z', () => {
    expect([0, -0, 345, -5, -570].map((value) => timeZone.encode(value))).toEqual([
      'Z',
      'Z',
      '+05:45',
      '-00:05',
      '-09:30',
    ]);
  });

  it.each([1_440, -1_440, 0.5, Number.NaN])('refuses to write %s', (value) => {
    expect(() => timeZone.encode(value)).toThrow(TypeError);
  });
});
