import type { TransportEvents } from '@sestina/core/transport';

/** Writes down what a transport tells. */
export class Recorder implements TransportEvents {
  readonly frames: (Uint8Array | string)[] = [];
  drains = 0;
  readonly closes: (Error | undefined)[] = [];
  /** Calls that came after `close`. */
  late = 0;
  /** Called within the callback. */
  onData: (frame: Uint8Array | string) => void = () => {};
  #waiting: (() => void)[] = [];

  data(frame: Uint8Array | string): void {
    this.frames.push(frame);
    this.#happened();
    this.onData(frame);
  }

  drain(): void {
    this.drains++;
    this.#happened();
  }

  close(error?: Error): void {
    this.#happened();
    this.closes.push(error);
  }

  async closed(): Promise<Error | undefined> {
    await this.until(() => this.closes.length > 0);
    return this.closes[0];
  }

  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #happened(): void {
    if (this.closes.length > 0) this.late++;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** What a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection');
}

export const never = (): AbortSignal => new AbortController().signal;

/** Until what only waits for promises and fresh turns has run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
