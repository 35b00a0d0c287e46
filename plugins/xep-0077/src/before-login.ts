import { type BaseXMPP, ConfigError, Iq, JID, type Registration, StanzaError } from '@sestina/core';
import type { NegotiationContext, StepOutcome, StreamNegotiation } from '@sestina/core/connection';
import { RegistrationNotOfferedError, RegistrationPlaintextError } from './errors.js';
import { answerTo, offerOf, type RegistrationOffer } from './offer.js';
import type { InBandRegistrationOptions, Register } from './options.js';
import { explained, formIn } from './refused.js';
import { NS_REGISTER_FEATURE, RegisterFeature, RegisterQuery } from './stanza.js';

// A form with a CAPTCHA may be answered wrongly.
const MAX_TRIES = 3;

/** What registering before the login takes from the plugin. */
export interface BeforeLoginHost {
  readonly xmpp: BaseXMPP;
  readonly options: InBandRegistrationOptions;
  /** Log in with this from now on. */
  usePassword(password: string): void;
}

/** Registers an account while the stream is negotiated: once, and again only where that failed. */
export class BeforeLogin {
  readonly #host: BeforeLoginHost;
  readonly #register: Register;
  /** Who has no account yet has no address to show. */
  readonly #header: Registration;
  readonly #steps: readonly Registration[];
  #done = false;
  /** Connections on which the application wanted none: a stream has features more than once. */
  readonly #declined = new WeakSet<NegotiationContext['link']>();

  constructor(negotiation: StreamNegotiation, register: Register, host: BeforeLoginHost) {
    this.#host = host;
    this.#register = register;
    this.#header = negotiation.header({ from: 'never' });
    const run = (context: NegotiationContext): Promise<StepOutcome> => this.#run(context);
    const step = { needs: 'secure', run } as const;
    this.#steps = [
      negotiation.add({ ...step, name: RegisterFeature.tag, namespace: NS_REGISTER_FEATURE }),
      // Some servers do not say that one can register.
      ...(host.options.probe
        ? [negotiation.add({ ...step, name: 'mechanisms', namespace: 'urn:ietf:params:xml:ns:xmpp-sasl' })]
        : []),
    ];
  }

  dispose(): void {
    this.#header.dispose();
    for (const step of this.#steps) step.dispose();
  }

  async #run(context: NegotiationContext): Promise<StepOutcome> {
    if (this.#done || this.#declined.has(context.link)) return 'next';
    const { xmpp, options } = this.#host;
    const { secure, verified } = context.link.transport;
    if (!options.allowPlaintext && !(secure && verified !== false)) throw new RegistrationPlaintextError();
    const username = await this.#offers(context);
    if (username === undefined) {
      this.#declined.add(context.link);
      return 'next';
    }
    this.#done = true;
    this.#header.dispose();
    const { bare, domain } = xmpp.requestedJid;
    xmpp.emit('registered', { jid: JID.tryParse(`${username}@${domain}`) ?? bare });
    return options.thenDisconnect ? 'done' : 'next';
  }

  /** The name that was registered; undefined where the application wanted none. */
  async #offers(context: NegotiationContext): Promise<string | undefined> {
    let refused: Error | undefined;
    for (let tries = 1; ; tries++) {
      const offer = await this.#ask(context, refused);
      try {
        return await this.#answer(context, offer);
      } catch (error) {
        // A wrong answer to a CAPTCHA is followed by another form.
        const again = error instanceof StanzaError && error.condition !== 'conflict' && offer.captcha;
        if (!again || tries >= MAX_TRIES) throw explained(error, offer.service);
        refused = error;
      }
    }
  }

  async #ask(context: NegotiationContext, refused: Error | undefined): Promise<RegistrationOffer> {
    const service = this.#host.xmpp.requestedJid.domain;
    // What came with the refusal is answered; else the server is asked anew.
    const form = refused instanceof StanzaError ? formIn(refused) : undefined;
    if (form) return offerOf(service, new RegisterQuery({ form }), refused);
    try {
      const answer = (await context.request(this.#iq('get', new RegisterQuery()))).payload(RegisterQuery);
      if (!answer) throw new RegistrationNotOfferedError(service);
      return offerOf(service, answer, refused);
    } catch (error) {
      throw explained(error, service);
    }
  }

  async #answer(context: NegotiationContext, offer: RegistrationOffer): Promise<string | undefined> {
    const { xmpp, usePassword, options } = this.#host;
    const { domain, local } = xmpp.requestedJid;
    const answer = await this.#register(offer);
    context.signal.throwIfAborted();
    if (answer === undefined) return undefined;
    const fields = { username: local, ...answer.fields };
    const { query, username = local, password } = answerTo(offer, { ...answer, fields }, domain);
    if (username !== undefined && username !== local && !options.thenDisconnect) {
      throw new ConfigError(
        'the account that is registered is the one of the option jid: set thenDisconnect to register another one',
        'username',
      );
    }
    await context.request(this.#iq('set', query));
    if (password !== undefined) usePassword(password);
    return username ?? '';
  }

  #iq(type: 'get' | 'set', query: RegisterQuery): Iq {
    const iq = new Iq({ type, to: this.#host.xmpp.requestedJid.domain, id: this.#host.xmpp.random.id() });
    iq.xml.append(query.xml);
    return iq;
  }
}
