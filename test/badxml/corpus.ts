import { readFileSync } from 'node:fs';

/** What `index.json` says of a file; see README.md. */
export interface Entry {
  readonly name: string;
  readonly expect: string;
  readonly also?: readonly string[];
  readonly layer: 'frame' | 'session' | 'stanza' | 'stream' | 'transport' | 'xml';
  readonly context:
    | 'component'
    | 'opening'
    | 'plain'
    | 'resuming'
    | 'scram-first-sent'
    | 'session'
    | 'tls'
    | 'websocket';
  readonly limits?: Readonly<Record<string, number>>;
  readonly pending?: { readonly id?: string; readonly to?: string | null };
}

export const FOLDER = new URL('./', import.meta.url);

export const index = JSON.parse(readFileSync(new URL('index.json', FOLDER), 'utf8')) as Readonly<Record<string, Entry>>;

/** A file in two: up to the end of the stream header, and the rest. Without a header all of it comes first. */
export function read(file: string): { head: Uint8Array; rest: Uint8Array } {
  const bytes = new Uint8Array(readFileSync(new URL(file, FOLDER)));
  // One character for each byte, so that places in the text are places in the file.
  const header = /<(?:[a-z]+:)?stream\s[^>]*>/.exec(Buffer.from(bytes).toString('latin1'));
  const end = header ? header.index + header[0].length : bytes.length;
  return { head: bytes.subarray(0, end), rest: bytes.subarray(end) };
}

/** How bytes are cut into chunks. */
export type Cut = (bytes: Uint8Array) => Uint8Array[];

export const whole: Cut = (bytes) => (bytes.length > 0 ? [bytes] : []);

export const byteByByte: Cut = (bytes) => [...bytes.keys()].map((at) => bytes.subarray(at, at + 1));

/** Pieces of 1 to 40 bytes, by chance. */
export function randomly(integer: (below: number) => number): Cut {
  return (bytes) => {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + integer(40);
      chunks.push(bytes.subarray(at, end));
      at = end;
    }
    return chunks;
  };
}
