import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Loads what is installed in `peers/`. From `dist/lib/`, where this file is run. */
export const requirePeer = createRequire(new URL('../../peers/package.json', import.meta.url));

/** The same for ES modules; the caller says what it looks like. */
export async function importPeer<T>(specifier: string): Promise<T> {
  return (await import(pathToFileURL(requirePeer.resolve(specifier)).href)) as T;
}
