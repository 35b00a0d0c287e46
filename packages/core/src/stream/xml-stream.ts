import { DisconnectedError, SestinaError, TimeoutError } from '../errors.js';
import { Registration } from '../registration.js';
import type { Clock, Timer } from '../services/clock.js';
import type { Logger } from '../services/logger.js';
import type { Random } from '../services/random.js';
import { type ElementClass, ElementView, viewOf } from '../stanza/element.js';
import { StreamError } from '../stanza/stream-error.js';
import type { XmlElement } from '../xml/element.js';
import { type Limits, limitsFrom, serialize } from '../xml/index.js';
import { Backoff, type ReconnectOptions } from './backoff.js';
import { EventQueue, isThenable } from './event-queue.js';
import { Events, type Listener, type ListenerOptions } from './events.js';
import { type Filter, FilterChain, type Filtered, type FilterOptions } from './filters.js';
import { HandlerIndex } from './handler-index.js';
import type { Handler, WaitOptions } from './handlers.js';
import { KeepAlive, type KeepAliveOptions } from './keep-alive.js';
import { Link } from './link.js';
import { ConnectionLostError } from './link-errors.js';
import { Scheduler } from './scheduler.js';
import { SendQueue, type SendQueueOptions } from './send-queue.js';
import { SendError, Sending, type SendOptions } from './sending.js';
import type { StreamEvents } from './stream-events.js';
import type { Tracer } from './tracer.js';
import type { Transport } from './transport.js';

/** Where a connection is in its life. */
export type StreamState = 'connecting' | 'disconnected' | 'disconnecting' | 'online' | 'waiting';

/** Options that every kind of stream has. */
export interface StreamOptions {
  /** What the peer may send. */
  readonly limits?: Partial<Limits> | undefined;
  /** Reconnection policy; false switches it off. */
  readonly reconnect?: ReconnectOptions | false | undefined;
  /** Detection of dead connections; false switches it off. */
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  /** Bounds of what waits to be sent. */
  readonly queue?: SendQueueOptions | undefined;
  /** How long `connect()` may take, in milliseconds. Default 60,000. */
  readonly connectTimeout?: number | undefined;
  /** How long a request waits for its answer, in milliseconds. Default 30,000. */
  readonly timeout?: number | undefined;
  /** Stanzas that wait for their handlers before the transport is paused. Default 256. */
  readonly maxUnhandled?: number | undefined;
}

/** What a stream gets from outside. */
export interface StreamServices {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly tracer?: Tracer | undefined;
}

/** How a negotiation ended. */
export type SessionOutcome = 'new' | 'resumed';

const MAX_UNHANDLED_BYTES = 2 * 1024 * 1024;

/**
 * An XML stream, whatever is spoken on it: connects, negotiates (that part is a subclass's), reads elements and hands
 * them to handlers in order, writes stanzas in order, and comes back when the connection is lost.
 */
export abstract class XMLStream<E extends StreamEvents = StreamEvents> {
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  readonly logger: Logger;
  /** What the peer may send. */
  readonly limits: Limits;
  /** Milliseconds that a request waits for its answer unless it says otherwise. */
  readonly timeout: number;
  /** What waits to be written; read it to see how far behind the connection is. */
  readonly sendQueue: SendQueue;
  readonly #tracer: Tracer | undefined;
  readonly #backoff: Backoff | undefined;
  readonly #keepAlive: KeepAlive | undefined;
  readonly #connectTimeout: number;
  readonly #index = new HandlerIndex();
  readonly #queue: EventQueue;
  readonly #events: Events<E>;
  readonly #scheduler: Scheduler;
  readonly #in = new FilterChain();
  readonly #out = new FilterChain();
  readonly #outSync = new FilterChain<Filtered>();
  readonly #roots = new Map<string, ElementClass[]>();
  readonly #writtenListeners = new Set<(sending: Sending) => void>();
  #keepers: readonly (() => boolean)[] = [];
  #state: StreamState = 'disconnected';
  #link: Link | undefined;
  #controller: AbortController | undefined;
  #connecting: Promise<void> | undefined;
  #disconnecting: Promise<void> | undefined;
  #retry: Timer | undefined;
  #session = false;
  #onlineSince = 0;
  #busy = false;
  #unflushed: Sending[] = [];
  #outTail: Promise<unknown> | undefined;
  #outPending = 0;
  #inTail: Promise<unknown> | undefined;
  #disposed = false;

  constructor(options: StreamOptions, services: StreamServices) {
    this.clock = services.clock;
    this.random = services.random;
    this.logger = services.logger;
    this.#tracer = services.tracer;
    this.limits = limitsFrom(options.limits);
    this.timeout = options.timeout ?? 30_000;
    this.#connectTimeout = options.connectTimeout ?? 60_000;
    this.sendQueue = new SendQueue(this.clock, options.queue);
    this.#backoff = options.reconnect === false ? undefined : new Backoff(this.random, options.reconnect);
    const bounds = { maxEntries: options.maxUnhandled ?? 256, maxBytes: MAX_UNHANDLED_BYTES };
    this.#queue = new EventQueue(this.clock, bounds, (high) => this.#pressure(high));
    const report = (error: unknown, where: string): void => this.reportError(error, where);
    this.#events = new Events<E>(this.#queue, this.clock, report);
    this.#scheduler = new Scheduler(this.#queue, this.clock, report);
    this.#keepAlive =
      options.keepAlive === false
        ? undefined
        : new KeepAlive(
            this.clock,
            options.keepAlive ?? {},
            () => this.askForLife(),
            (silence) => this.#silent(silence),
          );
  }

  // What a subclass supplies.

  /** A transport for the next attempt, not connected yet. */
  protected abstract createTransport(): Transport | Promise<Transport>;
  /** Negotiates a session on a link whose transport is open. Ends with `new`, or `resumed` where nothing was lost. */
  protected abstract negotiate(link: Link, signal: AbortSignal): Promise<SessionOutcome>;
  /** Sends something that the peer has to answer. */
  protected abstract askForLife(): void;
  /** A first-level element that no handler took. */
  protected abstract unhandled(stanza: ElementView, link: Link): void;
  /** Called for each received element before it is handed out; false drops it. */
  protected accept(_element: XmlElement, _link: Link): boolean {
    return true;
  }
  /** Called in stream order right before the handlers of a stanza. */
  protected dispatching(_stanza: ElementView, _bytes: number): boolean {
    return false;
  }
  /** The session is over and will not be resumed. */
  protected sessionLost(_reason: Error): void {}
  /** A session has started; called before `sessionStart` is. */
  protected sessionBegins(_outcome: SessionOutcome): void {}

  /** Every registration passes here, so that those of a plugin whose constructor throws can be undone. */
  protected registered(registration: Registration): Registration {
    return registration;
  }

  // State.

  get state(): StreamState {
    return this.#state;
  }

  /** Whether a session is there: what is sent now is written now. */
  get online(): boolean {
    return this.#state === 'online';
  }

  /** The present connection's transport, for what it tells: `kind`, `secure`. */
  get transport(): Transport | undefined {
    return this.#link?.transport;
  }

  // Life.

  /**
   * Connects and negotiates; resolves when the session has started. While it runs, or when the session is there, a
   * second call joins the first. Afterwards a lost connection is made again by the reconnection policy.
   * @throws one typed error per decision: DnsError, ConnectError, TlsError, AuthError, StreamError, TimeoutError, …; each has
   *   `code` and `retryable`. DisconnectedError where `disconnect()` is called meanwhile.
   */
  connect({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (this.#disposed)
      return Promise.reject(new DisconnectedError('this connection object was disposed of: make a new one'));
    if (this.#state === 'online') return Promise.resolve();
    if (this.#connecting) return this.#connecting;
    const after = this.#disconnecting ?? Promise.resolve();
    this.#retry?.cancel();
    const run = after.then(() => this.#connectNow(signal));
    const forget = (): void => {
      if (this.#connecting === run) this.#connecting = undefined;
    };
    this.#connecting = run;
    run.then(forget, forget);
    return run;
  }

  async #connectNow(signal: AbortSignal | undefined): Promise<void> {
    const controller = new AbortController();
    this.#controller = controller;
    const onAbort = (): void => controller.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    try {
      for (;;) {
        try {
          return await this.#attempt(controller.signal);
        } catch (error) {
          const delay = this.#backoff?.initial && isRetryable(error) ? this.#backoff.next() : undefined;
          if (controller.signal.aborted || delay === undefined) throw error;
          this.#event('reconnectDelay', { delay, attempt: this.#backoff?.attempt ?? 0, reason: asError(error) });
          this.#state = 'waiting';
          await this.#sleep(delay, controller.signal);
        }
      }
    } catch (error) {
      this.#state = 'disconnected';
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    this.#state = 'connecting';
    const controller = new AbortController();
    const onAbort = (): void => controller.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    const timer = this.clock.setTimer(this.#connectTimeout, () =>
      controller.abort(new TimeoutError('connecting and logging in', this.#connectTimeout)),
    );
    let link: Link | undefined;
    const cut = (): void => link?.destroy(asError(controller.signal.reason));
    controller.signal.addEventListener('abort', cut);
    try {
      this.#event('connecting', {});
      controller.signal.throwIfAborted();
      const transport = await this.createTransport();
      controller.signal.throwIfAborted();
      link = this.#newLink(transport);
      await link.connect(controller.signal);
      this.#event('connected', { secure: transport.secure, transport: transport.kind });
      const outcome = await this.negotiateOn(link, controller.signal, (next) => {
        link = next;
      });
      if (link.closed || controller.signal.aborted)
        throw asError(controller.signal.reason ?? new DisconnectedError('closed'));
      this.#begin(link, outcome);
    } catch (error) {
      const reason = controller.signal.aborted ? asError(controller.signal.reason) : asError(error);
      link?.destroy(reason);
      this.#event('connectionFailed', { error: reason });
      throw reason;
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
      controller.signal.removeEventListener('abort', cut);
    }
  }

  /** Negotiates; a subclass that follows redirects opens further links with `openLink` and says so with `replaced`. */
  protected negotiateOn(link: Link, signal: AbortSignal, _replaced: (link: Link) => void): Promise<SessionOutcome> {
    return this.negotiate(link, signal);
  }

  /** A further link in place of the one that redirected us. */
  protected async openLink(transport: Transport, signal: AbortSignal): Promise<Link> {
    const link = this.#newLink(transport);
    await link.connect(signal);
    return link;
  }

  #newLink(transport: Transport): Link {
    const link: Link = new Link(
      transport,
      { ...this.limits, maxStanzaBytes: Math.min(this.limits.maxStanzaBytes, this.limits.maxStanzaBytesBeforeLogin) },
      {
        element: (element, bytes) => this.#receive(element, bytes, link),
        heard: () => {
          if (this.#link === link) this.#keepAlive?.heard();
        },
        drain: () => {
          if (this.#link === link) this.#drained();
        },
        closed: (reason) => {
          if (this.#link === link) this.#lost(reason);
        },
      },
      this.clock,
      this.#tracer,
    );
    return link;
  }

  #begin(link: Link, outcome: SessionOutcome): void {
    // A session that could have been resumed and was not is over only now.
    if (this.#session && outcome === 'new') this.#endSession(new DisconnectedError('the session could not be resumed'));
    this.#link = link;
    this.#state = 'online';
    this.#session = true;
    this.#busy = false;
    this.#onlineSince = this.clock.monotonic();
    link.setLimits(this.limits);
    this.sessionBegins(outcome);
    this.#keepAlive?.start();
    if (outcome === 'resumed') this.#event('sessionResumed', {});
    else this.#event('sessionStart', {});
    link.handOver();
    this.#flush();
  }

  #silent(silence: number): void {
    const seconds = Math.round(silence / 1_000);
    this.#link?.destroy(
      new ConnectionLostError('timeout', `nothing was received for ${seconds} s: the connection is dead`),
    );
  }

  #lost(reason: Error): void {
    this.#link = undefined;
    this.#keepAlive?.stop();
    if (this.#state !== 'online' && this.#state !== 'disconnecting') return;
    const stopping = this.#state === 'disconnecting';
    if (this.#backoff && this.clock.monotonic() - this.#onlineSince >= this.#backoff.stableAfter) this.#backoff.reset();
    const retry = !stopping && isRetryable(reason) && this.#backoff !== undefined;
    const double = reason instanceof StreamError && reason.condition === 'resource-constraint';
    const delay = retry ? this.#backoff?.next({ double }) : undefined;
    const kept = delay !== undefined && this.#keepers.some((keeper) => keeper());
    for (const sending of kept ? [] : this.#unflushed.splice(0)) {
      sending.move('unknown', new SendError('disconnected', 'the connection was lost while this was on its way'));
    }
    this.#state = stopping ? 'disconnecting' : 'disconnected';
    if (reason instanceof StreamError) this.#event('streamError', { error: reason });
    this.#event('disconnected', { reason, willReconnect: delay !== undefined });
    if (!kept) this.#endSession(reason);
    if (delay !== undefined) this.#retryIn(delay, reason);
  }

  #endSession(reason: Error): void {
    if (!this.#session) return;
    this.#session = false;
    this.sessionLost(reason);
    this.#event('sessionEnd', { reason });
  }

  #retryIn(delay: number, reason: Error): void {
    this.#state = 'waiting';
    this.#event('reconnectDelay', { delay, attempt: this.#backoff?.attempt ?? 0, reason });
    this.#retry = this.clock.setTimer(delay, () => void this.#reconnect());
  }

  async #reconnect(): Promise<void> {
    const controller = new AbortController();
    this.#controller = controller;
    const run = this.#attempt(controller.signal);
    this.#connecting = run;
    try {
      await run;
    } catch (error) {
      if (controller.signal.aborted) return;
      const reason = asError(error);
      const delay = isRetryable(reason) ? this.#backoff?.next() : undefined;
      if (delay !== undefined) {
        this.#retryIn(delay, reason);
      } else {
        this.#state = 'disconnected';
        this.#endSession(reason);
        this.#event('disconnected', { reason, willReconnect: false });
      }
    } finally {
      if (this.#connecting === run) this.#connecting = undefined;
    }
  }

  /**
   * Ends the session and the connection, from whatever state, and stops reconnecting. What waits to be sent is given half
   * of `timeout` (milliseconds, default 5,000) to go out; what could not is failed. Never rejects.
   */
  disconnect({ timeout = 5_000 }: { timeout?: number } = {}): Promise<void> {
    if (this.#disconnecting) return this.#disconnecting;
    const run = this.#disconnectNow(timeout).finally(() => {
      if (this.#disconnecting === run) this.#disconnecting = undefined;
    });
    this.#disconnecting = run;
    return run;
  }

  async #disconnectNow(timeout: number): Promise<void> {
    const reason = new DisconnectedError('disconnect() was called');
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#controller?.abort(reason);
    this.#controller = undefined;
    const link = this.#link;
    if (link) {
      if (this.sendQueue.length > 0 || this.#outPending > 0) await this.#whenSent(timeout / 2);
      this.#state = 'disconnecting';
      await link.shutdown(timeout / 2, reason);
    }
    this.#state = 'disconnected';
    this.#endSession(reason);
    this.sendQueue.clear(new SendError('disconnected', 'disconnect() was called before this was written'));
    this.#backoff?.reset();
  }

  /** Resolves when the send queue is empty, the link is gone, or the time is up. */
  #whenSent(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        timer.cancel();
        watch.dispose();
        lost.dispose();
        resolve();
      };
      const timer = this.clock.setTimer(timeout, finish);
      const watch = this.onWritten(() => {
        if (this.sendQueue.length === 0 && this.#outPending === 0) finish();
      });
      const lost = this.on('disconnected' as keyof E, finish);
    });
  }

  /** Cuts the connection without a goodbye and without reconnecting. */
  abort(reason: Error = new DisconnectedError('abort() was called')): void {
    this.#retry?.cancel();
    this.#controller?.abort(reason);
    this.#state = this.#link ? 'disconnecting' : 'disconnected';
    this.#link?.destroy(reason);
    this.#state = 'disconnected';
    this.#endSession(reason);
    this.sendQueue.clear(new SendError('disconnected', reason.message));
  }

  /** Cuts the connection as a network failure would, for tests of what happens then; reconnects by the policy. */
  cut(): void {
    this.#link?.destroy(new ConnectionLostError('network', 'cut() was called'));
  }

  /** Makes a lost connection again now, without waiting for the back-off; asks a live one whether it still is one. */
  networkChanged(): void {
    if (this.#state === 'waiting' && this.#retry) {
      this.#retry.cancel();
      this.#retry = undefined;
      void this.#reconnect();
    } else {
      this.#keepAlive?.probe();
    }
  }

  /** Ends it for good: disconnects, then removes every handler, task and listener. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.disconnect();
    const gone = new DisconnectedError('this connection object was disposed of');
    for (const handler of [...this.#index]) this.#removeHandler(handler, gone);
    this.#scheduler.cancelAll();
    this.#events.close(gone);
  }

  #sleep(delay: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        timer.cancel();
        reject(signal.reason);
      };
      const timer = this.clock.setTimer(delay, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort);
    });
  }

  // Events.

  /** Calls `listener` at every such event, in its turn on the event queue, until the registration is disposed of. */
  on<K extends keyof E>(name: K, listener: Listener<E[K]>, options?: ListenerOptions): Registration {
    return this.registered(this.#events.on(name, listener, options));
  }

  /** The same for the next such event only. */
  once<K extends keyof E>(name: K, listener: Listener<E[K]>): Registration {
    return this.registered(this.#events.once(name, listener));
  }

  /** Takes out a listener, or all listeners of that event. */
  off<K extends keyof E>(name: K, listener?: Listener<E[K]>): void {
    this.#events.off(name, listener);
  }

  /**
   * The next such event that `filter` accepts.
   * @throws TimeoutError after `timeout` milliseconds (default 30,000), or the signal's reason.
   */
  wait<K extends keyof E>(name: K, options?: WaitOptions & { filter?: (data: E[K]) => boolean }): Promise<E[K]> {
    return this.#events.wait(name, options);
  }

  /** Every such event from now on, for `for await`; ends with the signal. */
  events<K extends keyof E>(name: K, options?: { signal?: AbortSignal; limit?: number }): AsyncIterableIterator<E[K]> {
    return this.#events.iterate(name, options);
  }

  /** Queues an event. `direct`: calls the listeners now. */
  emit<K extends keyof E>(name: K, data: E[K], { direct = false }: { direct?: boolean } = {}): void {
    if (direct) this.#events.emitNow(name, data);
    else this.#events.emit(name, data);
  }

  /** The same with the bytes that the queue holds for it. */
  protected emitSized<K extends keyof E>(name: K, data: E[K], size: number): void {
    this.#events.emit(name, data, size);
  }

  /** How many listen to that event. */
  listenerCount(name: keyof E): number {
    return this.#events.count(name);
  }

  #event<K extends keyof StreamEvents>(name: K, data: StreamEvents[K]): void {
    this.#events.emit(name, data as E[K]);
  }

  /** Reports a failure that belongs to no promise: as an `error` event, or in the log where nobody listens. */
  reportError(error: unknown, where: string): void {
    const found = asError(error);
    if (this.#events.count('error') > 0) this.#event('error', { error: found, where });
    else this.logger.error(`${where}: ${found.message}`, { error: found });
  }

  // Handlers.

  /** Registers a handler; stanzas that its matcher accepts go to it until the registration is disposed of. */
  registerHandler(handler: Handler): Registration {
    this.#index.add(handler);
    return this.registered(new Registration(() => this.#removeHandler(handler)));
  }

  /** Takes out every handler of that name; false where there was none. */
  removeHandler(name: string): boolean {
    const found = [...this.#index].filter((handler) => handler.name === name);
    for (const handler of found) this.#removeHandler(handler);
    return found.length > 0;
  }

  /** The names of the registered handlers. */
  get handlers(): string[] {
    return [...this.#index].map((handler) => handler.name);
  }

  #removeHandler(handler: Handler, reason?: Error): void {
    if (!this.#index.remove(handler)) return;
    try {
      handler.removed?.(reason);
    } catch (error) {
      this.reportError(error, `handler ${handler.name}`);
    }
  }

  /** Says which class views first-level elements of its name and namespace. */
  registerStanza(cls: ElementClass): Registration {
    const classes = this.#roots.get(cls.tag) ?? [];
    this.#roots.set(cls.tag, [cls, ...classes]);
    return this.registered(
      new Registration(() => {
        this.#roots.set(
          cls.tag,
          (this.#roots.get(cls.tag) ?? []).filter((other) => other !== cls),
        );
      }),
    );
  }

  /** The stanza object over an element. */
  stanzaOf(element: XmlElement): ElementView {
    const classes = this.#roots.get(element.name);
    if (classes) for (const cls of classes) if (cls.namespace === element.namespace) return viewOf(cls, element);
    return viewOf(ElementView as unknown as ElementClass, element);
  }

  // Tasks.

  /**
   * Runs `callback` on the event queue after `delay` milliseconds, once or again and again.
   * @throws ConfigError where the name is taken or the delay is no number.
   */
  schedule(name: string, delay: number, callback: () => unknown, options?: { repeat?: boolean }): Registration {
    return this.registered(this.#scheduler.schedule(name, delay, callback, options));
  }

  /** Cancels a task; false where there is none of that name. */
  cancelSchedule(name: string): boolean {
    return this.#scheduler.cancel(name);
  }

  /** The names of the tasks that are still to run. */
  get scheduled(): string[] {
    return this.#scheduler.names;
  }

  // Filters.

  /**
   * Adds a filter: `in` sees stanzas before the handlers, `out` before they are queued, `outSync` right before they are
   * written (synchronous, may drop but not replace).
   */
  addFilter(kind: 'in' | 'out', filter: Filter, options?: FilterOptions): Registration;
  addFilter(kind: 'outSync', filter: Filter<Filtered>, options?: FilterOptions): Registration;
  addFilter(kind: 'in' | 'out' | 'outSync', filter: Filter, options?: FilterOptions): Registration {
    if (kind === 'outSync') return this.registered(this.#outSync.add(filter as Filter<Filtered>, options));
    return this.registered((kind === 'in' ? this.#in : this.#out).add(filter, options));
  }

  // Receiving.

  #receive(element: XmlElement, bytes: number, link: Link): void {
    if (!this.accept(element, link)) return;
    const stanza = this.stanzaOf(element);
    if (this.#in.size === 0 && !this.#inTail) {
      this.#dispatch(stanza, bytes, link);
      return;
    }
    this.#filterIn(stanza, bytes, link);
  }

  #filterIn(stanza: ElementView, bytes: number, link: Link): void {
    const go = (filtered: Filtered): void => {
      if (filtered) this.#dispatch(filtered, bytes, link);
    };
    const fail = (error: unknown): void => this.reportError(error, 'in filter');
    try {
      const result = this.#inTail ? this.#inTail.then(() => this.#in.run(stanza)) : this.#in.run(stanza);
      if (!isThenable(result)) {
        go(result);
        return;
      }
      const tail = result.then(go, fail).then(() => {
        if (this.#inTail === tail) this.#inTail = undefined;
      });
      this.#inTail = tail;
    } catch (error) {
      fail(error);
    }
  }

  #dispatch(stanza: ElementView, bytes: number, link: Link): void {
    const { xml } = stanza;
    const { origin } = xml;
    if (origin) {
      origin.sealed = true;
      origin.stream = this;
    }
    let handled = this.dispatching(stanza, bytes);
    for (const handler of this.#index.match(xml)) {
      handled = true;
      if (handler.once) this.#index.remove(handler);
      if (handler.inStream) this.#handle(handler, stanza);
      else {
        this.#queue.push({
          run: () => this.#handle(handler, stanza),
          lane: handler.sequential ? handler : undefined,
          settles: handler.settles,
          size: bytes,
        });
      }
    }
    if (!handled) this.unhandled(stanza, link);
  }

  #handle(handler: Handler, stanza: ElementView): unknown {
    const failed = (error: unknown): void => this.handlerFailed(error, handler, stanza);
    try {
      const result = handler.handle(stanza);
      return isThenable(result) ? result.then(undefined, failed) : result;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  /** A handler threw or rejected. */
  protected handlerFailed(error: unknown, handler: Handler, _stanza: ElementView): void {
    this.reportError(error, `handler ${handler.name}`);
  }

  /** Queues work in stream order behind what is there. */
  protected enqueue(
    run: () => unknown,
    { settles = false, size = 0 }: { settles?: boolean; size?: number } = {},
  ): void {
    this.#queue.push({ run, settles, size });
  }

  /** Called by a queued entry that has just settled what somebody awaits. */
  protected settled(): void {
    this.#queue.settled();
  }

  /** Requests of ours that are open: while there are any, a full queue must not stop their answers from being read. */
  protected get awaitsAnswers(): boolean {
    return false;
  }

  #pressure(high: boolean): void {
    if (!high) this.#link?.transport.resume();
    else if (!this.awaitsAnswers) this.#link?.transport.pause();
  }

  // Sending.

  /**
   * Sends a stanza: through the out filters, into the queue, to the transport, in the order of the calls. Before the
   * session it waits for it. Never throws: what is returned tells, and may be awaited.
   */
  send(stanza: ElementView, options: SendOptions = {}): Sending {
    const sending = new Sending(stanza.xml);
    if (options.signal?.aborted) {
      this.#failed(sending, new SendError('aborted', 'aborted before it was sent', { cause: options.signal.reason }));
    } else if (this.#disposed) {
      this.#failed(sending, new SendError('disconnected', 'this connection object was disposed of'));
    } else if (this.#out.size === 0 && !this.#outTail) {
      this.#submit(sending, options);
    } else {
      this.#filterOut(sending, stanza, options);
    }
    return sending;
  }

  #filterOut(sending: Sending, stanza: ElementView, options: SendOptions): void {
    const go = (filtered: Filtered): void => {
      if (!filtered) {
        sending.move('failed', new SendError('dropped', 'an out filter dropped it'));
        return;
      }
      sending.element = filtered.xml;
      this.#submit(sending, options);
    };
    const fail = (error: unknown): void =>
      this.#failed(
        sending,
        new SendError('dropped', `an out filter failed: ${asError(error).message}`, { cause: error }),
      );
    if (this.#outPending >= this.sendQueue.maxStanzas) {
      this.#failed(sending, new SendError('queue-full', 'too many stanzas wait for an out filter'));
      return;
    }
    try {
      const result = this.#outTail ? this.#outTail.then(() => this.#out.run(stanza)) : this.#out.run(stanza);
      if (!isThenable(result)) {
        go(result);
        return;
      }
      this.#outPending += 1;
      const tail = result.then(go, fail).then(() => {
        this.#outPending -= 1;
        if (this.#outTail === tail) this.#outTail = undefined;
      });
      this.#outTail = tail;
    } catch (error) {
      fail(error);
    }
  }

  #submit(sending: Sending, options: SendOptions): void {
    let text: string;
    try {
      text = this.#serialize(sending.element);
    } catch (error) {
      this.#failed(sending, new SendError('invalid', asError(error).message, { cause: error }));
      return;
    }
    sending.size = text.length;
    const link = this.#link;
    if (link && this.#state === 'online' && !this.#busy && this.sendQueue.length === 0) {
      this.#write(link, sending, text);
      return;
    }
    this.sendQueue.push(sending, text, options);
    sending.onFailure((error) => this.#unsent(sending, error));
  }

  #serialize(element: XmlElement): string {
    return this.#link?.serialize(element) ?? serialize(element, { parentNamespace: this.contentNamespace });
  }

  /** The namespace in which stanzas need not declare theirs. */
  protected abstract readonly contentNamespace: string;

  #failed(sending: Sending, error: SendError): void {
    sending.move('failed', error);
    this.#unsent(sending, error);
  }

  /** Nothing is dropped in silence: where nobody awaits the outcome, the event tells, and else the log. */
  #unsent(sending: Sending, error: SendError): void {
    // Whoever called send() gets the chance to await it first.
    queueMicrotask(() => {
      if (sending.observed) return;
      if (this.#events.count('sendFailed') > 0) this.#event('sendFailed', { sending, error });
      else this.logger.warn(`a <${sending.element.name}/> was not sent: ${error.message}`);
    });
  }

  #write(link: Link, sending: Sending, text: string): void {
    if (this.#outSync.size > 0) {
      try {
        if (!this.#outSync.run(this.stanzaOf(sending.element))) {
          sending.move('failed', new SendError('dropped', 'an out filter dropped it'));
          return;
        }
      } catch (error) {
        this.#failed(
          sending,
          new SendError('dropped', `an out filter failed: ${asError(error).message}`, { cause: error }),
        );
        return;
      }
    }
    if (!link.write(text, sending.element)) this.#busy = true;
    if (this.#busy) this.#unflushed.push(sending);
    sending.move('written');
    for (const listener of this.#writtenListeners) listener(sending);
  }

  /** Calls back for every stanza right after it was written, in order: what XEP-0198 counts. */
  onWritten(callback: (sending: Sending) => void): Registration {
    this.#writtenListeners.add(callback);
    return this.registered(new Registration(() => this.#writtenListeners.delete(callback)));
  }

  /** Writes an element at once, past the queue and the filters: for the stream's own business. False: not connected. */
  sendNow(element: XmlElement): boolean {
    const link = this.#link;
    if (!link) return false;
    if (!link.sendElement(element)) this.#busy = true;
    return true;
  }

  /** Lets a session survive its connection as long as `keeps` says so: for XEP-0198. */
  keepSession(keeps: () => boolean): Registration {
    this.#keepers = [...this.#keepers, keeps];
    return this.registered(
      new Registration(() => {
        this.#keepers = this.#keepers.filter((other) => other !== keeps);
      }),
    );
  }

  /** Ends the stream with an error that the peer is told. */
  failStream(error: StreamError): void {
    this.#link?.fail(error);
  }

  #drained(): void {
    this.#busy = false;
    this.#unflushed = [];
    this.#flush();
  }

  #flush(): void {
    const link = this.#link;
    while (link && this.#state === 'online' && !this.#busy) {
      const next = this.sendQueue.shift();
      if (!next) return;
      // The queue's own failure report has to go quiet: it is on its way.
      this.#write(link, next.sending, next.text);
    }
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DisconnectedError(String(reason));
}

function isRetryable(error: unknown): boolean {
  return error instanceof SestinaError ? error.retryable : (error as { retryable?: unknown }).retryable === true;
}
