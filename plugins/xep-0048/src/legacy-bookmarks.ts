import { BaseXMPP, ConfigError, Plugin, type RequestOptions, StanzaError } from '@sestina/core';
import { booleanOption, checkOption, isOneOf } from '@sestina/core/connection';
import { Gate } from '@sestina/core/util';
import { PrivateXml } from '@sestina/xep-0049';
import { PrivateData, type PrivateNode } from '@sestina/xep-0223';
import { type LegacyConference, LegacyStorage, NS_LEGACY_BOOKMARKS } from './stanza.js';

/** Options of `LegacyBookmarks`. */
export class LegacyBookmarksOptions {
  /**
   * Where they are kept: `private` in private storage (XEP-0049), `pep` as private data (XEP-0223), `auto` in private storage where the server
   * has that, as most old programs do.
   * @default 'auto'
   */
  storage: 'auto' | 'pep' | 'private' = 'auto';
  /**
   * Whether passwords of rooms may be stored, which the server can read.
   * @default false
   */
  passwords = false;
}

/** What bookmarks are copied into: `Bookmarks` of XEP-0402 is one. */
export interface BookmarkTarget {
  /** Those that are there, by room. */
  readonly all: ReadonlyMap<string, unknown>;
  set(
    room: string,
    changes: {
      readonly name?: string | undefined;
      readonly nick?: string | undefined;
      readonly password?: string | undefined;
      readonly autojoin?: boolean | undefined;
    },
    options?: RequestOptions,
  ): Promise<unknown>;
}

const ID = 'current';
const MAX_WAITING = 100;

/**
 * XEP-0048: Bookmarks, version 1.2. Rooms as old programs remember them: one list, which is read and written as a whole. New programs use
 * XEP-0402.
 */
export class LegacyBookmarks extends Plugin {
  static override readonly id = 'xep-0048';
  static override readonly Options = LegacyBookmarksOptions;
  static override readonly inject = [BaseXMPP, LegacyBookmarksOptions, PrivateXml, PrivateData] as const;
  static override readonly kinds = ['client'] as const;
  readonly #options: LegacyBookmarksOptions;
  readonly #private: PrivateXml;
  readonly #node: PrivateNode<LegacyStorage>;
  readonly #gate = new Gate({ what: 'changes of bookmarks', total: 1, maxWaiting: MAX_WAITING });
  /** Which of the two it is, as far as that was found out in this session. */
  #found: 'pep' | 'private' | undefined;

  /** @throws ConfigError for an option that cannot work. */
  constructor(_xmpp: BaseXMPP, options: LegacyBookmarksOptions, stored: PrivateXml, data: PrivateData) {
    super();
    const { storage, passwords } = options;
    checkOption('storage', storage, isOneOf(storage, 'auto', 'pep', 'private'), "'auto', 'pep' or 'private'");
    booleanOption('passwords', passwords);
    this.#options = options;
    this.#private = stored;
    this.#node = this.own(data.node({ node: NS_LEGACY_BOOKMARKS, payload: LegacyStorage, maxItems: 1 }));
  }

  override sessionEnd(): void {
    this.#found = undefined;
  }

  /**
   * Those that are stored, read-only; what is no address of a room is among them, and has no `room`.
   * @throws what `PrivateXml.get()` or `PrivateNode.get()` throws.
   */
  async all(options: RequestOptions = {}): Promise<readonly LegacyConference[]> {
    const stored = await this.untilRemoved(options.signal, (signal) => this.#read({ ...options, signal }));
    return [...(stored?.conferences ?? [])];
  }

  /**
   * Reads the list, has it changed, and stores it with all that is unknown in it. Changes come one after the other; those of another device in
   * between are lost.
   * @param change Gets a copy that may be written to, and may take its time: `(list) => list.conferences.add(new LegacyConference({ jid }))`.
   * @throws ConfigError for a password that is new, unless the option `passwords` allows it; what `change` throws, and nothing is stored; what
   *   `PrivateXml.set()` or `PrivateNode.set()` throws.
   */
  update(change: (list: LegacyStorage) => unknown, options: RequestOptions = {}): Promise<LegacyStorage> {
    const work = async (ask: RequestOptions): Promise<LegacyStorage> => {
      const before = await this.#read(ask);
      const list = before ? new LegacyStorage(before.xml.copy()) : new LegacyStorage();
      const known = passwordsIn(list);
      await change(list);
      if (!this.#options.passwords && [...passwordsIn(list)].some((password) => !known.has(password))) {
        throw new ConfigError('a server can read passwords in bookmarks: the option passwords allows it', 'passwords');
      }
      if (this.#found === 'pep') await this.#node.set(ID, list, ask);
      else await this.#private.set(list, ask);
      return list;
    };
    return this.untilRemoved(options.signal, (signal) =>
      this.#gate.run(() => work({ ...options, signal }), { signal, own: true }),
    );
  }

  /**
   * Copies those that are not there yet into newer bookmarks, and takes none away: `await legacy.copyTo(xmpp.plugin(Bookmarks))`. Passwords are
   * left out unless the option `passwords` allows them.
   * @returns how many were copied.
   * @throws as `all()`; what `set()` of the other throws.
   */
  copyTo(target: BookmarkTarget, options: RequestOptions = {}): Promise<number> {
    return this.untilRemoved(options.signal, async (signal) => {
      const ask = { ...options, signal };
      let count = 0;
      for (const { room, name, nick, password, autojoin } of await this.all(ask)) {
        if (!room || target.all.has(room.full)) continue;
        const secret = this.#options.passwords && password !== undefined ? { password } : {};
        await target.set(room.full, { name, nick, autojoin, ...secret }, ask);
        count += 1;
      }
      return count;
    });
  }

  async #read(ask: RequestOptions): Promise<LegacyStorage | undefined> {
    const { storage } = this.#options;
    const from = this.#found ?? (storage === 'auto' ? 'private' : storage);
    if (from === 'pep') {
      this.#found = 'pep';
      return this.#node.get(ID, ask);
    }
    try {
      const stored = await this.#private.get(LegacyStorage, ask);
      this.#found = 'private';
      return stored;
    } catch (error) {
      const missing = error instanceof StanzaError && !error.retryable;
      if (storage !== 'auto' || this.#found || !missing) throw error;
    }
    const stored = await this.#node.get(ID, ask);
    this.#found = 'pep';
    return stored;
  }
}

function passwordsIn(list: LegacyStorage): Set<string> {
  return new Set([...list.conferences].flatMap(({ jid, password }) => (password ? [`${jid}\n${password}`] : [])));
}
