import {
  BaseXMPP,
  type ElementClass,
  type ElementView,
  Plugin,
  type Registration,
  type RequestOptions,
  type Sending,
  StreamError,
  viewOf,
  type XmlElement,
} from '@sestina/core';
import {
  type NegotiationContext,
  type SessionOutcome,
  type StepOutcome,
  StreamNegotiation,
} from '@sestina/core/connection';
import { Callback, MatchPath } from '@sestina/core/handlers';
import { within } from '@sestina/core/util';
import { Acknowledgements } from './acknowledgements.js';
import { NotManagedError } from './errors.js';
import { Inline } from './inline.js';
import type { Kept } from './kept-session.js';
import { LostStanzas } from './lost-stanzas.js';
import { ManagedSession } from './managed-session.js';
import { checkOptions, StreamManagementOptions } from './options.js';
import { Persistence } from './persistence.js';
import { Replays } from './replays.js';
import { count, Resumption } from './resumption.js';
import { Ack, AckRequest, Enable, Enabled, Failed, NS_SM, StreamManagementFeature } from './stanza.js';

// Parts of the bounds of what waits for its acknowledgement: from where on nothing more is written, and from where on it is again.
const HIGH = 0.75;
const LOW = 0.5;

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
  readonly #acks: Acknowledgements;
  readonly #replays: Replays;
  readonly #lost: LostStanzas;
  readonly #persistence: Persistence | undefined;
  readonly #resumption: Resumption;
  readonly #inline: Inline;
  #session: ManagedSession | undefined;
  /** Stanzas that arrived and whose handlers are not done. */
  #inFlight = 0;
  #hold: Registration | undefined;
  #proof: Registration | undefined;

  /** @throws ConfigError for an option that is no positive number. */
  constructor(xmpp: BaseXMPP, negotiation: StreamNegotiation, options: StreamManagementOptions) {
    super();
    checkOptions(options);
    this.#xmpp = xmpp;
    this.#negotiation = negotiation;
    this.#options = options;
    this.#replays = new Replays(xmpp);
    this.#lost = new LostStanzas(xmpp, options);
    if (options.persist) {
      const found = ({ older, stanzas }: Kept): void => this.#lost.tellStrange([...older, ...stanzas]);
      this.#persistence = new Persistence(xmpp, options, found);
    }
    const self = this;
    this.#resumption = new Resumption(
      xmpp,
      {
        get session() {
          return self.#session;
        },
        adopt: (session) => {
          this.#session = session;
        },
      },
      this.#lost,
      this.#persistence,
    );
    this.#inline = new Inline(xmpp, this.#resumption, () => this.#wanted());
    this.#acks = new Acknowledgements(xmpp.clock, options, {
      ask: () => xmpp.sendElement(new AckRequest().xml),
      answer: () => this.#answer(),
      unanswered: () => this.#unanswered(),
    });
    this.own(
      negotiation.add({
        name: StreamManagementFeature.tag,
        namespace: NS_SM,
        needs: 'authenticated',
        gives: 'bound',
        before: 'bind',
        run: (context) => this.#resume(context),
      }),
      negotiation.reconnectAt(() => this.#location()),
      xmpp.onBegin((outcome) => this.#begin(outcome)),
      xmpp.onLeave(() => this.#leave()),
      xmpp.onWritten((sending) => this.#wrote(sending)),
      xmpp.onArrived((stanza) => {
        if (this.#replays.arrives(stanza)) return;
        this.#inFlight += 1;
        this.#session?.arrives();
      }),
      xmpp.onHandled((stanza) => this.#handled(stanza)),
      xmpp.keepSession({
        keeps: (reason) => this.#keeps(reason),
        until: () => this.#session?.until ?? 0,
        forgotten: async () => this.#persistence?.forgotten,
      }),
      this.#hear(Enabled, (enabled) => this.#enabled(enabled)),
      this.#hear(Failed, (failed) => this.#refused(failed)),
      this.#hear(AckRequest, () => this.#acks.give()),
      this.#hear(Ack, (ack) => this.#acked(ack)),
      ...this.#inline.registrations,
      { dispose: () => this.#stop() },
      { dispose: () => this.#persistence?.dispose() },
    );
  }

  #hear<V extends ElementView>(cls: ElementClass<V>, take: (view: V) => void): Registration {
    const matcher = new MatchPath(`{${NS_SM}}${cls.tag}`);
    const handle = ({ xml }: ElementView): void => take(viewOf(cls, xml));
    return this.#xmpp.registerHandler(new Callback(`xep-0198 ${cls.tag}`, matcher, handle, { inStream: true }));
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

  /**
   * Asks the server now how many stanzas it has, and resolves with the milliseconds until it has acknowledged all that was written so
   * far; also across a lost connection.
   * @throws NotManagedError where it does not count. TimeoutError after `timeout` milliseconds (default: that of the connection's
   *   requests); the signal's reason. What ended the session. PluginError once the plugin was removed.
   */
  acknowledged(options: RequestOptions = {}): Promise<number> {
    return this.untilRemoved(options.signal, async (signal) => {
      const session = this.#session;
      if (session?.state !== 'on') throw new NotManagedError();
      const { clock, timeout } = this.#xmpp;
      const start = clock.monotonic();
      await within(
        clock,
        (over) => {
          const acknowledged = session.acknowledged(over);
          this.#acks.ask();
          return acknowledged;
        },
        { what: 'an acknowledgement', how: 'no answer', timeout: options.timeout ?? timeout, signal },
      );
      return clock.monotonic() - start;
    });
  }

  /**
   * Forgets what the session could be resumed by, here and in the store: where its connection is lost, a new one begins. Resolves once
   * nothing is kept of it any more.
   */
  async forget(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    session.id = undefined;
    await this.#persistence?.clear(session);
  }

  // The session.

  #begin(outcome: SessionOutcome): void {
    if (outcome === 'new') this.#enable();
    else this.#goOn(outcome);
  }

  #goOn(outcome: SessionOutcome): void {
    const session = this.#session;
    if (!session) return;
    if (outcome === 'restored') this.#follow(session);
    this.#replays.expect(session.unhandled);
    this.#persistence?.acked(session);
    this.#run();
    if (session.unacked.size > 0 || session.awaited) this.#acks.ask();
  }

  #enable(): void {
    this.#stop();
    this.#session = undefined;
    const answer = this.#inline.takeAnswer();
    const offered = this.#negotiation.offered.has(`{${NS_SM}}${StreamManagementFeature.tag}`);
    if (!answer && !(offered && this.#xmpp.sendElement(this.#wanted()))) {
      this.#persistence?.release();
      return;
    }
    const session = new ManagedSession();
    this.#session = session;
    this.#persistence?.wait();
    this.#acks.expect();
    this.#follow(session);
    if (answer?.name === Enabled.tag) this.#enabled(viewOf(Enabled, answer));
    else if (answer) this.#refused(viewOf(Failed, answer));
  }

  #wanted(): XmlElement {
    const { max, resume } = this.#options;
    return new Enable(resume ? { resume: true, max: max === undefined ? undefined : Math.ceil(max) } : {}).xml;
  }

  /** It is over with the session of the connection. */
  #follow(session: ManagedSession): void {
    const { session: lives } = this.#xmpp;
    lives.addEventListener('abort', () => this.#over(session, lives.reason as Error), { once: true });
  }

  #over(session: ManagedSession, reason: Error): void {
    const suspect = this.#lost.suspects.judge(session.unacked);
    const lost = session.end(reason);
    if (this.#session === session) this.#stop();
    this.#lost.tell(lost, suspect !== undefined);
    void this.#persistence?.clear(session);
  }

  #enabled(enabled: Enabled): void {
    const session = this.#session;
    if (session?.state !== 'asked') return;
    const { max, resume: wanted } = this.#options;
    session.begin(enabled, wanted, max, this.#inFlight);
    this.#persistence?.begin(session, `${this.#xmpp.boundJid}`);
    this.#acks.answered(session.unacked.size > 0);
    this.#run();
    this.#xmpp.emit('smEnabled', { resumable: session.id !== undefined, max: enabled.max });
  }

  #refused({ condition }: Failed): void {
    if (this.#session?.state !== 'asked') return;
    this.#session = undefined;
    this.#stop();
    this.#persistence?.release();
    this.#xmpp.emit('smFailed', { condition, wasResuming: false });
  }

  /** The session is on a connection. */
  #run(): void {
    this.#proof ??= this.#xmpp.proveLife(() => this.#acks.ask());
    this.#weigh();
  }

  #stop(): void {
    this.#acks.stop();
    this.#proof?.dispose();
    this.#proof = undefined;
    this.#replays.stop();
    this.#letGo();
  }

  /** Both sides say a last time how many they have: the server answers what it reads before the end of the stream. */
  #leave(): void {
    if (!this.enabled) return;
    this.#acks.stop();
    // Nothing is to be kept of it any more.
    this.#tell(this.#session?.handled ?? 0);
    if (this.#session?.unacked.size) this.#acks.ask();
  }

  // Losing and resuming it.

  #keeps(reason: Error): boolean {
    this.#acks.stop();
    this.#lost.suspects.ended(reason);
    const session = this.#session;
    if (session?.state !== 'on' || session.id === undefined) return false;
    session.lost(this.#xmpp.clock.monotonic());
    // What we refused would come again, for ever.
    return !(reason instanceof StreamError && reason.origin === 'local');
  }

  /** Where the server wants to be resumed, once for each loss. */
  #location(): string | undefined {
    const session = this.#session;
    if (session?.state !== 'on' || session.id === undefined) return undefined;
    const { location } = session;
    session.location = undefined;
    return location;
  }

  async #resume(context: NegotiationContext): Promise<StepOutcome> {
    const { link, signal } = context;
    const wish = await this.#resumption.wish(signal);
    if (!wish) return 'next';
    link.sendElement(wish.element);
    return wish.take(await link.receive(), context) ?? 'next';
  }

  // Counting.

  #wrote(sending: Sending): void {
    const session = this.#session;
    if (!session || session.state === 'off') return;
    session.unacked.add(sending, this.#xmpp.clock.now());
    if (session.state === 'on') this.#acks.wrote();
    this.#weigh();
  }

  #unanswered(): void {
    const { timeout } = this.#options;
    if (this.#session) this.#session.fruitless += 1;
    this.#xmpp.logger.warn(
      `the server left a request for an acknowledgement unanswered for ${timeout} ms: the connection is cut`,
    );
    this.#xmpp.cut();
  }

  #acked({ h }: Ack): void {
    const session = this.#session;
    if (session?.state !== 'on') return;
    const error =
      h === undefined
        ? new StreamError('bad-format', { text: 'an acknowledgement without a count' })
        : count(session, h);
    if (error) {
      this.#xmpp.failStream(error);
      return;
    }
    session.fruitless = 0;
    this.#acks.answered(session.unacked.size > 0);
    this.#persistence?.acked(session);
    session.told();
    this.#weigh();
  }

  /** Keeps what is sent in the queue as long as too much waits for its acknowledgement. */
  #weigh(): void {
    const { size = 0, bytes = 0 } = this.#session?.unacked ?? {};
    const { maxUnacked, maxUnackedBytes } = this.#options;
    const load = Math.max(size / maxUnacked, bytes / maxUnackedBytes);
    if (load >= HIGH) this.#hold ??= this.#xmpp.holdSending();
    else if (load <= LOW) this.#letGo();
  }

  /** Lets go what waits in the queue; that may be too much again. */
  #letGo(): void {
    const hold = this.#hold;
    this.#hold = undefined;
    hold?.dispose();
  }

  #handled(stanza: XmlElement): void {
    if (this.#replays.handled(stanza)) return;
    this.#inFlight -= 1;
    if (this.#session?.handles()) this.#acks.handled();
  }

  #answer(): void {
    const session = this.#session;
    if (session?.state !== 'on') return;
    const { handled } = session;
    const { transport } = this.#xmpp;
    if (!this.#persistence) this.#tell(handled);
    else {
      void this.#persistence.handled(session, handled).then(() => {
        // On another connection more was told already.
        if (session.state === 'on' && this.#xmpp.transport === transport) this.#tell(handled);
      });
    }
  }

  #tell(handled: number): void {
    this.#xmpp.sendElement(new Ack({ h: handled }).xml);
  }
}
