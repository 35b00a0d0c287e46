import {
  BaseXMPP,
  ConfigError,
  DisconnectedError,
  JID,
  Plugin,
  Registration,
  type RequestOptions,
  SessionLostError,
} from '@sestina/core';
import { disposeAll, StreamNegotiation } from '@sestina/core/connection';
import { lookUp } from '@sestina/core/transport';
import type { Form } from '@sestina/xep-0004';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { BeforeLogin } from './before-login.js';
import { RegistrationPlaintextError } from './errors.js';
import { answerTo, offerOf, type RegistrationAnswer, type RegistrationOffer } from './offer.js';
import { checkOptions, InBandRegistrationOptions } from './options.js';
import { explained } from './refused.js';
import type { RegistrationProvider, RegistrationSubmission, ServeOptions } from './service.js';
import { Serving } from './serving.js';
import { NS_REGISTER, RegisterQuery } from './stanza.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** An account was registered before the login (XEP-0077). */
    registered: { readonly jid: JID };
    /** Somebody has registered with us, or changed what is kept of it, and the provider has kept that. */
    userRegistered: { readonly jid: JID; readonly to: JID | undefined; readonly answer: RegistrationSubmission };
    /** Somebody is registered with us no more. */
    userUnregistered: { readonly jid: JID; readonly to: JID | undefined };
  }
}

/** Options of what asks. */
export interface RegistrationRequestOptions extends RequestOptions {
  /** The address that asks; a component's has to be given. */
  readonly from?: JID | string | undefined;
}

/** Options of `changePassword()` and `cancel()`. */
export interface RegistrationFormOptions extends RegistrationRequestOptions {
  /** What a refusal asked for, filled in: see `RegistrationIncompleteError.form`. */
  readonly form?: Form | undefined;
}

/**
 * XEP-0077: In-Band Registration, version 2.4. Makes an account before the login, changes its password, ends it; registers with
 * services, and lets others register with us.
 */
export class InBandRegistration extends Plugin {
  static override readonly id = 'xep-0077';
  static override readonly Options = InBandRegistrationOptions;
  static override readonly inject = [BaseXMPP, InBandRegistrationOptions, ServiceDiscovery] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: InBandRegistrationOptions;
  readonly #disco: ServiceDiscovery;
  readonly #serving: Serving;

  /** @throws ConfigError for an option that cannot be meant, and for `register` on a component. */
  constructor(xmpp: BaseXMPP, options: InBandRegistrationOptions, disco: ServiceDiscovery) {
    super();
    checkOptions(options);
    this.#xmpp = xmpp;
    this.#options = options;
    this.#disco = disco;
    this.#serving = new Serving(xmpp, options);
    const { register } = options;
    if (register) {
      const negotiation = lookUp(xmpp.scope, StreamNegotiation);
      if (!negotiation) throw new ConfigError('register is for clients: a component has no account', 'register');
      const usePassword = (password: string): void => this.#usePassword(password);
      this.own(new BeforeLogin(negotiation, register, { xmpp, options, usePassword }));
    }
    this.own(
      xmpp.onIq('get', RegisterQuery, (_query, iq) => this.#serving.get(iq)),
      xmpp.onIq('set', RegisterQuery, (query, iq) => this.#serving.set(query, iq), {
        sequential: ({ from }) => from?.bare.full,
      }),
    );
  }

  // Asking.

  /**
   * What has to be said to register somewhere, and whether we are registered there.
   * @param to A service; undefined: our server, about our account.
   * @throws RegistrationNotOfferedError; what `request()` of the connection throws.
   */
  registration(to?: JID | string, options: RegistrationRequestOptions = {}): Promise<RegistrationOffer> {
    return this.untilRemoved(options.signal, async (signal) => {
      const service = this.#nameOf(to);
      try {
        const ask = { ...options, answer: RegisterQuery, signal };
        return offerOf(service, await this.#xmpp.iqGet(to, new RegisterQuery(), ask));
      } catch (error) {
        throw explained(error, service);
      }
    });
  }

  /**
   * Registers with a service, or changes what it keeps of us. It is asked before what it wants to know.
   * @param offer What it has asked for, where that is known already.
   * @throws UsernameTakenError, RegistrationIncompleteError, RegistrationRedirectError, RegistrationNotOfferedError;
   *   RegistrationPlaintextError for a password without TLS; what `request()` of the connection throws.
   */
  async submit(
    to: JID | string,
    answer: RegistrationAnswer,
    { offer, ...options }: RegistrationRequestOptions & { readonly offer?: RegistrationOffer | undefined } = {},
  ): Promise<void> {
    const asked = offer ?? (await this.registration(to, options));
    const { query, secret } = answerTo(asked, answer, JID.from(to).domain);
    if (secret) this.#requireSecrecy();
    await this.#set(to, query, options);
  }

  /**
   * Changes the password of our account, and has the next login use it; or that with a service.
   * @param password Not empty.
   * @throws RegistrationIncompleteError where more is to be said, as the old password: fill in its `form` and call again with it.
   *   RegistrationPlaintextError; StanzaError `not-allowed` where the server does not let one; what `request()` throws.
   */
  async changePassword(
    password: string,
    { to, form, ...options }: RegistrationFormOptions & { readonly to?: JID | string | undefined } = {},
  ): Promise<void> {
    if (typeof password !== 'string' || password === '') throw new ConfigError('a password is not empty', 'password');
    this.#requireSecrecy();
    const own = to === undefined;
    if (own && this.#xmpp.isComponent) throw new ConfigError('a component has no account: name a service', 'to');
    const query = new RegisterQuery();
    if (form) query.form = form;
    else {
      query.username = this.#xmpp.account.local;
      query.password = password;
    }
    // Our server knows us by the domain (§3.3), and not by our own address.
    await this.#set(to ?? this.#xmpp.account.domain, query, options);
    if (own) this.#usePassword(password);
  }

  /**
   * Ends the registration with a service.
   * @throws ConfigError for our own server, where that would end the account: see `cancelAccount()`. RegistrationIncompleteError
   *   where more is to be said. RegistrationPlaintextError for a form without TLS. What `request()` throws.
   */
  async cancel(to: JID | string, { form, ...options }: RegistrationFormOptions = {}): Promise<void> {
    const jid = JID.from(to);
    if (!this.#xmpp.isComponent && (jid.bare.full === this.#xmpp.account.domain || jid.bare.equals(this.#xmpp.account)))
      throw new ConfigError('that would end the account: call cancelAccount() where it is meant', 'to');
    if (form) this.#requireSecrecy();
    await this.#set(jid, removal(form), options);
  }

  /**
   * Ends our account, with all that the server keeps of it, and the connection.
   * @param confirm Our bare address: nothing less means it.
   * @throws ConfigError where that is somebody else's. As `cancel()`.
   */
  async cancelAccount({
    confirm,
    form,
    ...options
  }: RegistrationFormOptions & { readonly confirm: JID | string }): Promise<void> {
    const { account, isComponent } = this.#xmpp;
    if (isComponent || !JID.from(confirm).equals(account))
      throw new ConfigError('to end an account, confirm it with its bare address', 'confirm');
    if (form) this.#requireSecrecy();
    try {
      await this.#set(undefined, removal(form), options);
    } catch (error) {
      // Who ends the stream that way has ended the account.
      if (!isFarewell(error)) throw error;
    }
    await this.#xmpp.disconnect();
  }

  // Serving.

  /**
   * Lets others register with us, until the registration is disposed of.
   * @throws JidError for a place that is no address.
   */
  serve(provider: RegistrationProvider, options: ServeOptions = {}): Registration {
    const { place } = options;
    const parts = [
      this.#serving.add(provider, options),
      place === undefined ? this.#xmpp.advertise(NS_REGISTER) : this.#disco.addFeature(NS_REGISTER, { jid: place }),
    ];
    return this.own(new Registration(() => disposeAll(parts)));
  }

  #set(to: JID | string | undefined, query: RegisterQuery, options: RegistrationRequestOptions): Promise<void> {
    return this.untilRemoved(options.signal, async (signal) => {
      try {
        await this.#xmpp.iqSet(to, query, { ...options, signal });
      } catch (error) {
        throw explained(error, this.#nameOf(to));
      }
    });
  }

  #nameOf(to: JID | string | undefined): string {
    return to === undefined ? this.#xmpp.serverDomain : JID.from(to).full;
  }

  #requireSecrecy(): void {
    const { transport, isComponent } = this.#xmpp;
    // A component is connected to its server over a line of its own, most often without TLS.
    if (isComponent || this.#options.allowPlaintext) return;
    if (!transport?.secure || transport.verified === false) throw new RegistrationPlaintextError();
  }

  /** A client has it for its next login; a component has no account. */
  #usePassword(password: string): void {
    if ('password' in this.#xmpp) this.#xmpp.password = password;
  }
}

function removal(form: Form | undefined): RegisterQuery {
  return form ? new RegisterQuery({ form }) : new RegisterQuery({ remove: true });
}

function isFarewell(error: unknown): boolean {
  const cause = error instanceof SessionLostError ? error.cause : error;
  const reason = cause instanceof Error && 'condition' in cause ? cause.condition : undefined;
  return reason === 'not-authorized' && (error instanceof SessionLostError || error instanceof DisconnectedError);
}
