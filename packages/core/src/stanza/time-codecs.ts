import type { Codec } from './codec.js';
import { refuse } from './refuse.js';

const LONGEST = 64;

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;

/**
 * A moment in the DateTime profile of XEP-0082; written in UTC, in the years 0 to 9999. What is finer than a millisecond
 * is cut off, and a leap second reads as the second after it.
 */
export const dateTime: Codec<Date> = {
  expects: 'a XEP-0082 date and time',
  decode: (raw) => {
    if (raw.length > LONGEST) return undefined;
    const match = DATE_TIME.exec(raw.trim());
    if (!match) return undefined;
    const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone = 'Z'] = match;
    const parts = [year, month, day, hour, minute, second].map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const [y, mo, d, h, mi, s] = parts;
    if (!isDay(y, mo, d) || h > 23 || mi > 59 || s > 60) return undefined;
    const offset = timeZone.decode(zone);
    if (offset === undefined) return undefined;
    const date = new Date(0);
    date.setUTCFullYear(y, mo - 1, d);
    date.setUTCHours(h, mi - offset, s, Number(`${fraction}000`.slice(0, 3)));
    return date;
  },
  encode: (value) => {
    const time = value.getTime();
    if (!(time >= FIRST && time < BEYOND)) refuse('a Date in the years 0 to 9999', value);
    return value.toISOString().replace('.000Z', 'Z');
  },
};

// Others have six digits and a sign in ISO 8601, which XEP-0082 does not know.
const FIRST = Date.parse('0000-01-01T00:00:00Z');
const BEYOND = Date.parse('+010000-01-01T00:00:00Z');

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:Z|[+-]\d\d:\d\d)?$/;

/**
 * A day of the calendar in the Date profile of XEP-0082, as text: `1776-07-04`. It is no `Date`, which is a moment, and another
 * day elsewhere. A time zone behind it, which XML Schema allows, is left out.
 */
export const date: Codec<string> = {
  expects: 'a XEP-0082 date',
  decode: (raw) => {
    const match = raw.length > LONGEST ? null : DATE.exec(raw.trim());
    if (!match) return undefined;
    const [, year = '', month = '', day = ''] = match;
    return isDay(Number(year), Number(month), Number(day)) ? `${year}-${month}-${day}` : undefined;
  },
  encode: (value) => {
    const match = typeof value === 'string' ? DATE.exec(value) : null;
    if (!match || value.length !== 10 || !isDay(Number(match[1]), Number(match[2]), Number(match[3]))) {
      refuse('a date such as 1776-07-04', value);
    }
    return value;
  },
};

const DAY = 86_400_000;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/;

/**
 * A time of every day in the Time profile of XEP-0082, in milliseconds since midnight UTC; written in UTC. One without a time zone
 * is taken for UTC. What is finer than a millisecond is cut off.
 */
export const time: Codec<number> = {
  expects: 'a XEP-0082 time',
  decode: (raw) => {
    const match = raw.length > LONGEST ? null : TIME.exec(raw.trim());
    if (!match) return undefined;
    const [, hour = '', minute = '', second = '', fraction = '', zone = 'Z'] = match;
    const [h, m, s] = [Number(hour), Number(minute), Number(second)];
    const offset = timeZone.decode(zone);
    if (h > 23 || m > 59 || s > 60 || offset === undefined) return undefined;
    const milliseconds = ((h * 60 + m - offset) * 60 + s) * 1_000 + Number(`${fraction}000`.slice(0, 3));
    return (milliseconds + DAY) % DAY;
  },
  encode: (value) => {
    if (!(Number.isInteger(value) && value >= 0 && value < DAY))
      refuse('milliseconds since midnight, less than a day', value);
    return new Date(value).toISOString().slice(11).replace('.000Z', 'Z');
  },
};

const ZONE = /^[+-](\d\d):(\d\d)$/;

/** A time zone in the TZD of XEP-0082, in minutes east of UTC: `-06:00` is -360. UTC is written as `Z`. */
export const timeZone: Codec<number> = {
  expects: 'a XEP-0082 time zone',
  decode: (raw) => {
    if (raw.length > LONGEST) return undefined;
    const zone = raw.trim();
    if (zone === 'Z') return 0;
    const match = ZONE.exec(zone);
    const [hours, minutes] = [Number(match?.[1]), Number(match?.[2])];
    if (!(hours <= 23 && minutes <= 59)) return undefined;
    // The sum turns the -0 of `-00:00` into 0.
    return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) + 0;
  },
  encode: (value) => {
    if (!(Number.isInteger(value) && Math.abs(value) < 24 * 60)) refuse('minutes of less than a day', value);
    if (value === 0) return 'Z';
    const minutes = Math.abs(value);
    const two = (part: number): string => String(part).padStart(2, '0');
    return `${value < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  },
};

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  // The calendar comes again every 400 years; the first century of `Date.UTC` is another one.
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
