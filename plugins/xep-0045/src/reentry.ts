import { type Clock, type Random, SestinaError } from '@sestina/core';
import { follow } from '@sestina/core/util';
import { RoomJoinError } from './errors.js';
import { sleep } from './pacer.js';

/** What coming back to a room takes. */
export interface ReentryHost {
  readonly clock: Clock;
  readonly random: Random;
  enter(signal: AbortSignal): Promise<void>;
  /** More attempts make no sense. */
  gaveUp(error: unknown): void;
}

const BASE = 2_000;
const LONGEST = 600_000;
const ATTEMPTS = 12;
// After so long in a room its faults are forgotten.
const STABLE = 60_000;

/** How long to wait before the next attempt, in milliseconds: anything up to twice as long as before, ten minutes at most. */
function pause(random: Random, attempt: number): number {
  return random.fraction() * Math.min(LONGEST, BASE * 2 ** Math.min(attempt, 20));
}

/** Enters a room again that we were in, with longer and longer pauses. */
export class Reentry {
  readonly #host: ReentryHost;
  #running: { readonly controller: AbortController; readonly done: Promise<void> } | undefined;
  #enteredAt = 0;
  #faults = 0;
  #wake: (() => void) | undefined;

  constructor(host: ReentryHost) {
    this.#host = host;
  }

  /** We are in. */
  entered(): void {
    this.#enteredAt = this.#host.clock.monotonic();
  }

  /** We were put out without anybody wanting it: the more often that happens, the longer we wait. */
  fault(): void {
    const lasted = this.#host.clock.monotonic() - this.#enteredAt;
    this.#faults = lasted < STABLE ? this.#faults + 1 : 1;
    void this.begin(this.#faults).catch(() => {});
  }

  /**
   * Begins, where it has not begun.
   * @param pauses How many pauses are behind us already.
   * @throws what the last attempt threw; the reason of `stop()`.
   */
  begin(pauses = 0): Promise<void> {
    if (this.#running) return this.#running.done;
    const controller = new AbortController();
    const done = this.#run(controller, pauses);
    // Mostly nobody waits for it.
    done.catch(() => {});
    this.#running = { controller, done };
    return done;
  }

  /** The same, without a pause before the next attempt. */
  hurry(): Promise<void> {
    this.#wake?.();
    return this.begin();
  }

  /** Gives up what is under way. */
  stop(reason: unknown): void {
    this.#running?.controller.abort(reason);
    this.#running = undefined;
  }

  async #run(controller: AbortController, pauses: number): Promise<void> {
    const { signal } = controller;
    try {
      await this.#attempts(pauses, signal);
    } catch (error) {
      if (!signal.aborted) this.#host.gaveUp(error);
      throw error;
    } finally {
      if (this.#running?.controller === controller) this.#running = undefined;
    }
  }

  /** A pause that `hurry()` ends. */
  async #rest(milliseconds: number, signal: AbortSignal): Promise<void> {
    const controller = new AbortController();
    const release = follow(signal, controller);
    this.#wake = () => controller.abort();
    try {
      await sleep(this.#host.clock, milliseconds, controller.signal);
    } catch {
      signal.throwIfAborted();
    } finally {
      this.#wake = undefined;
      release();
    }
  }

  async #attempts(pauses: number, signal: AbortSignal): Promise<void> {
    const { random, enter } = this.#host;
    for (let attempt = pauses; ; attempt++) {
      if (attempt > 0) await this.#rest(pause(random, attempt), signal);
      try {
        await enter(signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!isPassing(error) || attempt >= ATTEMPTS) throw error;
      }
    }
  }
}

/** Whether it may go better next time. Whoever has our nick may be ourselves, whom the room has not missed yet. */
function isPassing(error: unknown): boolean {
  if (error instanceof RoomJoinError) return error.retryable || error.reason === 'conflict';
  return error instanceof SestinaError && error.retryable;
}
