import type { Hash } from '@sestina/xep-0300';

/** A file that was uploaded. */
export interface UploadedFile {
  /** Where everybody who knows it can fetch the file. */
  readonly url: string;
  /** Bytes that were uploaded. */
  readonly size: number;
  /** Its media type, as it was told to the service. */
  readonly type: string | undefined;
  /** The hash of what was uploaded, SHA-256; where `Hashes` of XEP-0300 is installed. */
  readonly hash: Hash | undefined;
  /** Whether the service keeps it for the purpose that was asked for. It is true where none was. */
  readonly purposeHonoured: boolean;
}
