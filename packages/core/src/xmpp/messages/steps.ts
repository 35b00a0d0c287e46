import { Registration } from '../../registration.js';
import type { Clock } from '../../services/clock.js';
import type { ElementView } from '../../stanza/element.js';
import type { Message, MessageClass, MessageContext, MessageSource } from '../../stanza/message.js';
import { PayloadTable } from './payload-table.js';
import { Transforms } from './transforms.js';

/** What was in another message, and what is known of it. */
export interface Unwrapped extends Partial<Omit<MessageContext, 'outer'>> {
  readonly message: Message;
  source: MessageSource;
}

/**
 * Takes a message out of another one. `drop` refuses both; `taken` says that whoever asked for it gets it in another way, as by
 * `collect()`; undefined says that this payload wraps nothing.
 */
export type Unwrap<V extends ElementView> = (
  outer: Message,
  payload: V,
  context: MessageContext,
) => Unwrapped | 'drop' | 'taken' | undefined;

/** Notes or fills in what is known of a message. */
export type Describe = (message: Message, context: MessageContext) => void;

/** Adds what a plugin has to say to a message that is sent: after encryption, before the out filters. */
export type Decorate = (copy: Message, context: MessageContext) => void;

/** Says what a message with that payload is; undefined leaves it to others. */
export type Classify<V extends ElementView> = (message: Message, payload: V) => MessageClass | undefined;

/** What happens to messages between the stream and the listeners, and between `send()` and the stream. */
export class MessageSteps {
  readonly unwraps = new PayloadTable<Unwrap<never>>();
  readonly classifies = new PayloadTable<Classify<never>>();
  readonly describes = new StepList<Describe>();
  readonly decorates = new StepList<Decorate>();
  readonly in: Transforms;
  readonly out: Transforms;

  constructor(clock: Clock) {
    this.in = new Transforms(clock);
    this.out = new Transforms(clock);
  }

  /** Lets every plugin note or fill in what is known of a message; one that fails does not keep the others from it. */
  describe(
    message: Message,
    context: MessageContext,
    host: { reportError(error: unknown, where: string): void },
  ): void {
    for (const { step } of this.describes.all) {
      try {
        step(message, context);
      } catch (error) {
        host.reportError(error, 'describing a message');
      }
    }
  }

  /** Ends the transforms that are at work. */
  close(reason: Error): void {
    this.in.close(reason);
    this.out.close(reason);
  }

  /** Whether nothing happens to what comes in. */
  get noneIn(): boolean {
    return (
      this.unwraps.size === 0 && this.in.size === 0 && this.describes.all.length === 0 && this.classifies.size === 0
    );
  }

  /** Whether nothing happens to what is sent. */
  get noneOut(): boolean {
    return this.out.size === 0 && this.describes.all.length === 0 && this.decorates.all.length === 0;
  }
}

/** Steps of one kind, in the order in which they were registered. */
class StepList<T> {
  all: readonly { readonly step: T }[] = [];

  add(step: T): Registration {
    const entry = { step };
    this.all = [...this.all, entry];
    return new Registration(() => {
      this.all = this.all.filter((other) => other !== entry);
    });
  }
}
