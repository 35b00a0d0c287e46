import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from './daemon.js';
import { ejabberdApi } from './ejabberd-api.js';
import { ejabberdConfig } from './ejabberd-config.js';
import { ServerError } from './errors.js';
import { run } from './run.js';
import type { Backend, Site } from './site.js';

const LIBRARIES = '/usr/lib';

/** In milliseconds. */
const JOIN_TIMEOUT = 60_000;

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
    const { cluster } = site;
    this.command = {
      command: 'erl',
      args: [
        // Without a name: no epmd, no port for other nodes, nothing shared with another instance.
        ...(cluster ? ['-sname', cluster.node, '-kernel', 'inet_dist_use_interface', '{127,0,0,1}'] : []),
        ...['-noinput', '+K', 'true', '+P', '250000', '-mnesia', 'dir', JSON.stringify(join(site.directory, 'data'))],
        ...['-ejabberd', 'log_rotate_size', 'infinity', 'quiet', 'true', '-s', 'ejabberd'],
      ],
      env: {
        // The cookie of a cluster is read from there.
        HOME: site.directory,
        ...(cluster && { ERL_EPMD_PORT: `${cluster.epmdPort}`, ERL_EPMD_ADDRESS: '127.0.0.1' }),
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
    const { cluster, directory } = this.#site;
    if (cluster) await writeFile(join(directory, '.erlang.cookie'), cluster.cookie, { mode: 0o400 });
  }

  /** Makes this node one of the cluster that another node is in. It restarts what is inside, and forgets what it had. */
  async join(other: string): Promise<void> {
    const { cluster } = this.#site;
    if (!cluster) throw new ServerError('this ejabberd was started without a name');
    // From outside: whoever is inside, the HTTP interface too, ends in the middle of it.
    const call = `rpc:call('${cluster.node}', ejabberd_cluster, join, ['${other}'])`;
    const args = ['-noinput', '-hidden', '-sname', `join-${cluster.node}`, '-eval', `${call}, halt().`];
    await run('erl', args, { ...(this.command.env && { env: this.command.env }), timeout: JOIN_TIMEOUT });
  }

  /** The nodes that this one sees, itself among them. */
  async nodes(): Promise<string[]> {
    return (await ejabberdApi(this.#socket, 'list_cluster', {})) as string[];
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
