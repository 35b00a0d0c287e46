import type { ScriptedStream } from './scripted-stream.js';

/** The scripted streams of the tests in one file. */
export interface Streams {
  /** Has a stream closed after the test. */
  keep(stream: ScriptedStream): ScriptedStream;
}

/**
 * Closes the scripted streams of each test after it. Call it in the file of the tests: what a module that several of them import
 * registers may run for the first one alone.
 * @param afterEach That of the test runner: of Vitest, of Jest, of `node:test`.
 */
export function useStreams(afterEach: (close: () => Promise<void>) => void): Streams {
  const streams: ScriptedStream[] = [];
  afterEach(async () => {
    for (const stream of streams.splice(0)) await stream.close();
  });
  return {
    keep(stream) {
      streams.push(stream);
      return stream;
    },
  };
}
