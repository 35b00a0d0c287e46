/**
 * Bytes that can be fetched again, images above all, kept beyond the connection as long as there is room: a cache, of which any part may
 * be gone at any time. A class, so that it is its own injection token.
 */
export abstract class BlobStore {
  static readonly name: string = 'BlobStore';
  /** A copy of what is kept under `key`; undefined where there is nothing, it is too old, or it cannot be read whole. */
  abstract get(key: string): Promise<Uint8Array | undefined>;
  /**
   * Keeps a copy of the bytes under `key`, in place of what was there; what was not used for the longest time makes room for it.
   * @param options `maxAge`: milliseconds for which it is kept at most. Default: for ever.
   */
  abstract put(key: string, data: Uint8Array, options?: { readonly maxAge?: number | undefined }): Promise<void>;
  /** Forgets `key`; no error where there is none. */
  abstract delete(key: string): Promise<void>;
  /** Makes room until no more than so many bytes are kept: of what is too old first, then of what was not used for the longest time. */
  abstract trim(maxBytes: number): Promise<void>;
}
