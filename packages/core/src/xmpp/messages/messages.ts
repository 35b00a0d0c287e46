import { DisconnectedError } from '../../errors.js';
import type { Registration } from '../../registration.js';
import type { ElementClass, ElementView } from '../../stanza/element.js';
import type { Message, MessageContext } from '../../stanza/message.js';
import { IncomingMessages, type IncomingMessagesHost } from './incoming-messages.js';
import { OutgoingMessages, type OutgoingMessagesHost } from './outgoing-messages.js';
import { type Classify, type Decorate, type Describe, MessageSteps, type Unwrap, type Unwrapped } from './steps.js';
import type { Transform, TransformOptions } from './transforms.js';

/** What the steps of messages take from the connection. */
export interface MessagesHost extends IncomingMessagesHost, OutgoingMessagesHost {
  /** Notes a registration, so that it can be undone with the plugin that made it. */
  registered(registration: Registration): Registration;
  /** What to call whoever registers something now. */
  registrant(): string;
}

/**
 * The messages of a connection: what happens to them between the stream and the listeners, and between `send()` and the stream. Stream
 * handlers see stanzas as they came; `onMessage` and the event `message` see what was said.
 */
export class Messages {
  readonly #host: MessagesHost;
  readonly #steps: MessageSteps;
  readonly #incoming: IncomingMessages;

  constructor(host: MessagesHost, steps: MessageSteps, incoming: IncomingMessages) {
    this.#host = host;
    this.#steps = steps;
    this.#incoming = incoming;
  }

  /** Messages that an `unwrap` refused, or that strangers sent while too many of theirs waited for a `transform`. */
  get dropped(): number {
    return this.#incoming.dropped;
  }

  /**
   * Takes messages out of others, as a carbon or an archive result is. The function is given the outer message and says whether it is
   * to be believed: what it refuses with `drop`, or by throwing, is told to nobody, and never passes for an ordinary message. Nor does
   * what is `taken`, but that is no refusal: it answers a question. Something wrapped in what was wrapped is refused.
   */
  unwrap<V extends ElementView>(payload: ElementClass<V>, unwrap: Unwrap<V>): Registration {
    return this.#host.registered(this.#steps.unwraps.add(payload, unwrap as Unwrap<never>));
  }

  /**
   * Puts another message in place of each that comes in, or that is sent: decrypted, encrypted. What it throws, or gives back after its
   * timeout, loses the message: one that came in is reported, the `Sending` of one that was to be sent fails. Messages of one peer keep
   * their order; those of others, iqs and presence do not wait. Not called for messages of type `error`.
   * @throws ConfigError for a timeout that is no positive number.
   */
  transform(way: 'in' | 'out', transform: Transform, options: TransformOptions = {}): Registration {
    const name = options.name ?? this.#host.registrant();
    return this.#host.registered(this.#steps[way].add(transform, name, options));
  }

  /** Notes each message, or fills in its context, in either way: before its listeners are called, or before it is transformed and sent. */
  describe(describe: Describe): Registration {
    return this.#host.registered(this.#steps.describes.add(describe));
  }

  /** Adds elements to each message that is sent, after the transforms. The message that it gets is a copy, to be written to. */
  decorate(decorate: Decorate): Registration {
    return this.#host.registered(this.#steps.decorates.add(decorate));
  }

  /**
   * Says what messages with that payload are. Only `content` raises the event `message`. Of several that say something the one for which
   * there is more to read counts; where nobody does, a message with a body is content.
   */
  classify<V extends ElementView>(payload: ElementClass<V>, classify: Classify<V>): Registration {
    return this.#host.registered(this.#steps.classifies.add(payload, classify as Classify<never>));
  }

  /**
   * Hands in a message that was fetched, as from an archive; it passes the transforms, is described, and goes to those who listen to its
   * source. Resolves when they have been called, with what they were given; undefined where there was nothing to give. Await it before the
   * next one: what waits here is not bounded.
   * @throws what a transform throws; DisconnectedError after `dispose()`.
   */
  deliver(message: Message, context: Omit<Unwrapped, 'message'>): Promise<Message | undefined> {
    return this.#incoming.deliver({ ...context, message });
  }

  /**
   * Gives a message that was fetched its context, and has it described, for who shows it and nothing more: nobody else is told of it, and
   * no transform sees it. Undefined for what is no message with addresses that can be read, or wraps another one.
   */
  adopt(message: Message, context: Omit<Unwrapped, 'message'>): Message | undefined {
    return this.#incoming.adopt({ ...context, message });
  }

  /** The context of a message that has none yet; what everybody reads is `message.context`. */
  contextOf(message: Message): MessageContext {
    return this.#incoming.contextOf(message);
  }
}

/** The ways of messages through a connection. */
export interface MessageWays {
  /** What plugins and applications see. */
  readonly messages: Messages;
  readonly incoming: IncomingMessages;
  readonly outgoing: OutgoingMessages;
  /** Gives up on all that waits. */
  close(): void;
}

/** @param maxUnhandled How many entries the event queue takes before the transport is paused. */
export function messageWays(host: MessagesHost, maxUnhandled: number): MessageWays {
  const steps = new MessageSteps(host.clock);
  const incoming = new IncomingMessages(host, steps, maxUnhandled);
  return {
    messages: new Messages(host, steps, incoming),
    incoming,
    outgoing: new OutgoingMessages(host, steps),
    close: () => {
      const reason = new DisconnectedError('this connection object was disposed of');
      incoming.close(reason);
      steps.close(reason);
    },
  };
}
