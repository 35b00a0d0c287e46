import type { XmlElement } from '../xml/element.js';
import type { Handler } from './handlers.js';

interface Entry {
  readonly handler: Handler;
  readonly order: number;
}

type Bucket = Entry[];

/**
 * Handlers filed by what their matchers know of a stanza: id, else payload, else stanza name. What a stanza costs
 * depends on the handlers that could match it, not on how many there are.
 */
export class HandlerIndex {
  readonly #byId = new Map<string, Bucket>();
  /** Namespace, then local name. */
  readonly #byPayload = new Map<string, Map<string, Bucket>>();
  readonly #byRoot = new Map<string, Bucket>();
  readonly #others: Bucket = [];
  readonly #homes = new Map<Handler, { entry: Entry; remove: () => void }>();
  #order = 0;

  get size(): number {
    return this.#homes.size;
  }

  has(handler: Handler): boolean {
    return this.#homes.has(handler);
  }

  [Symbol.iterator](): IterableIterator<Handler> {
    return this.#homes.keys();
  }

  add(handler: Handler): void {
    if (this.#homes.has(handler)) return;
    const entry: Entry = { handler, order: this.#order++ };
    this.#homes.set(handler, { entry, remove: this.#file(entry) });
  }

  /** Takes it out; false where it was not there. */
  remove(handler: Handler): boolean {
    const home = this.#homes.get(handler);
    if (!home) return false;
    this.#homes.delete(handler);
    home.remove();
    return true;
  }

  /** The handlers that want this stanza, in the order in which they were registered. */
  match(stanza: XmlElement): Handler[] {
    let found: Entry[] | undefined;
    const collect = (bucket: Bucket | undefined): void => {
      if (!bucket) return;
      for (const entry of bucket) {
        if (entry.handler.matcher.matches(stanza) && !found?.includes(entry)) {
          if (found) found.push(entry);
          else found = [entry];
        }
      }
    };
    if (this.#byId.size > 0) {
      const id = stanza.attribute('id');
      if (id !== undefined) collect(this.#byId.get(id));
    }
    if (this.#byPayload.size > 0) {
      for (const child of stanza.children) {
        if (typeof child !== 'string') collect(this.#byPayload.get(child.namespace)?.get(child.name));
      }
    }
    collect(this.#byRoot.get(stanza.name));
    if (this.#others.length > 0) collect(this.#others);
    if (!found) return NONE;
    if (found.length > 1) found.sort((a, b) => a.order - b.order);
    return found.map((entry) => entry.handler);
  }

  #file(entry: Entry): () => void {
    const { id, payload, root } = entry.handler.matcher.keys;
    if (id !== undefined) return fileIn(this.#byId, id, entry);
    if (payload) {
      const { namespace } = payload;
      const names = this.#byPayload.get(namespace) ?? new Map<string, Bucket>();
      this.#byPayload.set(namespace, names);
      const remove = fileIn(names, payload.name, entry);
      return () => {
        remove();
        if (names.size === 0 && this.#byPayload.get(namespace) === names) this.#byPayload.delete(namespace);
      };
    }
    if (root !== undefined) return fileIn(this.#byRoot, root, entry);
    this.#others.push(entry);
    return () => void this.#others.splice(this.#others.indexOf(entry), 1);
  }
}

const NONE: Handler[] = [];

function fileIn(buckets: Map<string, Bucket>, key: string, entry: Entry): () => void {
  const bucket = buckets.get(key);
  // A new array each time: `match` may be walking the old one.
  buckets.set(key, bucket ? [...bucket, entry] : [entry]);
  return () => {
    const left = (buckets.get(key) ?? []).filter((other) => other !== entry);
    if (left.length > 0) buckets.set(key, left);
    else buckets.delete(key);
  };
}
