import { type BaseXMPP, ConfigError, SestinaError, viewOf } from '@sestina/core';
import { lookUpAll, type NegotiationStep } from '@sestina/core/connection';
import { lookUp } from '@sestina/core/transport';
import { within } from '@sestina/core/util';
import { type SaslCredentials, SaslError, SaslLogin, SaslLoginError, SaslMechanism } from '@sestina/sasl';
import { Credentials } from '../credentials.js';
import { AuthError } from '../errors.js';
import type { ClientOptions } from '../options.js';
import { Mechanisms } from '../stanza/sasl.js';
import { KeptPins } from './kept-pins.js';
import { saslProfile } from './sasl-profile.js';

type AskForCredentials = (signal: AbortSignal) => SaslCredentials | Promise<SaslCredentials>;

/** How a client logs in: with which credentials, and what is told of it. */
export class Login {
  /** What chooses and runs the mechanisms; plugins get it by `static inject = [SaslLogin]`. */
  readonly sasl: SaslLogin;
  readonly #xmpp: BaseXMPP;
  readonly #account: string;
  // The secrets live in closures only: printing this object must not show them.
  readonly #own: () => SaslCredentials;
  #ask: AskForCredentials;
  /** A password was given that has not worked yet. */
  #untried = false;
  /** What is told twice, as an event and as a rejection, is one error. */
  readonly #told = new WeakMap<SaslError, AuthError>();

  /** @throws ConfigError where there is nothing to log in with. */
  constructor(xmpp: BaseXMPP, options: ClientOptions) {
    const { password, credentials, anonymous, external, host, port } = options;
    this.#xmpp = xmpp;
    const { bare, local, asciiDomain } = xmpp.requestedJid;
    this.#account = bare.toString();
    this.#own = () => ({ username: local, anonymous, external, host: host ?? asciiDomain, port });
    const source = credentials ?? fromContainer(xmpp, password);
    this.#ask = source ?? (() => ({ password }));
    if (!source && password === undefined && !anonymous && !external) {
      throw new ConfigError(
        'give a password, credentials(), anonymous: true or external: true to log in with',
        'password',
      );
    }
    if (!local && !source && !anonymous && !external) {
      throw new ConfigError(`"${xmpp.requestedJid}" names no account: write user@domain`, 'jid');
    }
    this.sasl = new SaslLogin({
      mechanisms: options.mechanisms ?? lookUpAll(xmpp.scope, SaslMechanism),
      policy: options.sasl,
      pins: new KeptPins(xmpp),
      randomBytes: (length) => xmpp.random.bytes(length),
      credentials: (signal) => this.#credentials(signal),
      refused: (error) => xmpp.emit('failedAuth', { error: this.#authError(error) }),
    });
  }

  /** Log in with another password from the next attempt on. */
  set password(password: string) {
    this.#ask = () => ({ password });
    this.#untried = true;
  }

  /** SASL in the profile of RFC 6120 §6. */
  step(): NegotiationStep {
    return {
      name: Mechanisms.tag,
      namespace: Mechanisms.namespace,
      needs: 'secure',
      gives: 'authenticated',
      run: async (context) => {
        const offered = viewOf(Mechanisms, context.feature).names.map((name) => name.trim());
        const { mechanism } = await this.sasl.run(context, offered, saslProfile);
        context.authenticated({ mechanism });
        return 'restart';
      },
    };
  }

  /** Logging in is done. */
  succeeded(mechanism: string): void {
    this.#untried = false;
    this.#xmpp.emit('authSuccess', { mechanism });
  }

  /**
   * What callers of `connect()` look for in place of an error of SASL, whichever step it came from; any other error stays what it
   * is.
   */
  explained(error: unknown): unknown {
    if (!(error instanceof SaslError)) return error;
    const failure = this.#authError(error);
    if (failure.reason === 'no-mechanism') this.#xmpp.emit('noAuth', {});
    return failure;
  }

  /** Whether a login was refused with a password that was given meanwhile and has never worked. */
  isWrong(error: Error): boolean {
    return this.#untried && error instanceof AuthError && error.reason === 'not-authorized';
  }

  #authError(error: SaslError): AuthError {
    let told = this.#told.get(error);
    if (!told) {
      const { reason, mechanism, text, cause } = SaslLoginError.of(error, undefined);
      told = new AuthError(reason, mechanism, { text, account: this.#account, cause });
      this.#told.set(error, told);
    }
    return told;
  }

  async #credentials(signal: AbortSignal): Promise<SaslCredentials> {
    try {
      // A server does not wait for ever for somebody who types a password: the signal tells when it does not any more.
      const given = await within(this.#xmpp.clock, (inner) => this.#ask(inner), { what: 'credentials()', signal });
      return { ...this.#own(), ...given };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SestinaError) throw error;
      // What the application's function rejects with may carry anything, so that its message is not repeated.
      const hint = 'credentials() failed, see the cause';
      throw new AuthError('credentials', undefined, { hint, account: this.#account, cause: error });
    }
  }
}

function fromContainer(xmpp: BaseXMPP, password: string | undefined): AskForCredentials | undefined {
  const registered = password === undefined ? lookUp(xmpp.scope, Credentials) : undefined;
  return registered && ((signal) => registered.of(xmpp.requestedJid.bare, signal));
}
