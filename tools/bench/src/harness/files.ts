import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Debian's, which has the slixmpp of Debian. */
export const PYTHON = '/usr/bin/python3';

/** The files below a folder whose names end like that. */
export async function glob(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

/** The names of the plugins' packages. */
export async function pluginPackages(): Promise<string[]> {
  const folders = (await readdir(join(ROOT, 'plugins'))).sort();
  return folders
    .filter((name) => existsSync(join(ROOT, 'plugins', name, 'package.json')))
    .map((name) => `@sestina/${name}`);
}
