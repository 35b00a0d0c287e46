import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunOptions, run } from '@sestina/runtimes/run';

/** A folder outside of the repository in which a release is rehearsed; everything in it ends with `signal`. */
export class Rehearsal implements AsyncDisposable {
  readonly #folder: string;
  readonly signal: AbortSignal;

  private constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.signal = signal;
  }

  static async make(signal: AbortSignal): Promise<Rehearsal> {
    return new Rehearsal(await mkdtemp(join(tmpdir(), 'sestina-release-')), signal);
  }

  /** The path of something in the folder. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  /** A new folder. */
  async folder(name: string): Promise<string> {
    const folder = this.path(name);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** A new folder, in which npm is at the root of a package that has nothing yet. */
  async empty(name: string): Promise<string> {
    const folder = await this.folder(name);
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    return folder;
  }

  /** Runs a program to its end. @throws Error with what it printed where it fails. */
  run(command: string, args: readonly string[], options: Omit<RunOptions, 'signal'>): Promise<string> {
    return run(command, args, { timeout: 300_000, ...options, signal: this.signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
