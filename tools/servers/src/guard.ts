import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';

// It learns that its parent has died, by whatever signal, from the end of its standard input. The number of tries is limited as a
// dead process that nobody waits for counts as one that can still be killed.
const SCRIPT = `
group=0
while read -r line; do
  case $line in
    done) exit 0 ;;
    *) group=$line ;;
  esac
done
if [ "$group" -gt 0 ]; then
  tries=0
  while kill -9 "-$group" 2>/dev/null && [ "$tries" -lt 20 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
fi
rm -rf -- "$1"
`;

/**
 * A small shell next to this process that outlives it: when this process is gone, it kills the process group it was told about
 * last and removes a directory. No signal handlers are needed, and SIGKILL is covered.
 */
export class Guard {
  readonly #directory: string;
  readonly #shell: ChildProcess;

  constructor(directory: string) {
    this.#directory = directory;
    // A process group of its own, or the Ctrl-C of a terminal would end it too.
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT, 'guard', directory], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#shell.on('error', () => undefined);
    this.#shell.stdin?.on('error', () => undefined);
    this.#shell.unref();
    (this.#shell.stdin as { unref?: () => void } | null)?.unref?.();
  }

  /** Names the process group to kill, or none. */
  watch(group: number | undefined): void {
    this.#shell.stdin?.write(`${group ?? 0}\n`);
  }

  /** Removes the directory and ends the shell. The process group must be gone. */
  async release(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#shell.once('exit', resolve));
    this.#shell.ref();
    this.#shell.stdin?.end('done\n');
    await ended;
  }
}
