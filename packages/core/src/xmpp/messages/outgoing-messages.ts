import { LazyMap } from '@sestina/xml';
import { asError } from '../../reasons.js';
import { SendError, type Sending, type SendOptions } from '../../sending.js';
import type { Clock } from '../../services/clock.js';
import { CONTEXT } from '../../stanza/context-key.js';
import type { ElementView } from '../../stanza/element.js';
import { viewOf } from '../../stanza/element.js';
import { Message, type MessageContext } from '../../stanza/message.js';
import { isThenable } from '../../stream/event-queue.js';
import { type ContextHost, ownAddress, StanzaContext } from './stanza-context.js';
import type { MessageSteps } from './steps.js';

/** What sending messages takes from the connection. */
export interface OutgoingMessagesHost extends ContextHost {
  readonly clock: Clock;
  /** Sends it through the out filters. */
  write(stanza: ElementView, options: SendOptions | undefined): Sending;
  /** Keeps its place for one that is not ready yet. */
  hold(stanza: ElementView, options: SendOptions | undefined): Sending;
  /** Sends what became of it. */
  release(sending: Sending, stanza: ElementView): void;
  /** Fails it. */
  fail(sending: Sending, error: SendError): void;
  refuse(stanza: ElementView, error: SendError): Sending;
  reportError(error: unknown, where: string): void;
}

/** Messages on their way from `send()` to the out filters: described, transformed, decorated; those to one peer in order. */
export class OutgoingMessages {
  readonly #host: OutgoingMessagesHost;
  readonly #steps: MessageSteps;
  /** Of each peer to whom messages wait, the last one. */
  readonly #last = new LazyMap<string, Promise<void>>(); // bound: messages of ours that are being transformed

  constructor(host: OutgoingMessagesHost, steps: MessageSteps) {
    this.#host = host;
    this.#steps = steps;
  }

  send(stanza: ElementView, options: SendOptions | undefined): Sending {
    const { xml } = stanza;
    if (this.#steps.noneOut && this.#last.size === 0) return this.#host.write(stanza, options);
    // An error is an answer to what came: nothing is said in it.
    if (xml.attribute('type') === 'error' || options?.signal?.aborted) return this.#host.write(stanza, options);
    const message = viewOf(Message, xml);
    const context = new StanzaContext(this.#host, message, 'out');
    context.options = options;
    if (!xml.readOnly) message[CONTEXT] = context;
    this.#steps.describe(message, context, this.#host);
    return this.#transform(stanza, message.copy(), context, options);
  }

  #transform(stanza: ElementView, copy: Message, context: MessageContext, options: SendOptions | undefined): Sending {
    const { out } = this.#steps;
    const peer = this.#peerOf(copy, context);
    const before = this.#last.get(peer);
    const arrived = this.#host.clock.monotonic();
    if (before) {
      const sending = this.#host.hold(stanza, options);
      const run = (): ReturnType<typeof out.run> =>
        sending.state === 'queued' ? out.run(copy, context, arrived) : undefined;
      if (sending.state === 'queued') this.#await(peer, sending, before.then(run), context);
      return sending;
    }
    try {
      const result = out.run(copy, context, arrived);
      if (!isThenable(result)) {
        return result
          ? this.#host.write(this.#decorated(result, context), options)
          : this.#host.refuse(stanza, refusal());
      }
      const sending = this.#host.hold(stanza, options);
      this.#await(peer, sending, result, context);
      return sending;
    } catch (error) {
      return this.#host.refuse(stanza, refusal(error));
    }
  }

  #await(peer: string, sending: Sending, result: Promise<Message | undefined>, context: MessageContext): void {
    const last = result
      .then((ready) => {
        if (ready) this.#host.release(sending, this.#decorated(ready, context));
        else this.#host.fail(sending, refusal());
      })
      .catch((error: unknown) => this.#host.fail(sending, refusal(error)))
      .finally(() => {
        if (this.#last.get(peer) === last) this.#last.delete(peer);
      });
    this.#last.set(peer, last);
  }

  #decorated(message: Message, context: MessageContext): Message {
    message[CONTEXT] = context;
    message.id ??= context.outer.id;
    for (const { step } of this.#steps.decorates.all) step(message, context);
    return message;
  }

  #peerOf(message: Message, context: MessageContext): string {
    const peer = context.peer.bare.full;
    return this.#host.self.isComponent ? `${ownAddress(this.#host, message, 'out').bare} ${peer}` : peer;
  }
}

function refusal(cause?: unknown): SendError {
  if (cause === undefined) return new SendError('dropped', 'a transform of messages dropped it');
  return new SendError('dropped', `it could not be made ready: ${asError(cause).message}`, { cause });
}
