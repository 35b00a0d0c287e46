import { XmlElement } from '@sestina/xml';
import type { Registration } from '../registration.js';
import type { SendError, Sending, SendOptions } from '../sending.js';
import type { ElementClass, ElementView } from '../stanza/element.js';
import { DropLog } from './drop-log.js';
import { EventHub } from './event-hub.js';
import type { Filter, FilterOptions } from './filters.js';
import type { Handler } from './handlers.js';
import type { HeldBack } from './held-sendings.js';
import type { Link } from './link.js';
import { type Dispatch, Receiver } from './receiver.js';
import type { SendQueue } from './send-queue.js';
import { Sender } from './sender.js';
import { StanzaClasses } from './stanza-classes.js';
import { isStanza } from './stanza-kind.js';
import type { StreamEvents } from './stream-events.js';
import type { StreamOptions, StreamServices } from './stream-options.js';
import type { Unsent } from './unsent.js';

/** The part of a stream through which stanzas go: handlers, filters, what is counted of them, sending. */
export abstract class StanzaFlow<E extends StreamEvents = StreamEvents> extends EventHub<E> {
  /** What waits to be written; read it to see how far behind the connection is. */
  readonly sendQueue: SendQueue;
  readonly #classes = new StanzaClasses();
  /** For the parts of the stream. @internal */
  protected readonly receiver: Receiver;
  /** For the parts of the stream. @internal */
  protected readonly sender: Sender;
  readonly #drops: DropLog;

  /** @throws ConfigError for an option that cannot work. */
  constructor(options: StreamOptions, services: StreamServices) {
    super(services, options.maxUnhandled ?? 256);
    const report = (error: unknown, where: string): void => this.reportError(error, where);
    this.#drops = new DropLog(this.clock, this.logger);
    this.sender = new Sender(
      {
        clock: this.clock,
        contentNamespace: () => this.contentNamespace,
        stanzaOf: (element) => this.stanzaOf(element),
        unsent: (failures, more) => this.#unsent(failures, more),
        pressureChanged: () => this.awaitsAnswersChanged(),
        report,
      },
      options.queue,
    );
    this.sendQueue = this.sender.queue;
    this.receiver = new Receiver({
      queue: this.queue,
      contentNamespace: () => this.contentNamespace,
      stream: this,
      stanzaOf: (element) => this.stanzaOf(element),
      accept: (element, link) => this.accept(element, link),
      dispatching: (stanza, bytes) => this.dispatching(stanza, bytes),
      unhandled: (stanza, link, handled) => this.unhandled(stanza, link, handled),
      failed: (error, handler, stanza) => this.handlerFailed(error, handler, stanza),
      awaitedChanged: () => this.awaitsAnswersChanged(),
      report,
    });
  }

  // What a subclass supplies.

  /** A first-level element that `dispatching` did not take, and no handler either unless `handled`. */
  protected abstract unhandled(stanza: ElementView, link: Link, handled: boolean): void;
  /** The namespace in which stanzas need not declare theirs. */
  protected abstract readonly contentNamespace: string;
  /** Called for each received element before it is handed out; false drops it. */
  protected accept(_element: XmlElement, _link: Link): boolean {
    return true;
  }
  /** Called in stream order right before the handlers of a stanza. */
  protected dispatching(_stanza: ElementView, _bytes: number): Dispatch {
    return 'open';
  }

  // Handlers.

  /** Registers a handler; stanzas that its matcher accepts go to it until the registration is disposed of. */
  registerHandler(handler: Handler): Registration {
    return this.registered(this.receiver.add(handler));
  }

  /** Takes out every handler of that name; false where there was none. */
  removeHandler(name: string): boolean {
    return this.receiver.removeNamed(name);
  }

  /** The names of the registered handlers. */
  get handlers(): string[] {
    return this.receiver.names;
  }

  /** Says which class views first-level elements of its name and namespace. */
  registerStanza(cls: ElementClass): Registration {
    return this.registered(this.#classes.add(cls));
  }

  /** The stanza object over an element. */
  stanzaOf(element: XmlElement): ElementView {
    return this.#classes.view(element);
  }

  /** A handler threw or rejected, or the filters of received stanzas did (`in filter`). */
  protected handlerFailed(error: unknown, handler: Pick<Handler, 'name'>, _stanza: ElementView): void {
    this.reportError(error, `handler ${handler.name}`);
  }

  // Filters.

  /**
   * Adds a filter: `in` sees stanzas before the handlers and may change them; `out` sees a copy before it is queued and may
   * change it; `outSync` runs right before writing (may drop, but not replace or change). All are synchronous: what throws or
   * returns a promise drops the stanza.
   */
  addFilter(kind: 'in' | 'out' | 'outSync', filter: Filter, options?: FilterOptions): Registration {
    if (kind === 'in') return this.registered(this.receiver.addFilter(filter, options));
    if (kind === 'out') return this.registered(this.sender.addOut(filter, options));
    return this.registered(this.sender.addOutSync(filter, options));
  }

  // Sending.

  /**
   * Sends a stanza, or an element as one: through the out filters, into the queue, to the transport, in the order of the calls.
   * Before the session it waits for it. Never throws: what is returned tells, and may be awaited.
   */
  send(stanza: ElementView | XmlElement, options: SendOptions = {}): Sending {
    return this.sender.send(stanza instanceof XmlElement ? this.stanzaOf(stanza) : stanza, options);
  }

  /**
   * Sends a stanza once more that was written before, as `sending.element` has it: past the out filters, and past what encrypts or
   * decorates messages, which have had it already. Answers to an iq that comes again are nobody's.
   */
  resend(element: XmlElement, options: SendOptions = {}): Sending {
    return this.sender.again(element, options);
  }

  /** Gives what was said in a message to the handlers that hear messages. */
  protected deliver(message: ElementView, bytes: number): void {
    this.receiver.deliver(message, bytes);
  }

  /** Stanzas that keep their place until they are ready to be sent. */
  protected get heldBack(): HeldBack {
    return this.sender;
  }

  /** A stanza that is not sent, for this reason. */
  protected refuse(stanza: ElementView, error: SendError): Sending {
    return this.sender.refuse(stanza.xml, error);
  }

  /** Nothing is dropped in silence: where nobody awaits the outcome, the event tells, and else the log. */
  #unsent(failures: readonly Unsent[], more: number): void {
    if (this.listenerCount('sendFailed') > 0) {
      for (const failure of failures) this.emitOwn('sendFailed', failure);
    } else {
      const [first] = failures;
      if (first) {
        const { name } = first.sending.element;
        const others = failures.length - 1 + more;
        const count = others > 0 ? `, nor ${others} others` : '';
        this.logger.warn(`a <${name}/> was not sent${count}: ${first.error.message}`);
      }
      return;
    }
    if (more > 0) this.logger.warn(`${more} more stanzas were not sent than the event sendFailed was emitted for`);
  }

  /** Writes a stanza of the stream's own at once, past the queue and the filters. False: not connected. */
  protected sendNow(stanza: XmlElement): boolean {
    return this.sender.now(stanza);
  }

  /**
   * Writes an element that is no stanza (`<r/>` of XEP-0198, `<active/>` of XEP-0352): behind what has been written and before what waits
   * for a session. It is of this connection alone, and forgotten with it. False where there is no live link, or where far too much
   * waits for the peer to read.
   * @throws TypeError for a stanza; SerializeError for what cannot be written.
   */
  sendElement(element: XmlElement): boolean {
    if (isStanza(element, this.contentNamespace)) throw new TypeError(`<${element.name}/> is a stanza: use send()`);
    return this.sender.element(element);
  }

  /** Lets stanzas wait in the queue, as if the peer did not read, until the registration is disposed of. */
  holdSending(): Registration {
    return this.registered(this.sender.holdBack());
  }

  /**
   * Asks of the stanza that is to be written next whether it may be by now: false has it and those behind it wait, until it is asked again
   * because something is sent or `lookAgain()` is called. So what is written can be kept before; `sendQueue.entries` has what waits.
   */
  beforeWrite(ready: (sending: Sending) => boolean): Registration & { lookAgain(): void } {
    const registration = this.registered(this.sender.gates.add(ready));
    return Object.assign(registration, { lookAgain: () => this.sender.holdBack().dispose() });
  }

  // The wire, in wire order.

  /**
   * Calls back for every stanza that arrives, in wire order, before anything is done with it: also for those that are refused or
   * dropped. It must not take long, and is not to write to the stanza.
   */
  onArrived(callback: (stanza: XmlElement) => void): Registration {
    return this.registered(this.receiver.arrived.add(callback));
  }

  /**
   * Calls back for every stanza that arrives from now on once all that it led to has come to an end, in wire order: its handlers and
   * listeners have returned, thrown or settled, or were given up after a minute; it was refused or dropped. One that takes long holds
   * back those behind it. Handlers that run `inStream` are not waited for.
   */
  onHandled(callback: (stanza: XmlElement) => void): Registration {
    return this.registered(this.receiver.handled.add(callback));
  }

  /** Calls back for every stanza of a session right after it was written, in order, the stream's own included. */
  onWritten(callback: (sending: Sending) => void): Registration {
    return this.registered(this.sender.written.add(callback));
  }

  /** Something that a peer sent is given to nobody: said in the log, at most once a minute for each kind. */
  protected dropped(what: string): void {
    this.#drops.add(what);
  }

  protected override closeEvents(reason: Error): void {
    this.#drops.close();
    super.closeEvents(reason);
  }
}
