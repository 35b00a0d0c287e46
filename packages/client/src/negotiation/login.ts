import {
  base64,
  isA,
  type Link,
  type NegotiationContext,
  type NegotiationStep,
  SestinaError,
  viewOf,
  XmlElement,
} from '@sestina/core';
import {
  type ChannelBindingType,
  chooseMechanism,
  MAX_SASL_ROUNDS,
  type MechanismPolicy,
  offersPlus,
  type SaslCredentials,
  type SaslEnvironment,
  SaslError,
  type SaslMechanism,
  type ScramKeyCache,
  withoutChannelBinding,
} from '@sestina/sasl';
import { AuthError, type AuthReason } from '../errors.js';
import { Challenge, Failure, Mechanisms, NS_SASL, NS_SASL_CHANNEL_BINDING, Success } from '../stanza/sasl.js';

/** What logging in needs from the client. */
export interface LoginHost {
  readonly mechanisms: readonly SaslMechanism[];
  readonly policy: MechanismPolicy;
  readonly keyCache: ScramKeyCache;
  /** For error messages. */
  readonly account: string;
  randomBytes(length: number): Uint8Array;
  /** Asked once for each attempt. */
  credentials(signal: AbortSignal): Promise<SaslCredentials>;
  /** A mechanism was refused; another may be tried. */
  refused(error: AuthError): void;
  /** There is nothing in common with what the server offers. */
  noLogin(): void;
}

// After these the same credentials may still be right for another mechanism; after all others they are not tried again.
const TRY_ANOTHER: ReadonlySet<string> = new Set(['invalid-mechanism', 'mechanism-too-weak']);

/** Logs in with the strongest mechanism that both sides have (RFC 6120 §6). */
export function login(host: LoginHost): NegotiationStep {
  return {
    name: Mechanisms.tag,
    namespace: Mechanisms.namespace,
    needs: 'secure',
    gives: 'authenticated',
    async run(context) {
      context.authenticated({ mechanism: await logInAnyhow(context, host) });
      return 'restart';
    },
  };
}

async function logInAnyhow(context: NegotiationContext, host: LoginHost): Promise<string> {
  const credentials = await credentialsOf(host, context);
  const offered = viewOf(Mechanisms, context.feature).names.map((name) => name.trim());
  const environment = environmentOf(context, offered, host);
  let left = [...offered];
  for (;;) {
    const mechanism = choose(left, credentials, environment, host);
    try {
      await logIn(context.link, mechanism, credentials, environment, host);
      return mechanism.name;
    } catch (error) {
      const failure = asAuthError(error, mechanism.name, host.account);
      host.refused(failure);
      left = left.filter((name) => name !== mechanism.name);
      if (!TRY_ANOTHER.has(failure.reason) || left.length === 0) throw failure;
    }
  }
}

/** What the application's function rejects with may carry anything, so that its message is not repeated. */
async function credentialsOf(host: LoginHost, { signal }: NegotiationContext): Promise<SaslCredentials> {
  try {
    return await host.credentials(signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SestinaError) throw error;
    const text = 'credentials() failed, see the cause';
    throw new AuthError('credentials', undefined, { text, account: host.account, cause: error });
  }
}

function choose(
  offered: readonly string[],
  credentials: SaslCredentials,
  environment: SaslEnvironment,
  host: LoginHost,
): SaslMechanism {
  try {
    return chooseMechanism(offered, host.mechanisms, credentials, environment, host.policy);
  } catch (error) {
    const failure = asAuthError(error, undefined, host.account);
    if (failure.reason === 'no-mechanism') host.noLogin();
    throw failure;
  }
}

function environmentOf(context: NegotiationContext, offered: readonly string[], host: LoginHost): SaslEnvironment {
  const { transport } = context.link;
  const list = context.features.xml.child('sasl-channel-binding', NS_SASL_CHANNEL_BINDING);
  const serverTypes = list?.childrenNamed('channel-binding').map((xml) => xml.attribute('type') ?? '');
  const environment: SaslEnvironment = {
    secure: transport.secure,
    randomBytes: (length) => host.randomBytes(length),
    channelBindingTypes: transport.channelBindingTypes,
    serverChannelBindingTypes: serverTypes,
    channelBinding: (type: ChannelBindingType) => transport.channelBinding(type),
    offeredMechanisms: offered,
    scramKeyCache: host.keyCache,
  };
  if (host.policy.channelBinding === 'never') return withoutChannelBinding(environment);
  // On TLS 1.3 there is no telling which type a server means that offers -PLUS and names none (XEP-0440), and servers
  // differ. One that offers no -PLUS is told that we could: where it did offer one, it knows that somebody took it away.
  const unsaid = serverTypes === undefined && !transport.channelBindingTypes.includes('tls-unique');
  const guess = unsaid && offersPlus(environment) && host.policy.channelBinding !== 'require';
  return guess ? withoutChannelBinding(environment) : environment;
}

async function logIn(
  link: Link,
  mechanism: SaslMechanism,
  credentials: SaslCredentials,
  environment: SaslEnvironment,
  host: LoginHost,
): Promise<void> {
  const exchange = mechanism.start(credentials, environment);
  const initial = await exchange.initial();
  const auth = new XmlElement('auth', NS_SASL, { mechanism: mechanism.name });
  if (initial) auth.append(initial.length === 0 ? '=' : base64.encode(initial));
  link.sendElement(auth);
  for (let round = 0; round < MAX_SASL_ROUNDS; round++) {
    // A success ends this stream: what came in the same breath would be from nobody who has logged us in.
    const answer = await link.receive(undefined, (xml) => isA(Success, xml));
    if (isA(Success, answer)) return exchange.success(dataOf(answer, mechanism.name, host.account));
    if (isA(Failure, answer)) throw failureOf(viewOf(Failure, answer), mechanism.name, host.account, exchange.refusal);
    if (!isA(Challenge, answer)) break;
    let response: Uint8Array;
    try {
      response = await exchange.respond(dataOf(answer, mechanism.name, host.account) ?? new Uint8Array(0));
    } catch (error) {
      link.sendElement(new XmlElement('abort', NS_SASL));
      throw error;
    }
    const element = new XmlElement('response', NS_SASL);
    if (response.length > 0) element.append(base64.encode(response));
    link.sendElement(element);
  }
  link.sendElement(new XmlElement('abort', NS_SASL));
  const text = 'what the server answers leads nowhere';
  throw new AuthError('sasl-abort', mechanism.name, { text, account: host.account });
}

function dataOf(answer: XmlElement, mechanism: string, account: string): Uint8Array | undefined {
  const text = answer.text.trim();
  if (text === '') return undefined;
  if (text === '=') return new Uint8Array(0);
  const data = base64.decode(text);
  if (data) return data;
  throw new AuthError('sasl-abort', mechanism, { text: `the server's <${answer.name}/> is not base64`, account });
}

function failureOf(failure: Failure, mechanism: string, account: string, cause: unknown): AuthError {
  const reason = REASONS.find((known) => known === failure.condition) ?? 'not-authorized';
  return new AuthError(reason, mechanism, { text: shown(failure.text), account, cause });
}

/** What the server says, made fit for one line of a message. */
function shown(text: string | undefined): string | undefined {
  return text
    ?.replace(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, 200);
}

const REASONS: readonly AuthReason[] = [
  'aborted',
  'account-disabled',
  'credentials-expired',
  'encryption-required',
  'incorrect-encoding',
  'invalid-authzid',
  'invalid-mechanism',
  'malformed-request',
  'mechanism-too-weak',
  'not-authorized',
  'temporary-auth-failure',
];

/** What the mechanisms find becomes the one class that callers of `connect()` look for; other errors stay what they are. */
function asAuthError(error: unknown, mechanism: string | undefined, account: string): AuthError {
  if (error instanceof AuthError) return error;
  if (!(error instanceof SaslError)) throw error;
  return new AuthError(reasonOf(error), mechanism, { text: error.message, account, cause: error });
}

function reasonOf(error: SaslError): AuthReason {
  switch (error.code) {
    case 'downgrade':
    case 'no-mechanism':
    case 'server-not-authenticated':
    case 'credentials':
      return error.code;
    default:
      return 'sasl-abort';
  }
}
