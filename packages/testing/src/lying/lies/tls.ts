import type { Lie } from '../lie.js';
import { BIND, features, mechanisms, NS_TLS, success } from '../texts.js';

const PROCEED = `<proceed xmlns='${NS_TLS}'/>`;

/** What is wrong before TLS. */
export const TLS_LIES: readonly Lie[] = [
  {
    what: 'mechanisms without TLS',
    at: 'clear',
    says: ({ header }) => [header(), features(mechanisms('SCRAM-SHA-256', 'PLAIN'))],
    by: 'stream',
  },
  {
    what: 'nothing but PLAIN without TLS, to a client that may do without TLS',
    at: 'clear',
    says: ({ header }) => [header(), features(mechanisms('PLAIN'))],
    by: 'stream',
  },
  {
    what: 'the go-ahead for TLS before it was asked for',
    at: 'clear',
    says: ({ header }) => [header(), features(`<starttls xmlns='${NS_TLS}'/>`), PROCEED],
    by: 'stream',
  },
  {
    what: 'a success in place of the go-ahead for TLS',
    at: 'starttls',
    says: () => [success()],
    by: 'stream',
  },
  {
    what: 'features of after the login behind the go-ahead for TLS',
    at: 'starttls',
    says: ({ header }) => [PROCEED, header(), features(BIND)],
    by: 'stream',
  },
  {
    what: 'the half of a stanza behind the go-ahead for TLS',
    at: 'starttls',
    says: () => [PROCEED, "<message from='boss@example.org'"],
    by: 'stream',
  },
];
