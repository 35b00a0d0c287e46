import { DisconnectedError, TimeoutError } from '../errors.js';
import { StreamError } from '../stanza/stream-error.js';
import { follow } from '../util/within.js';
import { Backoff } from './backoff.js';
import { KeepAlive } from './keep-alive.js';
import type { LifecycleHost, LifecycleOptions, SessionOutcome, StreamState } from './lifecycle-host.js';
import { Link } from './link.js';
import { ConnectionLostError } from './link-errors.js';
import { positive } from './positive.js';
import { abortable, asError } from './reasons.js';
import type { Transport } from './transport.js';

interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(reason: unknown): void;
}

/** The way to a session: one attempt, or as many as the policy allows. Only the current one may touch the connection. */
interface Run {
  readonly controller: AbortController;
  /** Settled by the attempt that is on, or comes next. */
  attempt: Deferred;
  /** Makes the next attempt now. */
  hurry: (() => void) | undefined;
}

interface Pause {
  readonly delay: number;
  readonly reason: Error;
}

/** The life of a connection: attempts, the session, its loss and its return, and its end. */
export class Lifecycle {
  readonly #host: LifecycleHost;
  readonly #backoff: Backoff | undefined;
  readonly #keepAlive: KeepAlive | undefined;
  readonly #connectTimeout: number;
  #keepers: readonly (() => boolean)[] = [];
  #state: StreamState = 'disconnected';
  #run: Run | undefined;
  #stopping: Promise<void> | undefined;
  #link: Link | undefined;
  /** Links without a session that are not closed, with the number of the attempt that they were opened for. */
  readonly #others = new Map<Link, number>();
  #attempts = 0;
  #session = false;
  #onlineSince = 0;
  #paused = false;
  /** Much waits for the peer to read. */
  #congested = false;
  /** The peer's silence tells nothing. */
  #resting = false;
  #closed = false;

  constructor(host: LifecycleHost, options: LifecycleOptions) {
    this.#host = host;
    this.#connectTimeout = positive('connectTimeout', options.connectTimeout ?? 60_000);
    this.#backoff = options.reconnect === false ? undefined : new Backoff(host.random, options.reconnect);
    if (options.keepAlive === false) return;
    const dead = (silence: number): void => {
      const seconds = Math.round(silence / 1_000);
      const text = `nothing was received for ${seconds} s: the connection is dead`;
      this.#link?.destroy(new ConnectionLostError('timeout', text));
    };
    this.#keepAlive = new KeepAlive(host.clock, options.keepAlive ?? {}, () => host.askForLife(), dead);
  }

  get state(): StreamState {
    return this.#state;
  }

  /** The link of the session. */
  get link(): Link | undefined {
    return this.#link;
  }

  /** Whether there is a session, or one that was kept and may be resumed. */
  get session(): boolean {
    return this.#session;
  }

  /** Lets a session survive its connection as long as `keeps` says so; the function returned ends that. */
  keepSession(keeps: () => boolean): () => void {
    const keeper = (): boolean => keeps();
    this.#keepers = [...this.#keepers, keeper];
    return () => {
      this.#keepers = this.#keepers.filter((other) => other !== keeper);
    };
  }

  /** Stops or goes on reading. Silence that we asked for is not the peer's, unless it is the peer that does not read. */
  setPaused(paused: boolean, congested: boolean): void {
    const resting = this.#resting;
    const changed = paused !== this.#paused;
    this.#paused = paused;
    this.#congested = congested;
    this.#resting = paused && !congested;
    if (!this.#link) return;
    if (this.#resting) this.#keepAlive?.stop();
    else if (resting && this.#state === 'online') this.#keepAlive?.start();
    if (changed) this.#link.transport[paused ? 'pause' : 'resume']();
  }

  // To a session.

  connect(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed) return Promise.reject(disposed());
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#state === 'online') return Promise.resolve();
    if (this.#run) {
      const { attempt, hurry } = this.#run;
      hurry?.();
      return abortable(attempt.promise, signal);
    }
    this.#backoff?.reset();
    return this.#start(undefined, signal);
  }

  /** @param pause Why it is made again, and when; undefined for a first connection. */
  #start(pause: Pause | undefined, signal?: AbortSignal): Promise<void> {
    const run: Run = { controller: new AbortController(), attempt: deferred(), hurry: undefined };
    this.#run = run;
    const { promise } = run.attempt;
    const release = follow(signal, run.controller);
    void this.#go(run, pause)
      .then(
        () => run.attempt.resolve(),
        (error: unknown) => {
          // Whoever stopped it has also said what the state is now.
          if (this.#run === run) this.#failed(asError(error), pause !== undefined);
          run.attempt.reject(error);
        },
      )
      .finally(() => {
        release();
        if (this.#run === run) this.#run = undefined;
      });
    return promise;
  }

  async #go(run: Run, pause: Pause | undefined): Promise<void> {
    const { signal } = run.controller;
    const again = pause !== undefined;
    let next = pause;
    if (this.#stopping) await abortable(this.#stopping, signal);
    for (;;) {
      if (next) await this.#wait(run, next);
      signal.throwIfAborted();
      try {
        await this.#attempt(run);
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        const reason = asError(error);
        next = again || this.#backoff?.initial ? this.#pauseAfter(reason) : undefined;
        if (!next) throw reason;
        if (!again) continue;
        // Whoever waits for this attempt hears of it; the next one is made all the same.
        run.attempt.reject(reason);
        run.attempt = deferred();
      }
    }
  }

  #pauseAfter(reason: Error, lost = false): Pause | undefined {
    if (!this.#backoff) return undefined;
    // What somebody sent and we refused ends a session, but must not keep us away for ever.
    const refused = lost && reason instanceof StreamError && reason.origin === 'local';
    if (!refused && !this.#host.shouldRetry(reason)) return undefined;
    const double = reason instanceof StreamError && reason.condition === 'resource-constraint';
    const delay = this.#backoff.next({ double });
    return delay === undefined ? undefined : { delay, reason };
  }

  #wait(run: Run, { delay, reason }: Pause): Promise<void> {
    const { signal } = run.controller;
    this.#state = 'waiting';
    this.#host.emit('reconnectDelay', { delay, attempt: this.#backoff?.attempt ?? 0, reason });
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        timer.cancel();
        run.hurry = undefined;
        signal.removeEventListener('abort', onAbort);
      };
      const go = (): void => {
        finish();
        resolve();
      };
      const onAbort = (): void => {
        finish();
        reject(signal.reason);
      };
      const timer = this.#host.clock.setTimer(delay, go);
      run.hurry = go;
      signal.addEventListener('abort', onAbort);
    });
  }

  #failed(reason: Error, again: boolean): void {
    this.#state = 'disconnected';
    if (again) this.#host.emit('disconnected', { reason, willReconnect: false });
    this.#endSession(reason);
    // Nobody makes another attempt: what waits to be sent must not wait for ever.
    this.#host.giveUp(reason);
  }

  async #attempt(run: Run): Promise<void> {
    const { clock } = this.#host;
    const controller = new AbortController();
    const { signal } = controller;
    const release = follow(run.controller.signal, controller);
    let link: Link | undefined;
    const late = (): void => {
      const what = `connecting and logging in (as far as ${link?.activity ?? 'reaching the server'})`;
      controller.abort(new TimeoutError(what, this.#connectTimeout));
    };
    const timer = clock.setTimer(this.#connectTimeout, late);
    const attempt = ++this.#attempts;
    try {
      this.#state = 'connecting';
      this.#host.emit('connecting', {});
      const transport = await abortable(this.#host.createTransport(), signal);
      link = await this.open(transport, signal);
      signal.throwIfAborted();
      this.#host.emit('connected', { secure: transport.secure, transport: transport.kind });
      const replaced = (next: Link): void => {
        if (link && link !== next) this.#retire(link, new DisconnectedError('another connection took its place'));
        link = next;
      };
      const outcome = await abortable(this.#host.negotiateOn(link, signal, replaced), signal);
      // A promise that is fulfilled goes on a turn later: it may have been given up between the two.
      signal.throwIfAborted();
      if (link.closed || link.ending) throw link.reason ?? new DisconnectedError('closed');
      this.#begin(link, outcome);
    } catch (error) {
      const reason = asError(signal.aborted ? signal.reason : error);
      // Those that a redirect has opened and not handed over, too.
      for (const [open, number] of [...this.#others]) if (number === attempt) this.#retire(open, reason);
      if (reason instanceof StreamError) this.#host.emit('streamError', { error: reason });
      this.#host.emit('connectionFailed', { error: reason });
      throw reason;
    } finally {
      timer.cancel();
      release();
    }
  }

  /** A link on that transport, opened. */
  async open(transport: Transport, signal: AbortSignal): Promise<Link> {
    signal.throwIfAborted();
    const link = this.#newLink(transport);
    this.#others.set(link, this.#attempts);
    try {
      await abortable(link.connect(signal), signal);
    } catch (error) {
      this.#retire(link, asError(error));
      throw error;
    }
    return link;
  }

  #newLink(transport: Transport): Link {
    const { limits, clock, tracer } = this.#host;
    const maxStanzaBytes = Math.min(limits.maxStanzaBytes, limits.maxStanzaBytesBeforeLogin);
    const link: Link = new Link(
      transport,
      { ...limits, maxStanzaBytes },
      {
        element: (element, bytes) => this.#host.receive(element, bytes, link),
        heard: () => {
          if (this.#link === link) this.#keepAlive?.heard();
        },
        drain: () => {
          if (this.#link !== link) return;
          // Nothing is read: that it takes what we send is its sign of life.
          if (this.#congested) this.#keepAlive?.heard();
          this.#host.drained();
        },
        closed: (reason) => {
          try {
            this.#lost(link, reason);
          } catch (error) {
            this.#host.report(error, 'loss of the connection');
          }
        },
        failed: (error, where) => this.#host.report(error, where),
      },
      clock,
      tracer,
    );
    return link;
  }

  /** Closes a link that is not needed; one that is just telling the peer why it ends may do so. */
  #retire(link: Link, reason: Error): void {
    if (!link.ending) link.destroy(reason);
  }

  #begin(link: Link, outcome: SessionOutcome): void {
    // A session that could have been resumed and was not is over only now.
    if (this.#session && outcome !== 'resumed')
      this.#endSession(new DisconnectedError('the session could not be resumed'));
    this.#others.delete(link);
    this.#link = link;
    this.#state = 'online';
    this.#session = true;
    this.#onlineSince = this.#host.clock.monotonic();
    link.setLimits(this.#host.limits);
    this.#host.began(outcome);
    if (this.#paused) link.transport.pause();
    if (!this.#resting) this.#keepAlive?.start();
    if (outcome === 'resumed') this.#host.emit('sessionResumed', {});
    else this.#host.emit('sessionStart', {});
    this.#host.writable(link, outcome);
    link.handOver();
  }

  // From a session.

  #lost(link: Link, reason: Error): void {
    this.#others.delete(link);
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#keepAlive?.stop();
    this.#host.unwritable();
    const stopping = this.#state === 'disconnecting';
    if (this.#backoff && this.#host.clock.monotonic() - this.#onlineSince >= this.#backoff.stableAfter) {
      this.#backoff.reset();
    }
    const pause = stopping ? undefined : this.#pauseAfter(reason, true);
    const kept = pause !== undefined && this.#keepers.some((keeper) => keeper());
    if (!stopping) this.#state = 'disconnected';
    if (reason instanceof StreamError) this.#host.emit('streamError', { error: reason });
    this.#host.emit('disconnected', { reason, willReconnect: pause !== undefined });
    if (!kept) this.#endSession(reason);
    if (!pause && !stopping) this.#host.giveUp(reason);
    if (pause) void this.#start(pause).catch(() => {});
  }

  #endSession(reason: Error): void {
    if (!this.#session) return;
    this.#session = false;
    this.#host.sessionOver(reason);
    this.#host.emit('sessionEnd', { reason });
  }

  // To the end.

  disconnect(timeout: number): Promise<void> {
    const reason = new DisconnectedError('disconnect() was called');
    this.#stopRun(reason);
    if (!this.#stopping) {
      const run = this.#stop(timeout, reason).finally(() => {
        if (this.#stopping === run) this.#stopping = undefined;
      });
      this.#stopping = run;
    }
    return this.#stopping;
  }

  async #stop(timeout: number, reason: Error): Promise<void> {
    const link = this.#link;
    this.#state = link ? 'disconnecting' : 'disconnected';
    this.#keepAlive?.stop();
    if (link) {
      await this.#host.flushed(timeout / 2);
      this.#host.unwritable();
      // Its goodbye has to be read, however much waits for the handlers.
      if (this.#paused && !link.closed) link.transport.resume();
    }
    const others = [...this.#others.keys()].map((other) => other.shutdown(timeout / 2, reason));
    await Promise.all([link?.shutdown(timeout / 2, reason), ...others]);
    this.#state = 'disconnected';
    this.#end(reason);
    this.#backoff?.reset();
    await this.#host.settled();
  }

  /** At once, without a goodbye. */
  abort(reason: Error): void {
    this.#stopRun(reason);
    this.#state = this.#link ? 'disconnecting' : 'disconnected';
    this.#link?.destroy(reason);
    for (const other of [...this.#others.keys()]) other.destroy(reason);
    this.#state = 'disconnected';
    this.#end(reason);
  }

  #stopRun(reason: Error): void {
    const run = this.#run;
    this.#run = undefined;
    run?.controller.abort(reason);
  }

  #end(reason: Error): void {
    this.#endSession(reason);
    this.#host.giveUp(reason);
  }

  /** Cuts the connection as a network failure would. */
  cut(): void {
    this.#link?.destroy(new ConnectionLostError('network', 'cut() was called'));
  }

  /** Makes a lost connection again now; asks a live one whether it still is one. */
  networkChanged(): void {
    const hurry = this.#run?.hurry;
    if (hurry) hurry();
    else this.#keepAlive?.probe();
  }

  /** Connects never again. */
  close(): void {
    this.#closed = true;
  }
}

function disposed(): DisconnectedError {
  return new DisconnectedError('this connection object was disposed of: make a new one', { retryable: false });
}

function deferred(): Deferred {
  let resolve: () => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<void>((give, refuse) => {
    resolve = give;
    reject = refuse;
  });
  // Nobody may be waiting for it.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
