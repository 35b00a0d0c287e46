import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from './daemon.js';
import { luaString, prosodyConfig } from './prosody-config.js';
import { prosodyShell } from './prosody-shell.js';
import type { Backend, Site } from './site.js';

const PLUGINS = fileURLToPath(new URL('../lua', import.meta.url));

/** How Prosody names the file of an account. */
function encoded(name: string): string {
  return [...Buffer.from(name)]
    .map((byte) =>
      /[0-9A-Za-z]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, '0')}`,
    )
    .join('');
}

/** Prosody 0.12. */
export class Prosody implements Backend {
  readonly #site: Site;
  readonly command: Command;
  readonly logFile: string;
  readonly portTaken = /Failed to open server port/;

  constructor(site: Site) {
    this.#site = site;
    this.command = { command: 'prosody', args: ['--config', this.#configFile, '-F'] };
    this.logFile = join(site.directory, 'server.log');
  }

  async configure(): Promise<void> {
    const { directory, hosts, users } = this.#site;
    await mkdir(join(directory, 'no-certificates'));
    await writeFile(this.#configFile, prosodyConfig(this.#site, PLUGINS, this.#shell), { mode: 0o600 });
    // `prosodyctl register` takes 0.15 s per account.
    const accounts = join(directory, 'data', encoded(hosts.main), 'accounts');
    await mkdir(accounts, { recursive: true });
    for (const { username, password } of users) {
      await writeFile(
        join(accounts, `${encoded(username)}.dat`),
        `return { ["password"] = ${luaString(password)}; };\n`,
      );
    }
  }

  async populate(): Promise<void> {}

  async ready(): Promise<void> {
    await this.#run('server:version()');
  }

  async addUser(username: string, password: string): Promise<void> {
    await this.#run(`user:create(${luaString(`${username}@${this.#site.hosts.main}`)}, ${luaString(password)})`);
  }

  async removeUser(username: string): Promise<void> {
    await this.#run(`user:delete(${luaString(`${username}@${this.#site.hosts.main}`)})`);
  }

  async closeSession(jid: string, condition = 'policy-violation'): Promise<void> {
    // Without a reason Prosody sends no stream error, and waits for five seconds before it cuts the connection.
    await this.#run(`c2s:close(${luaString(jid)}, "kicked", ${luaString(condition)})`);
  }

  get #configFile(): string {
    return join(this.#site.directory, 'prosody.cfg.lua');
  }

  get #shell(): string {
    return join(this.#site.directory, 'shell');
  }

  async #run(line: string): Promise<void> {
    await prosodyShell(this.#shell, line);
  }
}
