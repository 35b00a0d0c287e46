import type { ClientOptions } from '@sestina/client';
import type { LIES } from '@sestina/testing';

/** What an error says at least: that it is final, where nothing else is said. */
export type Refusal = Readonly<Record<string, unknown>> & { readonly code: string };

/** What has to come of a lie. */
export interface Expected {
  /** Part of the error of `connect()`; left out: there is a session. */
  readonly refusal?: Refusal | undefined;
  /** Part of the error that the session ends with, last; left out: it goes on. */
  readonly ends?: Refusal | undefined;
  /** All that may be written since. @default nothing but that it gives up, and goodbye */
  readonly writes?: RegExp | undefined;
  /** Milliseconds in which nothing else happens. @default 2,000: as long as a server has to explain its header, or to say goodbye */
  readonly patience?: number | undefined;
  readonly options?: Partial<ClientOptions> | undefined;
  /** Whether it had an address for a moment. @default false */
  readonly bound?: boolean | undefined;
  /** Messages that count. @default none */
  readonly messages?: number | undefined;
  /** Where stanzas are counted: what became of each of the three. */
  readonly sendings?: readonly string[] | undefined;
  /** Where frames are sent, what is different. */
  readonly framed?: Omit<Expected, 'framed'> | undefined;
}

// That it gives up, and nothing else.
const GIVES_UP =
  '(?:<abort [^>]*/>)?(?:<(stream:)?error[ >][^]*</(stream:)?error>)?(?:</stream:stream>|<close [^>]*/>)?$';
/** What may be written where nothing else is said. */
export const NOTHING_MORE = new RegExp(`^${GIVES_UP}`);
const only = (element: string): RegExp => new RegExp(`^(?:${element})${GIVES_UP}`);
// Where the lie is there already, the connection may be gone before that has left.
const LOGS_IN = only("(?:<auth [^>]*mechanism='SCRAM-SHA-256'[^>]*>[^<]*</auth>)?");
const ASKS_FOR_ADDRESS = '<iq [^>]*><bind [^>]*>[^]*?</bind></iq>';
const ACKS = "(?:<[ar] xmlns='urn:xmpp:sm:3'[^>]*/>)*";

const refused = (refusal: Refusal, more: Omit<Expected, 'refusal'> = {}): Expected => ({ refusal, ...more });
const ended = (ends: Refusal, more: Omit<Expected, 'ends'> = {}): Expected => ({ ends, ...more });
const stream = (condition: string): Refusal => ({ code: 'ERR_STREAM', condition });
const login = (reason: string): Refusal => ({ code: 'ERR_AUTH', reason });
const LIMIT = { code: 'ERR_RECEIVE_LIMIT', condition: 'policy-violation' };
const NEGOTIATION = { code: 'ERR_NEGOTIATION' };
const REDIRECT = { code: 'ERR_REDIRECT' };
const LOST = { code: 'ERR_CONNECTION_LOST', retryable: true };
const NOT_XMPP = { code: 'ERR_NOT_XMPP', retryable: true };
/** It waits, and not for ever. */
const HANGS = refused({ code: 'ERR_TIMEOUT', retryable: true }, { patience: 60_000 });

const OF_STREAMS: Readonly<Record<string, Expected>> = {
  'features before any header': refused(NOT_XMPP),
  'a header from another domain': refused(stream('invalid-from')),
  'a header from another domain after the login': refused(stream('invalid-from')),
  'a header without an id': refused(stream('bad-format')),
  'a header with an empty id': refused(stream('bad-format')),
  'no new header after the login': refused(stream('not-well-formed'), { framed: refused(stream('invalid-namespace')) }),
  'a second header on the same stream': refused(stream('bad-format')),
  'a second header behind an XML declaration': refused(stream('restricted-xml')),
  'features twice': refused(login('sasl-abort'), { writes: LOGS_IN }),
  'features twice after the login': { ...HANGS, writes: only(ASKS_FOR_ADDRESS) },
  'features of 10,000 children': refused(LIMIT),
  'features of 2,000 children, and no way to log in among them': refused(NEGOTIATION),
  'five hundred mechanisms with names that forge a log': refused(login('no-mechanism')),
  'elements within each other, a thousand deep': refused(LIMIT),
  'white space without end in place of the features': { ...HANGS, framed: refused(stream('bad-format')) },
  'an element without end in place of the features': refused({ ...LIMIT, option: 'limits.maxStanzaBytesBeforeLogin' }),
  'a stream error with a text of one megabyte': refused(LIMIT),
  'a stream error with a text that forges a log': refused(stream('policy-violation')),
  'a stream error with a condition that nobody knows': refused({ ...stream('undefined-condition'), retryable: true }),
  'see-other-host to this machine': refused(REDIRECT),
  'the end of the stream in place of the features': refused(LOST),
};

const OF_TLS: Readonly<Record<string, Expected>> = {
  'mechanisms without TLS': refused({ code: 'ERR_TLS_REQUIRED' }),
  'nothing but PLAIN without TLS, to a client that may do without TLS': refused(login('no-mechanism'), {
    options: { tls: { required: false } },
  }),
  'the go-ahead for TLS before it was asked for': { ...HANGS, writes: only('<starttls [^>]*/>') },
  'a success in place of the go-ahead for TLS': refused(NEGOTIATION),
  'features of after the login behind the go-ahead for TLS': refused({ code: 'ERR_TLS_INJECTION' }),
  'the half of a stanza behind the go-ahead for TLS': refused({ code: 'ERR_TLS_INJECTION' }),
};

const OF_LOGINS: Readonly<Record<string, Expected>> = {
  'a success before any features': refused(stream('unsupported-stanza-type')),
  'a success behind the features, before anybody has asked to log in': refused(login('server-not-authenticated'), {
    writes: LOGS_IN,
  }),
  'features that offer to bind before the login': refused(NEGOTIATION),
  'a nonce that does not start with ours': refused(login('sasl-abort')),
  'our nonce and nothing more': refused(login('sasl-abort')),
  'an iteration count of 1': refused(login('sasl-abort')),
  'an iteration count of 4,294,967,295': refused(login('sasl-abort')),
  'a success without a challenge': refused(login('server-not-authenticated')),
  'a success with a signature, without a challenge': refused(login('server-not-authenticated')),
  'a failure with a condition that nobody knows and a text that forges a log': refused(login('not-authorized')),
  'a failure with nothing in it': refused(login('not-authorized')),
  'a failure that wants another mechanism where there is none': refused(login('invalid-mechanism')),
  'a stanza in place of an answer': refused(login('sasl-abort')),
  'stanzas behind the success, on the stream that it ends': refused(stream('bad-format')),
  'a second success behind the first': refused(stream('bad-format')),
  'features that ask to log in again after the login': refused(NEGOTIATION),
};

const OF_ADDRESSES: Readonly<Record<string, Expected>> = {
  'features without a way to bind': refused(NEGOTIATION),
  'a stanza in place of the features of after the login': refused(stream('unsupported-stanza-type')),
  'the address of another account': refused(login('invalid-authzid')),
  'the address of an account in another domain': refused(login('invalid-authzid')),
  'the address of a domain': refused(login('invalid-authzid')),
  'an address without a resource': refused(NEGOTIATION),
  'an address to nobody’s request': HANGS,
  'an address, and another one for the same request': {},
  'an address, and that it is not authorized': refused(stream('not-authorized'), { bound: true }),
  'features that ask to log in again, behind the address': {},
};

const OF_FRAMES: Readonly<Record<string, Expected>> = {
  'a stream header of RFC 6120 in place of <open/>': refused(NOT_XMPP),
  'an <open/> of another namespace': refused(stream('invalid-namespace')),
  'an <open/> of no version': refused(stream('unsupported-version')),
  'features within <open/>': HANGS,
  'an <open/> that is left open': refused(NOT_XMPP),
  '<open/> twice in one frame': refused(NOT_XMPP),
  '<close/> before any <open/>': refused(LOST),
  '<close/> and features behind it': refused(LOST),
  'see-other-uri to this machine': refused(REDIRECT),
  'see-other-uri without TLS': refused(REDIRECT),
  'see-other-uri that is no address of a WebSocket': refused(REDIRECT),
  'features and mechanisms in one frame': refused(stream('bad-format')),
  'two stanzas in one frame, behind the login': refused(stream('bad-format')),
  'the end of a stream of RFC 6120': refused(stream('not-well-formed')),
  'an element without a namespace': refused(stream('invalid-namespace')),
  'a comment': refused(stream('restricted-xml')),
  'a document type': refused(stream('restricted-xml')),
  'half of an element, and the other half in the next frame': refused(stream('bad-format')),
  'a prefix that was declared in another frame': refused(stream('not-well-formed')),
};

const COUNTED = only(ACKS);
const waiting = (sendings: readonly string[]): Expected => ({ sendings, writes: COUNTED });
const NONE = ['written', 'written', 'written'];
const TOO_MANY = { ...stream('undefined-condition'), retryable: true };
const LOST_THEM = { sendings: ['unknown', 'unknown', 'unknown'], writes: COUNTED };
// What it asks for on the next connection, and no stanza.
const BEGINS_ANEW = { sendings: NONE, options: { reconnect: { base: 1, max: 1 } }, writes: /^(?!.*<message)/s };

const OF_MANAGEMENT: Readonly<Record<string, Expected>> = {
  '<enabled/> twice, the second with another id': waiting(NONE),
  '<enabled/> that can be resumed by nothing': waiting(NONE),
  '<enabled/>, and that it has failed': waiting(NONE),
  'an acknowledgement before <enabled/>': waiting(NONE),
  '<resumed/> in place of <enabled/>': ended(
    { code: 'ERR_CONNECTION_LOST', retryable: true },
    { ...LOST_THEM, patience: 60_000 },
  ),
  'more stanzas acknowledged than were sent': ended(TOO_MANY, LOST_THEM),
  'stanzas acknowledged, and fewer of them then': waiting(['acked', 'acked', 'written']),
  'the same stanzas acknowledged twice': waiting(['acked', 'acked', 'written']),
  'an acknowledgement that is no number': ended(stream('bad-format'), LOST_THEM),
  'an acknowledgement of less than nothing': ended(stream('bad-format'), LOST_THEM),
  'an acknowledgement of more than 32 bits': ended(stream('bad-format'), LOST_THEM),
  'an acknowledgement without a number': ended(stream('bad-format'), LOST_THEM),
  '<enabled/> that nobody asked for': waiting(NONE),
  '<resumed/> that nobody asked for': waiting(NONE),
  'a request for the count a thousand times': waiting(NONE),
  'another session resumed': ended(LOST, BEGINS_ANEW),
  'a session resumed without a count': ended(LOST, BEGINS_ANEW),
  'a session resumed with more stanzas than were sent': ended(LOST, BEGINS_ANEW),
  'a session that is enabled in place of resumed': ended(LOST, BEGINS_ANEW),
  'a stanza in place of the resumed session': ended(LOST, BEGINS_ANEW),
  'a session that is gone, with more stanzas than were sent': ended(LOST, BEGINS_ANEW),
  'a session resumed twice': ended(LOST, {
    ...BEGINS_ANEW,
    writes: new RegExp(`^(?:<message [^>]*><body>(?:one|two|three)</body></message>){3}${ACKS}$`),
  }),
};

const OF_COMPONENTS: Readonly<Record<string, Expected>> = {
  'the answer to a handshake before any header': refused(NOT_XMPP),
  'a component’s header from another domain': refused(stream('invalid-from')),
  'a component’s header without an id': refused(stream('bad-format')),
  'a component’s header with an empty id': refused(stream('bad-format')),
  'a component’s stream in the namespace of clients': refused(stream('invalid-namespace')),
  'the answer to a handshake that was not made yet': refused(NEGOTIATION),
  'the answer to a handshake, and stanzas, before it was made': refused(NEGOTIATION),
  'a stanza before the handshake is answered': refused(NEGOTIATION),
  'features and mechanisms in place of an answer': refused(NEGOTIATION),
  'a handshake of another namespace': refused(NEGOTIATION),
  'a handshake answered twice': ended(stream('unsupported-stanza-type')),
  'a handshake answered, and refused': refused(stream('not-authorized'), { bound: true }),
  'a handshake refused, and answered': refused({ code: 'ERR_HANDSHAKE' }),
  'a handshake refused with a text that forges a log': refused({ code: 'ERR_HANDSHAKE' }),
  'the end of the stream in place of an answer': refused(LOST),
  'a redirect in place of an answer': refused(stream('see-other-host')),
  'nothing in place of an answer': HANGS,
  'a stanza for another domain': {},
  'a stanza for a domain that ends like ours': {},
  // Then it is for the component itself.
  'a stanza for nobody': { messages: 1 },
  'a stanza from nobody': {},
  'a stanza from an address that is none': {},
  'another handshake in a session': ended(stream('unsupported-stanza-type')),
  'a stanza of another namespace': ended(stream('invalid-namespace')),
};

const OUTCOMES: Readonly<Record<keyof typeof LIES, Readonly<Record<string, Expected>>>> = {
  stream: OF_STREAMS,
  tls: OF_TLS,
  login: OF_LOGINS,
  address: OF_ADDRESSES,
  frames: OF_FRAMES,
  management: OF_MANAGEMENT,
  component: OF_COMPONENTS,
};

/** What has to come of a lie. */
export function expectedOf(about: keyof typeof LIES, what: string, framed: boolean): Expected {
  const found = OUTCOMES[about][what];
  if (!found) throw new Error(`nothing is written down about '${what}'`);
  return (framed && found.framed) || found;
}
