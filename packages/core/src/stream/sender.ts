import { exceedsBytes, utf8Length, type XmlElement } from '@sestina/xml';
import { asError } from '../reasons.js';
import { Registration } from '../registration.js';
import { SendError, Sending, type SendingOwner, type SendOptions, StanzaTooLargeError } from '../sending.js';
import type { Clock, Timer } from '../services/clock.js';
import type { ElementView } from '../stanza/element.js';
import { Callbacks } from './callbacks.js';
import { type Filter, FilterChain, type Filtered, type FilterOptions } from './filters.js';
import { serializeFirstLevel } from './first-level.js';
import { type HeldBack, HeldSendings } from './held-sendings.js';
import type { Link } from './link.js';
import { SendQueue, type SendQueueOptions, type Waiting } from './send-queue.js';
import { UnderWay } from './under-way.js';
import { type Unsent, UnsentReport } from './unsent.js';
import { WriteGates } from './write-gates.js';

/** What sending asks of the stream that it is a part of. */
export interface SenderHost {
  readonly clock: Clock;
  /** The namespace in which stanzas need not declare theirs. */
  contentNamespace(): string;
  stanzaOf(element: XmlElement): ElementView;
  /** Stanzas were not sent and nobody waits for the outcome. `more`: how many others there were beside these. */
  unsent(failures: readonly Unsent[], more: number): void;
  /** Whether reading has to wait for sending may have changed. */
  pressureChanged(): void;
  report(error: unknown, where: string): void;
}

// After so many milliseconds.
const STUCK = 1_000;

/** The sending half of a stream: out filters, the queue, the writing, and what became of each stanza. */
export class Sender implements HeldBack, SendingOwner {
  readonly queue: SendQueue;
  readonly #host: SenderHost;
  readonly #out = new FilterChain();
  readonly #outSync = new FilterChain();
  readonly #held: HeldSendings;
  /** Asked of each stanza before it is written. */
  readonly gates: WriteGates;
  /** Called for each stanza right after it was written. */
  readonly written: Callbacks<[Sending]>;
  #link: Link | undefined;
  /** The transport asked to wait for `drain`. */
  #busy = false;
  /** Nothing has gone out for a while although much waits: the peer may be one that does not read before we do. */
  stuck = false;
  #patience: Timer | undefined;
  #writing = false;
  /** How many want stanzas to wait in the queue. */
  #holds = 0;
  readonly #underWay = new UnderWay();
  readonly #unsent: UnsentReport;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(host: SenderHost, options: SendQueueOptions | undefined) {
    this.#host = host;
    this.queue = new SendQueue(host.clock, options, () => this.#pressure());
    this.#held = new HeldSendings(host.clock, this.queue);
    this.gates = new WriteGates(
      (error, where) => host.report(error, where),
      () => this.#flush(),
    );
    this.written = new Callbacks('callback of a stanza that was written', (error, where) => host.report(error, where));
    this.#unsent = new UnsentReport(host.clock, (failures, more) => host.unsent(failures, more));
  }

  addOut(filter: Filter, options?: FilterOptions): Registration {
    return this.#out.add(filter, options);
  }

  addOutSync(filter: Filter, options?: FilterOptions): Registration {
    return this.#outSync.add(filter, options);
  }

  // Back-pressure: each request that is read makes an answer.

  /** How much waits for the peer to read; see `SendQueue`. */
  get level(): number {
    return this.#link ? this.queue.level : 0;
  }

  #pressure(): void {
    this.#patience?.cancel();
    this.stuck = false;
    if (this.level) {
      const stuck = (): void => {
        this.stuck = true;
        this.#host.pressureChanged();
      };
      this.#patience = this.#host.clock.setTimer(STUCK, stuck, { background: true });
    }
    this.#host.pressureChanged();
  }

  // Taking stanzas.

  send(stanza: ElementView, options: SendOptions): Sending {
    const sending = new Sending(stanza.xml, 0, this);
    if (this.#takes(sending, options)) this.#take(sending, stanza, options);
    return sending;
  }

  #takes(sending: Sending, { signal }: SendOptions): boolean {
    if (signal?.aborted) fail(sending, 'aborted', 'aborted before it was sent', signal.reason);
    else if (this.#closed) fail(sending, 'disconnected', 'this connection object was disposed of');
    else return true;
    return false;
  }

  #take(sending: Sending, stanza: ElementView, options: SendOptions): void {
    if (this.#out.size === 0) this.#submit(sending, options);
    else this.#filter(sending, stanza, options);
  }

  /** Lets stanzas wait in the queue until that is undone. */
  holdBack(): Registration {
    this.#holds += 1;
    return new Registration(() => {
      this.#holds -= 1;
      this.#flush();
    });
  }

  /** A stanza that is not ready yet: `release` sends what became of it. */
  hold(stanza: ElementView, options: SendOptions): Sending {
    const sending = new Sending(stanza.xml, 0, this);
    if (!this.#takes(sending, options)) return sending;
    try {
      sending.size = serializeFirstLevel(stanza.xml, { parentNamespace: this.#host.contentNamespace() }).length;
      this.#held.add(sending, options);
    } catch (error) {
      fail(sending, 'invalid', asError(error).message, error);
    }
    return sending;
  }

  /** Sends one that was held, in this form. */
  release(sending: Sending, stanza: ElementView): void {
    const options = this.#held.take(sending);
    if (!options) return;
    sending.element = stanza.xml;
    this.#take(sending, stanza, options);
    this.#look();
  }

  /** Fails one that was held. */
  failHeld(sending: Sending, error: SendError): void {
    this.#held.fail(sending, error);
    this.#look();
  }

  /** Sends a stanza in the form in which it was sent before: what changes stanzas has had it already. */
  again(element: XmlElement, options: SendOptions): Sending {
    const sending = new Sending(element, 0, this);
    if (this.#takes(sending, options)) this.#submit(sending, options);
    return sending;
  }

  /** A stanza that is not to be sent. */
  refuse(element: XmlElement, error: SendError): Sending {
    const sending = new Sending(element, 0, this);
    sending.move('failed', error);
    return sending;
  }

  #filter(sending: Sending, original: ElementView, options: SendOptions): void {
    let filtered: Filtered;
    try {
      // A copy: what a filter writes is not for the caller to see.
      filtered = this.#out.run(original.copy());
    } catch (error) {
      fail(sending, 'dropped', `an out filter failed: ${asError(error).message}`, error);
      return;
    }
    const { signal } = options;
    if (!filtered) fail(sending, 'dropped', 'an out filter dropped it');
    else if (signal?.aborted) fail(sending, 'aborted', 'aborted before it was sent', signal.reason);
    else {
      sending.element = filtered.xml;
      this.#submit(sending, options, original.xml);
    }
  }

  #submit(sending: Sending, options: SendOptions, original: XmlElement = sending.element): void {
    const { element } = sending;
    const link = this.#link;
    const parentNamespace = link?.transport.framing.implicitNamespace ?? this.#host.contentNamespace();
    let text: string;
    try {
      text = link ? link.serialize(element) : serializeFirstLevel(element, { parentNamespace });
    } catch (error) {
      fail(sending, 'invalid', asError(error).message, error);
      return;
    }
    sending.size = text.length;
    if (!this.#fits(sending, text)) return;
    const free = link?.writable && !this.#busy && !this.#writing && this.#holds === 0 && this.queue.length === 0;
    if (free && this.gates.pass(sending)) {
      this.#write(link, sending, text);
      this.#flush();
      return;
    }
    this.queue.push({ sending, text, parentNamespace }, options, isOwed(original));
    // It may be written to before it is written out.
    if (sending.state === 'queued') sending.element = element.copy();
  }

  #fits(sending: Sending, text: string): boolean {
    const { maxStanzaBytes } = this.queue;
    if (!exceedsBytes(text, maxStanzaBytes)) return true;
    sending.move('failed', new StanzaTooLargeError(utf8Length(text), maxStanzaBytes));
    return false;
  }

  // Writing.

  /** There is a session on this link: what waits is written. */
  attach(link: Link, resumed: boolean, begin: () => void): void {
    this.#link = link;
    this.#busy = false;
    if (resumed) this.#underWay.flushed();
    // What waits comes behind what is written at the beginning of a session.
    this.#writing = true;
    begin();
    this.#writing = false;
    this.#flush();
    this.#pressure();
  }

  /** The link is gone or says goodbye: nothing is written any more. */
  detach(): void {
    this.#link = undefined;
    this.queue.dropFleeting();
    this.#pressure();
    this.#look();
  }

  /** The transport has written what it had buffered. */
  drained(): void {
    this.#busy = false;
    this.#underWay.flushed();
    this.#flush();
    if (this.queue.level) this.#pressure();
  }

  /** Writes an element that is no stanza, behind what has been written; false where it is not taken. @throws SerializeError */
  element(element: XmlElement): boolean {
    const link = this.#link;
    // The answers to what is read have room, up to where nothing is read any more.
    if (!link?.writable || this.level > 1) return false;
    const text = link.serialize(element);
    if (this.#busy) {
      const parentNamespace = link.transport.framing.implicitNamespace;
      this.queue.push({ sending: new Sending(element), text, parentNamespace, fleeting: true }, {}, true);
    } else {
      this.#busy = !link.write(text, element);
    }
    return true;
  }

  /** Writes a stanza past the queue and the filters; false without a link. @throws SerializeError */
  now(element: XmlElement): boolean {
    const link = this.#link;
    if (!link?.writable) return false;
    if (!link.sendElement(element)) this.#busy = true;
    if (this.written.size > 0) {
      const sending = new Sending(element, 0, this);
      this.#underWay.written(sending, this.#busy);
      this.written.call(sending);
    }
    return true;
  }

  #flush(): void {
    const link = this.#link;
    while (link?.writable && link === this.#link && !this.#busy && !this.#writing && this.#holds === 0) {
      const { first } = this.queue;
      if (!first || !(first.fleeting || this.gates.pass(first.sending))) break;
      const next = this.queue.shift() as Waiting;
      const text = this.#textFor(link, next);
      // It may have been queued before the server said what it takes.
      if (text === undefined || !this.#fits(next.sending, text)) continue;
      if (next.fleeting) this.#busy = !link.write(text, next.sending.element);
      else this.#write(link, next.sending, text);
    }
    this.queue.weigh();
    this.#look();
  }

  // What waited for a connection may have been written for another kind of transport.
  #textFor(link: Link, { sending, text, parentNamespace }: Waiting): string | undefined {
    if (link.transport.framing.implicitNamespace === parentNamespace) return text;
    try {
      return link.serialize(sending.element);
    } catch (error) {
      fail(sending, 'invalid', asError(error).message, error);
      return undefined;
    }
  }

  #write(link: Link, sending: Sending, text: string): void {
    // What a filter or a listener sends meanwhile comes behind this one.
    this.#writing = true;
    try {
      if (!this.#passes(sending)) return;
      if (!link.write(text, sending.element)) this.#busy = true;
      this.#underWay.written(sending, this.#busy);
      if (this.written.size > 0) this.written.call(sending);
    } finally {
      this.#writing = false;
    }
  }

  #passes(sending: Sending): boolean {
    if (this.#outSync.size === 0) return true;
    try {
      if (this.#outSync.run(this.#host.stanzaOf(sending.element))) return true;
      fail(sending, 'dropped', 'an out filter dropped it');
    } catch (error) {
      fail(sending, 'dropped', `an out filter failed: ${asError(error).message}`, error);
    }
    return false;
  }

  /** Resolves when nothing waits any more, there is no link to write to, or the time is up. */
  whenIdle(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#host.clock.setTimer(timeout, () => this.#stopWaiting(done));
      const done = (): void => {
        timer.cancel();
        resolve();
      };
      this.#idle.push(done);
      this.#look();
    });
  }

  #stopWaiting(done: () => void): void {
    this.#idle = this.#idle.filter((other) => other !== done);
    done();
  }

  #look(): void {
    if (this.#idle.length === 0) return;
    if (this.#link?.writable && (this.queue.length > 0 || this.#held.size > 0)) return;
    for (const done of this.#idle.splice(0)) done();
  }

  // What becomes of them.

  /** The session is over and will not be resumed. */
  lost(reason: Error): void {
    this.#underWay.lost(reason);
  }

  /** Gives up everything that waits. */
  clear(error: SendError): void {
    this.#held.clear(error);
    this.queue.clear(error);
    this.#look();
  }

  /** Takes nothing any more, and gives up what waits. */
  close(reason: Error): void {
    this.#closed = true;
    this.written.clear();
    this.clear(new SendError('disconnected', reason.message, { cause: reason }));
  }

  unsent(sending: Sending, error: SendError): void {
    this.#underWay.forget(sending);
    this.#look();
    this.#unsent.add({ sending, error });
  }

  ackWanted(sending: Sending): void {
    this.#underWay.ackWanted(sending);
  }

  callbackFailed(error: unknown): void {
    this.#host.report(error, 'callback of a stanza that was sent');
  }
}

/** Whether it is an answer to a request. */
function isOwed({ name, origin }: XmlElement): boolean {
  return name === 'iq' && origin?.request !== undefined;
}

function fail(sending: Sending, reason: SendError['reason'], message: string, cause?: unknown): void {
  sending.move('failed', new SendError(reason, message, cause === undefined ? undefined : { cause }));
}
