import { type Message, SystemRandom } from '@sestina/core';
import { FaultyStorage, ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach } from 'vitest';
import { type Work, WorkJournal, type WorkJournalOptions, WorkRecords } from '../src/index.js';

export interface Journaled {
  readonly stream: ScriptedStream;
  readonly storage: FaultyStorage;
  readonly journal: WorkJournal;
}

async function start(
  streams: ReturnType<typeof useStreams>,
  storage = new FaultyStorage(),
  options: Partial<WorkJournalOptions> = {},
): Promise<Journaled> {
  const stream = await ScriptedStream.start({
    kind: 'component',
    jid: 'bot.example.org',
    options: { storage, random: new SystemRandom() },
    plugins: [[WorkJournal, { process: 'w1', ...options }]],
  });
  streams.keep(stream);
  return { stream, storage, journal: stream.xmpp.plugin(WorkJournal) };
}

export const message = ({ stream }: Pick<Journaled, 'stream'>, id: string | number): Message =>
  stream.xmpp.message({ from: 'bob@example.net/x', to: 'a@bot.example.org', id: String(id), body: 'x' });
export const ids = (entries: readonly Work[]): (string | undefined)[] => entries.map(({ id }) => id);
export const left = async (storage: FaultyStorage, process = 'w1'): Promise<(string | undefined)[]> =>
  ids((await new WorkRecords(await storage.survivor()).of(process)).entries).sort();
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it was not rejected',
    (error: unknown) => error,
  );

/** Makes journals for the tests of the file that calls it, and closes their streams after each. */
export function useJournals() {
  const streams = useStreams(afterEach);
  return (storage?: FaultyStorage, options?: Partial<WorkJournalOptions>) => start(streams, storage, options);
}
