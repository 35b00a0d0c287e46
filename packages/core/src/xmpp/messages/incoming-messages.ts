import { JID } from '../../jid/index.js';
import type { Clock } from '../../services/clock.js';
import { CONTEXT } from '../../stanza/context-key.js';
import { isA, viewOf } from '../../stanza/element.js';
import { Message, type MessageClass, type MessageContext } from '../../stanza/message.js';
import type { StanzaSender } from '../../stanza/stanza.js';
import { isThenable, type QueueEntry } from '../../stream/event-queue.js';
import { seal } from '../../stream/seal.js';
import { PeerLanes } from './peer-lanes.js';
import { type ContextHost, isOwn, ownAddress, StanzaContext } from './stanza-context.js';
import type { MessageSteps, Unwrap, Unwrapped } from './steps.js';

/** What receiving messages takes from the connection. */
export interface IncomingMessagesHost extends ContextHost {
  readonly clock: Clock;
  /** What messages are bound to. */
  readonly stream: StanzaSender;
  /** Whether somebody is no stranger to that address of ours: our account, a contact. */
  knows(peer: JID, own: JID): boolean;
  /** Tells the listeners of an event. */
  raise(event: 'message' | 'messageError', message: Message, bytes: number): void;
  /** Gives a message to the listeners of `onMessage`. */
  deliver(message: Message, bytes: number): void;
  push(entry: QueueEntry): void;
  /** The same function for later: what it leads to belongs to the stanza that is handled now. */
  attributed<A extends readonly unknown[]>(callback: (...args: A) => void): (...args: A) => void;
  warn(text: string): void;
  reportError(error: unknown, where: string): void;
}

/** A message on its way through the transforms. */
interface Passage {
  readonly message: Message;
  readonly context: MessageContext;
  readonly bytes: number;
  /** It came out, or nothing did. */
  done(result: Message | undefined): void;
  failed(error: unknown): void;
}

// Where several say something, what is more for people to read goes before.
const RANK = { content: 3, annotation: 2, signal: 1 } as const satisfies Record<MessageClass, number>;

const isError = ({ xml }: Message): boolean => xml.attribute('type') === 'error';

/** Messages on their way from the stream to those who listen: unwrapped, transformed, described, classified. */
export class IncomingMessages {
  readonly #host: IncomingMessagesHost;
  readonly #steps: MessageSteps;
  readonly #lanes: PeerLanes;
  #closed: Error | undefined;
  /** Messages that were refused, or not taken for want of room. */
  dropped = 0;

  /** @param maxUnhandled How many entries the event queue takes before the transport is paused. */
  constructor(host: IncomingMessagesHost, steps: MessageSteps, maxUnhandled: number) {
    this.#host = host;
    this.#steps = steps;
    this.#lanes = new PeerLanes(
      {
        push: (entry) => host.push(entry),
        overflowed: (peer) => host.warn(`messages of ${peer} are dropped: too many of strangers wait for a transform`),
      },
      maxUnhandled,
    );
  }

  /** What is known of a message that nothing was done with. */
  contextOf(message: Message): MessageContext {
    return new StanzaContext(this.#host, message, message.xml.readOnly ? 'in' : 'out');
  }

  /** Takes a message of the stream. True where it is not what is given to the listeners now: that comes later, or never. */
  received(message: Message, bytes: number): boolean {
    if (isError(message)) return this.#receivedError(message, bytes);
    if (this.#steps.noneIn && this.#lanes.size === 0) {
      if (message.xml.child('body')) this.#host.raise('message', message, bytes);
      return false;
    }
    const inner = this.#unwrap(message);
    if (inner === 'taken') return true;
    if (inner === 'drop') {
      this.dropped += 1;
      return true;
    }
    const said = inner?.message ?? message;
    const context = inner ? this.#contextIn(inner, message) : this.contextOf(message);
    let now = true;
    let unchanged = false;
    const passage: Passage = {
      message: said,
      context,
      bytes,
      done: this.#host.attributed((result) => {
        unchanged = now && result === message;
        if (unchanged) this.#tell(message, context, bytes);
        else if (result) this.#finish(result, context, bytes);
      }),
      failed: (error) => {
        if (!this.#closed) this.#host.reportError(error, `message of ${context.peer}`);
      },
    };
    if (!this.#pass(passage, false)) this.dropped += 1;
    now = false;
    return !unchanged;
  }

  /**
   * An error answers something that was sent: what it carries back of that is no wrapper. A copy of an error that another resource was
   * sent comes as one, and is told to those who listen to copies.
   */
  #receivedError(message: Message, bytes: number): boolean {
    const inner = this.#unwrap(message);
    if (typeof inner === 'object' && isError(inner.message)) {
      this.#finish(inner.message, this.#contextIn(inner, message), bytes);
      return true;
    }
    this.#host.raise('messageError', message, bytes);
    return false;
  }

  /** Takes a message that somebody fetched; see `Messages.deliver`. */
  deliver(inner: Unwrapped): Promise<Message | undefined> {
    const { message } = inner;
    return new Promise((resolve, reject) => {
      if (this.#closed) throw this.#closed;
      if (!this.#isFit(message)) {
        this.dropped += 1;
        resolve(undefined);
        return;
      }
      const context = this.#contextIn(inner, message);
      const done = this.#host.attributed((result: Message | undefined): void => {
        if (result) this.#finish(result, context, 0);
        // In its turn: those who listen have been called by then.
        if (this.#closed) reject(this.#closed);
        else this.#host.push({ run: () => resolve(result), settles: true });
      });
      this.#pass({ message, context, bytes: 0, done, failed: reject }, true);
    });
  }

  /** Takes a message that somebody fetched and keeps to himself; see `Messages.adopt`. */
  adopt(inner: Unwrapped): Message | undefined {
    const { message } = inner;
    if (!this.#isFit(message)) {
      this.dropped += 1;
      return undefined;
    }
    if (!message.xml.readOnly) seal(message.bind(this.#host.stream).xml);
    this.#describe(message, this.#contextIn(inner, message));
    return message;
  }

  /** Nothing more is given to anybody. */
  close(reason: Error): void {
    this.#closed = reason;
  }

  /** Takes out what is in it; undefined where nothing is, as in most. */
  #unwrap(message: Message): ReturnType<Unwrap<never>> {
    const { unwraps } = this.#steps;
    if (unwraps.size === 0) return undefined;
    let found: Unwrapped | undefined;
    for (const child of message.xml.elements()) {
      for (const { cls, value } of unwraps.find(child) ?? []) {
        try {
          const inner = value(message, viewOf(cls, child) as never, this.contextOf(message));
          if (!inner) continue;
          if (inner === 'taken') return inner;
          // Several in one would be told as one.
          if (inner === 'drop' || found) return 'drop';
          found = inner;
        } catch (error) {
          this.#host.reportError(error, `unwrapping <${child.name}/>`);
          return 'drop';
        }
      }
    }
    return found && !this.#isFit(found.message) ? 'drop' : found;
  }

  /** Whether it is a message, with addresses that can be read, and not a wrapper for something that nobody vouches for. */
  #isFit(message: Message): boolean {
    const { xml } = message;
    if (!isA(Message, xml)) return false;
    for (const name of ['from', 'to']) {
      const raw = xml.attribute(name);
      if (raw !== undefined && !JID.tryParse(raw)) return false;
    }
    for (const child of xml.elements()) if (this.#steps.unwraps.find(child)) return false;
    return true;
  }

  #contextIn({ message, ...known }: Unwrapped, outer: Message): MessageContext {
    const way = known.way ?? (isOwn(this.#host, message.from) ? 'out' : 'in');
    return Object.assign(new StanzaContext(this.#host, message, way), known, { way, outer });
  }

  /** Runs the transforms, behind what waits of that peer. False where there is no room to wait. */
  #pass(passage: Passage, invited: boolean): boolean {
    const { message, context, bytes, done, failed } = passage;
    const { in: transforms } = this.#steps;
    if (isError(message) || (transforms.size === 0 && this.#lanes.size === 0)) {
      done(message);
      return true;
    }
    const own = ownAddress(this.#host, message, context.way).bare;
    const { bare } = context.peer;
    const peer = this.#host.self.isComponent ? `${own} ${bare}` : bare.full;
    const arrived = this.#host.clock.monotonic();
    const run = (): ReturnType<typeof transforms.run> => transforms.run(message, context, arrived);
    const hold = (work: () => PromiseLike<void> | void): boolean =>
      this.#lanes.hold(peer, invited || this.#host.knows(bare, own), bytes, work);
    if (this.#lanes.isBusy(peer)) {
      return hold(async () => {
        try {
          done(await run());
        } catch (error) {
          failed(error);
        }
      });
    }
    try {
      const result = run();
      if (isThenable(result)) {
        let room = true;
        const settled = result.then(
          (value) => room && done(value),
          (error: unknown) => room && failed(error),
        );
        room = hold(async () => void (await settled));
        return room;
      }
      done(result);
    } catch (error) {
      failed(error);
    }
    return true;
  }

  #finish(message: Message, context: MessageContext, bytes: number): void {
    if (this.#closed) return;
    if (!message.xml.readOnly) seal(message.bind(this.#host.stream).xml);
    this.#tell(message, context, bytes);
    this.#host.deliver(message, bytes);
  }

  #describe(message: Message, context: MessageContext): void {
    message[CONTEXT] = context;
    if (isError(message)) return;
    this.#steps.describe(message, context, this.#host);
    context.class = this.#classOf(message);
  }

  #tell(message: Message, context: MessageContext, bytes: number): void {
    this.#describe(message, context);
    if (isError(message)) return;
    // Copies and what was said before are for those who ask for them: a bot must not answer them.
    const isNew = context.source === 'stream' && context.way === 'in' && !context.history;
    if (isNew && context.class === 'content') this.#host.raise('message', message, bytes);
  }

  #classOf(message: Message): MessageClass {
    let found: MessageClass | undefined;
    for (const child of message.xml.elements()) {
      for (const { cls, value } of this.#steps.classifies.find(child) ?? []) {
        try {
          const said = value(message, viewOf(cls, child) as never);
          if (said && (!found || RANK[said] > RANK[found])) found = said;
        } catch (error) {
          this.#host.reportError(error, `classifying <${child.name}/>`);
        }
      }
    }
    return found ?? (message.xml.child('body') ? 'content' : 'signal');
  }
}
