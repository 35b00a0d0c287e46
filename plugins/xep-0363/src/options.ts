import type { AskOptions, JID } from '@sestina/core';
import type { UploadPurpose } from './purpose.js';
import type { SizedSource } from './source.js';

/** Options of `HttpUpload`. */
export class HttpUploadOptions {
  /**
   * The address of the service.
   * @default one that our server lists
   */
  service: JID | string | undefined = undefined;
  /**
   * What the service is told of names: `random` is a name that says nothing, with the extension kept. The name is part of an address that
   * many may see.
   * @default 'random'
   */
  nameOf: 'keep' | 'random' = 'random';
  /**
   * Bytes that are kept of a file that does not say how large it is.
   * @default 8_388_608
   */
  bufferBytes = 8_388_608;
  /**
   * Milliseconds that an upload may take in all.
   * @default 3_600_000
   */
  uploadTimeout = 3_600_000;
}

/** What a slot is asked for. */
export interface SlotOptions {
  /** The name of the file, as the service is to see it. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Its media type. */
  readonly type?: string | undefined;
  /** What it is for. A service that does not know the purpose is not told. */
  readonly purpose?: UploadPurpose | undefined;
}

/** How a file is uploaded. */
export interface UploadOptions extends AskOptions {
  /** Its name. Default: that of a `File`. */
  readonly name?: string | undefined;
  /** Its media type. Default: that of a `Blob`. */
  readonly type?: string | undefined;
  /** What it is for. A service that does not know the purpose is not told. */
  readonly purpose?: UploadPurpose | undefined;
  /** Makes what is uploaded of the file, before anybody is told how large it is. */
  readonly encrypt?: ((source: SizedSource) => SizedSource | Promise<SizedSource>) | undefined;
  /** Told how far it is, ten times a second at most and at the end. A second try does not go back. */
  readonly onProgress?: ((progress: { readonly sent: number; readonly size: number }) => void) | undefined;
}
