import { readFileSync } from 'node:fs';
import { cut } from './chunks.js';
import { config, cpuTime, type Figures, finish, type Repeats, takeTurns, turn } from './sample.js';

/** What is to be read, and how. */
export interface HostileConfig extends Repeats {
  /** Measures in turns; else each input once. */
  readonly often: boolean;
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

async function attack(victim: Victim, chunks: readonly Buffer[]): Promise<[milliseconds: number, outcome: string]> {
  const start = cpuTime();
  let read = 0;
  for (const chunk of chunks) {
    victim.deliver(chunk);
    const refused = victim.refused();
    const milliseconds = cpuTime() - start;
    if (refused !== undefined) return [milliseconds, refused];
    if (milliseconds > LONGEST) return [milliseconds, 'too slow'];
    read += chunk.length;
    if (read % READ < chunk.length) await turn();
  }
  return [cpuTime() - start, victim.refused() ?? 'taken'];
}

/** Measures how long each input keeps one library busy, prints the sample and ends the process. */
export async function measureHostile(connect: (config: HostileConfig) => Victim | Promise<Victim>): Promise<void> {
  const options = config<HostileConfig>();
  const inputs = JSON.parse(readFileSync(options.file, 'utf8')) as HostileInput[];
  const chunks = inputs.map(({ text, chunk }) => cut(text, options.frames ? text.length : chunk));
  const outcomes: Record<string, string> = {};
  const attackAll = async (): Promise<Figures> => {
    const values: Record<string, number> = {};
    for (const [i, { id }] of inputs.entries()) {
      [values[id], outcomes[id]] = await attack(await connect(options), chunks[i] ?? []);
    }
    return values;
  };
  if (!options.often) {
    const values = await attackAll();
    return finish({ longest: Math.max(...Object.values(values)) }, outcomes);
  }
  for (let run = 0; run < options.warmup; run++) await attackAll();
  await takeTurns(attackAll);
  finish({}, outcomes);
}
