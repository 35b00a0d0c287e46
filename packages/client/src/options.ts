import {
  booleanOption,
  ConfigError,
  type JID,
  type TransportFactory,
  XMPP_OPTIONS,
  type XMPPOptions,
} from '@sestina/core';
import type { MechanismPolicy, SaslCredentials, SaslMechanism } from '@sestina/sasl';

/** Options of a `ClientXMPP`. Only `jid` is needed, and something to log in with. */
export interface ClientOptions extends XMPPOptions {
  /** `user@domain`, with a resource if you want to choose it. For ANONYMOUS the domain is enough. */
  readonly jid: JID | string;
  readonly password?: string | undefined;
  /**
   * Asked at each attempt to log in, instead of `password`: a password, or a token for OAUTHBEARER. The user name need not be
   * given where it is that of `jid`. Where it rejects, the attempt fails with an AuthError of reason
   * `credentials`; give the error a property `retryable: true` to have it tried again when reconnecting.
   */
  readonly credentials?: ((signal: AbortSignal) => SaslCredentials | Promise<SaslCredentials>) | undefined;
  /** The resource to ask for; default: that of `jid`, else the server chooses. */
  readonly resource?: string | undefined;
  /** Logs in without an account. Default false: never unasked. */
  readonly anonymous?: boolean | undefined;
  /** Logs in by the client certificate in `tls`. Default false. */
  readonly external?: boolean | undefined;
  /** Connects here instead of asking DNS for the domain. The certificate is checked against the domain all the same. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** `xmpps://host:port` for direct TLS, `xmpp://host:port` for STARTTLS, `wss://…` where `@sestina/websocket` is installed. */
  readonly service?: string | undefined;
  /**
   * Node's `tls.connect` options, `ca` among them; browsers ignore it. `'insecure-no-tls'` speaks in plain text where the
   * server offers no TLS: for tests only.
   */
  readonly tls?: Readonly<Record<string, unknown>> | 'insecure-no-tls' | undefined;
  /**
   * What can connect, the first that fits is taken. Default: TCP on Node, and WebSocket where `@sestina/websocket` is installed,
   * which is then loaded by the first `connect()` that needs it.
   */
  readonly transports?: TransportFactory | readonly TransportFactory[] | undefined;
  /** Replaces the built-in SASL mechanisms. */
  readonly mechanisms?: readonly SaslMechanism[] | undefined;
  /** Which mechanisms may be used: `only`, `minimum`, `channelBinding`. */
  readonly sasl?: MechanismPolicy | undefined;
}

/** The names of them all; the compiler says when one is missing. */
export const CLIENT_OPTIONS = {
  ...XMPP_OPTIONS,
  anonymous: true,
  credentials: true,
  external: true,
  host: true,
  jid: true,
  mechanisms: true,
  password: true,
  port: true,
  resource: true,
  sasl: true,
  service: true,
  tls: true,
  transports: true,
} as const satisfies Readonly<Record<keyof ClientOptions, true>>;

/** @throws ConfigError for a value of the wrong kind. */
export function checkValues({ password, tls, anonymous, external }: ClientOptions): void {
  booleanOption('anonymous', anonymous);
  booleanOption('external', external);
  if (password !== undefined && (typeof password !== 'string' || password === '')) {
    throw new ConfigError('password has to be a text that is not empty', 'password');
  }
  if (tls !== undefined && tls !== 'insecure-no-tls' && (typeof tls !== 'object' || tls === null)) {
    throw new ConfigError("tls has to be an object with options, or 'insecure-no-tls'", 'tls');
  }
}
