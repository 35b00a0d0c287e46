import { LazySet, type Limits } from '@sestina/xml';
import { DisconnectedError } from '../errors.js';
import { abortable } from '../reasons.js';
import type { Registration } from '../registration.js';
import { SendError } from '../sending.js';
import { StreamError } from '../stanza/stream-error.js';
import { Attempt } from './attempt.js';
import { Attempts, type Pause } from './attempts.js';
import { Callbacks } from './callbacks.js';
import type { EventQueue } from './event-queue.js';
import { Link } from './link.js';
import { ConnectionLostError } from './link-errors.js';
import { LinkWatch } from './link-watch.js';
import { positive } from './positive.js';
import type { Receiver } from './receiver.js';
import { Reconnection } from './reconnection.js';
import type { Sender } from './sender.js';
import type { LifecycleHost, SessionKeeper, SessionOutcome, StreamState } from './session.js';
import { SessionKeeping } from './session-keeping.js';
import type { StreamOptions, StreamServices } from './stream-options.js';
import type { Transport } from './transport.js';
import { ruleFor } from './verdicts.js';

/** The parts of a stream that its life is the life of. */
export interface StreamParts {
  readonly services: StreamServices;
  readonly limits: Limits;
  readonly queue: EventQueue;
  readonly receiver: Receiver;
  readonly sender: Sender;
  report(error: unknown, where: string): void;
}

/** The life of a connection: attempts, the session, its loss and its return, and its end. */
export class Lifecycle {
  readonly #host: LifecycleHost;
  readonly #parts: StreamParts;
  readonly #watch: LinkWatch;
  readonly #reconnection: Reconnection;
  readonly #keeping: SessionKeeping;
  readonly #connectTimeout: number;
  #state: StreamState = 'disconnected';
  /** On the way to a session. Only the current ones may touch the connection. */
  #attempts: Attempts | undefined;
  #attempt: Attempt | undefined;
  #stopping: Promise<void> | undefined;
  /** Links without a session that are not closed. */
  readonly #others = new LazySet<Link>();
  #session = false;
  #onlineSince = 0;
  #closed = false;
  /** Called when a session begins, before anything that waits is written and anything is read. */
  readonly begins: Callbacks<[SessionOutcome]>;
  /** Called before the stream is closed by us. */
  readonly leaves: Callbacks<[]>;

  /** @throws ConfigError for options that cannot work. */
  constructor(host: LifecycleHost, parts: StreamParts, options: StreamOptions) {
    const { clock, random } = parts.services;
    this.#host = host;
    this.#parts = parts;
    this.#connectTimeout = positive('connectTimeout', options.connectTimeout ?? 60_000);
    this.#reconnection = new Reconnection(random, options.reconnect, (reason, failed) => host.judge(reason, failed));
    this.#watch = new LinkWatch(clock, options.keepAlive, {
      ask: () => host.askForLife(),
      woke: () => host.emit('wake', { cause: 'clock' }),
    });
    this.#keeping = new SessionKeeping(clock, parts.report, () => this.#keptTooLong());
    this.begins = new Callbacks('callback of the beginning of a session', parts.report);
    this.leaves = new Callbacks('callback before the stream is closed', parts.report);
  }

  get state(): StreamState {
    return this.#state;
  }

  /** The link of the session. */
  get link(): Link | undefined {
    return this.#watch.link;
  }

  /** Whether there is a session, or one that was kept and may be resumed. */
  get session(): boolean {
    return this.#session;
  }

  /** Lets a session outlive its connection. */
  keepSession(keeper: SessionKeeper): Registration {
    return this.#keeping.add(keeper);
  }

  /** Asks for a sign of life after so much silence at the latest. */
  atMost(interval: number): Registration {
    return this.#watch.atMost(interval);
  }

  /** Stops or goes on reading. */
  setPaused(paused: boolean, congested: boolean): void {
    this.#watch.setPaused(paused, congested);
  }

  // To a session.

  connect(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed) {
      const text = 'this connection object was disposed of: make a new one';
      return Promise.reject(new DisconnectedError(text, { retryable: false }));
    }
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#state === 'online') return Promise.resolve();
    if (this.#attempts) {
      this.#attempts.hurry();
      return abortable(this.#attempts.next, signal);
    }
    this.#reconnection.reset();
    return this.#start(undefined, signal);
  }

  /** @param pause Why it is made again, and when; undefined for a first connection. */
  #start(pause: Pause | undefined, signal?: AbortSignal): Promise<void> {
    const again = pause !== undefined;
    const attempts = new Attempts({
      clock: this.#parts.services.clock,
      attempt: (stopped) => this.#try(stopped),
      pauseAfter: (reason) =>
        again || this.#reconnection.initial ? this.#reconnection.after(reason, 'attempt') : undefined,
      waiting: (next) => this.#waiting(next),
      over: (ended, reason) => {
        // Whoever stopped them has also said what the state is now.
        if (this.#attempts !== ended) return;
        this.#attempts = undefined;
        if (reason) this.#failed(reason, again);
      },
    });
    this.#attempts = attempts;
    const { next } = attempts;
    void attempts.run(this.#stopping, pause, signal);
    return next;
  }

  #waiting({ delay, reason }: Pause): void {
    this.#state = 'waiting';
    this.#host.emit('reconnectDelay', { delay, attempt: this.#reconnection.attempt, reason });
    this.#keeping.look();
  }

  #failed(reason: Error, again: boolean): void {
    this.#state = 'disconnected';
    if (again) this.#host.emit('disconnected', { reason, willReconnect: false });
    this.#end(reason);
  }

  async #try(signal: AbortSignal): Promise<void> {
    this.#state = 'connecting';
    const attempt = new Attempt({
      host: this.#host,
      clock: this.#parts.services.clock,
      timeout: this.#connectTimeout,
      newLink: (transport) => this.#newLink(transport),
      retire: (link, reason) => this.#retire(link, reason),
      begin: (link, outcome) => this.#begin(link, outcome),
    });
    this.#attempt = attempt;
    try {
      await attempt.run(signal);
    } catch (reason) {
      if (reason instanceof StreamError) this.#host.emit('streamError', { error: reason });
      this.#host.emit('connectionFailed', { error: reason as Error });
      throw reason;
    } finally {
      // A session lasts long, and is not to keep what led to it.
      if (this.#attempt === attempt) this.#attempt = undefined;
    }
  }

  /** A further link of the attempt that is on. */
  open(transport: Transport, signal: AbortSignal): Promise<Link> {
    if (!this.#attempt) return Promise.reject(new DisconnectedError('no connection is being made'));
    return this.#attempt.open(transport, signal);
  }

  /** The attempt that is on, where that is a link of it. */
  #attemptOf(link: Link): Attempt | undefined {
    return this.#attempt?.has(link) ? this.#attempt : undefined;
  }

  #newLink(transport: Transport): Link {
    const { limits, receiver, sender, services, report } = this.#parts;
    const maxStanzaBytes = Math.min(limits.maxStanzaBytes, limits.maxStanzaBytesBeforeLogin);
    const link: Link = new Link(
      transport,
      { ...limits, maxStanzaBytes },
      {
        element: (element, bytes) => receiver.receive(element, bytes, link),
        heard: () => {
          if (this.link === link) this.#watch.heard();
        },
        drain: () => {
          if (this.link !== link) return;
          this.#watch.drained();
          sender.drained();
        },
        closed: (reason) => {
          try {
            this.#lost(link, reason);
          } catch (error) {
            report(error, 'loss of the connection');
          }
        },
        failed: report,
        awaited: (element) => this.link === link && this.#host.awaits(element),
        step: (name) => this.#attemptOf(link)?.step(name),
        spoke: () => this.#attemptOf(link)?.spoke(),
      },
      services.clock,
      services.tracer,
    );
    this.#others.add(link);
    return link;
  }

  /** Closes a link that is not needed; one that is just telling the peer why it ends may do so. */
  #retire(link: Link, reason: Error): void {
    if (!link.ending) link.destroy(reason);
  }

  #begin(link: Link, outcome: SessionOutcome): void {
    const { limits, sender, services, report } = this.#parts;
    this.#keeping.over();
    // A session that could have been resumed and was not is over only now.
    if (outcome !== 'resumed') this.#endSession(new DisconnectedError('the session could not be resumed'));
    this.#others.delete(link);
    this.#state = 'online';
    this.#session = true;
    this.#reconnection.begun();
    this.#onlineSince = services.clock.monotonic();
    link.setLimits(limits);
    this.#watch.attach(link);
    guarded(report, 'start of the session', () => this.#host.sessionBegins(outcome));
    this.#host.emit(EVENTS[outcome], {});
    sender.attach(link, outcome === 'resumed', () => this.begins.call(outcome));
    link.handOver();
  }

  // From a session.

  #lost(link: Link, reason: Error): void {
    this.#others.delete(link);
    if (this.link !== link) return;
    this.#watch.detach();
    this.#parts.sender.detach();
    const stopping = this.#state === 'disconnecting';
    this.#reconnection.lasted(this.#parts.services.clock.monotonic() - this.#onlineSince);
    const pause = stopping ? undefined : this.#reconnection.after(reason, 'session');
    const kept = pause !== undefined && this.#keeping.keeps(reason);
    if (!stopping) this.#state = 'disconnected';
    if (reason instanceof StreamError) {
      // A server that goes away says so: another one may stay.
      if (reason.origin === 'peer' && ruleFor(reason).elsewhere) link.transport.next?.();
      this.#host.emit('streamError', { error: reason });
    }
    this.#host.emit('disconnected', { reason, willReconnect: pause !== undefined });
    if (!kept) this.#endSession(reason);
    if (!pause && !stopping) this.#giveUp(reason);
    if (pause) void this.#start(pause);
  }

  #keptTooLong(): boolean {
    // The attempt that is on may still resume it.
    if (this.#state === 'connecting') return false;
    this.#endSession(new DisconnectedError('the session was not resumed in time'));
    return true;
  }

  #endSession(reason: Error): void {
    if (!this.#session) return;
    this.#session = false;
    this.#keeping.over();
    this.#parts.sender.lost(reason);
    guarded(this.#parts.report, 'end of the session', () => this.#host.sessionLost(reason));
    this.#host.emit('sessionEnd', { reason });
  }

  /** What waits to be written must not wait for ever. */
  #giveUp(reason: Error): void {
    this.#parts.sender.clear(new SendError('disconnected', reason.message, { cause: reason }));
  }

  #end(reason: Error): void {
    this.#endSession(reason);
    this.#giveUp(reason);
  }

  // To the end.

  disconnect(timeout: number): Promise<void> {
    const reason = new DisconnectedError('disconnect() was called');
    this.#stopAttempts(reason);
    if (!this.#stopping) {
      const run = this.#stop(timeout, reason).finally(() => {
        if (this.#stopping === run) this.#stopping = undefined;
      });
      this.#stopping = run;
    }
    return this.#stopping;
  }

  async #stop(timeout: number, reason: Error): Promise<void> {
    const { link } = this;
    const { queue, sender } = this.#parts;
    this.#state = link ? 'disconnecting' : 'disconnected';
    this.#watch.leave();
    if (link) {
      await sender.whenIdle(timeout / 2);
      this.leaves.call();
      sender.detach();
      this.#watch.resume();
    }
    const others = [...this.#others].map((other) => other.shutdown(timeout / 2, reason));
    await Promise.all([link?.shutdown(timeout / 2, reason), ...others]);
    this.#state = 'disconnected';
    this.#end(reason);
    this.#reconnection.reset();
    // What was emitted so far has its turn first.
    await new Promise<void>((resolve) => queue.push({ run: resolve }));
    await this.#keeping.forgotten(timeout / 2);
  }

  /** At once, without a goodbye. */
  abort(reason: Error): void {
    this.#stopAttempts(reason);
    this.#state = this.link ? 'disconnecting' : 'disconnected';
    this.link?.destroy(reason);
    for (const other of [...this.#others]) other.destroy(reason);
    this.#state = 'disconnected';
    this.#end(reason);
  }

  #stopAttempts(reason: Error): void {
    const attempts = this.#attempts;
    this.#attempts = undefined;
    attempts?.stop(reason);
  }

  /** Cuts the connection as a network failure would. */
  cut(): void {
    this.link?.destroy(new ConnectionLostError('network', 'cut() was called'));
  }

  /** Makes a lost connection again now; asks a live one whether it still is one. */
  wake(cause: 'online' | 'visible'): void {
    this.#host.emit('wake', { cause });
    if (!this.#attempts?.hurry()) this.#watch.probe();
  }

  /** Connects never again. */
  close(): void {
    this.#closed = true;
  }
}

const EVENTS = { new: 'sessionStart', restored: 'sessionRestored', resumed: 'sessionResumed' } as const;

function guarded(report: StreamParts['report'], where: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    report(error, where);
  }
}
