import { readFileSync } from 'node:fs';
import { asFrame, cut, deliverAll, type Receiver } from './chunks.js';
import { config, finish, type Repeats, timed, until } from './sample.js';

/** Something that takes bytes and hands stanzas to a handler. */
export interface Reader extends Receiver {
  /** What the handler has seen. */
  readonly seen: Seen;
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
  /** One stanza in each chunk, or in a WebSocket message, or so many bytes in a chunk. */
  readonly chunk: 'frame' | 'stanza' | number;
}

interface Corpus {
  readonly header: string;
  readonly stanzas: readonly string[];
}

async function feed(reader: Reader, chunks: readonly Buffer[], expected: number): Promise<void> {
  const goal = reader.seen.count + expected;
  await deliverAll(reader, chunks);
  if (reader.seen.count < goal) await until(() => reader.seen.count >= goal, `${goal} stanzas are handled`);
}

/** Measures bytes → handler for one library, prints the sample and ends the process. */
export async function measureReceiving(
  connect: (header: string, config: ReceiveConfig) => Reader | Promise<Reader>,
): Promise<void> {
  const options = config<ReceiveConfig>();
  const { header, stanzas } = JSON.parse(readFileSync(options.corpus, 'utf8')) as Corpus;
  const chunks =
    typeof options.chunk === 'number'
      ? cut(stanzas.join(''), options.chunk)
      : stanzas.map((text) => Buffer.from(options.chunk === 'frame' ? asFrame(text) : text));
  const reader = await connect(header, options);
  reader.seen.count = 0;
  reader.seen.sum = 0;
  const work = (): Promise<void> => feed(reader, chunks, stanzas.length);
  const runs = await timed(options, work, (milliseconds) => ({ us: (milliseconds * 1_000) / stanzas.length }));
  const { count, sum } = reader.seen;
  finish({}, { count: count / runs, sum: sum / runs });
}
