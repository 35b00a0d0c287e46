import { MemoryStorage } from '@sestina/core';

export type Fault = 'fail' | 'hang' | 'hang-then-write';

/** A storage that fails, or never answers, at chosen calls, and tells what was asked of it. */
export class FaultyStorage extends MemoryStorage {
  /** `get key`, `set key`, … */
  readonly calls: string[] = [];
  /** The number of the call at which the fault comes, and where `lasting` at all from then on. */
  at = Number.POSITIVE_INFINITY;
  fault: Fault = 'fail';
  lasting = false;
  /** Lets the calls that hang go on. */
  release: (() => void)[] = [];

  override get(key: string): Promise<string | undefined> {
    return this.#call('get', key, () => super.get(key));
  }

  override set(key: string, value: string): Promise<void> {
    return this.#call('set', key, () => super.set(key, value));
  }

  override delete(key: string): Promise<void> {
    return this.#call('delete', key, () => super.delete(key));
  }

  /** How often that was called. */
  count(name: string): number {
    return this.calls.filter((call) => call.startsWith(`${name} `)).length;
  }

  async #call<T>(name: string, key: string, run: () => Promise<T>): Promise<T> {
    const number = this.calls.length;
    this.calls.push(`${name} ${key}`);
    const hit = this.lasting ? number >= this.at : number === this.at;
    if (!hit) return run();
    if (this.fault === 'fail') throw new Error(`the storage fails at call ${number}`);
    await new Promise<void>((resolve) => this.release.push(resolve));
    if (this.fault === 'hang') throw new Error('given up');
    return run();
  }
}

/** A copy of what is stored: what the next process finds. */
export async function survives(storage: MemoryStorage): Promise<FaultyStorage> {
  const copy = new FaultyStorage();
  for (const key of await MemoryStorage.prototype.keys.call(storage, '')) {
    const value = await MemoryStorage.prototype.get.call(storage, key);
    if (value !== undefined) await copy.set(key, value);
  }
  copy.calls.length = 0;
  return copy;
}
