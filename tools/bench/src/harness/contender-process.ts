import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { compiled } from './compile.js';
import { PYTHON } from './files.js';
import type { Contender, Figures, Sample } from './types.js';

/** How long one sample, or one turn, may take, in milliseconds. */
const LONGEST = 300_000;

/** A contender at work. */
export class ContenderProcess implements Disposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #what: string;
  readonly #lines: string[] = [];
  readonly #ended: Promise<string>;
  #heard: (() => void) | undefined;
  #over = false;
  #stderr = '';

  /** @param flags More options of Node.js. */
  constructor(contender: Contender, flags: readonly string[] = []) {
    const { name, script, config = {}, env = {} } = contender;
    const python = extname(script.pathname) === '.py';
    const file = python ? fileURLToPath(script) : compiled(script, contender.compiled);
    const nodeFlags = [...(contender.flags ?? []), ...flags];
    const args = python ? [file] : [...nodeFlags, file];
    this.#what = `${name} (${file})`;
    this.#child = spawn(python ? PYTHON : process.execPath, [...args, JSON.stringify(config)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', PYTHONDONTWRITEBYTECODE: '1', ...env },
    });
    // Whoever has ended already hears nothing.
    this.#child.stdin.on('error', () => {});
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      this.#heard?.();
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(error.message));
      this.#child.on('close', (code, signal) => resolve(code === 0 ? '' : `ended with ${signal ?? code}`));
    });
    void this.#ended.then(() => {
      this.#over = true;
      this.#heard?.();
    });
  }

  /** Waits until it says that it has warmed up. */
  async ready(): Promise<void> {
    while ((await this.#line()) !== 'ready');
  }

  /** Has it work for a while; gives what it says that came to. */
  async turn(): Promise<Figures> {
    this.#child.stdin.write('go\n');
    const line = await this.#line();
    const figures = asJson(line) as Figures | undefined;
    if (typeof figures === 'object' && Object.values(figures).every(Number.isFinite)) return figures;
    throw new Error(`${this.#what} did not say what its turn came to, but: ${line}`);
  }

  /**
   * Waits for its end, and what it has measured.
   * @throws Error with what it wrote on standard error, where it failed or printed no sample.
   */
  async end(): Promise<Sample> {
    this.#child.stdin.end('end\n');
    const how = await within(this.#ended, () => this[Symbol.dispose]());
    const result = how === '' ? parse(this.#lines.filter((line) => line !== '').at(-1) ?? '') : undefined;
    if (result) return result;
    throw new Error(`${this.#what} ${how || 'printed no sample'}\n${this.#stderr || this.#lines.join('\n')}`);
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }

  /** The next line that it prints. */
  async #line(): Promise<string> {
    while (this.#lines.length === 0) {
      if (this.#over) throw new Error(`${this.#what} ${await this.#ended}\n${this.#stderr}`);
      const heard = new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
      await within(heard, () => this[Symbol.dispose]());
    }
    return this.#lines.shift() ?? '';
  }
}

/** Runs a contender once, from its start to its end, and returns what it measured. @throws as `ContenderProcess.end`. */
export async function sample(contender: Contender, flags: readonly string[] = []): Promise<Sample> {
  using running = new ContenderProcess(contender, flags);
  return await running.end();
}

async function within<T>(promise: Promise<T>, late: () => void): Promise<T> {
  const timer = setTimeout(late, LONGEST);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

function parse(line: string): Sample | undefined {
  const value = asJson(line) as Sample | undefined;
  return typeof value?.values === 'object' ? value : undefined;
}

function asJson(line: string): unknown {
  try {
    return JSON.parse(line) ?? undefined;
  } catch {
    return undefined;
  }
}
