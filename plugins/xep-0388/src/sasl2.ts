import { BaseXMPP, ConfigError, JID, NegotiationError, Registration, viewOf, type XmlElement } from '@sestina/core';
import { type NegotiationContext, type StepOutcome, StreamNegotiation } from '@sestina/core/connection';
import { quoted } from '@sestina/core/util';
import { SaslLogin, SaslLoginError, type SaslSuccess } from '@sestina/sasl';
import { ClientId } from './client-id.js';
import { type InlineFeature, InlineFeatures, type InlineOutcome, type LoginAttempt } from './inline.js';
import { checkOptions, Sasl2Options } from './options.js';
import { sasl2Profile } from './profile.js';
import { Authentication, NS_SASL2, UserAgent } from './stanza.js';
import { type RunTask, Tasks } from './tasks.js';

const RFC6120 = { name: 'mechanisms', namespace: 'urn:ietf:params:xml:ns:xmpp-sasl' } as const;

declare module '@sestina/core' {
  interface XMPPEvents {
    /** The server wants a task done before it lets us in (XEP-0388 §2.6.3): one of `choices`; `name` is done, where it is known. */
    saslTask: {
      readonly name: string | undefined;
      readonly choices: readonly string[];
      readonly text: string | undefined;
    };
  }
}

/** What was asked for in the last `<authenticate/>`. */
interface Asked {
  readonly attempt: LoginAttempt;
  readonly features: readonly InlineFeature[];
}

/**
 * XEP-0388: Extensible SASL Profile, version 1.0.4. Logs in without a second stream, and has other plugins ask for what they want within
 * the login. Where the server does not offer it, or nothing of its mechanisms fits, the login is that of RFC 6120. Clients only.
 */
export class Sasl2 extends InlineFeatures {
  static override readonly id = 'xep-0388';
  static override readonly Options = Sasl2Options;
  static override readonly kinds = ['client'] as const;
  static override readonly provides = [InlineFeatures] as const;
  static override readonly inject = [BaseXMPP, StreamNegotiation, SaslLogin, Sasl2Options] as const;
  readonly #xmpp: BaseXMPP;
  readonly #sasl: SaslLogin;
  readonly #options: Sasl2Options;
  readonly #id: ClientId;
  readonly #tasks = new Tasks();
  /** What resumes a session comes first. */
  #features: readonly InlineFeature[] = [];

  /** @throws ConfigError for an option that cannot be. */
  constructor(xmpp: BaseXMPP, negotiation: StreamNegotiation, sasl: SaslLogin, options: Sasl2Options) {
    super();
    checkOptions(options);
    this.#xmpp = xmpp;
    this.#sasl = sasl;
    this.#options = options;
    this.#id = new ClientId(xmpp);
    this.own(
      negotiation.add({
        name: Authentication.tag,
        namespace: NS_SASL2,
        needs: 'secure',
        gives: 'authenticated',
        before: RFC6120.name,
        run: (context) => this.#run(context),
      }),
      this.#id,
    );
  }

  inline(feature: InlineFeature): Registration {
    const entry: InlineFeature = {
      namespace: feature.namespace,
      resumes: feature.resumes,
      way: (...parameters) => feature.way?.(...parameters) ?? Promise.resolve(undefined),
      offer: (...parameters) => feature.offer(...parameters),
      done: (...parameters) => feature.done?.(...parameters),
    };
    this.#features = [...this.#features, entry].sort((a, b) => Number(b.resumes ?? false) - Number(a.resumes ?? false));
    return new Registration(() => {
      this.#features = this.#features.filter((other) => other !== entry);
    });
  }

  /**
   * Does a task of that name where the server wants it done before it lets us in.
   * @throws ConfigError where there is one of that name.
   */
  task(name: string, run: RunTask): Registration {
    const added = this.#tasks.add(name, run);
    if (!added) throw new ConfigError(`there is a task "${name}" already`, 'name');
    return new Registration(() => added.dispose());
  }

  async #run(context: NegotiationContext): Promise<StepOutcome> {
    const { features, link, signal } = context;
    const instead = features.has(RFC6120.name, RFC6120.namespace);
    // Before TLS nobody may use it (§3), whatever the application does without.
    if (!link.transport.secure || (this.#options.avoid && instead)) return 'next';
    const clientId = await this.#clientId(signal);
    const login = new Login(context, this.#features, clientId, this.#userAgent(clientId));
    let reached: SaslSuccess<XmlElement> | undefined;
    try {
      reached = (await login.byItself(this.#sasl)) ?? (await login.byCredentials(this.#sasl));
    } catch (error) {
      // The stream is as it was before, and the older profile may have something that fits.
      if (instead && error instanceof SaslLoginError && error.reason === 'no-mechanism') return 'next';
      // Some servers take nothing else on a stream on which they have refused a token; on the next one they do.
      if (login.refused && error instanceof SaslLoginError && error.reason === 'invalid-mechanism') {
        throw new SaslLoginError('temporary-auth-failure', error.mechanism, { cause: error });
      }
      throw error;
    }
    const { mechanism } = reached;
    const success = await this.#tasks.run(reached.answer, mechanism, context, (tasks) => {
      this.#xmpp.emit('saslTask', tasks);
    });
    const jid = addressIn(success);
    context.authenticated({ mechanism, jid });
    return login.done(success, jid, (each) => this.#features.includes(each)) ?? 'features';
  }

  async #clientId(signal: AbortSignal): Promise<string | undefined> {
    const { clientId } = this.#options;
    if (clientId === false) return undefined;
    return clientId === 'auto' ? this.#id.take(signal) : clientId;
  }

  #userAgent(id: string | undefined): XmlElement {
    const { software, device } = this.#options;
    return new UserAgent({ id, software, device }).xml;
  }
}

/** One login: the mechanisms that are tried in turn, with what is asked for within each. */
class Login {
  readonly #context: NegotiationContext;
  readonly #features: readonly InlineFeature[];
  readonly #clientId: string | undefined;
  readonly #userAgent: XmlElement;
  readonly #mechanisms: readonly string[];
  #asked: Asked | undefined;
  /** The server has refused a way of a feature's own. */
  refused = false;
  /** Nothing else is to be asked for. */
  #only: InlineFeature | undefined;

  constructor(
    context: NegotiationContext,
    features: readonly InlineFeature[],
    clientId: string | undefined,
    userAgent: XmlElement,
  ) {
    this.#context = context;
    this.#features = features;
    this.#clientId = clientId;
    this.#userAgent = userAgent;
    this.#mechanisms = viewOf(Authentication, context.feature).mechanisms.map((name) => name.trim());
  }

  /** Logs in in the way of one of the features, as with a token; undefined where that does not work. */
  async byItself(sasl: SaslLogin): Promise<SaslSuccess<XmlElement> | undefined> {
    for (const feature of this.#features) {
      const offered = this.#offered(feature);
      const way = offered && (await feature.way?.(offered, this.#clientId, this.#context));
      if (!way) continue;
      this.#only = way.alone ? feature : undefined;
      try {
        return await sasl.runWith(this.#context, way, this.#mechanisms, this.#profile());
      } catch (error) {
        if (!(error instanceof SaslLoginError) || !isRefusal(error)) throw error;
        this.refused = true;
        way.refused(error);
        if (way.alone) throw error;
      }
    }
    return undefined;
  }

  byCredentials(sasl: SaslLogin): Promise<SaslSuccess<XmlElement>> {
    return sasl.run(this.#context, this.#mechanisms, this.#profile());
  }

  /** Has those look at the result who have asked for something. */
  done(success: XmlElement, jid: JID, isThere: (feature: InlineFeature) => boolean): InlineOutcome | undefined {
    let outcome: InlineOutcome | undefined;
    if (!this.#asked) return undefined;
    for (const feature of this.#asked.features) {
      if (isThere(feature)) outcome = feature.done?.({ success, jid, outcome }, this.#asked.attempt) ?? outcome;
    }
    return outcome;
  }

  #profile() {
    return sasl2Profile(async (mechanism, password) => {
      const { feature: authentication } = this.#context;
      const attempt = { mechanism, authentication, clientId: this.#clientId, password, context: this.#context };
      const features: InlineFeature[] = [];
      const wishes: XmlElement[] = [this.#userAgent.copy()];
      this.#asked = { attempt, features };
      for (const feature of this.#features) {
        const offered = this.#offered(feature);
        if (!offered || (this.#only && feature !== this.#only)) continue;
        const wish = await feature.offer(offered, attempt);
        if (!wish) continue;
        features.push(feature);
        wishes.push(...('name' in wish ? [wish] : wish));
      }
      return wishes;
    });
  }

  #offered({ namespace }: InlineFeature): XmlElement | undefined {
    const { feature } = this.#context;
    const inline = feature.child('inline', NS_SASL2);
    return [...(inline?.elements() ?? []), ...feature.elements()].find((xml) => xml.namespace === namespace);
  }
}

/** What this side found is no refusal of the server's: whoever it is, nothing more is to be told to it. */
function isRefusal({ reason }: SaslLoginError): boolean {
  return reason !== 'server-not-authenticated' && reason !== 'sasl-abort' && reason !== 'downgrade';
}

/** @throws NegotiationError where the server does not say as whom one is logged in. */
function addressIn(success: XmlElement): JID {
  // The text of Bind 2 had another name for it.
  const said = success.child('authorization-identifier', NS_SASL2) ?? success.child('authorization-identity', NS_SASL2);
  const jid = said && JID.tryParse(said.text.trim());
  if (jid) return jid;
  const what = said ? `says that this is ${quoted(said.text)}` : 'does not say who this is';
  throw new NegotiationError(`the server ${what} after the login (XEP-0388 §2.6.1)`);
}
