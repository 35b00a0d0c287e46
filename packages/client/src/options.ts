import { JID, type XMPPOptions } from '@sestina/core';
import {
  booleanOption,
  checkOption,
  connectOptions,
  hasMethod,
  isObject,
  isOneOf,
  nestedOptions,
  XMPP_OPTIONS,
} from '@sestina/core/connection';
import type { TransportFactory } from '@sestina/core/transport';
import type { MechanismPolicy, SaslCredentials, SaslMechanism } from '@sestina/sasl';

/** Options of TLS. Beside `required` they are those of Node's `tls.connect`; browsers take no notice of them. */
export interface TlsOptions {
  readonly [option: string]: unknown;
  /**
   * Whether a server has to have TLS. Without it, passwords are still not sent in plain text; everything else is.
   * @default true
   */
  readonly required?: boolean | undefined;
}

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
  /** Options of TLS, such as the certificate of your own authority in `ca`; `required: false` for tests alone. */
  readonly tls?: TlsOptions | undefined;
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
} as const satisfies Readonly<Record<keyof ClientOptions, unknown>>;

const POLICY = {
  allowPlainWithoutTls: true,
  channelBinding: true,
  minimum: true,
  only: true,
} as const satisfies Readonly<Record<keyof MechanismPolicy, true>>;

/** @throws ConfigError for a value of the wrong kind. */
export function checkValues(options: ClientOptions): void {
  const { anonymous, credentials, external, mechanisms, password, resource, sasl, service, tls } = options;
  booleanOption('anonymous', anonymous);
  booleanOption('external', external);
  connectOptions(options);
  // What was given for these may be a secret.
  checkOption('password', password, typeof password === 'string' && password !== '', 'a text that is not empty', '');
  checkOption('credentials', credentials, typeof credentials === 'function', 'a function', '');
  checkOption('tls', tls, isObject(tls), 'an object with options', '');
  booleanOption('tls.required', tls?.required);
  checkOption('resource', resource, isResource(resource), 'the resource of an address');
  checkOption('service', service, typeof service === 'string', 'an address such as xmpps://host:port');
  const usable = Array.isArray(mechanisms) && mechanisms.every((one) => hasMethod(one, 'start'));
  checkOption('mechanisms', mechanisms, usable, 'a list of SASL mechanisms');
  checkPolicy(sasl);
}

/** A policy that is read wrongly is a policy that is not there. */
function checkPolicy(sasl: MechanismPolicy | undefined): void {
  nestedOptions('sasl', sasl, POLICY);
  const { allowPlainWithoutTls, channelBinding, minimum, only } = sasl ?? {};
  const names = Array.isArray(only) && only.every((name) => typeof name === 'string');
  checkOption('sasl.only', only, names, 'a list of names of mechanisms');
  checkOption('sasl.minimum', minimum, typeof minimum === 'string', 'the name of a mechanism');
  const known = isOneOf(channelBinding, 'prefer', 'never', 'require');
  checkOption('sasl.channelBinding', channelBinding, known, "'prefer', 'never' or 'require'");
  checkOption('sasl.allowPlainWithoutTls', allowPlainWithoutTls, allowPlainWithoutTls === false, 'false');
}

/** Whether it is the resource of an address. */
export function isResource(text: unknown): text is string {
  // Empty, it would not be part of the address.
  return typeof text === 'string' && text !== '' && JID.tryParse(`a.example/${text}`) !== undefined;
}
