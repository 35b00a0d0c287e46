// @ts-check
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { entries } from './entries.mjs';
import { ROOT } from './repo.mjs';

/** @import { Workspace } from './repo.mjs' */

/**
 * Writes a package's modules: one for each entry, and what entries share or load later as chunks. Loading a package of a
 * hundred sources is loading a hundred files otherwise, one by one.
 * @param {Workspace} workspace
 */
export async function bundle({ dir, manifest }) {
  const dist = join(ROOT, dir, 'dist');
  // The names of chunks change with what is in them.
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (/\.js(\.map)?$/.test(path)) rmSync(join(dist, path));
  }
  await build({
    absWorkingDir: ROOT,
    entryPoints: entries(manifest).map((path) => `${dir}/${path.replace('./dist/', 'src/').replace(/js$/, 'ts')}`),
    outbase: `${dir}/src`,
    outdir: `${dir}/dist`,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    // Other packages, and names of this one that its package.json resolves where it runs.
    packages: 'external',
    external: ['#*'],
    target: 'es2022',
    tsconfig: 'tsconfig.base.json',
    charset: 'utf8',
    // The sources are in the package.
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
}
