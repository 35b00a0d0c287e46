import {
  type Clock,
  Iq,
  isA,
  JID,
  NegotiationError,
  type Random,
  type RequestOptions,
  viewOf,
  type XmlElement,
} from '@sestina/core';
import {
  type Link,
  type NegotiationContext,
  type NegotiationStep,
  PendingRequests,
  type Stage,
  type StreamFeatures,
} from '@sestina/core/connection';
import { follow } from '@sestina/core/util';
import type { Attempt } from './attempt.js';

/** What asking takes from the connection. */
export interface Asking {
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds that an answer may take. */
  readonly timeout: number;
  readonly serverDomain: string;
}

// Nobody has to ask for more at once while a session is negotiated.
const MAX_PENDING = 16;

/** What one run of a step works with. Once it is over, the step may not change anything any more. */
export class StepContext implements NegotiationContext {
  readonly feature: XmlElement;
  readonly features: StreamFeatures;
  readonly signal: AbortSignal;
  readonly #step: NegotiationStep;
  readonly #attempt: Attempt;
  readonly #asking: Asking;
  readonly #pending: PendingRequests;
  #over = false;
  #violation: Error | undefined;

  constructor(
    step: NegotiationStep,
    features: StreamFeatures,
    feature: XmlElement,
    attempt: Attempt,
    asking: Asking,
    signal: AbortSignal,
  ) {
    this.#step = step;
    this.features = features;
    this.feature = feature;
    this.#attempt = attempt;
    this.#asking = asking;
    this.signal = signal;
    const { clock, serverDomain } = asking;
    const self = {
      serverDomain,
      isComponent: false,
      requestedJid: attempt.jid,
      // What the server sends before there is an address may be for the account.
      get boundJid() {
        return attempt.jid;
      },
    };
    this.#pending = new PendingRequests(clock, self, MAX_PENDING);
  }

  get link(): Link {
    return this.#attempt.link;
  }

  get stage(): Stage {
    return this.#attempt.stage;
  }

  // Functions of their own, since a step may take them out of the context.

  readonly authenticated: NegotiationContext['authenticated'] = ({ mechanism, jid }) => {
    this.#claim('says that logging in is done', () => this.#attempt.authenticated(mechanism, jid));
  };

  readonly bound: NegotiationContext['bound'] = (jid) => {
    this.#claim('gives an address', () => this.#attempt.bound(JID.from(jid)));
  };

  readonly resend: NegotiationContext['resend'] = (sendings) => {
    this.#assertGoingOn();
    this.#attempt.again.push(...sendings);
  };

  readonly request: NegotiationContext['request'] = (iq, options = {}) => this.#ask(iq, options);

  async #ask(iq: Iq, { timeout = this.#asking.timeout, signal }: RequestOptions): Promise<Iq> {
    this.#assertGoingOn();
    if (!iq.isRequest) throw new TypeError('a request is an iq of type get or set');
    iq.id ??= this.#asking.random.id();
    const controller = new AbortController();
    const releases = [follow(signal, controller), follow(this.signal, controller)];
    try {
      const answer = this.#pending.open(iq, timeout, controller.signal);
      // It is awaited below; what the link says may come first.
      answer.catch(() => {});
      this.link.sendElement(iq.xml);
      this.link
        .receive((xml) => isA(Iq, xml) && this.#pending.find(viewOf(Iq, xml)) !== undefined)
        .then(
          (xml) => this.#pending.find(viewOf(Iq, xml))?.answer(),
          (reason: unknown) => controller.abort(reason),
        );
      return await answer;
    } finally {
      for (const release of releases) release();
    }
  }

  /** @throws what the step claimed wrongly, also where it took no notice of that. */
  assertHonest(): void {
    if (this.#violation) throw this.#violation;
  }

  /** Ends it. */
  close(): void {
    this.#over = true;
  }

  #claim(what: string, claim: () => void): void {
    this.#assertGoingOn();
    const { name, gives } = this.#step;
    try {
      if (gives !== 'authenticated' && gives !== 'bound') {
        throw new NegotiationError(`it ${what}, and was not added as one that gives it (\`gives\`)`);
      }
      claim();
    } catch (error) {
      const wrong = error instanceof NegotiationError;
      this.#violation ??= wrong
        ? new NegotiationError(`the step "${name}" is wrong: ${error.message}`)
        : asError(error);
      throw this.#violation;
    }
  }

  #assertGoingOn(): void {
    if (!this.#over && !this.signal.aborted) return;
    throw new NegotiationError(`the step "${this.#step.name}" is over: its context is of no use any more`);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
