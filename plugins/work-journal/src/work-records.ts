import type { Storage } from '@sestina/core';

const VERSION = 1;

/** A stanza that a process had in hand. */
export interface Work {
  /** `message`, `presence` or `iq`. */
  readonly kind: string;
  readonly id: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** When it was taken on, in milliseconds since 1970. */
  readonly time: number;
}

/** What a process has left. */
export interface WorkLeft {
  /** The oldest first. */
  readonly entries: readonly Work[];
  /** Takes these out, and nothing that has come since. */
  clear(): Promise<void>;
}

/** What processes have in hand, as their `WorkJournal`s say behind the same storage: for who looks after them. */
export class WorkRecords {
  readonly #storage: Storage;
  readonly #prefix: string;

  /** @param prefix That of the journals. Default `work/`. */
  constructor(storage: Storage, prefix = 'work/') {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /** The names of those with something in hand. */
  async processes(): Promise<string[]> {
    const keys = await this.#storage.keys(this.#prefix);
    return [...new Set(keys.map((key) => key.slice(this.#prefix.length).split('/')[0] ?? ''))].sort();
  }

  /** What that process has in hand, or had when it died. @throws what the storage rejects with, or for what is no journal. */
  of(process: string): Promise<WorkLeft> {
    return this.read(process, '');
  }

  /** @internal */
  async read(process: string, without: string): Promise<WorkLeft> {
    const all = await this.#storage.keys(`${this.#prefix}${process}/`);
    const keys = all.filter((key) => without === '' || !key.startsWith(without));
    const pages = await Promise.all(keys.map(async (key) => readWork(await this.#storage.get(key))));
    return {
      entries: pages.flat().sort((a, b) => a.time - b.time),
      clear: async () => {
        await Promise.all(keys.map((key) => this.#storage.delete(key)));
      },
    };
  }
}

/** @internal */
export function writeWork(work: Iterable<Work>): string {
  const rows = [...work].map(({ kind, id, from, to, time }) => [kind, time, id ?? null, from ?? null, to ?? null]);
  return JSON.stringify({ v: VERSION, work: rows });
}

function readWork(text: string | undefined): Work[] {
  // It was taken out meanwhile.
  if (text === undefined) return [];
  const { v, work } = JSON.parse(text) as { v: number; work: [string, number, ...(string | null)[]][] };
  if (v !== VERSION) throw new TypeError(`version ${String(v)} of the journal is not known, ${VERSION} is`);
  return work.map(([kind, time, id, from, to]) => ({
    kind,
    id: id ?? undefined,
    from: from ?? undefined,
    to: to ?? undefined,
    time,
  }));
}
