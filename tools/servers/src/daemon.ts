import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { StopSignal } from './types.js';

/** How long a server may take to end by itself after SIGTERM, in milliseconds. */
const GRACE = 10_000;

// A server needs one descriptor per session; the soft limit is 1024 on many systems.
const WRAPPER = 'ulimit -n 20000 2>/dev/null || ulimit -n "$(ulimit -H -n)"; exec "$@"';

/** What to run. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}

/** A running process with all its children, in a process group of their own. */
export class Daemon {
  readonly #child: ChildProcess;
  readonly #exit: Promise<void>;
  #running = true;

  /** @param output A file that gets what the process writes on its standard output and error. */
  constructor({ command, args, env }: Command, directory: string, output: string) {
    const log = openSync(output, 'a');
    try {
      this.#child = spawn('/bin/sh', ['-c', WRAPPER, 'sh', command, ...args], {
        cwd: directory,
        detached: true,
        env: { ...process.env, ...env },
        stdio: ['ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
    this.#exit = new Promise((resolve) => {
      const end = (): void => {
        this.#running = false;
        resolve();
      };
      this.#child.once('exit', end);
      this.#child.once('error', end);
    });
    this.#child.unref();
  }

  /** The id of the process group, or undefined where nothing could be started. */
  get group(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Resolves when the process has ended, for whatever reason. */
  get ended(): Promise<void> {
    return this.#exit;
  }

  /** Ends the process, by force where it takes longer than ten seconds, and whatever it has left behind. */
  async stop(signal: StopSignal): Promise<void> {
    if (this.#running) {
      this.#child.ref();
      this.#child.kill(`SIG${signal}`);
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), GRACE);
      await this.#exit;
      clearTimeout(timer);
    }
    if (this.group !== undefined) killGroup(this.group);
  }
}
