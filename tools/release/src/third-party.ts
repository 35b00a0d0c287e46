import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { openPage } from '@sestina/runtimes/page';
import { npm } from '@sestina/runtimes/run';
import { BUN, NODE_24, type Tool, VITE } from '@sestina/runtimes/tools';
import { ROOT } from '@sestina/scripts/repo';
import { ensureInstalled, type RunningServer, startServer } from '@sestina/servers';
import { startBrowser } from '@sestina/servers/browser';
import { guideOf, type Step, unprinted } from './guide.js';
import type { Registry } from './registry.js';
import type { Rehearsal } from './rehearsal.js';

const PAGE = 'docs/third-party-plugin.md';
const SAYS = 'page wants attention: the house is on fire';
// The page names no versions; a run means the same everywhere.
const VERSIONS = new Map(
  ['typescript@7.0.2', '@types/node@24.19.4', ...VITE.packages].map((version) => {
    const at = version.lastIndexOf('@');
    return [version.slice(0, at), version.slice(at + 1)] as const;
  }),
);

/** A plugin of somebody else: the page about it is done step by step, and prints what it says. @throws Error where it does not. */
export async function tryThirdParty(rehearsal: Rehearsal, registry: Registry): Promise<void> {
  await ensureInstalled(['prosody', 'chromium']);
  await using server = await startServer({ kind: 'prosody' });
  const folder = await rehearsal.empty('third-party');
  await writeFile(join(folder, 'ca.crt'), server.ca);
  const env = { ...registry.env, ...accountOf(server), ...(await toolsOf(rehearsal)) };
  await follow(rehearsal, folder, { ...env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt') });
  const { domain, ports, users } = server;
  const account = {
    jid: users[0]?.jid,
    password: users[0]?.password,
    service: `wss://${domain}:${ports.https}/xmpp-websocket`,
  };
  const browser = await startBrowser(server);
  try {
    const got = await openPage(browser, join(folder, 'page/dist'), `listen(${JSON.stringify(account)})`);
    if (got !== SAYS) throw new Error(`the page says ${JSON.stringify(got)}`);
  } finally {
    await browser.close();
  }
}

/** Writes the files of the page into a folder and runs its commands there, in their order. @throws Error where one fails, or prints something else. */
async function follow(rehearsal: Rehearsal, folder: string, env: Readonly<Record<string, string>>): Promise<void> {
  let cwd = folder;
  for (const step of guideOf(await readFile(join(ROOT, PAGE), 'utf8'))) {
    if ('file' in step) {
      const path = join(folder, step.file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, step.text);
    } else if (step.command.startsWith('cd ')) {
      cwd = join(cwd, step.command.slice(3));
    } else {
      await runStep(rehearsal, step, cwd, env);
    }
  }
}

async function runStep(
  rehearsal: Rehearsal,
  { command, prints }: Extract<Step, { command: string }>,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const installs = command.startsWith('npm install');
  if (installs) await pinVersions(cwd);
  const more = installs ? { npm_config_ignore_scripts: 'true' } : {};
  const output = await rehearsal.run('sh', ['-c', installs ? withVersions(command) : command], {
    cwd,
    env: { ...env, ...more },
  });
  const line = unprinted(prints, output);
  if (line !== undefined) throw new Error(`${command} did not print "${line}":\n${output}`);
}

const withVersions = (command: string): string =>
  command.replace(/(?<= )\S+/g, (word) => (VERSIONS.has(word) ? `${word}@${VERSIONS.get(word)}` : word));

/** The same for what a package.json wants. */
async function pinVersions(cwd: string): Promise<void> {
  const path = join(cwd, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { devDependencies?: Record<string, string> };
  for (const name of Object.keys(manifest.devDependencies ?? {})) {
    const version = VERSIONS.get(name);
    if (version && manifest.devDependencies) manifest.devDependencies[name] = version;
  }
  await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

function accountOf({ host, ports, users }: RunningServer): Record<string, string> {
  return {
    SESTINA_HOST: host,
    SESTINA_PORT: String(ports.c2s),
    SESTINA_JID: users[0]?.jid ?? '',
    SESTINA_PASSWORD: users[0]?.password ?? '',
  };
}

/** Node.js and Bun, as the page asks for them. */
async function toolsOf(rehearsal: Rehearsal): Promise<Record<string, string>> {
  const cwd = await rehearsal.empty('tools');
  await npm(['install', ...NODE_24.packages, ...BUN.packages], { cwd, signal: rehearsal.signal });
  const folders = [NODE_24, BUN].map((tool) => join(cwd, 'node_modules', nameOf(tool), 'bin'));
  return { PATH: [...folders, process.env['PATH']].join(delimiter) };
}

const nameOf = ({ packages: [first = ''] }: Tool): string => first.slice(0, first.lastIndexOf('@'));
