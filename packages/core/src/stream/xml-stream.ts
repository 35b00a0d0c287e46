import { type Limits, limitsFrom, type XmlElement } from '@sestina/xml';
import { DisconnectedError } from '../errors.js';
import { asError } from '../reasons.js';
import { Registration } from '../registration.js';
import type { StreamError } from '../stanza/stream-error.js';
import { Lifecycle } from './lifecycle.js';
import type { Link } from './link.js';
import { positive } from './positive.js';
import type { SessionKeeper, SessionOutcome, StreamState } from './session.js';
import { StanzaFlow } from './stanza-flow.js';
import type { StreamEvents } from './stream-events.js';
import type { StreamOptions, StreamServices } from './stream-options.js';
import type { Transport } from './transport.js';
import { type Failed, type Verdict, verdictOn } from './verdicts.js';
import { WatchedPromise } from './watched-promise.js';

export type { SessionKeeper, SessionOutcome, StreamState } from './session.js';
export type { StreamOptions, StreamServices } from './stream-options.js';

/** How silence on a connection is noticed; see the option `keepAlive`. */
export interface StreamKeepAlive {
  /**
   * Asks the peer for a sign of life after so many milliseconds of silence at the latest, until the registration is disposed of;
   * the shortest counts. Nothing changes where the option `keepAlive` is false.
   * @throws ConfigError for what is no positive number.
   */
  atMost(interval: number): Registration;
}

/**
 * An XML stream, whatever is spoken on it: connects, negotiates (that part is a subclass's), reads elements and hands
 * them to handlers in order, writes stanzas in order, and comes back when the connection is lost.
 */
export abstract class XMLStream<E extends StreamEvents = StreamEvents> extends StanzaFlow<E> {
  /** What the peer may send. */
  readonly limits: Limits;
  /** Milliseconds that a request waits for its answer unless it says otherwise. */
  readonly timeout: number;
  /** How silence on the connection is noticed. */
  readonly keepAlive: StreamKeepAlive = {
    atMost: (interval) => this.registered(this.#lifecycle.atMost(interval)),
  };
  readonly #lifecycle: Lifecycle;
  /** What takes the place of `askForLife`, the newest last. */
  #proofs: readonly { readonly ask: () => void }[] = [];
  #disposal: Promise<void> | undefined;

  /** @throws ConfigError for an option that cannot work. */
  constructor(options: StreamOptions, services: StreamServices) {
    super(options, services);
    const report = (error: unknown, where: string): void => this.reportError(error, where);
    this.limits = limitsFrom(options.limits);
    this.timeout = positive('timeout', options.timeout ?? 30_000);
    this.#lifecycle = new Lifecycle(
      {
        createTransport: () => this.createTransport(),
        negotiateOn: (link, signal, replaced) => this.negotiateOn(link, signal, replaced),
        judge: (reason, failed) => this.judge(reason, failed),
        askForLife: () => this.#askForLife(),
        awaits: (element) => this.awaits(element),
        sessionBegins: (outcome) => this.sessionBegins(outcome),
        sessionLost: (reason) => this.sessionLost(reason),
        emit: (name, data) => {
          if (name === 'disconnected') this.#heard(data as StreamEvents['disconnected']);
          this.emitOwn(name, data);
        },
      },
      { services, limits: this.limits, queue: this.queue, receiver: this.receiver, sender: this.sender, report },
      options,
    );
  }

  // What a subclass supplies.

  /** A transport for the next attempt, not connected yet. */
  protected abstract createTransport(): Transport | Promise<Transport>;
  /** Negotiates a session on a link whose transport is open. */
  protected abstract negotiate(link: Link, signal: AbortSignal): Promise<SessionOutcome>;
  /** Sends something that the peer has to answer. */
  protected abstract askForLife(): void;
  /** What comes after that failure; asked once for each attempt that failed, each session lost. */
  protected judge(reason: Error, failed: Failed): Verdict {
    return verdictOn(reason, failed);
  }
  /** Whether that element, of which only the start tag was read, is an answer that was asked for: it may be larger than others. */
  protected awaits(_element: XmlElement): boolean {
    return false;
  }
  /** The session is over and will not be resumed. */
  protected sessionLost(_reason: Error): void {}
  /** A session has started; called before `sessionStart` is. */
  protected sessionBegins(_outcome: SessionOutcome): void {}
  /** Part of `dispose()`: disconnected, and the handlers are still there. */
  protected disposing(): void | Promise<void> {}

  // State.

  get state(): StreamState {
    return this.#lifecycle.state;
  }

  /** Whether a session is there: what is sent now is written now. */
  get online(): boolean {
    return this.#lifecycle.state === 'online';
  }

  /** The present connection's transport, for what it tells: `kind`, `secure`. */
  get transport(): Transport | undefined {
    return this.#lifecycle.link?.transport;
  }

  // Life.

  /** A connection that went away for good is told in the log where nobody listens. */
  #heard({ reason, willReconnect }: StreamEvents['disconnected']): void {
    if (willReconnect || this.state === 'disconnecting' || this.listenerCount('disconnected') > 0) return;
    this.logger.error(`the connection is gone and is not made again: ${reason.message}`);
  }

  /**
   * Connects and negotiates; resolves when the session has started. While it runs, or when the session is there, a
   * second call joins the first; while a lost connection waits to be made again, it is made now. Afterwards a lost
   * connection is made again by the reconnection policy.
   * @throws one typed error per decision: DnsError, ConnectError, TlsError, AuthError, StreamError, TimeoutError, …; each has
   *   `code` and `retryable`. DisconnectedError where `disconnect()` is called meanwhile. The signal's reason.
   */
  connect({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const run = this.#lifecycle.connect(signal);
    const promise = WatchedPromise.following(run);
    run.catch((error: unknown) => {
      // Whoever called it gets the chance to wait for it first.
      this.clock.nextTurn(() => {
        if (promise.watched || this.listenerCount('connectionFailed') > 0) return;
        this.logger.error(`connect() failed, and nobody waits for it: ${asError(error).message}`);
      });
    });
    return promise;
  }

  /** Negotiates; a subclass that follows redirects opens further links with `openLink` and says so with `replaced`. */
  protected negotiateOn(link: Link, signal: AbortSignal, _replaced: (link: Link) => void): Promise<SessionOutcome> {
    return this.negotiate(link, signal);
  }

  /** A further link in place of the one that redirected us. */
  protected openLink(transport: Transport, signal: AbortSignal): Promise<Link> {
    return this.#lifecycle.open(transport, signal);
  }

  /**
   * Ends the session and the connection, from whatever state, and stops reconnecting. What waits to be sent is given half
   * of `timeout` (milliseconds, default 5,000) to go out; what could not is failed. Resolves when the listeners of what it
   * caused have been called, and nothing is kept of the session, for which there is the same time. Never rejects.
   */
  disconnect({ timeout = 5_000 }: { timeout?: number } = {}): Promise<void> {
    return this.#lifecycle.disconnect(timeout);
  }

  /** Cuts the connection without a goodbye and without reconnecting. */
  abort(reason: Error = new DisconnectedError('abort() was called')): void {
    this.#lifecycle.abort(reason);
  }

  /** Cuts the connection as a network failure would, for tests of what happens then; reconnects by the policy. */
  cut(): void {
    this.#lifecycle.cut();
  }

  /** Makes a lost connection again now, without waiting for the back-off; asks a live one whether it still is one. */
  networkChanged(): void {
    this.#lifecycle.wake('online');
  }

  /** The same where a page is looked at again that was hidden: browsers let hidden ones sleep. */
  becameVisible(): void {
    this.#lifecycle.wake('visible');
  }

  /** Ends it for good: disconnects, then removes every handler, task and listener. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    this.#lifecycle.close();
    await this.disconnect();
    const gone = new DisconnectedError('this connection object was disposed of');
    this.sender.close(gone);
    try {
      await this.disposing();
    } catch (error) {
      this.reportError(error, 'dispose()');
    }
    this.receiver.clear(gone);
    this.closeEvents(gone);
  }

  /** Whether there is a session, or one that was kept and may be resumed. */
  protected get hasSession(): boolean {
    return this.#lifecycle.session;
  }

  /** Lets sessions outlive their connections where the keeper says so: for XEP-0198. */
  keepSession(keeper: SessionKeeper): Registration {
    return this.registered(this.#lifecycle.keepSession(keeper));
  }

  /**
   * Calls back when a session begins: before anything that waits is written, and anything that the peer has sent meanwhile is given to
   * handlers. What it writes with `sendElement()` comes first.
   */
  onBegin(callback: (outcome: SessionOutcome) => void): Registration {
    return this.registered(this.#lifecycle.begins.add(callback));
  }

  /** Calls back when `disconnect()` is about to close the stream: what it writes with `sendElement()` comes last. */
  onLeave(callback: () => void): Registration {
    return this.registered(this.#lifecycle.leaves.add(callback));
  }

  /**
   * Asks the peer for a sign of life in another way than with a ping, until the registration is disposed of. Anything that is
   * received is one.
   */
  proveLife(ask: () => void): Registration {
    const proof = { ask };
    this.#proofs = [...this.#proofs, proof];
    return this.registered(
      new Registration(() => {
        this.#proofs = this.#proofs.filter((other) => other !== proof);
      }),
    );
  }

  #askForLife(): void {
    const proof = this.#proofs.at(-1);
    try {
      if (proof) proof.ask();
      else this.askForLife();
    } catch (error) {
      this.reportError(error, 'asking for a sign of life');
    }
  }

  /** Ends the stream with an error that the peer is told. */
  failStream(error: StreamError): void {
    this.#lifecycle.link?.fail(error);
  }

  protected override get awaitsAnswers(): boolean {
    return this.receiver.awaited || super.awaitsAnswers;
  }

  protected override setPaused(paused: boolean): void {
    const { level, stuck } = this.sender;
    // Each request that is read makes an answer.
    const holds = level > 1 || (level > 0 && !stuck && !this.awaitsAnswers);
    this.#lifecycle.setPaused(paused || holds, level > 0);
  }
}
