// For Node.js alone.
import { createHash } from 'node:crypto';

/** What stands before the bytes of a blob: a line of JSON. */
export interface BlobHeader {
  readonly key: string;
  /** When it is too old, in milliseconds since 1970. */
  readonly until: number | undefined;
  readonly bytes: number;
  /** The SHA-256 hash of the bytes, in hex. */
  readonly sha256: string;
}

/** Bytes of a header at most: a key of more is not kept. */
export const HEADER_BYTES = 4_096;
const END = 0x0a;

/** A blob as it stands in its file; undefined where its key is too long. */
export function writtenBlob(key: string, data: Uint8Array, until: number | undefined): Uint8Array | undefined {
  const header: BlobHeader = { key, until, bytes: data.length, sha256: hashOf(data) };
  const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  if (line.length > HEADER_BYTES) return undefined;
  const file = new Uint8Array(line.length + data.length);
  file.set(line);
  file.set(data, line.length);
  return file;
}

/** The header that a file begins with, and where that ends; undefined where it is none. */
export function headerOf(file: Uint8Array): { readonly header: BlobHeader; readonly end: number } | undefined {
  const end = file.subarray(0, HEADER_BYTES).indexOf(END);
  if (end < 0) return undefined;
  try {
    const header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(0, end)));
    const { key, until, bytes, sha256 } = Object(header);
    const isHeader = typeof key === 'string' && typeof sha256 === 'string' && typeof bytes === 'number';
    if (!isHeader || (until !== undefined && typeof until !== 'number')) return undefined;
    return { header: { key, until, bytes, sha256 }, end: end + 1 };
  } catch {
    return undefined;
  }
}

/** The blob in a file; undefined where it is that of another key, or not whole. */
export function readBlob(
  file: Uint8Array | undefined,
  key: string,
): { readonly data: Uint8Array; readonly until: number | undefined } | undefined {
  const found = file && headerOf(file);
  if (!found || found.header.key !== key) return undefined;
  // A copy, which keeps nothing else of a pool of buffers alive.
  const data = new Uint8Array(file.subarray(found.end));
  if (data.length !== found.header.bytes || hashOf(data) !== found.header.sha256) return undefined;
  return { data, until: found.header.until };
}

function hashOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
