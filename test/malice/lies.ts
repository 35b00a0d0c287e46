import type { ClientOptions } from '@sestina/client';
import {
  BIND,
  base64,
  features,
  type Heard,
  header,
  mechanisms,
  NS_BIND,
  NS_SASL,
  NS_TLS,
  type Step,
} from './lying-server.js';

/** What the error of `connect()` says at least: that it is final, where nothing else is said. */
export type Refusal = Readonly<Record<string, unknown>> & { readonly code: string };

/** One thing that a server does, and what its client has to make of it. */
export interface Lie {
  readonly what: string;
  /** The server is honest up to here. */
  readonly at: Step;
  readonly says: (heard: Heard) => string;
  readonly options?: Partial<ClientOptions>;
  /** Milliseconds in which nothing else happens. @default 2,000: as long as a server has to explain its header, or to say goodbye */
  readonly patience?: number;
  /** Part of the error of `connect()`, or the address of the session that there is all the same. */
  readonly outcome: Refusal | string;
  /** All that the client may write since. @default nothing but that it gives up, and goodbye */
  readonly writes?: RegExp;
}

const NS_STREAMS = 'urn:ietf:params:xml:ns:xmpp-streams';

// Ends a line, moves the cursor, turns the direction of writing, and goes on as if it were ours.
const HOSTILE = 'first\nWARN forged line\u009b31m\u202egnp.exe\u200f';

const success = (data = ''): string => `<success xmlns='${NS_SASL}'>${data}</success>`;
const challenge = (data: string): string => `<challenge xmlns='${NS_SASL}'>${base64(data)}</challenge>`;
const failure = (inside: string): string => `<failure xmlns='${NS_SASL}'>${inside}</failure>`;
const streamError = (inside: string): string => `<stream:error>${inside}</stream:error></stream:stream>`;
const bound = (id: string, jid: string): string =>
  `<iq type='result' id='${id}'><bind xmlns='${NS_BIND}'><jid>${jid}</jid></bind></iq>`;
const children = (count: number): string => Array.from({ length: count }, (_, i) => `<a${i} xmlns='urn:x'/>`).join('');
const message = "<message from='boss@example.org/desk' id='smuggled'><body>pay them</body></message>";
const PHONE = 'alice@example.org/phone';

const SCRAM = features(mechanisms('SCRAM-SHA-256'));

// That it gives up, and nothing else.
const GOODBYE = "(?:<abort xmlns='[^']*'/>)?(?:<stream:error>[^]*</stream:error>)?(?:</stream:stream>)?$";
/** What the client may write where nothing else is said. */
export const NOTHING_MORE = new RegExp(`^${GOODBYE}`);
// Where the lie is there already, the connection may be gone before that has left.
const LOGS_IN = new RegExp(`^(?:<auth [^>]*mechanism='SCRAM-SHA-256'[^>]*>[^<]*</auth>)?${GOODBYE}`);
const ASKS = new RegExp(`^<iq [^>]*><bind [^>]*>[^]*?</bind></iq>${GOODBYE}`);

const refusedStream = (condition: string): Refusal => ({ code: 'ERR_STREAM', condition });
const refusedLogin = (reason: string): Refusal => ({ code: 'ERR_AUTH', reason });
const TOO_MUCH = { code: 'ERR_RECEIVE_LIMIT', condition: 'policy-violation' };

/** What is wrong with a stream. */
const STREAM: readonly Lie[] = [
  {
    what: 'features before any header',
    at: 'header',
    says: () => SCRAM,
    outcome: { code: 'ERR_NOT_XMPP', retryable: true },
  },
  {
    what: 'a header from another domain',
    at: 'header',
    says: () => header("id='s1' from='evil.example'") + SCRAM,
    outcome: refusedStream('invalid-from'),
  },
  {
    what: 'a header from another domain after the login',
    at: 'restart',
    says: () => header("id='s2' from='evil.example'") + features(BIND),
    outcome: refusedStream('invalid-from'),
  },
  {
    what: 'a second header on the same stream',
    at: 'features',
    says: () => header("id='s2' from='evil.example'").replace(/^<\?xml.*?\?>/, '') + SCRAM,
    outcome: refusedStream('bad-format'),
  },
  {
    what: 'a second header behind an XML declaration',
    at: 'features',
    says: () => header("id='s2' from='evil.example'") + SCRAM,
    outcome: refusedStream('restricted-xml'),
  },
  {
    what: 'features twice',
    at: 'features',
    says: () => SCRAM + features(mechanisms('PLAIN')),
    outcome: refusedLogin('sasl-abort'),
    writes: LOGS_IN,
  },
  {
    what: 'features twice after the login',
    at: 'restart',
    says: () => header("id='s2' from='example.org'") + features(BIND) + features(mechanisms('PLAIN')),
    patience: 60_000,
    outcome: { code: 'ERR_TIMEOUT', retryable: true },
    writes: ASKS,
  },
  {
    what: 'features of 10,000 children',
    at: 'features',
    says: () => features(children(10_000)),
    outcome: TOO_MUCH,
  },
  {
    what: 'features of 2,000 children, and no way to log in among them',
    at: 'features',
    says: () => features(children(2_000)),
    outcome: { code: 'ERR_NEGOTIATION' },
  },
  {
    what: 'five hundred mechanisms with names that forge a log',
    at: 'features',
    says: () => features(mechanisms(...Array.from({ length: 500 }, () => HOSTILE))),
    outcome: refusedLogin('no-mechanism'),
  },
  {
    what: 'elements within each other, a thousand deep',
    at: 'features',
    says: () => features('<a>'.repeat(1_000) + '</a>'.repeat(1_000)),
    outcome: TOO_MUCH,
  },
  {
    what: 'white space without end in place of the features',
    at: 'features',
    says: () => ' '.repeat(1_048_576),
    patience: 60_000,
    outcome: { code: 'ERR_TIMEOUT', retryable: true },
  },
  {
    what: 'an element without end in place of the features',
    at: 'features',
    says: () => `<stream:features>${' '.repeat(1_048_576)}`,
    outcome: TOO_MUCH,
  },
  {
    what: 'a stream error with a text of one megabyte',
    at: 'features',
    says: () =>
      streamError(
        `<policy-violation xmlns='${NS_STREAMS}'/><text xmlns='${NS_STREAMS}'>${'x'.repeat(1_048_576)}</text>`,
      ),
    outcome: TOO_MUCH,
  },
  {
    what: 'a stream error with a text that forges a log',
    at: 'features',
    says: () => streamError(`<policy-violation xmlns='${NS_STREAMS}'/><text xmlns='${NS_STREAMS}'>${HOSTILE}</text>`),
    outcome: refusedStream('policy-violation'),
  },
  {
    what: 'a stream error with a condition that nobody knows',
    at: 'features',
    says: () => streamError(`<constructor xmlns='${NS_STREAMS}'/>`),
    outcome: { ...refusedStream('undefined-condition'), retryable: true },
  },
  {
    what: 'see-other-host to this machine',
    at: 'features',
    says: () => streamError(`<see-other-host xmlns='${NS_STREAMS}'>127.0.0.1:5222</see-other-host>`),
    outcome: { code: 'ERR_REDIRECT' },
  },
  {
    what: 'the end of the stream in place of the features',
    at: 'features',
    says: () => '</stream:stream>',
    outcome: { code: 'ERR_CONNECTION_LOST', retryable: true },
  },
];

/** What is wrong before TLS. */
const TLS: readonly Lie[] = [
  {
    what: 'mechanisms without TLS',
    at: 'clear',
    says: () => header() + features(mechanisms('SCRAM-SHA-256', 'PLAIN')),
    outcome: { code: 'ERR_TLS_REQUIRED' },
  },
  {
    what: 'nothing but PLAIN without TLS, to a client that may do without TLS',
    at: 'clear',
    says: () => header() + features(mechanisms('PLAIN')),
    options: { tls: { required: false } },
    outcome: refusedLogin('no-mechanism'),
  },
  {
    what: 'a success in place of the go-ahead for TLS',
    at: 'starttls',
    says: () => success(),
    outcome: { code: 'ERR_NEGOTIATION' },
  },
  {
    what: 'features of after the login behind the go-ahead for TLS',
    at: 'starttls',
    says: () => `<proceed xmlns='${NS_TLS}'/>${header()}${features(BIND)}`,
    outcome: { code: 'ERR_TLS_INJECTION' },
  },
  {
    what: 'the half of a stanza behind the go-ahead for TLS',
    at: 'starttls',
    says: () => `<proceed xmlns='${NS_TLS}'/><message from='boss@example.org'`,
    outcome: { code: 'ERR_TLS_INJECTION' },
  },
];

const FIRST = (nonce: string, iterations: number | string): string =>
  challenge(`r=${nonce},s=${base64('salt of the server')},i=${iterations}`);

/** What is wrong with a login. */
const SASL: readonly Lie[] = [
  {
    what: 'a success before any features',
    at: 'features',
    says: () => success() + features(BIND),
    outcome: refusedStream('unsupported-stanza-type'),
  },
  {
    what: 'a success behind the features, before anybody has asked to log in',
    at: 'features',
    says: () => SCRAM + success(),
    outcome: refusedLogin('server-not-authenticated'),
    writes: LOGS_IN,
  },
  {
    what: 'features that offer to bind before the login',
    at: 'features',
    says: () => features(BIND),
    outcome: { code: 'ERR_NEGOTIATION' },
  },
  {
    what: 'a nonce that does not start with ours',
    at: 'scram',
    says: () => FIRST('another', 4096),
    outcome: refusedLogin('sasl-abort'),
  },
  {
    what: 'our nonce and nothing more',
    at: 'scram',
    says: ({ nonce }) => FIRST(nonce, 4096),
    outcome: refusedLogin('sasl-abort'),
  },
  {
    what: 'an iteration count of 1',
    at: 'scram',
    says: ({ nonce }) => FIRST(`${nonce}x`, 1),
    outcome: refusedLogin('sasl-abort'),
  },
  {
    what: 'an iteration count of 4,294,967,295',
    at: 'scram',
    says: ({ nonce }) => FIRST(`${nonce}x`, 4_294_967_295),
    outcome: refusedLogin('sasl-abort'),
  },
  {
    what: 'a success without a challenge',
    at: 'scram',
    says: () => success(),
    outcome: refusedLogin('server-not-authenticated'),
  },
  {
    what: 'a success with a signature, without a challenge',
    at: 'scram',
    says: () => success(base64(`v=${base64('0'.repeat(32))}`)),
    outcome: refusedLogin('server-not-authenticated'),
  },
  {
    what: 'a failure with a condition that nobody knows and a text that forges a log',
    at: 'scram',
    says: () => failure(`<hasOwnProperty/><text>${HOSTILE}</text>`),
    outcome: refusedLogin('not-authorized'),
  },
  {
    what: 'a failure with nothing in it',
    at: 'scram',
    says: () => failure(''),
    outcome: refusedLogin('not-authorized'),
  },
  {
    what: 'a failure that wants another mechanism where there is none',
    at: 'scram',
    says: () => failure('<invalid-mechanism/>') + features(mechanisms('PLAIN')),
    outcome: refusedLogin('invalid-mechanism'),
  },
  {
    what: 'a stanza in place of an answer',
    at: 'scram',
    says: () => message,
    outcome: refusedLogin('sasl-abort'),
  },
  {
    what: 'stanzas behind the success, on the stream that it ends',
    at: 'plain',
    says: () => success() + message,
    outcome: refusedStream('bad-format'),
  },
  {
    what: 'a second success behind the first',
    at: 'plain',
    says: () => success() + success(),
    outcome: refusedStream('bad-format'),
  },
  {
    what: 'features that ask to log in again after the login',
    at: 'restart',
    says: () => header("id='s2' from='example.org'") + features(mechanisms('PLAIN')),
    outcome: { code: 'ERR_NEGOTIATION' },
  },
];

/** What is wrong with an address. */
const ADDRESS: readonly Lie[] = [
  {
    what: 'features without a way to bind',
    at: 'restart',
    says: () => header("id='s2' from='example.org'") + features(''),
    outcome: { code: 'ERR_NEGOTIATION' },
  },
  {
    what: 'a stanza in place of the features of after the login',
    at: 'restart',
    says: () => header("id='s2' from='example.org'") + message,
    outcome: refusedStream('unsupported-stanza-type'),
  },
  {
    what: 'the address of another account',
    at: 'bind',
    says: ({ id }) => bound(id, 'mallory@example.org/phone'),
    outcome: refusedLogin('invalid-authzid'),
  },
  {
    what: 'the address of an account in another domain',
    at: 'bind',
    says: ({ id }) => bound(id, 'alice@evil.example/phone'),
    outcome: refusedLogin('invalid-authzid'),
  },
  {
    what: 'the address of a domain',
    at: 'bind',
    says: ({ id }) => bound(id, 'example.org/phone'),
    outcome: refusedLogin('invalid-authzid'),
  },
  {
    what: 'an address without a resource',
    at: 'bind',
    says: ({ id }) => bound(id, 'alice@example.org'),
    outcome: { code: 'ERR_NEGOTIATION' },
  },
  {
    what: 'an address to nobody’s request',
    at: 'bind',
    says: () => bound('guessed', PHONE),
    patience: 60_000,
    outcome: { code: 'ERR_TIMEOUT', retryable: true },
  },
  {
    what: 'an address, and another one for the same request',
    at: 'bind',
    says: ({ id }) => bound(id, PHONE) + bound(id, 'mallory@example.org/desk'),
    outcome: PHONE,
  },
  {
    what: 'features that ask to log in again, behind the address',
    at: 'bind',
    says: ({ id }) => bound(id, PHONE) + features(mechanisms('PLAIN')) + success(),
    outcome: PHONE,
  },
];

/** All of them, by what they lie about. */
export const LIES: Readonly<Record<string, readonly Lie[]>> = { stream: STREAM, TLS, login: SASL, address: ADDRESS };
