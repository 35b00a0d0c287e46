import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publishable, ROOT } from '@sestina/scripts/repo';
import { ensureInstalled, type RunningServer, startServer } from '@sestina/servers';
import { startBrowser } from '@sestina/servers/browser';
import type { Browser } from 'playwright-core';
import { npm, type RunOptions, run } from './run.js';
import { nameOf, type Tool } from './tools.js';

// Those in the second import a tool, which is not there before it is tried.
const PROGRAMS = ['../programs', '../tool-programs'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
// What the declarations of packages for Node.js need, and their users have.
const NODE_TYPES = '@types/node@20.19.43';

/** npm could not get a tool here: nothing was shown of it. */
export class NotInstalledError extends Error {
  override readonly name = 'NotInstalledError';
}

/** A published package, and what can be imported from it. */
export interface Published {
  readonly name: string;
  /** `@sestina/sasl`, `@sestina/sasl/server`, … */
  readonly entries: readonly string[];
}

/** A folder outside of the repository with what all proofs need. */
export class Lab implements AsyncDisposable {
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #tools = new Map<Tool, Promise<string>>();
  #server: RunningServer | undefined;
  #browser: Promise<Browser> | undefined;
  /** The packages, in the order of their folders. */
  readonly published: readonly Published[] = publishable().map(({ manifest: { name, exports } }) => ({
    name,
    entries: Object.keys(exports ?? {})
      .filter((key) => key !== './package.json')
      .map((key) => name + key.slice(1)),
  }));

  private constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Packs what is built, installs it, and starts a server. Everything ends with `signal`. */
  static async make(signal: AbortSignal): Promise<Lab> {
    const lab = new Lab(await mkdtemp(join(tmpdir(), 'sestina-runtimes-')), signal);
    try {
      await ensureInstalled(['prosody', 'chromium']);
      const [server] = await Promise.all([startServer({ kind: 'prosody', scramPlusExporter: true }), lab.#install()]);
      lab.#server = server;
      return lab;
    } catch (error) {
      await lab[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** An application with all packages and the programs, and nothing else. */
  get app(): string {
    return join(this.#folder, 'app');
  }

  /** Where the packed packages are. */
  get tarballs(): string {
    return join(this.#folder, 'tarballs');
  }

  /** A folder for one proof; nobody has made it yet. */
  folder(name: string): string {
    return join(this.#folder, name);
  }

  get server(): RunningServer {
    if (!this.#server) throw new Error('the server does not run');
    return this.#server;
  }

  /** A browser that trusts the server. */
  browser(): Promise<Browser> {
    this.#browser ??= startBrowser(this.server);
    return this.#browser;
  }

  /**
   * The folder in which a tool is installed: by itself, or in a copy of the application.
   * @throws NotInstalledError where npm cannot get it.
   */
  tool(tool: Tool): Promise<string> {
    const installed = this.#tools.get(tool) ?? this.#installTool(tool, join(this.#folder, `tool-${this.#tools.size}`));
    this.#tools.set(tool, installed);
    return installed;
  }

  /** Runs a program to its end. @throws Error with what it printed where it fails. */
  run(command: string, args: readonly string[], options: Partial<RunOptions> = {}): Promise<string> {
    return run(command, args, { cwd: this.app, signal: this.#signal, ...options });
  }

  async #install(): Promise<void> {
    const signal = this.#signal;
    await Promise.all([mkdir(this.tarballs), mkdir(this.app)]);
    const workspaces = this.published.flatMap(({ name }) => ['--workspace', name]);
    await npm(['pack', '--pack-destination', this.tarballs, ...workspaces], { cwd: ROOT, signal });
    await writeFile(join(this.app, 'package.json'), '{ "private": true, "type": "module" }\n');
    const files = (await readdir(this.tarballs)).map((name) => join(this.tarballs, name));
    await npm(['install', ...files, NODE_TYPES], { cwd: this.app, signal });
    for (const folder of PROGRAMS) await cp(folder, this.app, { recursive: true });
  }

  async #installTool(tool: Tool, folder: string): Promise<string> {
    if (tool.section === 'Runtimes') {
      await mkdir(folder);
      await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    } else {
      await cp(this.app, folder, { recursive: true });
    }
    await npm(['install', ...tool.packages], { cwd: folder, signal: this.#signal }).catch((cause: Error) => {
      this.#signal.throwIfAborted();
      throw new NotInstalledError(`npm could not install ${nameOf(tool)}: ${cause.message}`, { cause });
    });
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser?.then(
      (browser) => browser.close(),
      () => {},
    );
    await this.#server?.[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
