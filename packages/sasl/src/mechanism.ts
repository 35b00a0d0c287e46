import type { RefusedError } from './errors.js';
import type { ScramKeyCache } from './scram/key-cache.js';

/** What a user can authenticate with. Every field is optional; a mechanism is used only if it has all it needs. */
export interface SaslCredentials {
  /** The name to log in with: in XMPP the localpart. */
  username?: string | undefined;
  password?: string | undefined;
  /** Whom to act as, where that is not the one who logs in. */
  authzid?: string | undefined;
  /** The OAuth 2.0 access token for OAUTHBEARER. */
  token?: string | undefined;
  /** The token that the server gave out, for the HT mechanisms (XEP-0484). */
  hashedToken?: string | undefined;
  /** The host connected to, for OAUTHBEARER. */
  host?: string | undefined;
  /** The port connected to, for OAUTHBEARER. */
  port?: number | undefined;
  /** ANONYMOUS is wanted. Default false: it is never used unasked. */
  anonymous?: boolean | undefined;
  /** EXTERNAL is wanted, that is, a client certificate was given to TLS. Default false. */
  external?: boolean | undefined;
  /** ANONYMOUS: what to tell the server's log, at most 255 characters. Default: nothing. */
  trace?: string | undefined;
}

/** RFC 9266, RFC 5929. `tls-unique` is only for versions below TLS 1.3. */
export type ChannelBindingType = 'tls-exporter' | 'tls-server-end-point' | 'tls-unique';

/** What a mechanism may know of the connection. */
export interface SaslEnvironment {
  /** TLS is on. */
  readonly secure: boolean;
  /** The version of TLS, as `TLSv1.3`; undefined where there is none, or where nobody can know. */
  readonly tlsVersion?: string | undefined;
  /** Bytes from a cryptographic generator. */
  randomBytes(length: number): Uint8Array;
  /** Types for which data can be had, best first; `tls-unique` only below TLS 1.3. Empty where there is no way to it. */
  readonly channelBindingTypes: readonly ChannelBindingType[];
  /** The types the server advertises (XEP-0440); undefined if it does not say. */
  readonly serverChannelBindingTypes?: readonly string[] | undefined;
  /** The binding data; undefined if this connection has none of this type after all. */
  channelBinding(type: ChannelBindingType): Promise<Uint8Array | undefined>;
  /** The whole list as the server sent it, of the profile in use (RFC 6120 or XEP-0388): XEP-0474 checks it. */
  readonly offeredMechanisms: readonly string[];
  /**
   * Whether that list is one of XEP-0388, where a server that binds channels has to say with which types (XEP-0440 rules 4 and 5).
   * Default false.
   */
  readonly sasl2?: boolean | undefined;
  /** Keeps what SCRAM derived from the password, so that logging in again is cheap. Default: nothing is kept. */
  readonly scramKeyCache?: ScramKeyCache | undefined;
  /**
   * Gets the attributes of the first message of a SCRAM server, extensions among them, before anything that depends on the password
   * is sent. Throwing ends the exchange. Default: nobody looks.
   */
  scramWatch?(attributes: ReadonlyMap<string, string>): void;
}

/**
 * A factory of exchanges; an abstract class, so that it is its own injection token. Users may add their own.
 * Instances hold no secret and no state.
 */
export abstract class SaslMechanism {
  /** As registered with IANA, in capitals: `SCRAM-SHA-256-PLUS`. */
  abstract readonly name: string;
  /** For the choice: higher is stronger. The built-in ones lie between 0 and 100. */
  abstract readonly strength: number;
  /** Whether it is refused on a connection without TLS. */
  abstract readonly needsTls: boolean;
  /** Whether there is all it needs: password, token, channel binding, or that it was asked for. */
  abstract usable(credentials: SaslCredentials, environment: SaslEnvironment): boolean;
  /** Begins one authentication. The credentials are copied. */
  abstract start(credentials: SaslCredentials, environment: SaslEnvironment): SaslExchange;
}

/** One authentication, seen from the client. The bytes are those inside the base64 of the XMPP elements. */
export interface SaslExchange {
  /**
   * Initial response; undefined: none. A response of no bytes is not the same: RFC 6120 section 6.4.2 writes it as `=`.
   * @throws CredentialsError
   * @throws SaslProtocolError `channel-binding-unavailable`
   */
  initial(): Promise<Uint8Array | undefined>;
  /**
   * The answer to a challenge.
   * @throws SaslProtocolError where the challenge is against the rules or a limit
   * @throws ServerAuthenticationError
   * @throws DowngradeError where the challenge proves that the list of mechanisms was forged (XEP-0474)
   * @throws RefusedError
   */
  respond(challenge: Uint8Array): Promise<Uint8Array>;
  /**
   * Verifies what came with `<success/>`. Only after this has resolved is the stream authenticated.
   * @throws ServerAuthenticationError where the server has not proven itself
   * @throws SaslProtocolError `unexpected-success`
   */
  success(additional: Uint8Array | undefined): Promise<void>;
  /** What the server said of its refusal before the `<failure/>` that is to come, to be its cause (RFC 7628). */
  readonly refusal?: RefusedError | undefined;
}

/** Challenges after which a client gives up, whatever the mechanism. The built-in ones take at most two. */
export const MAX_SASL_ROUNDS = 8;
