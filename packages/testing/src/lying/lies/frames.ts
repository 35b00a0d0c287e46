import type { Lie } from '../lie.js';
import { BIND, features, mechanisms, SCRAM, SMUGGLED, success } from '../texts.js';

const FRAMING = "xmlns='urn:ietf:params:xml:ns:xmpp-framing'";
const open = (attributes: string, namespace = FRAMING, inside = ''): string =>
  `<open ${namespace} version='1.0' ${attributes}>${inside}</open>`;
const HONEST = "id='s1' from='example.org'";
const elsewhere = (uri: string): string => `<close ${FRAMING} see-other-uri='${uri}'/>`;
const framed = (what: string, at: Lie['at'], says: Lie['says']): Lie => ({ what, at, says, by: 'frames' });

/** What is wrong with the frames of a WebSocket (RFC 7395). */
export const FRAME_LIES: readonly Lie[] = [
  framed('a stream header of RFC 6120 in place of <open/>', 'header', () => [
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s1' version='1.0'/>",
  ]),
  framed('an <open/> of another namespace', 'header', () => [open(HONEST, "xmlns='urn:other'"), SCRAM]),
  framed('an <open/> of no version', 'header', () => [open(HONEST).replace(" version='1.0'", ''), SCRAM]),
  framed('features within <open/>', 'header', () => [
    open(HONEST, `${FRAMING} xmlns:stream='http://etherx.jabber.org/streams'`, SCRAM),
  ]),
  framed('an <open/> that is left open', 'header', () => [`<open ${FRAMING} version='1.0' ${HONEST}>`, SCRAM]),
  framed('<open/> twice in one frame', 'header', () => [open(HONEST) + open("id='s2' from='evil.example'")]),
  framed('<close/> before any <open/>', 'header', ({ close }) => [close]),
  framed('<close/> and features behind it', 'features', ({ close }) => [close, SCRAM]),
  framed('see-other-uri to this machine', 'header', () => [elsewhere('wss://127.0.0.1/xmpp')]),
  framed('see-other-uri without TLS', 'features', () => [elsewhere('ws://elsewhere.example/xmpp')]),
  framed('see-other-uri that is no address of a WebSocket', 'features', () => [elsewhere('javascript:alert(1)')]),
  framed('features and mechanisms in one frame', 'features', () => [
    SCRAM.replace('>', " xmlns:stream='http://etherx.jabber.org/streams'>") + success(),
  ]),
  framed('two stanzas in one frame, behind the login', 'restart', ({ header }) => [
    header(),
    features(BIND),
    `<message xmlns='jabber:client'/>${SMUGGLED}`,
  ]),
  framed('the end of a stream of RFC 6120', 'features', () => ['</stream:stream>']),
  framed('an element without a namespace', 'features', () => ['<features/>']),
  framed('a comment', 'features', () => ['<!-- features -->']),
  framed('a document type', 'features', () => ["<!DOCTYPE features [<!ENTITY a 'a'>]><features>&a;</features>"]),
  framed('half of an element, and the other half in the next frame', 'features', () => [
    "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>",
    `${mechanisms('SCRAM-SHA-256')}</stream:features>`,
  ]),
  framed('a prefix that was declared in another frame', 'features', () => ['<sasl:mechanisms/>']),
];
