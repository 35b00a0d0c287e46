import { spawn } from 'node:child_process';

/** How a program is run. */
export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds. @default 60_000 */
  readonly timeout?: number;
  readonly signal: AbortSignal;
}

const MOST = 100_000;

/**
 * Runs a program to its end.
 * @returns What it printed.
 * @throws Error with what it printed where it fails or takes too long; the reason of `signal`. It is gone by then, and what it started.
 */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { cwd, env, timeout = 60_000, signal } = options;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, which ends with it: npm and browsers start others.
      detached: true,
    });
    let output = '';
    let late = false;
    const print = (chunk: Buffer): void => {
      output = (output + chunk).slice(-MOST);
    };
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
    };
    const timer = setTimeout(() => {
      late = true;
      kill();
    }, timeout);
    signal.addEventListener('abort', kill, { once: true });
    child.stdout.on('data', print);
    child.stderr.on('data', print);
    child.once('error', (error) => {
      output += error.message;
    });
    child.once('close', (code, died) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      kill();
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve(output);
      else reject(new Error(`${late ? `no end after ${timeout} ms` : `ended with ${died ?? code}`}\n${output}`));
    });
  });
}

// A download that stands still is begun again, and not waited for five minutes.
const NPM = [
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  '--ignore-scripts',
  '--prefer-offline',
  '--fetch-timeout=30000',
];

/** Runs npm, without the scripts of packages. */
export function npm(args: readonly string[], options: RunOptions): Promise<string> {
  return run('npm', [...args, ...NPM], { timeout: 180_000, ...options });
}
