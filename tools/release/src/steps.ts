/** Something that is done, and what came of it. */
export interface Done {
  readonly name: string;
  readonly what: string;
  readonly seconds: number;
  readonly error: unknown;
}

/** Does one thing after the other, and remembers what came of each. */
export class Steps {
  readonly #done: Done[] = [];
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  get done(): readonly Done[] {
    return this.#done;
  }

  /** Does what others need. @throws what it throws, once that is remembered. */
  async need<T>(name: string, what: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const note = (error?: unknown): void => {
      const seconds = (performance.now() - started) / 1000;
      this.#done.push({ name, what, seconds, error });
      this.#say(`${error === undefined ? 'ok    ' : 'FAILED'} ${name}: ${what}, ${seconds.toFixed(1)} s`);
    };
    try {
      const result = await work();
      note();
      return result;
    } catch (error) {
      note(error ?? new Error('no reason'));
      this.#say(messageOf(error).replace(/^/gm, '       '));
      throw error;
    }
  }

  /** Does what nothing else needs; what comes of it is remembered. */
  async try(name: string, what: string, work: () => Promise<unknown>): Promise<void> {
    await this.need(name, what, work).catch(() => {});
  }
}

/** A table of what was done. */
export function tableOf(done: readonly Done[]): string {
  const width = Math.max(...done.map(({ name }) => name.length));
  const lines = done.map(
    ({ name, what, seconds, error }) =>
      `${error === undefined ? 'ok    ' : 'FAILED'}  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s  ${what}`,
  );
  return lines.join('\n');
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trimEnd();
