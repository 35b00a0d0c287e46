import { Origin, type XmlElement } from '@sestina/xml';
import { Registration } from '../registration.js';
import type { ElementView } from '../stanza/element.js';
import { Callbacks } from './callbacks.js';
import { type EventQueue, isThenable, type QueueEntry } from './event-queue.js';
import { type Filter, FilterChain, type Filtered, type FilterOptions } from './filters.js';
import { HandledOrder } from './handled-order.js';
import { HandlerIndex } from './handler-index.js';
import type { Handler } from './handlers.js';
import type { Link } from './link.js';
import { shareOrigin } from './seal.js';
import { isStanza } from './stanza-kind.js';

/**
 * Who sees to a stanza beside its handlers: `open` nobody, `taken` somebody; `withheld` says that somebody does, and that handlers of
 * what was said are given it, or something in its place, by `deliver`.
 */
export type Dispatch = 'open' | 'taken' | 'withheld';

/** What receiving asks of the stream that it is a part of. */
export interface ReceiverHost {
  readonly queue: EventQueue;
  /** The namespace of stanzas. */
  contentNamespace(): string;
  /** What stanzas are bound to. */
  readonly stream: object;
  stanzaOf(element: XmlElement): ElementView;
  /** False drops the element. */
  accept(element: XmlElement, link: Link): boolean;
  /** In stream order, right before the handlers. */
  dispatching(stanza: ElementView, bytes: number): Dispatch;
  /** It was not taken, and no handler has been given it either unless `handled`. */
  unhandled(stanza: ElementView, link: Link, handled: boolean): void;
  /** A handler failed; `in filter` is the name of the filters. */
  failed(error: unknown, handler: Pick<Handler, 'name'>, stanza: ElementView): void;
  report(error: unknown, where: string): void;
  /** Whether somebody awaits a stanza has changed. */
  awaitedChanged(): void;
}

/** The receiving half of a stream: in filters, the handlers, and which of them gets what. */
export class Receiver {
  readonly #host: ReceiverHost;
  readonly #index: HandlerIndex;
  readonly #in = new FilterChain();
  /** Called for each stanza as it arrives. */
  readonly arrived: Callbacks<[XmlElement]>;
  /** Tells of each stanza that was handled. */
  readonly handled: HandledOrder;
  /** Handlers of promises that somebody awaits. */
  #waiters = 0;

  constructor(host: ReceiverHost) {
    this.#host = host;
    const report = (error: unknown, where: string): void => host.report(error, where);
    this.arrived = new Callbacks('callback of a stanza that arrived', report);
    this.handled = new HandledOrder(host.queue, report);
    this.#index = new HandlerIndex((error, handler) => host.report(error, `matcher of handler ${handler.name}`));
  }

  /** Whether somebody awaits a stanza that is still to come. */
  get awaited(): boolean {
    return this.#waiters > 0;
  }

  /** Whether a handler waits for that stanza, of which a part was read. */
  awaits(stanza: XmlElement): boolean {
    return this.#index.match(stanza).some((handler) => handler.awaits?.(stanza));
  }

  /** The names of the registered handlers. */
  get names(): string[] {
    return [...this.#index].map((handler) => handler.name);
  }

  add(handler: Handler): Registration {
    if (!this.#index.has(handler)) {
      this.#index.add(handler);
      if (isWaiter(handler)) this.#await(1);
    }
    const registration = new Registration(() => this.#remove(handler));
    handler.added?.(registration);
    return registration;
  }

  /** Takes out every handler of that name; false where there was none. */
  removeNamed(name: string): boolean {
    const found = [...this.#index].filter((handler) => handler.name === name);
    for (const handler of found) this.#remove(handler);
    return found.length > 0;
  }

  /** Takes out all of them. */
  clear(reason: Error): void {
    for (const handler of [...this.#index]) this.#remove(handler, reason);
  }

  addFilter(filter: Filter, options?: FilterOptions): Registration {
    return this.#in.add(filter, options);
  }

  /** Takes in an element that a link has read. Never throws. */
  receive(element: XmlElement, bytes: number, link: Link): void {
    const counts = this.arrived.size > 0 || this.handled.active;
    if (!counts || !isStanza(element, this.#host.contentNamespace())) {
      this.#take(element, bytes, link);
      return;
    }
    this.arrived.call(element);
    if (this.handled.active) this.handled.follow(element, () => this.#take(element, bytes, link));
    else this.#take(element, bytes, link);
  }

  #take(element: XmlElement, bytes: number, link: Link): void {
    try {
      const stanza = this.#host.stanzaOf(element);
      if (!this.#host.accept(element, link)) return;
      if (this.#in.size === 0) this.#dispatch(stanza, bytes, link);
      else this.#filter(stanza, bytes, link);
    } catch (error) {
      this.#host.report(error, `receiving <${element.name}/>`);
    }
  }

  #filter(stanza: ElementView, bytes: number, link: Link): void {
    let filtered: Filtered;
    try {
      filtered = this.#in.run(stanza);
    } catch (error) {
      this.#host.failed(error, { name: 'in filter' }, stanza);
      return;
    }
    if (!filtered) return;
    shareOrigin(filtered.xml, filtered.xml.origin ?? new Origin());
    this.#dispatch(filtered, bytes, link);
  }

  #dispatch(stanza: ElementView, bytes: number, link: Link): void {
    const { xml } = stanza;
    const { origin } = xml;
    if (origin && !origin.sealed) {
      origin.stream = this.#host.stream;
      origin.seal();
    }
    const dispatch = this.#host.dispatching(stanza, bytes);
    let taken = dispatch !== 'open';
    let handled = false;
    for (const handler of this.#index.match(xml)) {
      if (dispatch === 'withheld' && handler.hearsMessages) continue;
      if (!this.#give(handler, stanza, bytes)) continue;
      handled = true;
      if (handler.answers) taken = true;
    }
    if (!taken) this.#host.unhandled(stanza, link, handled);
  }

  /** Gives what was said in a message to those who listen for that. */
  deliver(message: ElementView, bytes: number): void {
    for (const handler of this.#index.match(message.xml)) {
      if (handler.hearsMessages) this.#give(handler, message, bytes);
    }
  }

  #give(handler: Handler, stanza: ElementView, bytes: number): boolean {
    try {
      if (handler.accepts?.(stanza) === false) return false;
      if (handler.once) this.#forget(handler);
      if (handler.inStream) this.#handle(handler, stanza, bytes);
      else this.#queue(handler, stanza, bytes);
    } catch (error) {
      this.#host.failed(error, handler, stanza);
    }
    return true;
  }

  #queue(handler: Handler, stanza: ElementView, bytes: number): void {
    this.#host.queue.push(new Turn(this, handler, stanza, bytes));
  }

  /** The turn of a handler has come. It may have been taken out between the stanza and that. */
  turn(handler: Handler, stanza: ElementView, bytes: number): unknown {
    return handler.once || this.#index.has(handler) ? this.#handle(handler, stanza, bytes) : undefined;
  }

  #handle(handler: Handler, stanza: ElementView, bytes: number): unknown {
    try {
      const result = handler.handle(stanza, bytes);
      return isThenable(result) ? this.#follow(handler, stanza, result) : result;
    } catch (error) {
      this.#host.failed(error, handler, stanza);
      return undefined;
    }
  }

  #follow(handler: Handler, stanza: ElementView, result: PromiseLike<unknown>): Promise<unknown> {
    return Promise.resolve(result).then(undefined, (error: unknown) => this.#host.failed(error, handler, stanza));
  }

  #forget(handler: Handler): boolean {
    if (!this.#index.remove(handler)) return false;
    if (isWaiter(handler)) this.#await(-1);
    return true;
  }

  #await(more: number): void {
    this.#waiters += more;
    this.#host.awaitedChanged();
  }

  #remove(handler: Handler, reason?: Error): void {
    if (!this.#forget(handler)) return;
    try {
      handler.removed?.(reason);
    } catch (error) {
      this.#host.report(error, `handler ${handler.name}`);
    }
  }
}

/** A stanza that waits for a handler's turn. A class, since there is one for each stanza and handler. */
class Turn implements QueueEntry {
  readonly lane: object | undefined;

  constructor(
    private readonly receiver: Receiver,
    private readonly handler: Handler,
    private readonly stanza: ElementView,
    readonly size: number,
  ) {
    this.lane = handler.lane?.(stanza);
  }

  get settles(): boolean {
    return this.handler.settles === true;
  }

  run(): unknown {
    return this.receiver.turn(this.handler, this.stanza, this.size);
  }

  what(): string {
    return `handler ${this.handler.name}`;
  }
}

function isWaiter(handler: Handler): boolean {
  return handler.once === true && handler.settles === true;
}
