import { type ByteStream, chunksOf } from '@sestina/http';

/** A file of which it is known how large it is. */
export interface SizedSource {
  /** Bytes. */
  readonly size: number;
  /** Begins to read it. */
  stream(): ByteStream;
  /**
   * Whether it can be read once more from the beginning, so that an upload that broke off can be tried again.
   * @default false
   */
  readonly again?: boolean | undefined;
}

/** What can be uploaded. What does not say how large it is is read first, up to `bufferBytes`. */
export type UploadSource =
  | Blob
  | Uint8Array
  | SizedSource
  | (Omit<SizedSource, 'size'> & { readonly size?: undefined });

/**
 * The file with its size.
 * @throws TypeError for what is none, or has no size and is longer than may be kept.
 */
export async function sized(source: UploadSource, bufferBytes: number, signal: AbortSignal): Promise<SizedSource> {
  if (source instanceof Uint8Array) return ofBytes(source);
  if (typeof source !== 'object' || source === null || typeof source.stream !== 'function') {
    throw new TypeError('a file is a Blob, a Uint8Array, or { size, stream() }');
  }
  if (isBlob(source)) return { size: source.size, stream: () => source.stream(), again: true };
  if (source.size === undefined) return ofBytes(await gathered(source.stream(), bufferBytes, signal));
  if (!Number.isSafeInteger(source.size) || source.size < 0)
    throw new TypeError('the size of a file is a number of bytes');
  return source as SizedSource;
}

function isBlob(source: object): source is Blob {
  return typeof Blob !== 'undefined' && source instanceof Blob;
}

function ofBytes(bytes: Uint8Array): SizedSource {
  return {
    size: bytes.length,
    again: true,
    stream: async function* () {
      yield bytes;
    },
  };
}

async function gathered(stream: ByteStream, most: number, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of chunksOf(stream)) {
    signal.throwIfAborted();
    length += part.length;
    if (length > most)
      throw new TypeError(`a file without a size may have ${most} bytes: say its size, or raise \`bufferBytes\``);
    parts.push(part);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A name that says nothing, with the extension of the one that does. */
export function namelessly(name: string, random: string): string {
  const extension = /\.([a-z\d]{1,10})$/i.exec(name)?.[1];
  return extension === undefined ? random : `${random}.${extension.toLowerCase()}`;
}
