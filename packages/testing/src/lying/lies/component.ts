import type { Lie } from '../lie.js';
import { features, HOSTILE, mechanisms, SMUGGLED, streamError } from '../texts.js';

const HANDSHAKE = '<handshake/>';
const message = (attributes: string): string => `<message ${attributes} id='smuggled'><body>pay them</body></message>`;
const OURS = message("from='boss@example.org/desk' to='bot.example.org'");
const component = (what: string, at: Lie['at'], says: Lie['says']): Lie => ({ what, at, says, by: 'stream' });

/** What is wrong with the stream of a component (XEP-0114). */
export const COMPONENT_LIES: readonly Lie[] = [
  component('the answer to a handshake before any header', 'header', () => [HANDSHAKE]),
  component('a component’s header from another domain', 'header', ({ header }) => [
    header("id='s1' from='evil.example'"),
  ]),
  component('a component’s header without an id', 'header', ({ header }) => [header("from='bot.example.org'")]),
  component('a component’s header with an empty id', 'header', ({ header }) => [
    header("id='' from='bot.example.org'"),
  ]),
  component('a component’s stream in the namespace of clients', 'header', ({ header }) => [
    header().replace('jabber:component:accept', 'jabber:client'),
  ]),
  component('the answer to a handshake that was not made yet', 'header', ({ header }) => [header(), HANDSHAKE]),
  component('the answer to a handshake, and stanzas, before it was made', 'header', ({ header }) => [
    header(),
    HANDSHAKE,
    OURS,
  ]),
  component('a stanza before the handshake is answered', 'handshake', () => [OURS, HANDSHAKE]),
  component('features and mechanisms in place of an answer', 'handshake', () => [features(mechanisms('PLAIN'))]),
  component('a handshake of another namespace', 'handshake', () => ["<handshake xmlns='urn:other'/>"]),
  component('a handshake answered twice', 'handshake', () => [HANDSHAKE, HANDSHAKE]),
  component('a handshake answered, and refused', 'handshake', ({ close }) => [
    HANDSHAKE,
    streamError('not-authorized'),
    close,
  ]),
  component('a handshake refused, and answered', 'handshake', () => [streamError('not-authorized'), HANDSHAKE]),
  component('a handshake refused with a text that forges a log', 'handshake', ({ close }) => [
    streamError('not-authorized', '', HOSTILE),
    close,
  ]),
  component('the end of the stream in place of an answer', 'handshake', ({ close }) => [close]),
  component('a redirect in place of an answer', 'handshake', ({ close }) => [
    streamError('see-other-host', 'evil.example:5347'),
    close,
  ]),
  component('nothing in place of an answer', 'handshake', () => [' ']),
  component('a stanza for another domain', 'session', () => [message("from='bob@example.org' to='carol@example.net'")]),
  component('a stanza for a domain that ends like ours', 'session', () => [
    message("from='bob@example.org' to='carol@evil-bot.example.org'"),
  ]),
  component('a stanza for nobody', 'session', () => [message("from='bob@example.org'")]),
  component('a stanza from nobody', 'session', () => [message("to='bot.example.org'")]),
  component('a stanza from an address that is none', 'session', () => [message("from='@' to='bot.example.org'")]),
  component('another handshake in a session', 'session', () => [HANDSHAKE]),
  component('a stanza of another namespace', 'session', () => [
    SMUGGLED.replace('<message', "<message xmlns='urn:other'"),
  ]),
];
