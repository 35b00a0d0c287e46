import { readFileSync } from 'node:fs';
import { config, finish, type Repeats, timed, turn, until } from './sample.js';

/** Something that takes bytes and hands stanzas to a handler. */
export interface Reader {
  /** What the handler has seen. */
  readonly seen: Seen;
  deliver(chunk: Buffer): void;
  /** It asked for a pause: back-pressure. */
  readonly paused?: boolean;
}

/** Counts stanzas and what their handlers read, so that all contenders are seen to do the same. */
export class Seen {
  count = 0;
  sum = 0;

  stanza(from: string | undefined, second: string | undefined): void {
    this.count += 1;
    this.sum += (from?.length ?? 0) + (second?.length ?? 0);
  }
}

/** Options of the contenders of scenarios (a) and (b). */
export interface ReceiveConfig extends Repeats {
  readonly corpus: string;
  /** One stanza in each chunk, or so many bytes. */
  readonly chunk: 'stanza' | number;
}

interface Corpus {
  readonly header: string;
  readonly stanzas: readonly string[];
}

const READ = 16_384;

function cut(text: string, size: number): Buffer[] {
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

/** Feeds it the chunks; after each 16 KB the event loop turns, as it does between two reads of a socket. */
async function feed(reader: Reader, chunks: readonly Buffer[], expected: number): Promise<void> {
  const goal = reader.seen.count + expected;
  let fed = 0;
  for (const chunk of chunks) {
    reader.deliver(chunk);
    fed += chunk.length;
    if (fed < READ) continue;
    fed = 0;
    await turn();
    if (reader.paused) await until(() => !reader.paused, 'reading goes on');
  }
  if (reader.seen.count < goal) await until(() => reader.seen.count >= goal, `${goal} stanzas are handled`);
}

/** Measures bytes → handler for one library, prints the sample and ends the process. */
export async function measureReceiving(
  connect: (header: string, config: ReceiveConfig) => Reader | Promise<Reader>,
): Promise<void> {
  const options = config<ReceiveConfig>();
  const { header, stanzas } = JSON.parse(readFileSync(options.corpus, 'utf8')) as Corpus;
  const chunks =
    options.chunk === 'stanza' ? stanzas.map((text) => Buffer.from(text)) : cut(stanzas.join(''), options.chunk);
  const reader = await connect(header, options);
  reader.seen.count = 0;
  reader.seen.sum = 0;
  const { runs, milliseconds } = await timed(options, () => feed(reader, chunks, stanzas.length));
  const { count, sum } = reader.seen;
  finish({ us: (milliseconds * 1_000) / stanzas.length }, { count: count / runs, sum: sum / runs });
}
