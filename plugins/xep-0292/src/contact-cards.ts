import { JID, type RequestOptions } from '@sestina/core';
import type { PrivateNode } from '@sestina/xep-0223';
import { ForeignContactError } from './errors.js';
import { VCard4 } from './vcard4.js';

/** Does work until the plugin is removed, or the signal aborts. */
export type UntilRemoved = <T>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

/** What we keep of others for ourselves (XEP-0292 §5): cards that nobody else reads. */
export class ContactCards {
  readonly #node: PrivateNode<VCard4>;
  readonly #untilRemoved: UntilRemoved;

  /** @internal Made by `VCard4s`. */
  constructor(node: PrivateNode<VCard4>, untilRemoved: UntilRemoved) {
    this.#node = node;
    this.#untilRemoved = untilRemoved;
  }

  /** Those that are stored, by bare JID. What is no card is not among them. @throws what `PrivateNode.all()` throws. */
  all(options: RequestOptions = {}): Promise<ReadonlyMap<string, VCard4>> {
    return this.#untilRemoved(options.signal, (signal) => this.#node.all({ ...options, signal }));
  }

  /** What is stored of somebody; undefined where nothing is. @throws what `PrivateNode.get()` throws. */
  get(jid: JID | string, options: RequestOptions = {}): Promise<VCard4 | undefined> {
    return this.#untilRemoved(options.signal, (signal) => this.#node.get(idOf(jid), { ...options, signal }));
  }

  /**
   * Stores a card of somebody, in place of the one before.
   * @throws ForeignContactError; what `PrivateNode.set()` throws: nothing is sent to a server that would show it to others.
   */
  put(jid: JID | string, card: VCard4, options: RequestOptions = {}): Promise<void> {
    const copy = new VCard4(card.xml.copy());
    return this.#change(jid, options, (id, ask) => this.#node.set(id, copy, ask));
  }

  /** Stores nothing of somebody any more. @throws ForeignContactError; what `PrivateNode.remove()` throws. */
  remove(jid: JID | string, options: RequestOptions = {}): Promise<void> {
    return this.#change(jid, options, (id, ask) => this.#node.remove(id, ask));
  }

  #change(
    jid: JID | string,
    options: RequestOptions,
    work: (id: string, ask: RequestOptions) => Promise<void>,
  ): Promise<void> {
    return this.#untilRemoved(options.signal, async (signal) => {
      const id = idOf(jid);
      const ask = { ...options, signal };
      const item = await this.#node.node.item(id, ask);
      if (item?.xml && !item.value) throw new ForeignContactError(id);
      await work(id, ask);
    });
  }
}

const idOf = (jid: JID | string): string => JID.from(jid).bare.full;
