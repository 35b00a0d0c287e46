import { LazyMap, type XmlElement, type XmlNode } from '@sestina/xml';
import { JID } from '../jid/index.js';
import type { Handler } from './handlers.js';
import type { MatcherKeys } from './matchers.js';

interface Entry {
  readonly handler: Handler;
  readonly order: number;
  /** The dispatch that asked its matcher last: one that is filed in several places is asked once. */
  asked: number;
  remove: () => void;
}

type Bucket = readonly Entry[];

/**
 * Handlers filed by what their matchers know of a stanza: id, else sender, else receiver, else payload, else stanza name. What a stanza
 * costs depends on the handlers that could match it, not on how many there are.
 */
export class HandlerIndex {
  readonly #byId = new LazyMap<string, Bucket>(); // bound: handlers of the program, as all of these
  /** By address, bare or full. */
  readonly #byFrom = new LazyMap<string, Bucket>(); // bound: handlers
  readonly #byTo = new LazyMap<string, Bucket>(); // bound: handlers
  /** Namespace, then local name. */
  readonly #byPayload = new LazyMap<string, LazyMap<string, Bucket>>(); // bound: handlers
  readonly #byRoot = new LazyMap<string, Bucket>(); // bound: handlers
  readonly #others = new LazyMap<undefined, Bucket>();
  readonly #entries = new LazyMap<Handler, Entry>();
  readonly #failed: ((error: unknown, handler: Handler) => void) | undefined;
  #order = 0;
  #dispatch = 0;

  /** @param failed Takes what a matcher throws; that matcher then does not match. Default: it goes to who calls `match`. */
  constructor(failed?: (error: unknown, handler: Handler) => void) {
    this.#failed = failed;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(handler: Handler): boolean {
    return this.#entries.has(handler);
  }

  [Symbol.iterator](): IterableIterator<Handler> {
    return this.#entries.keys();
  }

  add(handler: Handler): void {
    if (this.#entries.has(handler)) return;
    const entry: Entry = { handler, order: this.#order++, asked: 0, remove: () => {} };
    const { keys, alternatives } = handler.matcher;
    const removes = (alternatives ?? [keys]).map((each) => this.#file(entry, each));
    entry.remove = () => {
      for (const remove of removes) remove();
    };
    this.#entries.set(handler, entry);
  }

  /** Takes it out; false where it was not there. */
  remove(handler: Handler): boolean {
    const entry = this.#entries.get(handler);
    if (!entry) return false;
    this.#entries.delete(handler);
    entry.remove();
    return true;
  }

  /** The handlers that want this stanza, in the order in which they were registered. */
  match(stanza: XmlElement): readonly Handler[] {
    if (this.#entries.size === 0) return NONE;
    let found: Entry[] | undefined;
    const dispatch = ++this.#dispatch;
    const collect = (bucket: Bucket | undefined): void => {
      if (!bucket) return;
      for (const entry of bucket) {
        if (entry.asked === dispatch) continue;
        entry.asked = dispatch;
        if (!this.#asks(entry.handler, stanza)) continue;
        if (found) found.push(entry);
        else found = [entry];
      }
    };
    if (this.#byId.size > 0) {
      const id = stanza.attribute('id');
      if (id !== undefined) collect(this.#byId.get(id));
    }
    if (this.#byFrom.size > 0) lookUp(this.#byFrom, addressOf(stanza, 'from'), collect);
    if (this.#byTo.size > 0) lookUp(this.#byTo, addressOf(stanza, 'to'), collect);
    if (this.#byPayload.size > 0) {
      const { nodeCount } = stanza;
      for (let i = 0; i < nodeCount; i++) {
        const child = stanza.nodeAt(i) as XmlNode;
        if (typeof child !== 'string') collect(this.#byPayload.get(child.namespace)?.get(child.name));
      }
    }
    collect(this.#byRoot.get(stanza.name));
    collect(this.#others.get(undefined));
    if (!found) return NONE;
    if (found.length > 1) found.sort((a, b) => a.order - b.order);
    return found.map((entry) => entry.handler);
  }

  #asks(handler: Handler, stanza: XmlElement): boolean {
    try {
      return handler.matcher.matches(stanza);
    } catch (error) {
      if (!this.#failed) throw error;
      this.#failed(error, handler);
      return false;
    }
  }

  #file(entry: Entry, { id, from, to, payload, root }: MatcherKeys): () => void {
    if (id !== undefined) return fileIn(this.#byId, id, entry);
    if (from) return fileIn(this.#byFrom, from.full, entry);
    if (to) return fileIn(this.#byTo, to.full, entry);
    if (payload) {
      const { namespace } = payload;
      const names = this.#byPayload.get(namespace) ?? new LazyMap<string, Bucket>();
      this.#byPayload.set(namespace, names);
      const remove = fileIn(names, payload.name, entry);
      return () => {
        remove();
        if (names.size === 0 && this.#byPayload.get(namespace) === names) this.#byPayload.delete(namespace);
      };
    }
    return root === undefined ? fileIn(this.#others, undefined, entry) : fileIn(this.#byRoot, root, entry);
  }
}

const NONE: readonly Handler[] = [];

/** An address of a stanza, where it can be read. What came on the stream has had it read already. */
export function addressOf(stanza: XmlElement, name: 'from' | 'to'): JID | undefined {
  const raw = stanza.attribute(name);
  if (raw === undefined) return undefined;
  const known = name === 'from' ? stanza.origin?.from : stanza.origin?.to;
  return known instanceof JID && known.full === raw ? known : JID.tryParse(raw);
}

function lookUp(buckets: LazyMap<string, Bucket>, address: JID | undefined, collect: (bucket?: Bucket) => void): void {
  if (!address) return;
  collect(buckets.get(address.full));
  if (address.resource !== undefined) collect(buckets.get(address.bare.full));
}

function fileIn<K>(buckets: LazyMap<K, Bucket>, key: K, entry: Entry): () => void {
  const bucket = buckets.get(key);
  // A new array each time: `match` may be walking the old one.
  buckets.set(key, bucket ? [...bucket, entry] : [entry]);
  return () => {
    const left = (buckets.get(key) ?? []).filter((other) => other !== entry);
    if (left.length > 0) buckets.set(key, left);
    else buckets.delete(key);
  };
}
