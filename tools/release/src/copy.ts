import { copyFile, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT, repositoryFiles } from '@sestina/scripts/repo';
import type { Rehearsal } from './rehearsal.js';

const NAME = 'repository';
const MODULES = 'node_modules';

/**
 * Copies what is committed or could be into a repository of its own, with the dependencies of this one. What is released
 * there never shows here.
 * @returns Its folder.
 */
export async function copyRepository(rehearsal: Rehearsal): Promise<string> {
  const folder = rehearsal.path(NAME);
  for (const path of repositoryFiles()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await copyFile(join(ROOT, path), join(folder, path));
  }
  await linkModules(join(ROOT, MODULES), join(folder, MODULES));
  await rehearsal.run('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder });
  await commit(rehearsal, folder, 'what is released');
  return folder;
}

/** Commits everything in a copy: lerna asks git what is released, changesets who said so. */
export async function commit(rehearsal: Rehearsal, folder: string, message: string): Promise<void> {
  const who = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost', '-c', 'commit.gpgsign=false'];
  await rehearsal.run('git', ['add', '--all'], { cwd: folder });
  await rehearsal.run('git', [...who, 'commit', '--quiet', '--no-verify', '-m', message], { cwd: folder });
}

/** Links every package where it is, and packages of the repository, which are links already, next door in the copy. */
async function linkModules(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (entry.name.startsWith('@')) await linkModules(source, target);
    else await symlink(source, target);
  }
}
