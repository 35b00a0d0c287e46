import type { Lie } from '../lie.js';
import { BIND, features, HOSTILE, mechanisms, SCRAM, streamError } from '../texts.js';

const EVIL = "id='s2' from='evil.example'";
const children = (count: number): string => Array.from({ length: count }, (_, i) => `<a${i} xmlns='urn:x'/>`).join('');
const spaces = (): string => ' '.repeat(1_048_576);

/** What is wrong with a stream. */
export const STREAM_LIES: readonly Lie[] = [
  { what: 'features before any header', at: 'header', says: () => [SCRAM] },
  {
    what: 'a header from another domain',
    at: 'header',
    says: ({ header }) => [header(EVIL), SCRAM],
  },
  {
    what: 'a header from another domain after the login',
    at: 'restart',
    says: ({ header }) => [header(EVIL), features(BIND)],
  },
  { what: 'a header without an id', at: 'header', says: ({ header }) => [header("from='example.org'"), SCRAM] },
  {
    what: 'a header with an empty id',
    at: 'header',
    says: ({ header }) => [header("id='' from='example.org'"), SCRAM],
  },
  {
    what: 'no new header after the login',
    at: 'restart',
    says: () => [features(BIND)],
  },
  {
    what: 'a second header on the same stream',
    at: 'features',
    says: ({ header }) => [header(EVIL).replace(/^<\?xml.*?\?>/, ''), SCRAM],
  },
  {
    what: 'a second header behind an XML declaration',
    at: 'features',
    says: ({ header }) => [header(EVIL), SCRAM],
    by: 'stream',
  },
  { what: 'features twice', at: 'features', says: () => [SCRAM, features(mechanisms('PLAIN'))] },
  {
    what: 'features twice after the login',
    at: 'restart',
    says: ({ header }) => [header(), features(BIND), features(mechanisms('PLAIN'))],
  },
  { what: 'features of 10,000 children', at: 'features', says: () => [features(children(10_000))] },
  {
    what: 'features of 2,000 children, and no way to log in among them',
    at: 'features',
    says: () => [features(children(2_000))],
  },
  {
    what: 'five hundred mechanisms with names that forge a log',
    at: 'features',
    says: () => [features(mechanisms(...Array.from({ length: 500 }, () => HOSTILE)))],
  },
  {
    what: 'elements within each other, a thousand deep',
    at: 'features',
    says: () => [features('<a>'.repeat(1_000) + '</a>'.repeat(1_000))],
  },
  { what: 'white space without end in place of the features', at: 'features', says: () => [spaces()] },
  {
    what: 'an element without end in place of the features',
    at: 'features',
    says: () => [`<stream:features>${spaces()}`],
  },
  {
    what: 'a stream error with a text of one megabyte',
    at: 'features',
    says: ({ close }) => [streamError('policy-violation', '', 'x'.repeat(1_048_576)), close],
  },
  {
    what: 'a stream error with a text that forges a log',
    at: 'features',
    says: ({ close }) => [streamError('policy-violation', '', HOSTILE), close],
  },
  {
    what: 'a stream error with a condition that nobody knows',
    at: 'features',
    says: ({ close }) => [streamError('constructor'), close],
  },
  {
    what: 'see-other-host to this machine',
    at: 'features',
    says: ({ close }) => [streamError('see-other-host', '127.0.0.1:5222'), close],
  },
  { what: 'the end of the stream in place of the features', at: 'features', says: ({ close }) => [close] },
];
