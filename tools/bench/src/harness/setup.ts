import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureInstalled } from '@sestina/servers';
import { PYTHON, ROOT } from './files.js';

const PEERS = fileURLToPath(new URL('../../peers/', import.meta.url));

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function manifest(path: string): Promise<Manifest> {
  return JSON.parse(await readFile(path, 'utf8')) as Manifest;
}

/** Name and installed version of everything in peers/package.json; undefined where it is not there. */
async function versions(): Promise<Record<string, string | undefined>> {
  const { dependencies = {} } = await manifest(join(PEERS, 'package.json'));
  const found: Record<string, string | undefined> = {};
  for (const name of Object.keys(dependencies)) {
    const path = join(PEERS, 'node_modules', name, 'package.json');
    found[name] = await manifest(path).then(
      ({ version }) => version,
      () => undefined,
    );
  }
  return found;
}

/**
 * Installs what Sestina is measured against, where it is missing or of another version.
 * @returns Name and version.
 * @throws Error where npm or apt-get cannot get it.
 */
export async function installPeers(): Promise<Record<string, string>> {
  const { dependencies: wanted = {} } = await manifest(join(PEERS, 'package.json'));
  let found = await versions();
  if (Object.entries(wanted).some(([name, version]) => found[name] !== version)) {
    await run(
      'npm',
      ['ci', '--prefix', PEERS, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      PEERS,
    );
    found = await versions();
  }
  return Object.fromEntries(Object.entries(found).map(([name, version]) => [name, version ?? 'missing']));
}

/** The same for slixmpp, which comes from Debian. @returns Its version and Python's. */
export async function installSlixmpp(): Promise<Record<string, string>> {
  await ensureInstalled(['slixmpp']);
  const program = 'import platform, slixmpp; print(slixmpp.__version__, platform.python_version())';
  const { stdout } = await promisify(execFile)(PYTHON, ['-c', program]);
  const [slixmpp = 'unknown', python = 'unknown'] = stdout.trim().split('\n').at(-1)?.split(' ') ?? [];
  return { slixmpp, Python: python };
}

/** Builds the packages: what is measured is what npm gets. */
export async function buildPackages(): Promise<void> {
  await run(process.execPath, [join(ROOT, 'tools/scripts/build.mjs')], ROOT);
}

/** Runs a command to its end. @throws Error where it fails. */
export function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // What it says goes to standard error: standard output may be JSON.
    const child = spawn(command, args, { cwd, stdio: ['ignore', 2, 2] });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}`));
    });
  });
}
