import { concat, constantTimeEqual, utf8 } from './bytes.js';
import { required } from './credentials.js';
import { SaslProtocolError, ServerAuthenticationError } from './errors.js';
import {
  type ChannelBindingType,
  type SaslCredentials,
  type SaslEnvironment,
  type SaslExchange,
  SaslMechanism,
} from './mechanism.js';
import type { ScramHash } from './scram/crypto.js';
import { scramCrypto } from './scram/platform-crypto.js';

const TYPES = {
  EXPR: 'tls-exporter',
  UNIQ: 'tls-unique',
  ENDP: 'tls-server-end-point',
} as const satisfies Readonly<Record<string, ChannelBindingType>>;

/** What an HT mechanism binds to: nothing, or a type of channel binding by its abbreviation. */
export type HtBinding = 'NONE' | keyof typeof TYPES;

/**
 * HT (draft-schmaus-kitten-sasl-ht-09): shows in one message that we know a token which the server gave out, and has the server show
 * that it knows it too. `hashedToken` of the credentials is that token. Not among the built-in mechanisms: XEP-0484 says when one is used.
 */
export class HtMechanism extends SaslMechanism {
  readonly name: string;
  readonly strength: number;
  readonly needsTls = true;
  readonly #hash: ScramHash;
  readonly #type: ChannelBindingType | undefined;

  constructor(hash: Exclude<ScramHash, 'SHA-1'>, binding: HtBinding) {
    super();
    this.name = `HT-${hash}-${binding}`;
    this.strength = binding === 'NONE' ? 40 : 45;
    this.#hash = hash;
    this.#type = binding === 'NONE' ? undefined : TYPES[binding];
  }

  /**
   * The mechanism of that name that can work on this connection; undefined where there is none.
   * @param channelBindingTypes Those for which this side has data.
   */
  static named(name: string, channelBindingTypes: readonly ChannelBindingType[]): HtMechanism | undefined {
    const [, hash, binding] = /^HT-(SHA-256|SHA-512)-(NONE|EXPR|UNIQ|ENDP)$/.exec(name) ?? [];
    if (hash === undefined || binding === undefined) return undefined;
    const mechanism = new HtMechanism(hash as 'SHA-256' | 'SHA-512', binding as HtBinding);
    return mechanism.#type === undefined || channelBindingTypes.includes(mechanism.#type) ? mechanism : undefined;
  }

  usable(credentials: SaslCredentials, { channelBindingTypes }: SaslEnvironment): boolean {
    if (!credentials.username || !credentials.hashedToken) return false;
    return this.#type === undefined || channelBindingTypes.includes(this.#type);
  }

  start(credentials: SaslCredentials, environment: SaslEnvironment): SaslExchange {
    return new HtExchange(this.#hash, this.#type, { ...credentials }, environment);
  }
}

class HtExchange implements SaslExchange {
  readonly #hash: ScramHash;
  readonly #type: ChannelBindingType | undefined;
  readonly #environment: SaslEnvironment;
  #credentials: SaslCredentials | undefined;
  #expected: Uint8Array | undefined;

  constructor(
    hash: ScramHash,
    type: ChannelBindingType | undefined,
    credentials: SaslCredentials,
    environment: SaslEnvironment,
  ) {
    this.#hash = hash;
    this.#type = type;
    this.#credentials = credentials;
    this.#environment = environment;
  }

  async initial(): Promise<Uint8Array> {
    const credentials = this.#credentials;
    if (credentials === undefined) throw new TypeError('an exchange serves one authentication: start() another');
    this.#credentials = undefined;
    const username = required('username', credentials.username);
    const token = utf8(required('hashedToken', credentials.hashedToken));
    const data = await this.#bindingData();
    const crypto = await scramCrypto();
    this.#expected = await crypto.hmac(this.#hash, token, concat(utf8('Responder'), data));
    return concat(utf8(`${username}\0`), await crypto.hmac(this.#hash, token, concat(utf8('Initiator'), data)));
  }

  async respond(): Promise<Uint8Array> {
    this.#expected = undefined;
    throw new SaslProtocolError('unexpected-challenge', 'a token is shown in one message, and no challenge can follow');
  }

  async success(additional: Uint8Array | undefined): Promise<void> {
    const expected = this.#expected;
    this.#expected = undefined;
    if (expected && additional && constantTimeEqual(expected, additional)) return;
    throw new ServerAuthenticationError(
      additional ? 'it does not know the token' : 'it reports success without showing that it knows the token',
    );
  }

  async #bindingData(): Promise<Uint8Array> {
    if (this.#type === undefined) return new Uint8Array(0);
    const data = await this.#environment.channelBinding(this.#type);
    if (data !== undefined && data.length > 0) return data;
    throw new SaslProtocolError(
      'channel-binding-unavailable',
      `this connection has no ${this.#type} to bind a token to`,
    );
  }
}
