import {
  type BaseXMPP,
  DisconnectedError,
  type ElementView,
  type Emitter,
  type JID,
  type Registration,
  type RequestOptions,
} from '@sestina/core';
import { Coalescer, Gate } from '@sestina/core/util';
import {
  NodeNotFoundError,
  PreconditionNotMetError,
  PublishOptionsUnsupportedError,
  type PubSub,
  type PubSubNode,
  type PubSubNodeDefinition,
} from '@sestina/xep-0060';
import { type PepEvent, PepUnsupportedError, type PersonalEventing } from '@sestina/xep-0163';
import { NodeMisconfiguredError, PrivateStorageUnsupportedError, StoredNodeTooLargeError } from './errors.js';

/** What is told of a node. */
export interface StoredNodeEvents<T> {
  /** An item is new, or another one. */
  changed: { readonly id: string; readonly value: T; readonly previous: T | undefined; readonly own: boolean };
  /** An item is gone. `previous` is what it was, as far as that is known. */
  removed: { readonly id: string; readonly previous: T | undefined; readonly own: boolean };
  /** All items have been read, for the first time in this session. */
  ready: { readonly items: ReadonlyMap<string, T> };
  /** They could not be read: what is known is what was told since, until the next session. */
  failed: { readonly error: unknown };
}

/** What nodes take from their plugin. */
export interface StoredNodeHost {
  readonly xmpp: BaseXMPP;
  readonly pubsub: PubSub;
  readonly eventing: PersonalEventing;
  untilRemoved<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  owned<O extends { dispose(): void }>(what: O): O;
  /** Called at the end of each session and at the beginning of a new one, until the registration is disposed of. */
  sessions(node: { sessionStart(): void; sessionEnd(): void }): Registration;
}

/** How a node is kept. */
export interface StoredNodeOptions {
  /** Whose it is; undefined for our own account. */
  readonly owner?: JID | undefined;
  /** What to do where the node has other settings. */
  readonly onConflict: 'configure' | 'fail';
  /** Bytes of all items. */
  readonly maxBytes: number;
}

const ESSENTIAL: ReadonlySet<string> = new Set(['accessModel', 'persistItems']);
const MAX_WAITING = 1_000;

interface Kept<T> {
  readonly value: T;
  readonly bytes: number;
}

/** A node whose items are kept by a server, each under an id. */
export class StoredNode<T extends ElementView> {
  /** What is told of it while somebody watches: `events.on('changed', …)`. */
  readonly events: Emitter<StoredNodeEvents<T>>;
  protected readonly host: StoredNodeHost;
  readonly definition: PubSubNodeDefinition<T>;
  readonly #options: StoredNodeOptions;
  readonly #updates = new Gate({ what: 'changes of one node', total: MAX_WAITING, perKey: 1, maxWaiting: MAX_WAITING });
  readonly #items = new Map<string, Kept<T>>(); // bound: maxItems and maxBytes, in #keep
  readonly #fetching: Coalescer;
  readonly #sessions: Registration;
  /** Ends the reading of all items that is under way. */
  #loading: AbortController | undefined;
  #bytes = 0;
  #watchers = 0;
  #listening: Registration | undefined;
  #loaded = false;
  #isChecked = false;
  /** Ids that events told of while all were being read. */
  #touched: Set<string> | undefined;

  constructor(host: StoredNodeHost, definition: PubSubNodeDefinition<T>, options: StoredNodeOptions) {
    this.host = host;
    this.definition = definition;
    this.#options = options;
    this.events = host.owned(host.xmpp.createEvents(`node ${definition.node}`));
    this.#fetching = host.owned(
      new Coalescer(host.xmpp.clock, {
        run: () => this.#load(),
        failed: (error) => this.#notRead(error),
      }),
    );
    this.#sessions = host.owned(
      host.sessions({
        sessionStart: () => {
          if (this.#watchers > 0) this.#fetching.schedule();
        },
        sessionEnd: () => this.#forget(),
      }),
    );
  }

  /** Watches it no more, and tells nothing more, whoever watches. For plugins that are removed before the one that has made it. */
  dispose(): void {
    this.events.dispose();
    this.#sessions.dispose();
    this.#fetching.dispose();
    this.#end();
  }

  /** Whether it is watched, and all of its items are known in this session. */
  get ready(): boolean {
    return this.#loaded;
  }

  /** The items as they are known; empty where nobody watches. */
  get items(): ReadonlyMap<string, T> {
    return new Map([...this.#items].map(([id, { value }]) => [id, value]));
  }

  /**
   * All items, which are asked for; what cannot be read is left out. A node that is not there has none.
   * @throws StoredNodeTooLargeError; PubSubError; what `request()` of the connection throws.
   */
  all(options: RequestOptions = {}): Promise<ReadonlyMap<string, T>> {
    return this.host.untilRemoved(options.signal, async (signal) => {
      const found = await this.#read({ ...options, signal });
      return new Map([...found].map(([id, { value }]) => [id, value]));
    });
  }

  /** One item: where all are known, the one that is; else it is asked for. @throws as `all()`. */
  get(id: string, options: RequestOptions = {}): Promise<T | undefined> {
    return this.host.untilRemoved(options.signal, async (signal) => {
      if (this.#loaded) return this.#items.get(id)?.value;
      return (await this.node.item(id, { ...options, signal }))?.value;
    });
  }

  /**
   * Watches it until the registration is disposed of: all items are read at the beginning of each session, what comes is told by `events`, and
   * `get()` asks nobody.
   */
  watch(): Registration {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#begin();
    const heard = this.events.on('ready', () => {});
    heard.whenDisposed(() => {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#end();
    });
    return heard;
  }

  /** The node itself, for all that publish-subscribe does. */
  get node(): PubSubNode<T> {
    return this.host.pubsub.service(this.#options.owner).node(this.definition);
  }

  /** @throws PrivateStorageUnsupportedError before anything is sent; NodeMisconfiguredError; as `all()`. */
  protected store(id: string, value: T, options: RequestOptions): Promise<void> {
    const { onConflict } = this.#options;
    return this.host.untilRemoved(options.signal, async (signal) => {
      const ask = { ...options, signal };
      try {
        await this.host.eventing.publish(this.definition, value, { ...ask, id, onConflict });
        await this.#checkOnce(ask);
      } catch (error) {
        throw await this.#meaning(error, ask);
      }
    });
  }

  protected change(id: string, change: (value: T | undefined) => T, options: RequestOptions): Promise<T> {
    return this.host.untilRemoved(options.signal, (signal) =>
      this.#updates.run(
        async () => {
          const ask = { ...options, signal };
          const found = await this.node.item(id, ask);
          const value = change(found?.value?.copy());
          await this.store(id, value, ask);
          return value;
        },
        { key: id, signal },
      ),
    );
  }

  protected async take(id: string, options: RequestOptions): Promise<void> {
    await this.node.retract(id, options);
    if (this.#loaded) this.#gone(id, true);
  }

  protected async takeAll(options: RequestOptions): Promise<void> {
    await this.node.purge(options);
    if (this.#loaded) this.#allGone(true);
  }

  /** Once in a session: what was there before may have other settings, beside those that are asked for with each item. */
  async #checkOnce(options: RequestOptions): Promise<void> {
    const { config } = this.definition;
    if (this.#isChecked || !config || this.#options.onConflict !== 'configure') return;
    await this.node.adjust(config, ESSENTIAL, options);
    this.#isChecked = true;
  }

  async #meaning(error: unknown, options: RequestOptions): Promise<unknown> {
    if (error instanceof PepUnsupportedError) return new PrivateStorageUnsupportedError('pep', { cause: error });
    if (error instanceof PublishOptionsUnsupportedError) {
      return new PrivateStorageUnsupportedError('publish-options', { cause: error });
    }
    if (!(error instanceof PreconditionNotMetError)) return error;
    const { accessModel } = await this.node.config(options).catch(() => ({ accessModel: undefined }));
    return new NodeMisconfiguredError(this.definition.node, accessModel, { cause: error });
  }

  #begin(): void {
    const { owner } = this.#options;
    const options = { from: owner ?? 'account' };
    this.#listening = this.host.owned(this.host.eventing.on(this.definition, (event) => this.#heard(event), options));
    if (this.host.xmpp.online) this.#fetching.schedule();
  }

  #end(): void {
    this.#listening?.dispose();
    this.#listening = undefined;
    this.#forget();
  }

  #forget(): void {
    this.#loading?.abort(new DisconnectedError(`nobody waits for ${this.definition.node} any more`));
    this.#loading = undefined;
    this.#items.clear();
    this.#bytes = 0;
    this.#loaded = false;
    this.#isChecked = false;
    this.#touched = undefined;
  }

  async #load(): Promise<void> {
    const touched = new Set<string>();
    this.#touched = touched;
    const loading = new AbortController();
    this.#loading = loading;
    const found = await this.host.untilRemoved(loading.signal, (signal) => this.#read({ signal }));
    // The session is over, nobody watches any more, or all went meanwhile.
    if (this.#touched !== touched) return;
    this.#touched = undefined;
    for (const [id, kept] of found) if (!touched.has(id)) this.#keep(id, kept);
    this.#loaded = true;
    this.events.emit('ready', { items: this.items });
  }

  #notRead(error: unknown): void {
    this.host.xmpp.logger.debug(`${this.definition.node} was not read`, { error });
    if (this.#touched === undefined) return;
    this.#touched = undefined;
    // It is read again in the next session.
    if (error instanceof DisconnectedError) return;
    this.events.emit('failed', { error });
  }

  async #read(options: RequestOptions): Promise<Map<string, Kept<T>>> {
    const found = new Map<string, Kept<T>>();
    let bytes = 0;
    try {
      for await (const { id, value, xml } of this.node.items(options)) {
        if (!value || !xml) continue;
        const size = sizeOf(value);
        bytes += size;
        if (bytes > this.#options.maxBytes)
          throw new StoredNodeTooLargeError(this.definition.node, this.#options.maxBytes);
        found.set(id, { value: value.compact(), bytes: size });
      }
    } catch (error) {
      if (!(error instanceof NodeNotFoundError)) throw error;
    }
    return found;
  }

  #heard({ type, id, value, own }: PepEvent<T>): void {
    if (type === 'purged' || type === 'deleted') {
      this.#allGone(own);
      return;
    }
    this.#touched?.add(id);
    if (type === 'retracted') this.#gone(id, own);
    else if (value) this.#put(id, value.compact(), own);
  }

  #put(id: string, value: T, own: boolean): void {
    const previous = this.#items.get(id)?.value;
    this.#keep(id, { value, bytes: sizeOf(value) });
    this.events.emit('changed', { id, value, previous, own });
  }

  #keep(id: string, kept: Kept<T>): void {
    this.#bytes += kept.bytes - (this.#items.get(id)?.bytes ?? 0);
    this.#items.set(id, kept);
    const limit = this.definition.maxItems ?? Number.POSITIVE_INFINITY;
    // The oldest goes, as on a server.
    for (const [oldest, { bytes }] of this.#items) {
      if (this.#bytes <= this.#options.maxBytes && this.#items.size <= limit) break;
      this.#items.delete(oldest);
      this.#bytes -= bytes;
    }
  }

  #gone(id: string, own: boolean): void {
    const before = this.#items.get(id);
    if (!before) return;
    this.#items.delete(id);
    this.#bytes -= before.bytes;
    this.events.emit('removed', { id, previous: before.value, own });
  }

  #allGone(own: boolean): void {
    for (const id of [...this.#items.keys()]) this.#gone(id, own);
    // What was being read is not there any more.
    if (this.#touched) {
      this.#touched = undefined;
      this.#fetching.schedule();
    }
  }
}

/** Bytes of memory, estimated. */
function sizeOf(value: ElementView): number {
  return 200 + 2 * value.xml.toString().length;
}
