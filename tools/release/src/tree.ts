import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where every package of a folder lies, those that others brought included. A link to one is not another. */
function* installed(modules: string): Generator<string> {
  if (!existsSync(modules)) return;
  for (const entry of readdirSync(modules, { withFileTypes: true })) {
    const path = join(modules, entry.name);
    if (!entry.isDirectory()) continue;
    if (entry.name === '.pnpm') {
      // A folder for each package, which is in it beside links to what it depends on.
      for (const name of readdirSync(path)) yield* installed(join(path, name, 'node_modules'));
    } else if (entry.name.startsWith('@')) {
      yield* installed(path);
    } else {
      if (existsSync(join(path, 'package.json'))) yield path;
      yield* installed(join(path, 'node_modules'));
    }
  }
}

/** The folders of each package of ours that is installed in a folder. */
export function copiesIn(folder: string): ReadonlyMap<string, readonly string[]> {
  const copies = new Map<string, string[]>();
  for (const path of installed(join(folder, 'node_modules'))) {
    const { name } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { name?: string };
    if (name?.startsWith('@sestina/')) copies.set(name, [...(copies.get(name) ?? []), path]);
  }
  return copies;
}

/** @throws Error where there is more than one of a package of ours, or no core. */
export function expectOneOfEach(folder: string): void {
  const copies = copiesIn(folder);
  if (!copies.has('@sestina/core')) throw new Error(`there is no core in ${folder}`);
  for (const [name, paths] of copies) {
    if (paths.length > 1) throw new Error(`there are ${paths.length} of ${name}: ${paths.join(', ')}`);
  }
}
