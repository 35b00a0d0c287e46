import type { Clock, Timer } from '../services/clock.js';
import { positive } from './positive.js';

/** How a dead connection is noticed. */
export interface KeepAliveOptions {
  /** Milliseconds of silence after which the peer is asked for a sign of life. Default 60,000. */
  readonly interval?: number;
  /** Milliseconds that it has to give one. Default 30,000. */
  readonly timeout?: number;
}

/**
 * Watches a connection for silence: asks after `interval`, gives up after a further `timeout`. One timer. A program that
 * was itself stalled or asleep asks once more before it believes that the peer is gone.
 */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #timeout: number;
  readonly #ask: () => void;
  readonly #dead: (silence: number) => void;
  #timer: Timer | undefined;
  #heardAt = 0;
  #asked = false;
  #askedAgain = false;

  /** @throws ConfigError for a time that is not a positive number. */
  constructor(clock: Clock, options: KeepAliveOptions, ask: () => void, dead: (silence: number) => void) {
    this.#clock = clock;
    this.#interval = positive('keepAlive.interval', options.interval ?? 60_000);
    this.#timeout = positive('keepAlive.timeout', options.timeout ?? 30_000);
    this.#ask = ask;
    this.#dead = dead;
  }

  start(): void {
    this.stop();
    this.heard();
    this.#wait(this.#interval);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#asked = false;
    this.#askedAgain = false;
  }

  /** Something was received. */
  heard(): void {
    this.#heardAt = this.#clock.monotonic();
    this.#asked = false;
    this.#askedAgain = false;
  }

  /** Asks now, where the program has reason to doubt the connection: after sleep, after a change of network. */
  probe(): void {
    if (!this.#timer || this.#asked) return;
    this.#timer.cancel();
    this.#askNow();
  }

  #wait(delay: number): void {
    const due = this.#clock.monotonic() + delay;
    this.#timer = this.#clock.setTimer(delay, () => this.#look(due), { background: false });
  }

  #look(due: number): void {
    const now = this.#clock.monotonic();
    const silence = now - this.#heardAt;
    // The timer came much too late: what the peer sent meanwhile may not have been read yet.
    const stalled = now - due > Math.max(1_000, this.#timeout / 2);
    if (this.#asked) {
      // This timer is the one that was started when it was asked. Timers may fire a little early: no times are compared.
      if (stalled && !this.#askedAgain) {
        this.#askedAgain = true;
        this.#askNow();
      } else {
        this.stop();
        this.#dead(silence);
      }
    } else if (silence >= this.#interval || stalled) {
      this.#askNow();
    } else {
      this.#wait(this.#interval - silence);
    }
  }

  #askNow(): void {
    this.#asked = true;
    this.#wait(this.#timeout);
    this.#ask();
  }
}
