import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { ROOT } from '@sestina/scripts/repo';
import { guideOf, unprinted } from '../guide.js';
import type { Lab } from '../lab.js';
import { openPage } from '../page.js';
import type { Proof } from '../proof.js';
import { PackedRegistry } from '../registry.js';
import { BUN, NODE_24, VITE } from '../tools.js';
import { binary, servicesOf } from './runtimes.js';

// The page names no versions; a run means the same everywhere.
const VERSIONS = ['typescript@7.0.2', '@types/node@24.19.4', ...VITE.packages];
const SAYS = 'page wants attention: the house is on fire';

/** A plugin of somebody else: the page about it is done step by step, and prints what it says. */
export const guideProofs: readonly Proof[] = [
  {
    tool: NODE_24,
    what: '[a plugin of your own](third-party-plugin.md): its test, a bot, a bot on Bun, a page of Vite',
    run: async (lab) => {
      const folder = await follow(lab, 'docs/third-party-plugin.md', 'third-party');
      const [user] = lab.server.users;
      const account = { jid: user?.jid, password: user?.password, service: servicesOf(lab)['wss'] };
      const got = await openPage(lab, join(folder, 'page/dist'), `listen(${JSON.stringify(account)})`);
      if (got !== SAYS) throw new Error(`the page says ${JSON.stringify(got)}`);
    },
  },
];

/** Writes the files of a page into a folder, and runs its commands there. @throws Error where one fails, or prints something else. */
async function follow(lab: Lab, path: string, name: string): Promise<string> {
  const folder = lab.folder(name);
  const { files, steps } = guideOf(await readFile(join(ROOT, path), 'utf8'));
  await using registry = await PackedRegistry.start(lab.tarballs);
  for (const [file, text] of [...files, ['.npmrc', registry.settings], ['ca.crt', lab.server.ca]] as const) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const env = await environment(lab, folder);
  let cwd = folder;
  for (const { command, prints } of steps) {
    if (command.startsWith('cd ')) {
      cwd = join(cwd, command.slice(3));
      continue;
    }
    const output = await lab.run('sh', ['-c', withVersions(command)], { cwd, env, timeout: 180_000 });
    const line = unprinted(prints, output);
    if (line !== undefined) throw new Error(`${command} did not print "${line}":\n${output}`);
  }
  return folder;
}

async function environment(lab: Lab, folder: string): Promise<Record<string, string>> {
  const { host, ports, users } = lab.server;
  const programs = [await binary(lab, NODE_24, 'bin'), await binary(lab, BUN, 'bin'), process.env['PATH']];
  return {
    PATH: programs.join(delimiter),
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt'),
    SESTINA_HOST: host,
    SESTINA_PORT: String(ports.c2s),
    SESTINA_JID: users[0]?.jid ?? '',
    SESTINA_PASSWORD: users[0]?.password ?? '',
    npm_config_userconfig: join(folder, '.npmrc'),
    npm_config_ignore_scripts: 'true',
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  };
}

function withVersions(command: string): string {
  const pinned = new Map(VERSIONS.map((version) => [version.slice(0, version.lastIndexOf('@')), version]));
  return command.startsWith('npm install')
    ? command.replace(/(?<= )\S+/g, (word) => pinned.get(word) ?? word)
    : command;
}
