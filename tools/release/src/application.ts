import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESBUILD, TYPESCRIPTS } from '@sestina/runtimes/tools';
import { faultsOf } from './contents.js';
import type { Manager } from './managers.js';
import type { Released } from './publish.js';
import type { Rehearsal } from './rehearsal.js';
import { copiesIn, expectOneOfEach } from './tree.js';

const PROGRAMS = fileURLToPath(new URL('../programs/', import.meta.url));
const TYPESCRIPT = TYPESCRIPTS.at(-1)?.packages ?? [];
const [ESBUILD_ALONE = '', UNSTORAGE = ''] = ESBUILD.packages;
/** What the program imports, and what it is compiled and bundled with. */
const NEEDED = ['client', 'core', 'testing', 'xep-0030', 'xep-0045'].map((name) => `@sestina/${name}`);
const TOOLS = [...TYPESCRIPT, ESBUILD_ALONE, '@types/node@20.19.43'];

const COMPILER = {
  exactOptionalPropertyTypes: true,
  module: 'NodeNext',
  noUncheckedIndexedAccess: true,
  outDir: 'out',
  skipLibCheck: false,
  strict: true,
  target: 'ES2022',
  types: ['node'],
};

/**
 * What a user does with some packages: installs them, compiles a program, runs it, bundles it, and runs that where nothing
 * is installed.
 * @throws Error where one of it fails, or two of a package are there.
 */
export async function tryApplication(rehearsal: Rehearsal, manager: Manager): Promise<void> {
  const cwd = await rehearsal.empty(`application-${manager.name}`);
  await manager.install(cwd, [...NEEDED, ...TOOLS]);
  expectOneOfEach(cwd);
  await copyFile(join(PROGRAMS, 'bot.ts'), join(cwd, 'bot.ts'));
  await writeFile(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, files: ['bot.ts'] }));
  const { execPath } = process;
  await rehearsal.run(execPath, ['node_modules/typescript/bin/tsc', '--pretty', 'false'], { cwd });
  await rehearsal.run(execPath, ['out/bot.js'], { cwd });
  const elsewhere = rehearsal.path(`bundle-${manager.name}`);
  await mkdir(elsewhere);
  const bundle = join(elsewhere, 'bot.mjs');
  const options = [
    '--bundle',
    '--minify',
    '--platform=node',
    '--format=esm',
    '--log-level=warning',
    `--outfile=${bundle}`,
  ];
  const said = await rehearsal.run(execPath, ['node_modules/esbuild/bin/esbuild', 'bot.ts', ...options], { cwd });
  if (said.trim() !== '') throw new Error(`esbuild warns:\n${said}`);
  await rehearsal.run(execPath, [bundle], { cwd: elsewhere });
}

/**
 * Installs all that is released, and loads every entry of it.
 * @returns The folder.
 * @throws Error where one cannot be loaded, or two of a package are there.
 */
export async function tryEverything(
  rehearsal: Rehearsal,
  manager: Manager,
  released: readonly Released[],
): Promise<string> {
  const cwd = await rehearsal.empty(`everything-${manager.name}`);
  const names = released.map(({ name }) => name).filter((name) => name.startsWith('@sestina/'));
  // With the peer that `@sestina/storage/fs` leaves to applications.
  await manager.install(cwd, [...names, UNSTORAGE]);
  expectOneOfEach(cwd);
  await copyFile(join(PROGRAMS, 'every.mjs'), join(cwd, 'every.mjs'));
  await rehearsal.run(process.execPath, ['every.mjs'], { cwd });
  return cwd;
}

/** Looks at the files of every package of ours that is installed in a folder. @throws Error with all that is wrong. */
export function expectContents(folder: string): void {
  const faults = [...copiesIn(folder)].flatMap(([name, paths]) =>
    paths.flatMap((path) => faultsOf(path).map((fault) => `${name}: ${fault}`)),
  );
  if (faults.length > 0) throw new Error(faults.join('\n'));
}
