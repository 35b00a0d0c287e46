import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { npm } from '@sestina/runtimes/run';
import type { Rehearsal } from './rehearsal.js';

// The last that runs on Node.js 20. Three hundred packages: installed here alone, and not by everybody's `npm ci`.
const VERDACCIO = 'verdaccio@6.7.2';
// One of them wants a tag instead of a version, and not every registry has that.
const OVERRIDES = { 'node-fetch': '2.7.0' };
const PROGRAM = fileURLToPath(new URL('../programs/registry.mjs', import.meta.url));
const START = 60_000;

/** What npm gets from nowhere else: what is published here. */
const OURS = ['@sestina/*', 'create-sestina-plugin', 'xmpp-attention'];

/** A registry on 127.0.0.1 that is empty, and has everything that is not ours from the registry that npm uses here. */
export class Registry implements AsyncDisposable {
  readonly #process: ChildProcess;
  /** Where it is, with a slash at the end. */
  readonly url: string;
  /** What programs need to know of it, as variables of their environment. */
  readonly env: Readonly<Record<string, string>>;

  private constructor(process: ChildProcess, url: string, settings: string, cache: string) {
    this.#process = process;
    this.url = url;
    this.env = {
      npm_config_registry: url,
      npm_config_userconfig: settings,
      // What has the same name and version in the next run may be another package.
      npm_config_cache: cache,
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      // Whatever the npm that runs this was told.
      npm_config_loglevel: 'notice',
      npm_config_update_notifier: 'false',
    };
  }

  /** @throws Error where verdaccio cannot be installed, or does not start. */
  static async start(rehearsal: Rehearsal): Promise<Registry> {
    const { signal } = rehearsal;
    const cwd = await rehearsal.empty('registry');
    const upstream = (await rehearsal.run('npm', ['config', 'get', 'registry'], { cwd })).trim();
    await writeFile(`${cwd}/package.json`, JSON.stringify({ private: true, overrides: OVERRIDES }));
    try {
      // npm installs what it has kept without asking anybody, and the rest of the rehearsal needs a registry.
      await rehearsal.run('npm', ['view', VERDACCIO, 'version', '--prefer-online'], { cwd });
      await npm(['install', VERDACCIO], { cwd, signal, timeout: 300_000 });
    } catch (cause) {
      signal.throwIfAborted();
      const why = (cause as Error).message;
      throw new Error(
        `nothing can be rehearsed: npm got no ${VERDACCIO} from ${upstream}. Is that registry reachable?\n${why}`,
        { cause },
      );
    }
    const child = fork(PROGRAM, { cwd, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    try {
      child.send(settingsOf(cwd, upstream));
      const [port] = (await Promise.race([
        once(child, 'message', { signal: AbortSignal.any([signal, AbortSignal.timeout(START)]) }),
        once(child, 'exit').then(([code]) => Promise.reject(new Error(`${VERDACCIO} ended with ${code}`))),
      ])) as [number];
      const url = `http://127.0.0.1:${port}/`;
      const settings = rehearsal.path('npmrc');
      // npm publishes for nobody who has no token. This registry takes any.
      await writeFile(settings, `${url.slice('http:'.length)}:_authToken=loopback\n`);
      return new Registry(child, url, settings, rehearsal.path('cache'));
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** What it has of a package. @throws Error where it has nothing of it. */
  async packument(name: string): Promise<Packument> {
    const response = await fetch(`${this.url}${name.replace('/', '%2f')}`);
    if (!response.ok) throw new Error(`${name} is not published`);
    return (await response.json()) as Packument;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

/** What a registry says of a package. */
export interface Packument {
  readonly 'dist-tags': Readonly<Record<string, string>>;
  /** When each version was published. */
  readonly time: Readonly<Record<string, string>>;
}

function settingsOf(folder: string, upstream: string): object {
  const everybody = { access: '$all', publish: '$all' };
  return {
    storage: `${folder}/storage`,
    self_path: `${folder}/settings.yaml`,
    auth: { htpasswd: { file: `${folder}/htpasswd`, max_users: -1 } },
    uplinks: { upstream: { url: upstream, timeout: '60s', max_fails: 20, fail_timeout: '10s' } },
    packages: {
      ...Object.fromEntries(OURS.map((name) => [name, everybody])),
      '**': { access: '$all', proxy: 'upstream' },
    },
    log: { type: 'stdout', level: 'fatal' },
    web: { enable: false },
    max_body_size: '50mb',
  };
}
