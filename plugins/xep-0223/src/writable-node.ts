import type { ElementView, RequestOptions } from '@sestina/core';
import { StoredNode } from './stored-node.js';

/** A node of our own account. */
export class WritableNode<T extends ElementView> extends StoredNode<T> {
  /**
   * Stores a value, in place of what has that id. Where the node is for others than it should be, and is not made right by us, nothing is
   * stored.
   * @throws PrivateStorageUnsupportedError, before anything is sent, where the node is not for all and the server would not look at that;
   *   NodeMisconfiguredError; PubSubError; what `request()` of the connection throws.
   */
  set(id: string, value: T, options: RequestOptions = {}): Promise<void> {
    return this.store(id, value, options);
  }

  /**
   * Reads what has that id, and stores what is made of it; changes of one id come one after the other.
   * @param change Gets a copy that may be written to, with all that is unknown in it; undefined where there is nothing.
   * @throws as `set()`; what `change` throws, and nothing is stored.
   */
  update(id: string, change: (value: T | undefined) => T, options: RequestOptions = {}): Promise<T> {
    return this.change(id, change, options);
  }

  /** Takes an item away. @throws ItemNotFoundError; PubSubError; what `request()` of the connection throws. */
  remove(id: string, options: RequestOptions = {}): Promise<void> {
    return this.take(id, options);
  }

  /** Takes all items away. @throws PubSubError; what `request()` of the connection throws. */
  clear(options: RequestOptions = {}): Promise<void> {
    return this.takeAll(options);
  }
}
