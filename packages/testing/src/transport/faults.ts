import type { Random } from '@sestina/core';

/**
 * Where chunks are cut: after every byte; into pieces of these lengths in turn (the last one is repeated); or by chance
 * into pieces of 1 to 64 bytes.
 */
export type Split = 'bytes' | readonly number[] | Random;

/** What goes wrong in one direction. Offsets count the bytes of that direction from the start of the connection. */
export interface DirectionFaults {
  /** After so many bytes the connection ends without a word; what came before has gone through. */
  cutAfter?: number | undefined;
  /** After so many bytes the connection breaks with a `ConnectionResetError`. */
  resetAfter?: number | undefined;
  /** After so many bytes nothing gets through any more, in neither direction, and nobody is told. */
  muteAfter?: number | undefined;
  /** Puts this in after so many bytes. */
  junk?: { readonly after: number; readonly data: string | Uint8Array } | undefined;
  split?: Split | undefined;
  /**
   * A slow reader: lets so many bytes through in one macrotask. Outwards `write()` returns false above 64 KiB waiting,
   * inwards the peer is held back. 0: nothing, until `allow()` is called.
   */
  bytesPerTurn?: number | undefined;
}

/** What goes wrong on a connection; each part may be combined with the others. */
export interface Faults {
  /** What the peer sends to us. */
  in?: DirectionFaults | undefined;
  /** What we send. */
  out?: DirectionFaults | undefined;
  /** An error: `connect()` rejects with it. `drop`: it connects and closes at once. `stall`: it never settles before the signal. */
  connect?: Error | 'drop' | 'stall' | undefined;
}
