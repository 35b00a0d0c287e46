import type { Lie } from '../lie.js';
import { ADDRESS, bound, features, mechanisms, SMUGGLED, streamError, success } from '../texts.js';

/** What is wrong with an address. */
export const ADDRESS_LIES: readonly Lie[] = [
  { what: 'features without a way to bind', at: 'restart', says: ({ header }) => [header(), features('')] },
  {
    what: 'a stanza in place of the features of after the login',
    at: 'restart',
    says: ({ header }) => [header(), SMUGGLED],
  },
  {
    what: 'the address of another account',
    at: 'bind',
    says: ({ heard }) => [bound(heard.id, 'mallory@example.org/phone')],
  },
  {
    what: 'the address of an account in another domain',
    at: 'bind',
    says: ({ heard }) => [bound(heard.id, 'alice@evil.example/phone')],
  },
  { what: 'the address of a domain', at: 'bind', says: ({ heard }) => [bound(heard.id, 'example.org/phone')] },
  { what: 'an address without a resource', at: 'bind', says: ({ heard }) => [bound(heard.id, 'alice@example.org')] },
  { what: 'an address to nobody’s request', at: 'bind', says: () => [bound('guessed', ADDRESS)] },
  {
    what: 'an address, and another one for the same request',
    at: 'bind',
    says: ({ heard }) => [bound(heard.id, ADDRESS), bound(heard.id, 'mallory@example.org/desk')],
  },
  {
    what: 'an address, and that it is not authorized',
    at: 'bind',
    says: ({ heard, close }) => [bound(heard.id, ADDRESS), streamError('not-authorized'), close],
  },
  {
    what: 'features that ask to log in again, behind the address',
    at: 'bind',
    says: ({ heard }) => [bound(heard.id, ADDRESS), features(mechanisms('PLAIN')), success()],
  },
];
