import { Registration } from '../registration.js';
import type { Clock, Timer } from '../services/clock.js';
import { positive } from './positive.js';

/** How a dead connection is noticed. */
export interface KeepAliveOptions {
  /** Milliseconds of silence after which the peer is asked for a sign of life. Default 60,000. */
  readonly interval?: number;
  /** Milliseconds that it has to give one. Default 30,000. */
  readonly timeout?: number;
}

/** What becomes of silence. */
export interface KeepAliveOwner {
  /** Asks for a sign of life. */
  ask(): void;
  /** The timer came much too late: the program was stalled, or the machine asleep; or somebody set the clock. */
  woke(): void;
  /** None came; nothing was received for so many milliseconds. */
  dead(silence: number): void;
}

/**
 * Watches a connection for silence: asks after `interval`, gives up after a further `timeout`. One timer. A program that
 * was itself stalled or asleep asks once more before it believes that the peer is gone.
 */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #enabled: boolean;
  readonly #longest: number;
  readonly #timeout: number;
  readonly #owner: KeepAliveOwner;
  #shorter: readonly { readonly interval: number }[] = [];
  #timer: Timer | undefined;
  #heardAt = 0;
  #asked = false;
  #askedAgain = false;

  /**
   * @param options False: nothing is watched.
   * @throws ConfigError for a time that is not a positive number.
   */
  constructor(clock: Clock, options: KeepAliveOptions | false | undefined, owner: KeepAliveOwner) {
    const { interval = 60_000, timeout = 30_000 } = options || {};
    this.#clock = clock;
    this.#enabled = options !== false;
    this.#longest = positive('keepAlive.interval', interval);
    this.#timeout = positive('keepAlive.timeout', timeout);
    this.#owner = owner;
  }

  /**
   * Shortens the interval to so many milliseconds, until the registration is disposed of; the shortest counts.
   * @throws ConfigError for what is no positive number.
   */
  atMost(interval: number): Registration {
    const entry = { interval: positive('keepAlive.atMost', interval) };
    this.#shorter = [...this.#shorter, entry];
    if (this.#timer && !this.#asked) {
      this.#timer.cancel();
      this.#wait(Math.max(0, this.#interval - this.#silence));
    }
    return new Registration(() => {
      this.#shorter = this.#shorter.filter((other) => other !== entry);
    });
  }

  get #interval(): number {
    return this.#shorter.reduce((least, { interval }) => Math.min(least, interval), this.#longest);
  }

  get #silence(): number {
    return this.#clock.monotonic() - this.#heardAt;
  }

  start(): void {
    this.stop();
    if (!this.#enabled) return;
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
    if (!this.#asked) return;
    this.#asked = false;
    this.#askedAgain = false;
    this.#timer?.cancel();
    this.#wait(this.#interval);
  }

  /** Asks now, where the program has reason to doubt the connection: after sleep, after a change of network. */
  probe(): void {
    if (!this.#timer || this.#asked) return;
    this.#timer.cancel();
    this.#askNow();
  }

  #wait(delay: number): void {
    const due = this.#clock.monotonic() + delay;
    const wall = this.#clock.now() + delay;
    this.#timer = this.#clock.setTimer(delay, () => this.#look(due, wall), { background: false });
  }

  #look(due: number, wall: number): void {
    const silence = this.#silence;
    // While a machine sleeps, many a platform stops its timers and their clock, and not the one on the wall.
    const late = Math.max(this.#clock.monotonic() - due, this.#clock.now() - wall);
    // The timer came much too late: what the peer sent meanwhile may not have been read yet.
    const stalled = late > Math.max(1_000, this.#timeout / 2);
    if (stalled) this.#owner.woke();
    if (this.#asked) {
      // This timer is the one that was started when it was asked. Timers may fire a little early: no times are compared.
      if (stalled && !this.#askedAgain) {
        this.#askedAgain = true;
        this.#askNow();
      } else {
        this.stop();
        this.#owner.dead(silence);
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
    this.#owner.ask();
  }
}
