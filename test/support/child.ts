import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunningServer, ServerUser } from '@sestina/servers';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE = 20_000;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of its own, run from the root of the repository, with what it prints. Killed when disposed of. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #detached: boolean;
  readonly #look = new Set<() => void>();
  /** How it ended. */
  readonly ended: Promise<Ending>;
  stdout = '';
  stderr = '';

  constructor(command: string, args: readonly string[], options: SpawnOptions = {}) {
    this.#detached = options.detached ?? false;
    this.#process = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.#process.stdout?.on('data', (chunk: Buffer) => this.#print('stdout', chunk));
    this.#process.stderr?.on('data', (chunk: Buffer) => this.#print('stderr', chunk));
    this.ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', (code, signal) => {
        const { stdout, stderr } = this;
        resolve({ code, signal, stdout, stderr });
        for (const look of [...this.#look]) look();
      });
    });
    this.ended.catch(() => {});
  }

  /** Runs a TypeScript file as a user of the repository would. */
  static script(file: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Child {
    return new Child(process.execPath, ['tools/scripts/run.mjs', file, ...args], { env: { ...process.env, ...env } });
  }

  /** Resolves with the match once it has printed that. @param within Milliseconds. */
  prints(pattern: RegExp, within = PATIENCE): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        this.#look.delete(look);
        act();
      };
      const fail = (why: string): void =>
        finish(() => reject(new Error(`${why} without printing ${pattern}:\n${this.stdout}\n${this.stderr}`)));
      const look = (): void => {
        const match = pattern.exec(this.stdout);
        if (match) finish(() => resolve(match));
        else if (this.#process.exitCode !== null || this.#process.signalCode !== null) fail('it ended');
      };
      const timer = setTimeout(() => fail('it went on'), within);
      this.#look.add(look);
      look();
    });
  }

  /** How it ends, if it does so in time. */
  async end(within = PATIENCE): Promise<Ending> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`still running after ${within} ms:\n${this.stdout}\n${this.stderr}`)),
        within,
      );
    });
    return Promise.race([this.ended, late]).finally(() => clearTimeout(timer));
  }

  /** Sends a signal, as Ctrl-C in a terminal does to all of a detached one. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this.#process;
    if (this.#detached && pid !== undefined) process.kill(-pid, name);
    else this.#process.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.signal('SIGKILL');
    await this.ended;
  }

  #print(stream: 'stderr' | 'stdout', chunk: Buffer): void {
    this[stream] += chunk;
    for (const look of [...this.#look]) look();
  }
}

/** The variables that the examples look at. */
export function environmentOf(server: RunningServer, { jid, password }: ServerUser): Record<string, string> {
  return {
    SESTINA_JID: jid,
    SESTINA_PASSWORD: password,
    SESTINA_HOST: server.host,
    SESTINA_PORT: String(server.ports.c2s),
    NODE_EXTRA_CA_CERTS: server.caFile,
  };
}

/** The same for those that are components. */
export function componentEnvironmentOf({ host, ports, component }: RunningServer): Record<string, string> {
  return {
    SESTINA_COMPONENT: component.domains[0] ?? '',
    SESTINA_SECRET: component.secret,
    SESTINA_HOST: host,
    SESTINA_COMPONENT_PORT: String(ports.component),
  };
}
