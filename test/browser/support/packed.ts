import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publishable } from '@sestina/scripts/repo';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** What the pages use; what these need comes with them. */
const USED = [
  ...Object.keys(JSON.parse(readFileSync(join(ROOT, 'examples/web-chat/package.json'), 'utf8')).dependencies),
  ...['storage', 'xep-0198', 'xep-0199', 'xep-0203'].map((name) => `@sestina/${name}`),
];
const COPIES = [
  ['examples/web-chat/index.html', 'index.html'],
  ['examples/web-chat/src', 'src'],
  ['test/browser/page', 'page'],
] as const;
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];

const execute = promisify(execFile);

/** The folders of packages and of all of ours that these need. */
function foldersOf(names: readonly string[]): string[] {
  const all = new Map(publishable().map((workspace) => [workspace.manifest.name, workspace]));
  const found = new Set<string>();
  const add = (name: string): void => {
    const workspace = all.get(name);
    if (!workspace || found.has(workspace.dir)) return;
    found.add(workspace.dir);
    const { dependencies, peerDependencies } = workspace.manifest;
    for (const other of Object.keys({ ...dependencies, ...peerDependencies })) add(other);
  };
  for (const name of names) add(name);
  return [...found];
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  await execute(command, args, { cwd }).catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`${error.message}\n${error.stdout}${error.stderr}`);
  });
}

/** A folder outside of the repository, with the pages of the tests and the packages as npm would install them. */
export class PackedFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  /** Builds, packs, and installs what was packed. */
  static async make(): Promise<PackedFolder> {
    const folder = new PackedFolder(await mkdtemp(join(tmpdir(), 'sestina-pages-')));
    try {
      await folder.#fill();
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
    return folder;
  }

  async #fill(): Promise<void> {
    await run(process.execPath, [join(ROOT, 'tools/scripts/build.mjs')], ROOT);
    const tarballs = join(this.path, 'tarballs');
    await mkdir(tarballs);
    const workspaces = foldersOf(USED).flatMap((path) => ['--workspace', path]);
    await run('npm', ['pack', '--pack-destination', tarballs, ...workspaces, ...QUIET], ROOT);
    await writeFile(join(this.path, 'package.json'), '{ "private": true, "type": "module" }');
    const files = (await readdir(tarballs)).map((name) => join(tarballs, name));
    await run('npm', ['install', '--prefer-offline', ...QUIET, ...files], this.path);
    for (const [from, to] of COPIES) await cp(join(ROOT, from), join(this.path, to), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
