import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLUGINS = fileURLToPath(new URL('../../plugins', import.meta.url));

/** A name that a package adds to core's types, and to which interface: `XMPPEvents`, `Message`, … */
export interface AddedName {
  readonly folder: string;
  readonly to: string;
  readonly name: string;
  /** What it is said to be, with its type. */
  readonly meaning: string;
}

/** What the sources of a package say in `declare module '@sestina/core…'`: its events, its fields of stanzas, and the like. */
export function addedNames(folder: string): AddedName[] {
  const sources = join(PLUGINS, folder, 'src');
  return readdirSync(sources)
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => namesIn(readFileSync(join(sources, name), 'utf8')))
    .map((added) => ({ folder, ...added }));
}

/** The same for a text, which is formatted as all of ours. */
export function namesIn(source: string): Omit<AddedName, 'folder'>[] {
  const found: Omit<AddedName, 'folder'>[] = [];
  for (const [, inside = ''] of source.matchAll(/^declare module '@sestina\/core[^']*' \{\n([\s\S]*?)^\}/gm)) {
    for (const [, to = '', members = ''] of inside.matchAll(/^ {2}interface (\w+)[^{]*\{\n([\s\S]*?)^ {2}\}/gm)) {
      for (const [meaning, name = ''] of members.matchAll(
        /^(?: {4}\/\*\*[\s\S]*?\*\/\n)? {4}(?:readonly )?(\w+)\??[:(].*$/gm,
      )) {
        found.push({ to, name, meaning });
      }
    }
  }
  return found;
}

/** A name that a package has; what two packages say in the same words of it is one name, which both know. */
export interface OwnName {
  readonly folder: string;
  readonly name: string;
  readonly meaning?: string;
}

/** Names that more than one package has, a line each. */
export function doubled(names: readonly OwnName[]): string[] {
  const owners = new Map<string, Map<string, string>>();
  for (const { folder, name, meaning = folder } of names) {
    const meanings = owners.get(name) ?? new Map<string, string>();
    owners.set(name, meanings.set(meaning, folder));
  }
  return [...owners].flatMap(([name, meanings]) => {
    const folders = [...new Set(meanings.values())].sort();
    return folders.length > 1 ? [`${name}: ${folders.join(', ')}`] : [];
  });
}
