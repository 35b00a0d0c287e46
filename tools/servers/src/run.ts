import { execFile } from 'node:child_process';
import { ServerError } from './errors.js';

/** What {@link run} takes. */
export interface RunOptions {
  cwd?: string;
  /** Added to the environment of this process. */
  env?: Readonly<Record<string, string>>;
  /** Milliseconds until the command is killed and the call rejects, default 30 000. */
  timeout?: number;
}

/**
 * Runs a command to its end and returns what it wrote on its standard output.
 *
 * @throws {ServerError} When it cannot be run, ends with another code than 0, or takes too long; the message ends with what it wrote last.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env, timeout = 30_000 } = options;
  return new Promise((resolve, reject) => {
    execFile(
      command,
      [...args],
      { cwd, timeout, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout);
          return;
        }
        const last = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
        reject(
          new ServerError(`${command} ${args[0] ?? ''} failed: ${error.killed ? 'timeout' : last}`, { cause: error }),
        );
      },
    );
  });
}
