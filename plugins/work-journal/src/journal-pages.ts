import { type Clock, Registration, type Storage, TimeoutError, type Timer } from '@sestina/core';
import { within } from '@sestina/core/util';
import { type Work, writeWork } from './work-records.js';

const PAGE = 64;
const WRITING = 'writing to the journal';

/** How it is kept. */
export interface PagesOptions {
  /** What the keys begin with. */
  readonly prefix: string;
  /** Milliseconds until what is done is taken out. */
  readonly linger: number;
  /** Milliseconds for one write. */
  readonly timeout: number;
  /** What is done could not be taken out; it is tried again. */
  readonly failed: (error: unknown) => void;
}

/** Who waits until it is stored. */
interface Waiting {
  resolve(): void;
  reject(error: unknown): void;
}

interface Page {
  readonly key: string;
  readonly work: Set<Work>;
  /** For what is new. */
  waiting: Waiting[];
  /** What is stored is not what is here. */
  dirty: boolean;
}

/**
 * Work in hand, in pages of a storage. Whatever comes in one turn, and while a write is under way, is written together; what is
 * done is taken out together too.
 */
export class JournalPages {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #options: PagesOptions;
  readonly #pages = new Set<Page>();
  #current: Page | undefined;
  #count = 0;
  #size = 0;
  /** The writes that are under way. */
  #running: Promise<void> | undefined;
  /** They have not come to an end in time. */
  #stuck: TimeoutError | undefined;
  #timer: Timer | undefined;
  #failing = false;

  constructor(storage: Storage, clock: Clock, options: PagesOptions) {
    this.#storage = storage;
    this.#clock = clock;
    this.#options = options;
  }

  /** How much is in hand. */
  get size(): number {
    return this.#size;
  }

  /** Resolves once that is stored, with what takes it out again. @throws TimeoutError, what the storage rejects with. */
  async add(work: Work): Promise<Registration> {
    if (this.#stuck) throw this.#stuck;
    const page = this.#open();
    page.work.add(work);
    this.#size += 1;
    try {
      await new Promise<void>((resolve, reject) => {
        page.waiting.push({ resolve, reject });
        page.dirty = true;
        if (!this.#running) this.#start(false);
      });
    } catch (error) {
      this.#remove(page, work);
      throw error;
    }
    return new Registration(() => this.#remove(page, work));
  }

  #open(): Page {
    if (!this.#current || this.#current.work.size >= PAGE) {
      this.#count += 1;
      this.#current = { key: `${this.#options.prefix}${this.#count}`, work: new Set(), waiting: [], dirty: false };
      this.#pages.add(this.#current);
    }
    return this.#current;
  }

  #remove(page: Page, work: Work): void {
    page.work.delete(work);
    this.#size -= 1;
    page.dirty = true;
    this.#later();
  }

  #later(): void {
    this.#timer ??= this.#clock.setTimer(
      this.#options.linger,
      () => {
        this.#timer = undefined;
        // What is under way looks for what else there is when it ends.
        if (!this.#running) this.#start(true);
      },
      { background: true },
    );
  }

  /** Writes, with all else that comes in this turn. @param all Those pages too from which something was only taken out. */
  #start(all: boolean): Promise<void> {
    const turn = new Promise<void>((resolve) => this.#clock.nextTurn(resolve));
    this.#running = turn
      .then(() => this.#flush(all))
      .then(() => {
        this.#running = undefined;
        if ([...this.#pages].some(({ waiting }) => waiting.length > 0)) this.#start(false);
        else if ([...this.#pages].some(({ dirty }) => dirty)) this.#later();
      });
    return this.#running;
  }

  async #flush(all: boolean): Promise<void> {
    const pages = [...this.#pages].filter(({ dirty, waiting }) => dirty && (all || waiting.length > 0));
    const waiting = pages.map((page) => page.waiting.splice(0));
    const timer = this.#clock.setTimer(this.#options.timeout, () => {
      const error = new TimeoutError(WRITING, this.#options.timeout);
      this.#stuck = error;
      for (const { reject } of waiting.flat()) reject(error);
      for (const page of this.#pages) for (const { reject } of page.waiting.splice(0)) reject(error);
    });
    await Promise.all(pages.map((page, index) => this.#write(page, waiting[index] ?? [])));
    timer.cancel();
    this.#stuck = undefined;
  }

  async #write(page: Page, waiting: readonly Waiting[]): Promise<void> {
    page.dirty = false;
    const gone = page.work.size === 0;
    // What comes from now on belongs to another page: this one is deleted.
    if (gone && page === this.#current) this.#current = undefined;
    try {
      if (gone) await this.#storage.delete(page.key);
      else await this.#storage.set(page.key, writeWork(page.work));
      if (gone) this.#pages.delete(page);
      this.#failing = false;
      for (const { resolve } of waiting) resolve();
    } catch (error) {
      page.dirty = true;
      for (const { reject } of waiting) reject(error);
      if (waiting.length === 0 && !this.#failing) this.#options.failed(error);
      this.#failing = true;
    }
  }

  /** Resolves once what is stored is what is in hand. @throws TimeoutError */
  async idle(): Promise<void> {
    const all = async (): Promise<void> => {
      while (this.#running) await this.#running;
      await this.#start(true);
    };
    await within(this.#clock, all, { what: WRITING, timeout: this.#options.timeout });
  }
}
