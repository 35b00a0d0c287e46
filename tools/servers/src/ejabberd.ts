import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from './daemon.js';
import { ejabberdApi } from './ejabberd-api.js';
import { ejabberdConfig } from './ejabberd-config.js';
import { ServerError } from './errors.js';
import type { Backend, Site } from './site.js';

const LIBRARIES = '/usr/lib';

/** Debian keeps ejabberd in the library directory of the processor's architecture. */
async function findLibraries(): Promise<string> {
  for (const entry of await readdir(LIBRARIES)) {
    const names = await readdir(join(LIBRARIES, entry)).catch(() => []);
    if (names.some((name) => /^ejabberd-\d/.test(name))) return join(LIBRARIES, entry);
  }
  throw new ServerError(`ejabberd is not below ${LIBRARIES}. Run: apt-get install --reinstall ejabberd`);
}

/** ejabberd 23.01. */
export class Ejabberd implements Backend {
  readonly #site: Site;
  readonly command: Command;
  readonly logFile: string;
  readonly portTaken = /eaddrinuse/;

  private constructor(site: Site, libraries: string) {
    this.#site = site;
    this.logFile = join(site.directory, 'ejabberd.log');
    this.command = {
      command: 'erl',
      // No node name: no epmd, no port for other nodes, nothing shared with another instance.
      args: [
        ...['-noinput', '+K', 'true', '+P', '250000', '-mnesia', 'dir', JSON.stringify(join(site.directory, 'data'))],
        ...['-ejabberd', 'log_rotate_size', 'infinity', 'quiet', 'true', '-s', 'ejabberd'],
      ],
      env: {
        HOME: site.directory,
        ERL_LIBS: libraries,
        ERL_CRASH_DUMP_BYTES: '0',
        EJABBERD_CONFIG_PATH: this.#configFile,
        EJABBERD_LOG_PATH: this.logFile,
        EJABBERD_PID_PATH: join(site.directory, 'ejabberd.pid'),
      },
    };
  }

  static async create(site: Site): Promise<Ejabberd> {
    return new Ejabberd(site, await findLibraries());
  }

  async configure(): Promise<void> {
    await mkdir(join(this.#site.directory, 'data'));
    await writeFile(this.#configFile, ejabberdConfig(this.#site, this.#socket), { mode: 0o600 });
  }

  async populate(): Promise<void> {
    for (const { username, password } of this.#site.users) await this.addUser(username, password);
  }

  async ready(): Promise<void> {
    await this.#call('status', {});
  }

  async addUser(user: string, password: string): Promise<void> {
    await this.#call('register', { user, host: this.#site.hosts.main, password });
  }

  async removeUser(user: string): Promise<void> {
    await this.#call('unregister', { user, host: this.#site.hosts.main });
  }

  async closeSession(jid: string, condition?: string): Promise<void> {
    if (condition !== undefined) throw new ServerError('ejabberd chooses the stream error itself');
    const [, user = '', host = '', resource] = /^([^@/]*)@([^/]*)(?:\/(.*))?$/s.exec(jid) ?? [];
    const who = { user, host };
    if (resource === undefined) await this.#call('kick_user', who);
    else await this.#call('kick_session', { ...who, resource, reason: 'kicked' });
  }

  get #configFile(): string {
    return join(this.#site.directory, 'ejabberd.yml');
  }

  get #socket(): string {
    return join(this.#site.directory, 'api');
  }

  async #call(command: string, parameters: Readonly<Record<string, string>>): Promise<void> {
    await ejabberdApi(this.#socket, command, parameters);
  }
}
