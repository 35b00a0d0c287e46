import { readFileSync } from 'node:fs';
import { cut, deliverAll, type Receiver } from './chunks.js';
import { config, cpuOfWork, cpuTime, type Figures, finish, type Repeats, takeTurns } from './sample.js';
import type { Script } from './scripted-server.js';

/** Options of the contenders of scenario (n). */
interface ArchiveConfig extends Repeats {
  /** Messages of a page, `QUERY` in the place of the query's id, and what ends it, with `IQ` in the place of the request's. */
  readonly file: string;
}

interface ArchiveData {
  readonly messages: readonly string[];
  readonly end: string;
}

/** A library that reads archives. */
export interface ArchiveClient extends Receiver {
  /** The bodies of a page, the oldest first. */
  page(size: number): Promise<readonly string[]>;
}

/** Measures how one library reads a page of an archive, prints the sample and ends the process. */
export async function measureArchive(
  connect: (script: Script) => Promise<ArchiveClient>,
  { frames = false } = {},
): Promise<void> {
  const { file, warmup } = config<ArchiveConfig>();
  const { messages, end } = JSON.parse(readFileSync(file, 'utf8')) as ArchiveData;
  const all = messages.join('');
  /** Milliseconds that went into making the answer: they are no library's. */
  let making = 0;
  let failed = (_: unknown): void => {};
  const answer = (query: string): void => {
    const before = cpuTime();
    const id = /\bid=["']([^"']*)/.exec(query)?.[1] ?? '';
    const queryId = /queryid=["']([^"']*)/.exec(query)?.[1] ?? '';
    const last = end.replace('IQ', id);
    const chunks = frames
      ? [...messages.map((text) => Buffer.from(text.replace('QUERY', queryId))), Buffer.from(last)]
      : cut(all.replaceAll('QUERY', queryId) + last);
    making = cpuTime() - before;
    deliverAll(client, chunks).catch((error: unknown) => failed(error));
  };
  const client = await connect({
    says(text) {
      if (!text.includes('<query') || !text.includes('urn:xmpp:mam:2')) return undefined;
      setImmediate(answer, text);
      return [];
    },
  });
  let bodies: readonly string[] = [];
  const read = async (): Promise<Figures> => {
    const cpu = await cpuOfWork(async () => {
      const broken = new Promise<never>((_resolve, reject) => {
        failed = reject;
      });
      bodies = await Promise.race([client.page(messages.length), broken]);
    });
    return { page: cpu - making };
  };
  for (let run = 0; run < warmup; run++) await read();
  await takeTurns(read);
  finish({}, { count: bodies.length, sum: bodies.join('').length });
}
