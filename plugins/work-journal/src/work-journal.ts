import { BaseXMPP, type ElementView, Plugin, type Registration, Storage } from '@sestina/core';
import { checkOption } from '@sestina/core/connection';
import { JournalPages } from './journal-pages.js';
import { type WorkLeft, WorkRecords } from './work-records.js';

/** Options of `WorkJournal`. */
export class WorkJournalOptions {
  /**
   * The name of this process, without a `/`: another one for each that runs at the same time, or they take each other for dead.
   * @default 'main'
   */
  process = 'main';
  /**
   * What its keys begin with.
   * @default 'work/'
   */
  prefix = 'work/';
  /**
   * Milliseconds that what is done stays in the journal, to be taken out together with others. An answer that was written and did
   * not get out of a process that was killed is named in that time too.
   * @default 100
   */
  linger = 100;
  /**
   * Milliseconds that the storage may take for one write.
   * @default 10,000
   */
  timeout = 10_000;
}

/**
 * Says behind the `Storage` token which stanzas this process has in hand: what it says when the process has died is what was lost
 * with it. Give it those that the program takes on; others are not written down.
 */
export class WorkJournal extends Plugin {
  static override readonly id = 'work-journal';
  static override readonly Options = WorkJournalOptions;
  static override readonly inject = [BaseXMPP, Storage, WorkJournalOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #pages: JournalPages;
  readonly #own: string;
  readonly #process: string;
  /** What this process and others have in hand. */
  readonly records: WorkRecords;

  constructor(xmpp: BaseXMPP, storage: Storage, { process, prefix, linger, timeout }: WorkJournalOptions) {
    super();
    checkOption('process', process, typeof process === 'string' && /^[^/]+$/.test(process), 'a name without a /');
    checkOption('prefix', prefix, typeof prefix === 'string', 'a text');
    checkOption('linger', linger, typeof linger === 'number' && linger >= 0, 'milliseconds from 0');
    checkOption('timeout', timeout, typeof timeout === 'number' && timeout > 0, 'milliseconds above 0');
    this.#xmpp = xmpp;
    this.#process = process;
    // A process that is started again under the same name must not write over what the one before has left.
    this.#own = `${prefix}${process}/${xmpp.random.id()}/`;
    this.records = new WorkRecords(storage, prefix);
    this.#pages = new JournalPages(storage, xmpp.clock, {
      prefix: this.#own,
      linger,
      timeout,
      failed: (error) => xmpp.reportError(error, 'work journal'),
    });
    this.own({ dispose: () => void this.idle().catch(() => {}) });
  }

  /** How much is in hand. */
  get size(): number {
    return this.#pages.size;
  }

  /**
   * Writes down that this stanza is in hand; resolves once that is stored, before which no work on it should begin. Dispose of what
   * comes back when the work is done.
   * @throws TimeoutError, what the storage rejects with: then it is not written down.
   */
  take({ xml }: ElementView): Promise<Registration> {
    const [id, from, to] = ['id', 'from', 'to'].map((name) => xml.attribute(name));
    return this.#pages.add({ kind: xml.name, id, from, to, time: this.#xmpp.clock.now() });
  }

  /** Does work that the stanza asks for: it is in hand from before the work begins until that is done or has failed. */
  async run<T>(stanza: ElementView, work: () => Promise<T> | T): Promise<T> {
    const inHand = await this.take(stanza);
    try {
      return await work();
    } finally {
      inHand.dispose();
    }
  }

  /** What earlier processes of this name had in hand when they died. */
  leftBehind(): Promise<WorkLeft> {
    return this.records.read(this.#process, this.#own);
  }

  /** Resolves once what is stored is what is in hand: before the process ends. @throws TimeoutError */
  idle(): Promise<void> {
    return this.#pages.idle();
  }
}
