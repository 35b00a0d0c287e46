import type { Lie } from '../lie.js';
import { BIND, challenge, failure, features, HOSTILE, mechanisms, SCRAM, SMUGGLED, success } from '../texts.js';

const first = (nonce: string, iterations: number): string =>
  challenge(`r=${nonce},s=${btoa('salt of the server')},i=${iterations}`);

/** What is wrong with a login. */
export const LOGIN_LIES: readonly Lie[] = [
  { what: 'a success before any features', at: 'features', says: () => [success(), features(BIND)] },
  {
    what: 'a success behind the features, before anybody has asked to log in',
    at: 'features',
    says: () => [SCRAM, success()],
  },
  { what: 'features that offer to bind before the login', at: 'features', says: () => [features(BIND)] },
  { what: 'a nonce that does not start with ours', at: 'scram', says: () => [first('another', 4096)] },
  { what: 'our nonce and nothing more', at: 'scram', says: ({ heard }) => [first(heard.nonce, 4096)] },
  { what: 'an iteration count of 1', at: 'scram', says: ({ heard }) => [first(`${heard.nonce}x`, 1)] },
  {
    what: 'an iteration count of 4,294,967,295',
    at: 'scram',
    says: ({ heard }) => [first(`${heard.nonce}x`, 4_294_967_295)],
  },
  { what: 'a success without a challenge', at: 'scram', says: () => [success()] },
  {
    what: 'a success with a signature, without a challenge',
    at: 'scram',
    says: () => [success(btoa(`v=${btoa('0'.repeat(32))}`))],
  },
  {
    what: 'a failure with a condition that nobody knows and a text that forges a log',
    at: 'scram',
    says: () => [failure(`<hasOwnProperty/><text>${HOSTILE}</text>`)],
  },
  { what: 'a failure with nothing in it', at: 'scram', says: () => [failure('')] },
  {
    what: 'a failure that wants another mechanism where there is none',
    at: 'scram',
    says: () => [failure('<invalid-mechanism/>'), features(mechanisms('PLAIN'))],
  },
  { what: 'a stanza in place of an answer', at: 'scram', says: () => [SMUGGLED] },
  {
    what: 'stanzas behind the success, on the stream that it ends',
    at: 'plain',
    says: () => [success(), SMUGGLED],
  },
  { what: 'a second success behind the first', at: 'plain', says: () => [success(), success()] },
  {
    what: 'features that ask to log in again after the login',
    at: 'restart',
    says: ({ header }) => [header(), features(mechanisms('PLAIN'))],
  },
];
