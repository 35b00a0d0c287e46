import { MemoryStorage } from '@sestina/core';

/** What goes wrong: `fail` rejects; `hang` rejects once it is released; `hang-then-write` does what was asked then. */
export type StorageFault = 'fail' | 'hang' | 'hang-then-write';

/** A storage in memory that fails, or does not answer, at chosen calls, and tells what was asked of it. */
export class FaultyStorage extends MemoryStorage {
  /** What was asked, as `get key`, `set key` or `delete key`. */
  readonly calls: string[] = [];
  /**
   * The number of the call at which the fault comes, counted from 0; where `lasting`, at all from then on.
   * @default Infinity
   */
  at = Number.POSITIVE_INFINITY;
  /** @default 'fail' */
  fault: StorageFault = 'fail';
  /** @default false */
  lasting = false;
  /** Lets the calls that hang go on. */
  readonly release: (() => void)[] = [];

  override get(key: string): Promise<string | undefined> {
    return this.#call('get', key, () => super.get(key));
  }

  override set(key: string, value: string): Promise<void> {
    return this.#call('set', key, () => super.set(key, value));
  }

  override delete(key: string): Promise<void> {
    return this.#call('delete', key, () => super.delete(key));
  }

  /** How often `get`, `set` or `delete` was called. */
  count(name: 'get' | 'set' | 'delete'): number {
    return this.calls.filter((call) => call.startsWith(`${name} `)).length;
  }

  /** A copy of what is stored, without faults: what the next process finds after this one was killed. */
  async survivor(): Promise<FaultyStorage> {
    const copy = new FaultyStorage();
    for (const key of await this.keys('')) {
      const value = await super.get(key);
      if (value !== undefined) await copy.set(key, value);
    }
    copy.calls.length = 0;
    return copy;
  }

  async #call<T>(name: string, key: string, run: () => Promise<T>): Promise<T> {
    const number = this.calls.length;
    this.calls.push(`${name} ${key}`);
    const hit = this.lasting ? number >= this.at : number === this.at;
    if (!hit) return run();
    if (this.fault === 'fail') throw new Error(`the storage fails at call ${number}`);
    await new Promise<void>((resolve) => this.release.push(resolve));
    if (this.fault === 'hang') throw new Error(`the storage was given up at call ${number}`);
    return run();
  }
}
