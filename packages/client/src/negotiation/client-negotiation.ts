import { isA, type JID, NegotiationError, Registration, StreamError, TlsRequiredError, viewOf } from '@sestina/core';
import {
  type Link,
  type NegotiationStep,
  NS_CLIENT,
  type SessionOutcome,
  type StepOutcome,
  StreamFeatures,
  StreamNegotiation,
} from '@sestina/core/connection';
import type { OpeningHeader } from '@sestina/core/transport';
import { quoted, quotedTag } from '@sestina/core/util';
import { Attempt, type NegotiationListener } from './attempt.js';
import type { Asking } from './step-context.js';
import { type AddedStep, checkStep, inOrder } from './step-order.js';
import { takeStep } from './take-step.js';

/** What a negotiation needs from the client that it is for. */
export interface NegotiationHost extends NegotiationListener {
  /** The address that was asked for. */
  readonly account: JID;
  readonly lang: string | undefined;
  /** Whether TLS has to be on before anything else happens. */
  readonly requireTls: boolean;
  /** Whether there is a session that may be resumed. */
  hasSession(): boolean;
  /** Nothing of what the server offers is a way to log in. */
  noLogin(): void;
  /** What callers of `connect()` look for in place of what a step has thrown. */
  explained(error: unknown): unknown;
  /** What was registered, so that it belongs to the plugin that is being made. */
  registered(registration: Registration): Registration;
}

// TLS, SASL and one of a plugin's make three; a server that asks for more and more is not negotiating.
const MAX_STREAMS = 8;
// On one stream: a step may add another, which adds another.
const MAX_STEPS = 64;

/** The negotiation of a client: its steps, and one run through them for each connection. */
export class ClientNegotiation extends StreamNegotiation {
  readonly #host: NegotiationHost;
  readonly #asking: Asking;
  /** In the order of their turns. */
  #steps: readonly AddedStep[] = [];
  #sequence = 0;
  #headers: readonly { readonly from: 'secure' | 'never' }[] = [];
  #places: readonly { readonly where: () => string | undefined }[] = [];
  #offered: ReadonlySet<string> = new Set();
  #features: StreamFeatures | undefined;
  /** Those that came after the last login. */
  #ofSession: StreamFeatures | undefined;

  constructor(host: NegotiationHost, asking: Asking) {
    super();
    this.#host = host;
    this.#asking = asking;
  }

  add(step: NegotiationStep): Registration {
    checkStep(step);
    const { name, namespace, needs, gives, before } = step;
    const added: AddedStep = {
      step: { name, namespace, needs, gives, before, run: (context) => step.run(context) },
      sequence: this.#sequence++,
      removed: undefined,
    };
    this.#steps = inOrder([...this.#steps, added]);
    return this.#registered(() => {
      this.#steps = this.#steps.filter((other) => other !== added);
      added.removed?.(new NegotiationError(`the step "${name}" was removed while it was taken`));
    });
  }

  header({ from }: { readonly from: 'secure' | 'never' }): Registration {
    const fill = { from };
    this.#headers = [...this.#headers, fill];
    return this.#registered(() => {
      this.#headers = this.#headers.filter((other) => other !== fill);
    });
  }

  reconnectAt(where: () => string | undefined): Registration {
    const place = { where };
    this.#places = [...this.#places, place];
    return this.#registered(() => {
      this.#places = this.#places.filter((other) => other !== place);
    });
  }

  /** Where the next connection is to be made, if somebody knows: the newest is asked first. */
  get place(): string | undefined {
    for (const { where } of [...this.#places].reverse()) {
      const place = where();
      if (place !== undefined) return place;
    }
    return undefined;
  }

  #registered(undo: () => void): Registration {
    return this.#host.registered(new Registration(undo));
  }

  get offered(): ReadonlySet<string> {
    return this.#offered;
  }

  /** What the server offered last. */
  get features(): StreamFeatures | undefined {
    return this.#features;
  }

  /** Opens streams and negotiates their features until there is a session. */
  async run(link: Link, signal: AbortSignal): Promise<SessionOutcome> {
    const attempt = new Attempt(link, this.#host.account, this.#host);
    this.#offered = attempt.offered;
    this.#features = undefined;
    let opened = false;
    for (let rounds = 0; rounds < MAX_STREAMS; rounds++) {
      if (!opened) await this.#openStream(link);
      const features = await this.#receiveFeatures(link);
      attempt.offers(features);
      const loggedIn = attempt.reached('authenticated');
      const outcome = await this.#negotiate(attempt, features, signal);
      // A session that goes on within the login has no new ones (XEP-0388 §2.6.1).
      if (outcome === 'resumed' && !loggedIn) this.#features = this.#ofSession;
      if (outcome === 'restored' && !loggedIn) this.#features = undefined;
      if (outcome !== 'restart' && outcome !== 'features') this.#ofSession = this.#features;
      if (outcome === 'session') return 'new';
      if (outcome === 'resumed' || outcome === 'restored') {
        attempt.resend();
        return outcome;
      }
      opened = outcome === 'features';
    }
    throw new NegotiationError(`the server wanted more than ${MAX_STREAMS} streams in a row`);
  }

  async #openStream(link: Link): Promise<void> {
    const { account, lang } = this.#host;
    const { from } = this.#headers.at(-1) ?? { from: 'secure' };
    const header: OpeningHeader = {
      to: account.domain,
      from: from === 'secure' && link.transport.secure && account.local ? account.bare.toString() : undefined,
      lang,
      contentNamespace: NS_CLIENT,
      version: '1.0',
    };
    await link.openStream(header, { contentNamespace: NS_CLIENT, from: account.domain });
  }

  async #receiveFeatures(link: Link): Promise<StreamFeatures> {
    link.step('the features of the server');
    const xml = await link.receive();
    if (!isA(StreamFeatures, xml)) {
      const text = `expected the stream's features, got ${quotedTag(xml)}`;
      if (this.#host.requireTls && !link.transport.secure) throw new TlsRequiredError(text);
      throw new StreamError('unsupported-stanza-type', { text });
    }
    // All plugins see this one.
    xml.origin?.seal();
    // Kept as long as the session.
    this.#features = viewOf(StreamFeatures, xml.compact());
    return this.#features;
  }

  async #negotiate(
    attempt: Attempt,
    features: StreamFeatures,
    signal: AbortSignal,
  ): Promise<Exclude<StepOutcome, 'next' | 'done'>> {
    const taken = new Set<AddedStep>();
    while (taken.size < MAX_STEPS) {
      // Looked for anew each time: a step may have logged in, bound an address, added or removed another.
      const next = this.#steps.find((added) => !taken.has(added) && this.#isDue(added, attempt, features));
      if (!next) return this.#atTheEnd(attempt, features);
      taken.add(next);
      const hasSession = this.#host.hasSession();
      const situation = { attempt, features, asking: this.#asking, hasSession };
      const outcome = await takeStep(next, situation, signal).catch((error: unknown) => {
        throw this.#host.explained(error);
      });
      if (outcome !== 'next' && outcome !== 'done') return outcome;
    }
    throw new NegotiationError(`more than ${MAX_STEPS} steps want to be taken on one stream`);
  }

  #isDue({ step }: AddedStep, attempt: Attempt, features: StreamFeatures): boolean {
    const { name, namespace, needs, gives } = step;
    if (!features.has(name, namespace)) return false;
    if (gives && attempt.reached(gives)) return false;
    if (!attempt.reached('secure')) {
      if (this.#host.requireTls) return gives === 'secure';
      if (needs === 'secure') return true;
    }
    return attempt.reached(needs);
  }

  #atTheEnd(attempt: Attempt, features: StreamFeatures): 'session' {
    if (attempt.reached('bound')) return 'session';
    if (this.#host.requireTls && !attempt.reached('secure')) throw new TlsRequiredError();
    const authenticated = attempt.reached('authenticated');
    if (!authenticated) this.#host.noLogin();
    const names = [...features.xml.elements()].map((xml) => xml.name).join(', ');
    const offered = names === '' ? 'nothing' : quoted(names);
    throw new NegotiationError(
      `the server offers no way to ${authenticated ? 'bind an address' : 'log in'} here: it offers ${offered}`,
    );
  }
}
