/** A timer that was started; `cancel()` is harmless once it has fired. */
export interface Timer {
  cancel(): void;
}

/** Time, injected: tests run on a virtual one. A class, so that it is its own injection token. */
export abstract class Clock {
  static readonly name: string = 'Clock';
  /** Wall-clock time in milliseconds since 1970-01-01 UTC; may jump. */
  abstract now(): number;
  /** Milliseconds from an arbitrary start; never goes back. Use it for every duration. */
  abstract monotonic(): number;
  /**
   * Calls `callback`, which must not throw, once, after `delay` milliseconds; Infinity is never. Must not keep an otherwise
   * idle process alive if `background`.
   * @throws TypeError for a delay that is no number.
   */
  abstract setTimer(delay: number, callback: () => void, options?: { background?: boolean }): Timer;
  /** Calls `callback`, which must not throw, in a fresh macrotask, after every promise continuation that is due now has run. */
  abstract nextTurn(callback: () => void): void;
}

// setTimeout overflows above 2^31-1 and then fires at once.
const LONGEST = 0x7fff_ffff;

/** The platform's own time. */
export class SystemClock extends Clock {
  #turns: (() => void)[] = [];
  #channel: MessageChannel | undefined;

  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  setTimer(delay: number, callback: () => void, options?: { background?: boolean }): Timer {
    // The platform takes it for 0, which makes a busy loop of a wrong sum.
    if (Number.isNaN(delay)) throw new TypeError('a delay must be a number of milliseconds');
    let handle: unknown;
    const start = (left: number): void => {
      const part = Math.min(left, LONGEST);
      handle = setTimeout(() => (left > part ? start(left - part) : callback()), part);
      if (options?.background) (handle as { unref?: () => void }).unref?.();
    };
    start(Math.max(0, delay));
    return { cancel: () => clearTimeout(handle as number) };
  }

  nextTurn(callback: () => void): void {
    const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };
    if (setImmediate) {
      setImmediate(callback);
      return;
    }
    this.#turns.push(callback);
    this.#channel ??= this.#openChannel();
    this.#channel.port2.postMessage(null);
  }

  #openChannel(): MessageChannel {
    const channel: MessageChannel = new MessageChannel();
    channel.port1.onmessage = () => this.#turns.shift()?.();
    return channel;
  }
}
