import { BaseXMPP, ConfigError, type JID, Plugin, SestinaError, Storage } from '@sestina/core';
import { RosterStoreError } from '../errors.js';
import { ComponentRoster } from './component-roster.js';
import type { HeldPresence, KeptRoster, RosterKeeper, RosterState } from './roster-keeper.js';
import { type Change, RosterLane } from './roster-lane.js';
import { readRoster, writeRoster } from './roster-record.js';
import { StorageCalls } from './storage-calls.js';

/** Options of `RosterStore`. */
export class RosterStoreOptions {
  /**
   * What its keys begin with; the owner's bare JID follows.
   * @default 'component-roster/'
   */
  prefix = 'component-roster/';
  /**
   * Milliseconds that the storage may take for one read or write, waiting for others included.
   * @default 10,000
   */
  timeout = 10_000;
  /**
   * Reads and writes that may be under way at once; further ones wait. Those to which the storage never answers count for good.
   * @default 500
   */
  maxCalls = 500;
  /**
   * Whether what each address broadcast last is kept too, as those who share the storage need to answer probes, and as a
   * process does that was started again: nobody has told its contacts that it was gone.
   * @default true
   */
  presence = true;
}

/**
 * Keeps the rosters of a component's addresses behind the `Storage` token: who is subscribed to which of them, and what waits
 * for an answer. Each is read when it is needed, before every decision that depends on it, so that processes may share the
 * storage; and what tells others of a change goes out once that is stored. The roster of an address is one record: between
 * reading and writing it two processes can overtake each other, so let the server give the stanzas of one address to one
 * process where you can.
 */
export class RosterStore extends Plugin implements RosterKeeper {
  static override readonly id = 'roster-store';
  static override readonly Options = RosterStoreOptions;
  static override readonly inject = [BaseXMPP, Storage, RosterStoreOptions] as const;
  static override readonly kinds = ['component'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #roster: ComponentRoster;
  readonly #storage: Storage;
  readonly #options: RosterStoreOptions;
  readonly #calls: StorageCalls;
  /** Those with something to do, by owner. */
  readonly #lanes = new Map<string, RosterLane>(); // bound: owners with something under way, for which the event queue waits
  /** The text that was stored for it when it became what it is now. */
  readonly #known = new WeakMap<KeptRoster, string | undefined>();

  constructor(xmpp: BaseXMPP, storage: Storage, options: RosterStoreOptions) {
    super();
    const { roster } = xmpp;
    if (!(roster instanceof ComponentRoster)) {
      throw new ConfigError('the roster of a client is kept by its server', 'RosterStore');
    }
    if (!(options.timeout > 0)) throw new ConfigError('timeout: expected milliseconds above 0', 'timeout');
    if (!(options.maxCalls >= 1)) throw new ConfigError('maxCalls: expected a number from 1', 'maxCalls');
    this.#xmpp = xmpp;
    this.#storage = storage;
    this.#options = options;
    this.#calls = new StorageCalls(options.maxCalls);
    this.#roster = roster;
    const before = roster.keeper;
    roster.keeper = this;
    this.own({
      dispose: () => {
        if (roster.keeper === this) roster.keeper = before;
      },
    });
  }

  /** Resolves once nothing is being stored: before the process ends, so that what was sent last goes out too. */
  async idle(): Promise<void> {
    for (;;) {
      const working = [...this.#lanes.values()].flatMap((lane) => lane.working ?? []);
      if (working.length === 0) return;
      await Promise.all(working);
    }
  }

  /** Forgets an address: nothing is told to its contacts. @throws what the storage rejects with. */
  async forget(owner: JID | string): Promise<void> {
    const node = this.#roster.of(owner);
    await node.commit(() => node.adopt(readRoster(undefined)));
  }

  /** For the roster: whether changes of it are on their way, or it was never read. */
  busy(node: KeptRoster): boolean {
    return this.#lanes.get(node.owner.full)?.busy || !this.#known.has(node);
  }

  /** For the roster: whether it was read. */
  knows(node: KeptRoster): boolean {
    return this.#known.has(node);
  }

  /** For the roster: makes a change once what is kept was read, and keeps it. */
  commit(node: KeptRoster, change: () => void, reads = false): Promise<void> {
    const key = node.owner.full;
    const lane = this.#lanes.get(key) ?? this.#lane(key);
    return lane.add(change, reads, (changes) => this.#run(node, lane, changes));
  }

  #lane(key: string): RosterLane {
    const { timeout } = this.#options;
    const lane = new RosterLane(this.#xmpp.clock, this.#calls, timeout, () => this.#lanes.delete(key));
    this.#lanes.set(key, lane);
    return lane;
  }

  /** Reads, changes, writes, sends: all changes that wait by then at once. */
  async #run(node: KeptRoster, lane: RosterLane, changes: () => readonly Change[]): Promise<void> {
    const key = `${this.#options.prefix}${node.owner}`;
    let undo = (): void => {};
    let held: HeldPresence | undefined;
    try {
      const text = await lane.read(() => this.#get(key, node));
      // Large ones take milliseconds to read and to write.
      if (!this.#known.has(node) || this.#known.get(node) !== text) this.#adopt(node, text);
      undo = this.#undo(node, text);
      let reads = true;
      held = node.hold(() => {
        for (const change of changes()) {
          reads &&= change.reads;
          change.make();
        }
      });
      if (!reads) await this.#store(node, lane, key, text);
    } catch (cause) {
      const error = cause instanceof RosterStoreError ? cause : new RosterStoreError(node.owner, { cause });
      undo();
      held?.drop(error);
      throw error;
    }
    held.release();
  }

  #adopt(node: KeptRoster, text: string | undefined): void {
    node.adopt(this.#read(text, node));
    this.#known.set(node, text);
  }

  /** What makes of it what it is now. */
  #undo(node: KeptRoster, text: string | undefined): () => void {
    // They are nowhere else.
    const presences = this.#options.presence ? undefined : node.state.presences;
    return () => {
      const { contacts, presences: read } = this.#read(text, node);
      node.adopt({ contacts, presences: presences ?? read });
      this.#known.set(node, text);
    };
  }

  async #store(node: KeptRoster, lane: RosterLane, key: string, before: string | undefined): Promise<void> {
    const text = this.#write(node.state);
    if (text === before) return;
    await lane.write(() => (text === undefined ? this.#storage.delete(key) : this.#storage.set(key, text)));
    this.#known.set(node, text);
  }

  async #get(key: string, node: KeptRoster): Promise<string | undefined> {
    try {
      return await this.#storage.get(key);
    } catch (cause) {
      // What the storage itself cannot read: trying again does not help.
      if (cause instanceof SestinaError && !cause.retryable) {
        throw new RosterStoreError(node.owner, { cause, damaged: true });
      }
      throw cause;
    }
  }

  #read(text: string | undefined, node: KeptRoster): RosterState {
    try {
      const { contacts, presences } = readRoster(text);
      if (!this.#options.presence) return { contacts, presences: node.state.presences };
      return { contacts, presences: presences.map((presence) => presence.bind(this.#xmpp)) };
    } catch (cause) {
      throw new RosterStoreError(node.owner, { cause, damaged: true });
    }
  }

  #write({ contacts, presences }: RosterState): string | undefined {
    return writeRoster({ contacts, presences: this.#options.presence ? presences : [] });
  }
}
