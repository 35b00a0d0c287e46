import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PACKAGES = ['xml', 'core', 'sasl', 'storage', 'tcp', 'websocket', 'client'].map((name) => `packages/${name}`);
const FOLDERS = [...PACKAGES, 'plugins/xep-0198', 'plugins/xep-0199', 'plugins/xep-0203'];
const COPIES = [
  ['examples/web-chat/index.html', 'index.html'],
  ['examples/web-chat/src', 'src'],
  ['test/browser/page', 'page'],
] as const;
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];

const execute = promisify(execFile);

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
    await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', ...FOLDERS], ROOT);
    const tarballs = join(this.path, 'tarballs');
    await mkdir(tarballs);
    const workspaces = FOLDERS.flatMap((path) => ['--workspace', path]);
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
