import {
  BaseXMPP,
  ConfigError,
  type ElementView,
  NegotiationError,
  Plugin,
  type Registration,
  type Sending,
  StreamError,
  XmlElement,
} from '@sestina/core';
import {
  type NegotiationContext,
  type SessionOutcome,
  type StepOutcome,
  StreamNegotiation,
} from '@sestina/core/connection';
import { Callback, MatchPath } from '@sestina/core/handlers';
import { Delayed } from './delayed.js';
import { ManagedSession, NS_SM } from './managed-session.js';
import { WRAP } from './unacked.js';

/** Options of `StreamManagement`. */
export class StreamManagementOptions {
  /**
   * Whether a session whose connection was lost is resumed.
   * @default true
   */
  resume = true;
  /**
   * Seconds for which the server is asked to keep a session without a connection; undefined: as long as it likes.
   * @default undefined
   */
  max: number | undefined = undefined;
  /**
   * Asks for an acknowledgement after so many stanzas.
   * @default 5
   */
  requestEvery = 5;
  /**
   * Asks at the latest so many milliseconds after a stanza was written.
   * @default 250
   */
  requestAfter = 250;
  /**
   * Acknowledges unasked after so many stanzas of the server.
   * @default 10
   */
  ackEvery = 10;
  /**
   * Acknowledges unasked at the latest so many milliseconds after a stanza was handled.
   * @default 2_000
   */
  ackAfter = 2_000;
  /**
   * Milliseconds that the server has for an acknowledgement; then the connection is cut, and made again.
   * @default 30_000
   */
  timeout = 30_000;
  /**
   * Stanzas that may wait for their acknowledgement before further ones wait in the queue.
   * @default 1_024
   */
  maxUnacked = 1_024;
  /**
   * UTF-16 units of text of such stanzas.
   * @default 8_388_608
   */
  maxUnackedBytes = 8_388_608;
}

/**
 * XEP-0198: Stream Management, version 1.6.3. Counts stanzas both ways, so that `acked()` of a `Sending` tells what the server has
 * taken over, and resumes a session after a lost connection without losing or doubling anything. Clients only.
 */
export class StreamManagement extends Plugin {
  static override readonly id = 'xep-0198';
  static override readonly Options = StreamManagementOptions;
  static override readonly kinds = ['client'] as const;
  static override readonly inject = [BaseXMPP, StreamNegotiation, StreamManagementOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #negotiation: StreamNegotiation;
  readonly #options: StreamManagementOptions;
  readonly #request: Delayed;
  readonly #answer: Delayed;
  readonly #deadline: Delayed;
  #session: ManagedSession | undefined;
  /** Stanzas that arrived and whose handlers are not done. */
  #inFlight = 0;
  #written = 0;
  #handled = 0;
  #hold: Registration | undefined;
  #proof: Registration | undefined;

  /** @throws ConfigError for an option that is no positive number. */
  constructor(xmpp: BaseXMPP, negotiation: StreamNegotiation, options: StreamManagementOptions) {
    super();
    const { max, resume: _resume, ...numbers } = options;
    for (const [name, value] of [...Object.entries(numbers), ...(max === undefined ? [] : [['max', max] as const])]) {
      if (!(Number.isFinite(value) && value > 0)) {
        throw new ConfigError(`${name} has to be a positive number, got ${value}`, name);
      }
    }
    this.#xmpp = xmpp;
    this.#negotiation = negotiation;
    this.#options = options;
    this.#request = new Delayed(xmpp.clock, options.requestAfter, () => this.#ask());
    this.#answer = new Delayed(xmpp.clock, options.ackAfter, () => this.#acknowledge());
    this.#deadline = new Delayed(xmpp.clock, options.timeout, () => this.#unanswered());
    const heard = (name: string, take: (xml: XmlElement) => void): Registration => {
      const handle = ({ xml }: ElementView): void => take(xml);
      return xmpp.registerHandler(
        new Callback(`xep-0198 ${name}`, new MatchPath(`{${NS_SM}}${name}`), handle, { inStream: true }),
      );
    };
    this.own(
      negotiation.add({
        name: 'sm',
        namespace: NS_SM,
        needs: 'authenticated',
        before: 'bind',
        run: (context) => this.#resume(context),
      }),
      xmpp.onBegin((outcome) => this.#begin(outcome)),
      xmpp.onLeave(() => this.#leave()),
      xmpp.onWritten((sending) => this.#wrote(sending)),
      xmpp.onArrived(() => {
        this.#inFlight += 1;
        this.#session?.arrives();
      }),
      xmpp.onHandled(() => this.#handledOne()),
      xmpp.keepSession({ keeps: (reason) => this.#keeps(reason), until: () => this.#until() }),
      heard('enabled', (xml) => this.#enabled(xml)),
      heard('failed', () => this.#refused()),
      heard('r', () => this.#acknowledge()),
      heard('a', (xml) => this.#acked(xml)),
      { dispose: () => this.#stop() },
    );
  }

  /** Whether the server counts in this session. */
  get enabled(): boolean {
    return this.#session?.state === 'on';
  }

  /** Whether this session can be resumed. */
  get resumable(): boolean {
    return this.#session?.id !== undefined;
  }

  /** What was written and the server has not counted, oldest first. */
  get unacked(): readonly Sending[] {
    return this.#session?.unacked.sendings ?? [];
  }

  // The session.

  #begin(outcome: SessionOutcome): void {
    if (outcome === 'resumed') {
      this.#run();
      if (this.#session?.unacked.size) this.#ask();
      return;
    }
    this.#stop();
    this.#session = undefined;
    if (!this.#negotiation.offered.has(`{${NS_SM}}sm`)) return;
    const { max, resume } = this.#options;
    const enable = new XmlElement('enable', NS_SM);
    if (resume) enable.setAttribute('resume', 'true');
    if (resume && max !== undefined) enable.setAttribute('max', String(Math.ceil(max)));
    if (!this.#xmpp.sendElement(enable)) return;
    const session = new ManagedSession();
    this.#session = session;
    const { session: lives } = this.#xmpp;
    const over = (): void => this.#over(session, lives.reason as Error);
    lives.addEventListener('abort', over, { once: true });
  }

  #over(session: ManagedSession, reason: Error): void {
    const sendings = session.end(reason);
    if (this.#session === session) this.#stop();
    if (sendings.length > 0) this.#xmpp.emit('smUnknown', { sendings });
  }

  #enabled(xml: XmlElement): void {
    const session = this.#session;
    if (session?.state !== 'asked') return;
    const resume = /^(?:true|1)$/.test(xml.attribute('resume') ?? '');
    const id = this.#options.resume && resume ? xml.attribute('id') || undefined : undefined;
    const max = count(xml.attribute('max'));
    session.begin(id, max, this.#inFlight);
    this.#run();
    if (session.unacked.size > 0) this.#request.want();
    this.#xmpp.emit('smEnabled', { resumable: id !== undefined, max });
  }

  #refused(): void {
    const session = this.#session;
    if (session?.state !== 'asked') return;
    this.#session = undefined;
    this.#stop();
    this.#xmpp.emit('smFailed', { wasResuming: false });
  }

  /** The session is on a connection. */
  #run(): void {
    this.#request.cancel();
    this.#deadline.cancel();
    this.#written = 0;
    this.#proof ??= this.#xmpp.proveLife(() => this.#ask());
    this.#weigh();
  }

  #stop(): void {
    for (const delayed of [this.#request, this.#answer, this.#deadline]) delayed.cancel();
    this.#proof?.dispose();
    this.#proof = undefined;
    this.#letGo();
  }

  /** Both sides say a last time how many they have: the server answers what it reads before the end of the stream. */
  #leave(): void {
    this.#acknowledge();
    if (this.#session?.unacked.size) this.#ask();
  }

  /** Lets go what waits in the queue; that may be too much again. */
  #letGo(): void {
    const hold = this.#hold;
    this.#hold = undefined;
    hold?.dispose();
  }

  // Losing and resuming it.

  #keeps(reason: Error): boolean {
    for (const delayed of [this.#request, this.#answer, this.#deadline]) delayed.cancel();
    const session = this.#session;
    if (session?.state !== 'on' || session.id === undefined) return false;
    session.lostAt = this.#xmpp.clock.monotonic();
    // What we refused would come again, for ever.
    return !(reason instanceof StreamError && reason.origin === 'local');
  }

  #until(): number {
    const { max, lostAt = 0 } = this.#session ?? {};
    return max === undefined ? Number.POSITIVE_INFINITY : lostAt + max * 1_000;
  }

  async #resume({ link, resend }: NegotiationContext): Promise<StepOutcome> {
    const session = this.#session;
    if (session?.state !== 'on' || session.id === undefined) return 'next';
    // What has arrived is in our hands, whether or not its handlers are done.
    link.sendElement(new XmlElement('resume', NS_SM, { h: String(session.arrived), previd: session.id }));
    const answer = await link.receive();
    const is = (name: string): boolean => answer.namespace === NS_SM && answer.name === name;
    const h = count(answer.attribute('h'));
    if (is('failed')) {
      if (h !== undefined) session.unacked.ack(h);
      session.id = undefined;
      this.#xmpp.emit('smFailed', { wasResuming: true });
      return 'next';
    }
    if (!is('resumed')) {
      throw new NegotiationError(`resuming failed: the server answered <${answer.name} xmlns="${answer.namespace}">`);
    }
    const wrong = answer.attribute('previd') !== session.id || h === undefined;
    const error = wrong
      ? new StreamError('undefined-condition', { text: 'the server resumed another session than ours' })
      : this.#count(session, h);
    if (error) {
      session.id = undefined;
      link.fail(error);
      throw error;
    }
    resend(session.unacked.sendings);
    return 'resumed';
  }

  // Counting.

  #wrote(sending: Sending): void {
    const session = this.#session;
    if (!session || session.state === 'off') return;
    session.unacked.add(sending);
    this.#written += 1;
    if (session.state !== 'on') return;
    if (this.#written >= this.#options.requestEvery && !this.#deadline.pending) this.#ask();
    else this.#request.want();
    this.#weigh();
  }

  #ask(): void {
    if (this.#session?.state !== 'on') return;
    this.#request.cancel();
    this.#written = 0;
    if (this.#xmpp.sendElement(new XmlElement('r', NS_SM))) this.#deadline.want();
  }

  #unanswered(): void {
    const { timeout } = this.#options;
    this.#xmpp.logger.warn(
      `the server left a request for an acknowledgement unanswered for ${timeout} ms: the connection is cut`,
    );
    this.#xmpp.cut();
  }

  #acked(xml: XmlElement): void {
    const session = this.#session;
    if (session?.state !== 'on') return;
    const h = count(xml.attribute('h'));
    const error =
      h === undefined
        ? new StreamError('bad-format', { text: 'an acknowledgement without a count' })
        : this.#count(session, h);
    if (error) {
      this.#xmpp.failStream(error);
      return;
    }
    this.#deadline.cancel();
    if (session.unacked.size > 0) this.#request.want();
    else this.#request.cancel();
    this.#weigh();
  }

  #count({ unacked }: ManagedSession, h: number): StreamError | undefined {
    const { sent } = unacked;
    if (unacked.ack(h) !== 'too-high') return undefined;
    const counts = { h: String(h), 'send-count': String(sent) };
    return new StreamError('undefined-condition', {
      text: `${h} stanzas were acknowledged, ${sent} were sent`,
      application: new XmlElement('handled-count-too-high', NS_SM, counts),
    });
  }

  /** Keeps what is sent in the queue as long as too much waits for its acknowledgement. */
  #weigh(): void {
    const { size = 0, bytes = 0 } = this.#session?.unacked ?? {};
    const { maxUnacked, maxUnackedBytes } = this.#options;
    const load = Math.max(size / maxUnacked, bytes / maxUnackedBytes);
    if (load >= 1) this.#hold ??= this.#xmpp.holdSending();
    else if (load <= 0.75) this.#letGo();
  }

  #handledOne(): void {
    this.#inFlight -= 1;
    if (!this.#session?.handles()) return;
    this.#handled += 1;
    if (this.#handled >= this.#options.ackEvery) this.#acknowledge();
    else this.#answer.want();
  }

  #acknowledge(): void {
    const session = this.#session;
    if (session?.state !== 'on') return;
    this.#answer.cancel();
    this.#handled = 0;
    this.#xmpp.sendElement(new XmlElement('a', NS_SM, { h: String(session.handled) }));
  }
}

/** A counter of 32 bits, as it is written; undefined for what is none. */
function count(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text.trim())) return undefined;
  const value = Number(text);
  return value < WRAP ? value : undefined;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** The server counts stanzas from now on. `max`: seconds that it keeps the session without a connection, where it says so. */
    smEnabled: { readonly resumable: boolean; readonly max: number | undefined };
    /** The server refused to count, or to resume the session: a new one begins. */
    smFailed: { readonly wasResuming: boolean };
    /** A session is over, and these were written and never counted: they may or may not have arrived. */
    smUnknown: { readonly sendings: readonly Sending[] };
  }
}
