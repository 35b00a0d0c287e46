import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { compileContenders, compiled } from './compile.js';
import { glob, ROOT } from './files.js';
import { isOurs } from './run-case.js';
import { run } from './setup.js';
import type { Case } from './types.js';

const BENCH = 'tools/bench/';

/** Another revision of the repository, built. */
export interface Revision {
  /** What the tables call it. */
  readonly name: string;
  /** Its folder of the bench, with a slash. */
  readonly bench: string;
  dispose(): Promise<void>;
}

/**
 * Builds another revision beside this one, with its own dependencies and its own contenders.
 * @throws Error where git does not know it, or it cannot be built.
 */
export async function buildRevision(name: string): Promise<Revision> {
  const root = join(await mkdtemp(join(tmpdir(), 'sestina-revision-')), 'tree');
  const dispose = async (): Promise<void> => {
    await run('git', ['worktree', 'remove', '--force', root], ROOT).catch(() => {});
    await rm(join(root, '..'), { recursive: true, force: true });
  };
  try {
    await run('git', ['worktree', 'add', '--detach', root, name], ROOT);
    await run(
      'npm',
      ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
      root,
    );
    await run('npm', ['run', 'build'], root);
    const bench = join(root, BENCH);
    await symlink(join(ROOT, BENCH, 'peers/node_modules'), join(bench, 'peers/node_modules'));
    await copyMeasuring(bench);
    await compileContenders(bench);
    return { name, bench, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** What measures, and knows nothing of what is measured, is of this revision in both. */
async function copyMeasuring(bench: string): Promise<void> {
  const lib = 'src/contenders/lib/';
  for (const file of await glob(join(ROOT, BENCH, lib), '.ts')) {
    if (!(await readFile(file, 'utf8')).includes("from '@sestina/")) await cp(file, join(bench, lib, basename(file)));
  }
}

/** The case with a twin of each contender of ours, from the other revision, where that has it. */
export function withTwins(each: Case, { name, bench }: Revision): Case {
  const contenders = each.contenders.flatMap((contender) => {
    if (!isOurs(contender) || !existsSync(compiled(contender.script, bench))) return [contender];
    return [contender, { ...contender, name: `${contender.name} at ${name}`, compiled: bench }];
  });
  return { ...each, contenders };
}
