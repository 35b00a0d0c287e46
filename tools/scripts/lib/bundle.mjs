// @ts-check
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { entries } from './entries.mjs';
import { ROOT } from './repo.mjs';

/** @import { Workspace } from './repo.mjs' */

/**
 * Writes a package's modules: one for each entry, and what entries share or load later as chunks. Loading a package of a
 * hundred sources is loading a hundred files otherwise, one by one. What did not change is not touched: somebody may be
 * reading it.
 * @param {Workspace} workspace
 */
export async function bundle({ dir, manifest }) {
  const dist = join(ROOT, dir, 'dist');
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: entries(manifest).map((path) => `${dir}/${path.replace('./dist/', 'src/').replace(/js$/, 'ts')}`),
    outbase: `${dir}/src`,
    outdir: `${dir}/dist`,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    write: false,
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
  const written = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  for (const [path, contents] of written) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
  // The names of chunks change with what is in them.
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((name) => join(dist, name))) {
    if (/\.js(\.map)?$/.test(path) && !written.has(path)) rmSync(path);
  }
}
