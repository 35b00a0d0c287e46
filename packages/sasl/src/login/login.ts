import { builtInMechanisms } from '../built-in.js';
import { fromBase64, toBase64 } from '../bytes.js';
import { offersPlus, withoutChannelBinding } from '../channel-binding.js';
import { binds, chooseMechanism, type MechanismPolicy } from '../choose.js';
import { DowngradeError, NoMechanismError, SaslError, SaslProtocolError } from '../errors.js';
import {
  MAX_SASL_ROUNDS,
  type SaslCredentials,
  type SaslEnvironment,
  type SaslExchange,
  type SaslMechanism,
} from '../mechanism.js';
import { ScramKeyCache } from '../scram/key-cache.js';
import { saltedPassword } from '../scram/salted-password.js';
import { namedTypes, type SaslContext } from './context.js';
import { SaslLoginError } from './login-error.js';
import { type PinStore, Pins } from './pins.js';
import type { PasswordUse, SaslProfile } from './profile.js';

/** What a login is made with. */
export interface SaslLoginOptions {
  /** Those that may be chosen, beside what is added. Default: the built-in ones. */
  readonly mechanisms?: readonly SaslMechanism[] | undefined;
  /** Default: the strongest that both sides have. */
  readonly policy?: MechanismPolicy | undefined;
  /** Asked once for each login. What it rejects with comes through as it is. */
  credentials(signal: AbortSignal): SaslCredentials | Promise<SaslCredentials>;
  /** Bytes from a cryptographic generator. */
  randomBytes(length: number): Uint8Array;
  /** Where it is kept that the server has proven its list of mechanisms. Default: as long as the object. */
  readonly pins?: PinStore | undefined;
  /** A mechanism was refused; another one may be tried. */
  refused?(error: SaslLoginError): void;
}

/** A way to log in that needs no choice, and no `credentials()`. */
export interface SaslWay {
  readonly mechanism: SaslMechanism;
  readonly credentials: SaslCredentials;
}

/** How a login ended well. */
export interface SaslSuccess<E> {
  readonly mechanism: string;
  /** `continue`: the server wants more before one is logged in (XEP-0388 §2.6.3). */
  readonly kind: 'success' | 'continue';
  /** The element that says so. */
  readonly answer: E;
}

/** Looks at what the server says in the first message of SCRAM, before anything that depends on the password is sent. */
export type ScramWatch = (attributes: ReadonlyMap<string, string>, environment: SaslEnvironment) => void;

// After these the same credentials may still be right for another mechanism; after all others they are not tried again.
const TRY_ANOTHER: ReadonlySet<string> = new Set(['invalid-mechanism', 'mechanism-too-weak']);

/**
 * Logging in, apart from how it is written in XML: which mechanism is taken, what policy, channel binding and earlier logins of this
 * object demand, and the exchange itself. One for each account and connection object; no sockets, no timers. A class that is its
 * own injection token.
 */
export class SaslLogin {
  readonly #options: SaslLoginOptions;
  readonly #keyCache = new ScramKeyCache();
  readonly #pins: Pins;
  /** Credentials that nothing was done with on that connection, where another profile may do better. */
  readonly #unused = new WeakMap<object, SaslCredentials>();
  #added: readonly { readonly mechanism: SaslMechanism }[] = [];
  #watches: readonly { readonly watch: ScramWatch }[] = [];

  constructor(options: SaslLoginOptions) {
    this.#options = options;
    this.#pins = new Pins(options.pins);
  }

  /** Adds a mechanism beside those that are there; undone by `dispose()`. */
  addMechanism(mechanism: SaslMechanism): { dispose(): void } {
    const added = { mechanism };
    this.#added = [...this.#added, added];
    return {
      dispose: () => {
        this.#added = this.#added.filter((other) => other !== added);
      },
    };
  }

  /** Has a function look at each first message of SCRAM; one that throws a `SaslError` ends the login. Undone by `dispose()`. */
  check(watch: ScramWatch): { dispose(): void } {
    const added = { watch };
    this.#watches = [...this.#watches, added];
    return {
      dispose: () => {
        this.#watches = this.#watches.filter((other) => other !== added);
      },
    };
  }

  /** Forgets what earlier logins have seen, in the store too, for a server that was changed on purpose. */
  forgetPins(): void {
    this.#pins.forget();
  }

  /**
   * Logs in with the strongest mechanism that both sides have and the policy allows. Where the server refuses the mechanism and not
   * the credentials, the next one is tried.
   * @param offered The mechanisms as the server sent them, in the profile that is used.
   * @throws SaslLoginError; what `credentials()` rejected with; the signal's reason; what ended the connection.
   */
  async run<E>(context: SaslContext<E>, offered: readonly string[], profile: SaslProfile<E>): Promise<SaslSuccess<E>> {
    const { link, signal } = context;
    await this.#pins.load(signal);
    const credentials = this.#unused.get(link) ?? (await this.#options.credentials(signal));
    this.#unused.delete(link);
    signal.throwIfAborted();
    const { environment, seen } = this.#environment(context, offered, profile);
    let left = offered;
    for (;;) {
      if (left === offered) this.#unused.set(link, credentials);
      const mechanism = this.#choose(left, credentials, environment);
      this.#unused.delete(link);
      try {
        const exchange = mechanism.start(credentials, this.#asUsed(environment));
        const password = this.#passwordUse(credentials);
        const { answer, kind } = await converse(context, profile, mechanism.name, exchange, password);
        this.#pins.remember(mechanism, environment, seen.listProof);
        return { mechanism: mechanism.name, kind, answer };
      } catch (error) {
        if (!(error instanceof SaslError)) throw error;
        const failure = SaslLoginError.of(error, mechanism.name);
        this.#options.refused?.(failure);
        left = left.filter((name) => name !== mechanism.name);
        if (!TRY_ANOTHER.has(failure.reason) || left.length === 0) throw failure;
      }
    }
  }

  /**
   * Logs in in one way, without asking for credentials.
   * @param offered The mechanisms as the server sent them, in the profile that is used.
   * @throws SaslLoginError, `no-mechanism` where it cannot be used here or is against the policy; as `run()`.
   */
  async runWith<E>(
    context: SaslContext<E>,
    { mechanism, credentials }: SaslWay,
    offered: readonly string[],
    profile: SaslProfile<E>,
  ): Promise<SaslSuccess<E>> {
    const { environment } = this.#environment(context, offered, profile);
    const { channelBinding } = this.#options.policy ?? {};
    const bound = binds(mechanism);
    try {
      if (
        !(environment.secure || !mechanism.needsTls) ||
        (bound ? channelBinding === 'never' : channelBinding === 'require')
      ) {
        throw new NoMechanismError(offered, [mechanism.name], 'the policy does not allow it here');
      }
      const exchange = mechanism.start(credentials, environment);
      const { answer, kind } = await converse(context, profile, mechanism.name, exchange, undefined);
      return { mechanism: mechanism.name, kind, answer };
    } catch (error) {
      throw error instanceof SaslError ? SaslLoginError.of(error, mechanism.name) : error;
    }
  }

  #passwordUse({ password }: SaslCredentials): PasswordUse | undefined {
    if (password === undefined) return undefined;
    return {
      salted: (parameters) => {
        this.#keyCache.clear();
        return saltedPassword(password, parameters);
      },
    };
  }

  get #available(): readonly SaslMechanism[] {
    return [...(this.#options.mechanisms ?? builtInMechanisms()), ...this.#added.map(({ mechanism }) => mechanism)];
  }

  #environment<E>(
    { features, link }: SaslContext<E>,
    offered: readonly string[],
    { sasl2 }: SaslProfile<E>,
  ): { readonly environment: SaslEnvironment; readonly seen: { listProof: boolean } } {
    const { transport } = link;
    const seen = { listProof: false };
    const environment: SaslEnvironment = {
      secure: transport.secure,
      tlsVersion: transport.tlsVersion,
      randomBytes: (length) => this.#options.randomBytes(length),
      channelBindingTypes: transport.channelBindingTypes,
      serverChannelBindingTypes: namedTypes(features.xml),
      channelBinding: (type) => transport.channelBinding(type),
      offeredMechanisms: offered,
      sasl2,
      scramKeyCache: this.#keyCache,
      scramWatch: (attributes) => {
        seen.listProof = attributes.has('h');
        this.#pins.checkProof(seen.listProof, environment);
        checkTlsVersion(attributes, environment);
        for (const { watch } of this.#watches) watch(attributes, environment);
      },
    };
    return { environment, seen };
  }

  /** Whether nothing but a login that is bound to its TLS connection will do. */
  #hasToBind(environment: SaslEnvironment): boolean {
    const { channelBinding } = this.#options.policy ?? {};
    return channelBinding === 'require' || (channelBinding !== 'never' && this.#pins.bindsNow(environment));
  }

  /** The environment as a mechanism gets it: unable to bind where it is not to. */
  #asUsed(environment: SaslEnvironment): SaslEnvironment {
    if (this.#options.policy?.channelBinding === 'never') return withoutChannelBinding(environment);
    // On TLS 1.3 there is no telling which type a server means that offers -PLUS and names none (XEP-0440), and servers
    // differ. One that offers no -PLUS is told that we could: where it did offer one, it knows that somebody took it away.
    const { channelBindingTypes, serverChannelBindingTypes } = environment;
    const unnamed = serverChannelBindingTypes === undefined && !environment.sasl2;
    const unsaid = unnamed && !channelBindingTypes.includes('tls-unique');
    const guess = unsaid && offersPlus(environment) && !this.#hasToBind(environment);
    return guess ? withoutChannelBinding(environment) : environment;
  }

  #choose(left: readonly string[], credentials: SaslCredentials, environment: SaslEnvironment): SaslMechanism {
    const { policy = {} } = this.#options;
    const available = this.#available;
    const pinned = policy.channelBinding !== 'never';
    try {
      if (pinned) this.#pins.checkNamed(environment);
      return chooseMechanism(left, available, credentials, this.#asUsed(environment), {
        ...policy,
        // Once SCRAM has worked, a server that offers only PLAIN is not believed any more.
        minimum: policy.minimum ?? this.#pins.minimum(available),
        channelBinding: this.#hasToBind(environment) ? 'require' : policy.channelBinding,
      });
    } catch (error) {
      if (!(error instanceof SaslError)) throw error;
      const unbound = error instanceof NoMechanismError && pinned && this.#pins.bindsNow(environment);
      throw SaslLoginError.of(unbound ? lessThanBefore(error) : error, undefined);
    }
  }
}

const TLS_VERSIONS: Readonly<Record<string, string>> = {
  TLSv1: '0301',
  'TLSv1.1': '0302',
  'TLSv1.2': '0303',
  'TLSv1.3': '0304',
};

/**
 * XEP-0515: the version of TLS that the server sees, which its proof covers, is ours. Browsers do not tell theirs.
 * @throws DowngradeError where it is not.
 */
function checkTlsVersion(attributes: ReadonlyMap<string, string>, environment: SaslEnvironment): void {
  const theirs = attributes.get('t');
  const ours = TLS_VERSIONS[environment.tlsVersion ?? ''];
  // Without the proof of the list (XEP-0474) there is no downgrade that this would show.
  if (theirs === undefined || ours === undefined || !attributes.has('h') || theirs === ours) return;
  throw new DowngradeError(
    'the server sees another version of TLS than this side (XEP-0515): somebody is tampering with the connection, unless TLS ends at a ' +
      'proxy in front of the server, which then has to say nothing of its version',
    environment.offeredMechanisms,
  );
}

function lessThanBefore({ offered, usable }: NoMechanismError): DowngradeError {
  return new DowngradeError(
    'an earlier login was bound to its TLS connection, and what the server offers now cannot be: if it was not changed on ' +
      'purpose, somebody may be tampering with the connection',
    offered,
    usable,
  );
}

/** One exchange. @throws SaslError; what ended the connection. */
async function converse<E>(
  { link, signal }: SaslContext<E>,
  profile: SaslProfile<E>,
  mechanism: string,
  exchange: SaslExchange,
  password: PasswordUse | undefined,
): Promise<{ readonly kind: 'success' | 'continue'; readonly answer: E }> {
  const send = (element: E): void => {
    signal.throwIfAborted();
    link.sendElement(element);
  };
  const initial = await exchange.initial();
  send(await profile.auth(mechanism, initial && toBase64(initial), password));
  for (let round = 0; round < MAX_SASL_ROUNDS; round++) {
    // A success ends this stream: what came in the same breath would be from nobody who has logged us in.
    const element = await link.receive(undefined, (each) => profile.restarts && isSuccess(profile, each));
    const answer = profile.read(element);
    if (!answer) break;
    if (answer.kind === 'failure') {
      throw SaslLoginError.refused(mechanism, answer.condition, answer.text, exchange.refusal);
    }
    if (answer.kind !== 'challenge') {
      await exchange.success(decoded(answer.data));
      return { kind: answer.kind, answer: element };
    }
    let response: Uint8Array;
    try {
      response = await exchange.respond(decoded(answer.data) ?? new Uint8Array(0));
    } catch (error) {
      send(profile.abort());
      throw error;
    }
    send(profile.response(toBase64(response)));
  }
  send(profile.abort());
  throw new SaslProtocolError('malformed', 'what the server answers leads nowhere');
}

/** Called while the stream is read, where nothing may be thrown. */
function isSuccess<E>(profile: SaslProfile<E>, element: E): boolean {
  try {
    return profile.read(element)?.kind === 'success';
  } catch {
    return false;
  }
}

function decoded(data: string | undefined): Uint8Array | undefined {
  if (data === undefined) return undefined;
  const bytes = fromBase64(data.replace(/[ \t\r\n]/g, ''));
  if (bytes) return bytes;
  throw new SaslProtocolError('malformed', 'the message of the server is not base64');
}
