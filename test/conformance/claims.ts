import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type ElementClass, ElementView } from '@sestina/core';

const PLUGINS = fileURLToPath(new URL('../../plugins', import.meta.url));

/** What a package says that it implements. */
export interface Claim {
  readonly folder: string;
  readonly name: string;
  readonly description: string;
  readonly xep: string;
  readonly version: string;
  /** Which part of it, where that is not all. */
  readonly part: string | undefined;
}

/** Examples and elements that are left out, with the reason. Kept in test/conformance.json of the package. */
export interface Excuses {
  /** By the number of the example. */
  readonly examples?: Readonly<Record<string, string>>;
  /** By a part of what the schema says of it. */
  readonly sent?: Readonly<Record<string, string>>;
}

/** The claims of all packages, by the field `sestina` of their package.json. */
export function claims(): Claim[] {
  return readdirSync(PLUGINS)
    .sort()
    .flatMap((folder) => {
      const path = join(PLUGINS, folder, 'package.json');
      if (!existsSync(path)) return [];
      const { name, description, sestina } = JSON.parse(readFileSync(path, 'utf8'));
      if (!sestina?.xep) return [];
      const { xep, version, part } = sestina;
      return [{ folder, name, description, xep, version, part }];
    });
}

export function excusesOf(folder: string): Excuses {
  const path = join(PLUGINS, folder, 'test/conformance.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

/** Every class of elements in the sources of a package, exported by its index or not. */
export async function elementsOf(folder: string): Promise<ElementClass[]> {
  const sources = join(PLUGINS, folder, 'src');
  const found = new Set<ElementClass>();
  for (const file of readdirSync(sources).filter((name) => name.endsWith('.ts'))) {
    const exported: Record<string, unknown> = await import(pathToFileURL(join(sources, file)).href);
    for (const value of Object.values(exported)) if (isElementClass(value)) found.add(value);
  }
  return [...found];
}

function isElementClass(value: unknown): value is ElementClass {
  return typeof value === 'function' && value.prototype instanceof ElementView && 'tag' in value;
}
