import { readFileSync } from 'node:fs';
import { config, finish, median, type Repeats, turn } from './sample.js';

/** What is to be read, and how. */
export interface HostileConfig extends Repeats {
  /** Runs that count; the median of them is the sample. */
  readonly slices: number;
  readonly file: string;
  /** Each input is one WebSocket message. */
  readonly frames: boolean;
}

interface HostileInput {
  readonly id: string;
  readonly text: string;
  readonly chunk: number;
}

/** Something that has a session and takes bytes. */
export interface Victim {
  deliver(chunk: Buffer): void;
  /** What it refused it with; undefined as long as it goes on. */
  refused(): string | undefined;
}

/** What a server opens a stream with. */
export const HEADER =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s1' version='1.0'>";

/** After so many milliseconds a contender is not given any more. */
const LONGEST = 10_000;
/** After so many bytes the event loop turns, as it does between two reads of a socket. */
const READ = 16_384;

function cut(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

async function attack(victim: Victim, chunks: readonly Buffer[]): Promise<[milliseconds: number, outcome: string]> {
  const start = performance.now();
  let read = 0;
  for (const chunk of chunks) {
    victim.deliver(chunk);
    const refused = victim.refused();
    const milliseconds = performance.now() - start;
    if (refused !== undefined) return [milliseconds, refused];
    if (milliseconds > LONGEST) return [milliseconds, 'too slow'];
    read += chunk.length;
    if (read % READ < chunk.length) await turn();
  }
  return [performance.now() - start, victim.refused() ?? 'taken'];
}

/** Measures how long each input keeps one library busy, prints the sample and ends the process. */
export async function measureHostile(connect: (config: HostileConfig) => Victim | Promise<Victim>): Promise<void> {
  const options = config<HostileConfig>();
  const inputs = JSON.parse(readFileSync(options.file, 'utf8')) as HostileInput[];
  const values: Record<string, number> = {};
  const outcomes: Record<string, string> = {};
  for (const { id, text, chunk } of inputs) {
    const chunks = cut(text, options.frames ? text.length : chunk);
    const times: number[] = [];
    for (let i = 0; i < options.warmup + options.slices; i++) {
      const [milliseconds, outcome] = await attack(await connect(options), chunks);
      if (i >= options.warmup) times.push(milliseconds);
      outcomes[id] = outcome;
    }
    values[id] = median(times);
  }
  finish({ ...values, longest: Math.max(...Object.values(values)) }, outcomes);
}
