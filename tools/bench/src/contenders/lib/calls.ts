import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';

/** A function of the library, by the end of its source's name and its own name. */
export interface Counted {
  readonly file: string;
  readonly name: string;
}

/** A source within a built file. */
interface Part {
  readonly source: string;
  readonly start: number;
  readonly end: number;
}

/** How often functions are called, as V8 itself counts it: nothing is added to what is measured. */
export class CallCounter {
  readonly #session = new Session();
  readonly #parts = new Map<string, readonly Part[]>();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  }

  /** The calls since the last time, in the order of the functions. */
  async take(functions: readonly Counted[]): Promise<number[]> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    const calls = functions.map(() => 0);
    for (const { url, functions: called } of result) {
      if (!url.startsWith('file:') || url.includes('/node_modules/')) continue;
      for (const { functionName, ranges } of called) {
        const [whole] = ranges;
        const at = functions.findIndex(
          ({ name, file }) => name === functionName && this.#sourceAt(url, whole?.startOffset ?? 0)?.endsWith(file),
        );
        if (at >= 0) calls[at] = (calls[at] ?? 0) + (whole?.count ?? 0);
      }
    }
    return calls;
  }

  #sourceAt(url: string, offset: number): string | undefined {
    const parts = this.#parts.get(url) ?? partsOf(readFileSync(fileURLToPath(url), 'utf8'));
    this.#parts.set(url, parts);
    return parts.find(({ start, end }) => offset >= start && offset < end)?.source;
  }
}

/** The sources that a bundler has joined: it says before each which it is. */
export function partsOf(text: string): Part[] {
  const heads = [...text.matchAll(/^\/\/ (\S+\.ts)$/gm)];
  return heads.map(({ 1: source = '', index }, i) => ({
    source,
    start: index,
    end: heads[i + 1]?.index ?? text.length,
  }));
}
