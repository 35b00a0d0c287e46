import { JID } from '../jid/index.js';
import { Registration } from '../registration.js';

/** For whom something counts; what is left out means any. A JID without a resource stands for all of its resources. */
export interface AddressNode {
  /** One of our addresses: a component has many. */
  readonly jid?: JID | string | undefined;
  /** A node; without one it counts for the address itself. */
  readonly node?: string | undefined;
}

// The same value may be added twice: each registration takes out its own.
interface Entry<T> {
  readonly value: T;
}

type Nodes<T> = Map<string | undefined, readonly Entry<T>[]>;

/** Things by place: of an address and a node, of an address, of a node, of everything. */
export class AddressNodeMap<T> {
  /** By address, undefined for all of them; then by node. */
  readonly #entries = new Map<string | undefined, Nodes<T>>(); // bound: what the program registers

  /** Whether nothing is there. */
  get empty(): boolean {
    return this.#entries.size === 0;
  }

  /** @throws JidError where the address is none. */
  add({ jid, node }: AddressNode, value: T): Registration {
    const address = jid === undefined ? undefined : JID.from(jid).full;
    const entry = { value };
    const nodes = this.#entries.get(address) ?? new Map<string | undefined, readonly Entry<T>[]>();
    this.#entries.set(address, nodes);
    nodes.set(node, [...(nodes.get(node) ?? []), entry]);
    return new Registration(() => {
      const now = this.#entries.get(address);
      const left = (now?.get(node) ?? []).filter((other) => other !== entry);
      if (left.length > 0) now?.set(node, left);
      else this.#delete(address, node);
    });
  }

  /** Takes out what stands there: for an address without a node, with all of its nodes; without either, everything. */
  clear({ jid, node }: AddressNode = {}): void {
    const address = jid === undefined ? undefined : JID.from(jid).full;
    if (node !== undefined) this.#delete(address, node);
    else if (address !== undefined) this.#entries.delete(address);
    else this.#entries.clear();
  }

  #delete(address: string | undefined, node: string | undefined): void {
    const nodes = this.#entries.get(address);
    nodes?.delete(node);
    if (nodes?.size === 0) this.#entries.delete(address);
  }

  /** What counts for that node of that address, the closest first: of the full address, of the bare one, of all addresses. */
  *levels(jid: JID | undefined, node: string | undefined): IterableIterator<readonly T[]> {
    for (const address of new Set([jid?.full, jid?.bare.full, undefined])) {
      const found = this.#entries.get(address)?.get(node);
      if (found) yield found.map(({ value }) => value);
    }
  }

  /**
   * What counts there, the closest first: of the address and the node, of the address, of the node, of everything; of the
   * full address before the bare one. Of those in one place the last added comes first.
   */
  *closest(jid: JID | undefined, node: string | undefined): IterableIterator<T> {
    const addresses = jid ? new Set([jid.full, jid.bare.full]) : [];
    const nodes = new Set([node, undefined]);
    for (const each of nodes) for (const address of addresses) yield* this.#lastFirst(address, each);
    for (const each of nodes) yield* this.#lastFirst(undefined, each);
  }

  *#lastFirst(address: string | undefined, node: string | undefined): IterableIterator<T> {
    for (const { value } of [...(this.#entries.get(address)?.get(node) ?? [])].reverse()) yield value;
  }
}
