import { LazySet } from '@sestina/xml';
import { Registration } from '../../registration.js';
import type { Clock } from '../../services/clock.js';
import { isA } from '../../stanza/element.js';
import { Message, type MessageContext } from '../../stanza/message.js';
import { isThenable } from '../../stream/event-queue.js';
import { positive } from '../../stream/positive.js';
import { within } from '../../util/within.js';

/** Gives back the message, another one in its place, or undefined where it goes no further. May take its time. */
export type Transform = (
  message: Message,
  context: MessageContext,
) => Message | undefined | Promise<Message | undefined>;

/** Options of `messages.transform()`. */
export interface TransformOptions {
  /**
   * What error reports call it, and what `before` of others means.
   * @default the id of the plugin that registers it
   */
  readonly name?: string | undefined;
  /** The name of another one that is to run after this one, whichever was registered first. */
  readonly before?: string | undefined;
  /**
   * Milliseconds that it may take, counted from when the message came: what that waited behind others of its peer is part of it. A
   * tenth of a second is always left.
   * @default 30_000
   */
  readonly timeout?: number | undefined;
}

const TIMEOUT = 30_000;
// However long a message has waited: one transform that hangs must not cost those behind it.
const LEAST = 100;

interface Entry {
  readonly transform: Transform;
  readonly name: string;
  readonly before: string | undefined;
  readonly timeout: number;
  /** Those at work: a signal of their own for each, as Node.js warns of many who listen to one. */
  readonly atWork: Set<AbortController>;
  removed?: Error;
}

function remove(entry: Entry, reason: Error): void {
  entry.removed = reason;
  for (const controller of entry.atWork) controller.abort(reason);
}

/** Transforms in their order. */
export class Transforms {
  readonly #clock: Clock;
  /** As they were registered. */
  readonly #registered = new LazySet<Entry>();
  #entries: readonly Entry[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** @throws ConfigError for a timeout that is no positive number. */
  add(transform: Transform, name: string, { before, timeout = TIMEOUT }: TransformOptions): Registration {
    const entry: Entry = {
      transform,
      name,
      before,
      timeout: positive('timeout', timeout),
      atWork: new Set(),
    };
    this.#registered.add(entry);
    this.#entries = inOrder(this.#registered);
    return new Registration(() => {
      this.#registered.delete(entry);
      this.#entries = inOrder(this.#registered);
      remove(entry, new Error(`${name} was removed`));
    });
  }

  /** Ends all that are at work. */
  close(reason: Error): void {
    const entries = this.#entries;
    this.#registered.clear();
    this.#entries = [];
    for (const entry of entries) remove(entry, reason);
  }

  /**
   * What comes out at the end: at once as long as none returns a promise.
   * @param arrived When the message began to wait, on the monotonic clock.
   * @throws what a transform throws; TimeoutError where one takes too long; TypeError for what is no message.
   */
  run(message: Message, context: MessageContext, arrived: number): ReturnType<Transform> {
    return this.#runFrom(this.#entries, 0, message, context, arrived);
  }

  #runFrom(
    entries: readonly Entry[],
    start: number,
    message: Message,
    context: MessageContext,
    arrived: number,
  ): ReturnType<Transform> {
    let current = message;
    for (let i = start; i < entries.length; i++) {
      const entry = entries[i] as Entry;
      // Taken out while one before it was at work.
      if (entry.removed) continue;
      const result = entry.transform(current, context);
      if (isThenable(result)) {
        return this.#wait(entry, result, arrived).then((next) => {
          const checked = checkedResult(entry, next);
          return checked && this.#runFrom(entries, i + 1, checked, context, arrived);
        });
      }
      const checked = checkedResult(entry, result);
      if (!checked) return undefined;
      current = checked;
    }
    return current;
  }

  #wait(entry: Entry, result: Promise<Message | undefined>, arrived: number): typeof result {
    const { name, timeout, removed, atWork } = entry;
    const left = timeout - (this.#clock.monotonic() - arrived);
    const controller = new AbortController();
    atWork.add(controller);
    if (removed) controller.abort(removed);
    return within(this.#clock, result, {
      what: `transform ${name}`,
      timeout: Math.max(left, Math.min(timeout, LEAST)),
      signal: controller.signal,
    }).finally(() => atWork.delete(controller));
  }
}

function checkedResult({ name }: Entry, result: Message | undefined): Message | undefined {
  if (!result || (result.xml && isA(Message, result.xml))) return result || undefined;
  throw new TypeError(`transform ${name} has to give back a message, or undefined`);
}

/** As they were registered, but for those that have to be before another one. */
function inOrder(registered: Iterable<Entry>): Entry[] {
  const ordered = [...registered];
  // As often as there are entries, so that two which both want to be first come to an end.
  for (let moved = true, rounds = ordered.length; moved && rounds > 0; rounds--) {
    moved = false;
    for (const entry of [...ordered]) {
      if (entry.before === undefined) continue;
      const target = ordered.findIndex(({ name }) => name === entry.before);
      const index = ordered.indexOf(entry);
      if (target < 0 || target > index) continue;
      ordered.splice(index, 1);
      ordered.splice(target, 0, entry);
      moved = true;
    }
  }
  return ordered;
}
