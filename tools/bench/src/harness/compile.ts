import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { glob } from './files.js';

const SOURCE = fileURLToPath(new URL('../contenders/', import.meta.url));
const TARGET = fileURLToPath(new URL('../../dist/', import.meta.url));

/** Takes the types off the contenders, file by file, so that Node.js itself can run them; nothing else is changed. */
export async function compileContenders(): Promise<void> {
  await build({
    entryPoints: await glob(SOURCE, '.ts'),
    outbase: SOURCE,
    outdir: TARGET,
    bundle: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    tsconfigRaw: {},
    logLevel: 'warning',
  });
}

/** The JavaScript of a contender. */
export function compiled(script: URL): string {
  return `${TARGET}${relative(SOURCE, fileURLToPath(script)).replace(/\.ts$/, '.js')}`;
}
