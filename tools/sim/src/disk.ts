import { type Clock, Storage } from '@sestina/core';

/** What outlives a process: all that was written. */
export type Disk = Map<string, string>;

interface Write {
  readonly key: string;
  readonly value: string | undefined;
}

/** How a process sees its disk: slow, failing, and not at all once it was killed. */
export class ProcessStorage extends Storage {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #latency: number;
  readonly #loses: (key: string) => boolean;
  #underWay: Write | undefined;
  #faults: { readonly fault: 'fail' | 'hang'; calls: number } | undefined;
  #dead = false;
  /** Whether a fault has struck. */
  failed = false;

  /** @param latency Milliseconds that each call takes. @param loses Whether a write of that key is lost without a word. */
  constructor(disk: Disk, clock: Clock, latency: number, loses: (key: string) => boolean) {
    super();
    this.#disk = disk;
    this.#clock = clock;
    this.#latency = latency;
    this.#loses = loses;
  }

  async get(key: string): Promise<string | undefined> {
    await this.#wait();
    return this.#disk.get(key);
  }

  set(key: string, value: string): Promise<void> {
    return this.#write({ key, value });
  }

  delete(key: string): Promise<void> {
    return this.#write({ key, value: undefined });
  }

  async keys(prefix: string): Promise<string[]> {
    await this.#wait();
    return [...this.#disk.keys()].filter((key) => key.startsWith(prefix));
  }

  /** So many of the next calls fail, or never settle. */
  strike(fault: 'fail' | 'hang', calls: number): void {
    this.#faults = { fault, calls };
  }

  /** Faults are over. */
  mend(): void {
    this.#faults = undefined;
  }

  /** The process was killed; what becomes of a write that was under way. */
  kill(write: 'done' | 'none' | 'torn'): void {
    this.#dead = true;
    const { key, value } = this.#underWay ?? {};
    if (key === undefined || write === 'none') return;
    // A file is shorter, or gone.
    if (value === undefined) this.#disk.delete(key);
    else this.#disk.set(key, write === 'done' ? value : value.slice(0, value.length >> 1));
  }

  async #write(write: Write): Promise<void> {
    this.#underWay = write;
    await this.#wait();
    this.#underWay = undefined;
    if (write.value === undefined) this.#disk.delete(write.key);
    else if (!this.#loses(write.key)) this.#disk.set(write.key, write.value);
  }

  async #wait(): Promise<void> {
    if (this.#dead) return never();
    const fault = this.#struck();
    if (fault === 'hang') return never();
    await new Promise<void>((resolve) => {
      if (this.#latency > 0) this.#clock.setTimer(this.#latency, resolve);
      else this.#clock.nextTurn(resolve);
    });
    if (fault) throw new Error('the disk is full');
  }

  #struck(): 'fail' | 'hang' | undefined {
    const faults = this.#faults;
    if (!faults || faults.calls === 0) return undefined;
    faults.calls -= 1;
    this.failed = true;
    return faults.fault;
  }
}

const never = (): Promise<never> => new Promise(() => {});
