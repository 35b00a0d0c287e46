import { turn, until } from './sample.js';

/** Something that takes bytes as a socket gives them. */
export interface Receiver {
  deliver(chunk: Buffer): void;
  /** It asked for a pause: back-pressure. */
  readonly paused?: boolean;
}

/** Bytes of a read of a socket. */
const READ = 16_384;

/** Pieces of a text, of so many bytes, none of which begins in the middle of a character. */
export function cut(text: string, size = READ): Buffer[] {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + size, bytes.length);
    // xmpp.js and stanza decode each chunk for itself: a character that is cut in two would be lost to them.
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    chunks.push(bytes.subarray(start, end));
    start = end;
  }
  return chunks;
}

/** A stanza as it comes in a frame, which has to say what namespace it is in. */
export function asFrame(text: string): string {
  return text.replace(/^<(\w+) /, "<$1 xmlns='jabber:client' ");
}

/** Hands over all of them; after each 16 KB the event loop turns, as it does between two reads of a socket. */
export async function deliverAll(to: Receiver, chunks: readonly Buffer[]): Promise<void> {
  let fed = 0;
  for (const chunk of chunks) {
    to.deliver(chunk);
    fed += chunk.length;
    if (fed < READ) continue;
    fed = 0;
    await turn();
    if (to.paused) await until(() => !to.paused, 'reading goes on');
  }
}
