import { JID, Registration } from '@sestina/core';

/** For whom something counts; what is left out means any. A JID without a resource stands for all of its resources. */
export interface Place {
  /** One of our addresses: a component has many. */
  readonly jid?: JID | string | undefined;
  /** A node; without one it counts for the address itself. */
  readonly node?: string | undefined;
}

// No address and no XML attribute can hold it.
const SEPARATOR = '\u0000';

const keyOf = (jid: JID | undefined, node: string | undefined): string => `${jid?.full ?? ''}${SEPARATOR}${node ?? ''}`;

// The same function may be added twice: each registration takes out its own.
interface Entry<T> {
  readonly value: T;
}

/** Things by place. */
export class PlaceMap<T> {
  readonly #entries = new Map<string, readonly Entry<T>[]>();

  add({ jid, node }: Place, value: T): Registration {
    const key = keyOf(jid === undefined ? undefined : JID.from(jid), node);
    const entry = { value };
    this.#entries.set(key, [...(this.#entries.get(key) ?? []), entry]);
    return new Registration(() => {
      const left = (this.#entries.get(key) ?? []).filter((other) => other !== entry);
      if (left.length > 0) this.#entries.set(key, left);
      else this.#entries.delete(key);
    });
  }

  /** What counts for that node of that address, the closest first: of the full address, of the bare one, of all addresses. */
  *levels(jid: JID | undefined, node: string | undefined): IterableIterator<readonly T[]> {
    for (const address of new Set([jid, jid?.bare, undefined])) {
      const found = this.#entries.get(keyOf(address, node));
      if (found) yield found.map(({ value }) => value);
    }
  }

  /** The same, and behind it what counts for all nodes of the address, for that node of all addresses, and for everything. */
  *closest(jid: JID | undefined, node: string | undefined): IterableIterator<T> {
    const addresses = jid ? new Set([jid, jid.bare]) : [];
    const keys = new Set<string>();
    if (node !== undefined) for (const address of addresses) keys.add(keyOf(address, node));
    for (const address of addresses) keys.add(keyOf(address, undefined));
    if (node !== undefined) keys.add(keyOf(undefined, node));
    keys.add(keyOf(undefined, undefined));
    for (const key of keys) {
      for (const { value } of [...(this.#entries.get(key) ?? [])].reverse()) yield value;
    }
  }
}
