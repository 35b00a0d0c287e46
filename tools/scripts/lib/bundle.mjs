// @ts-check
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { entries } from './entries.mjs';
import { ROOT } from './repo.mjs';

/** @import { BuildOptions, Plugin } from 'esbuild' */
/** @import { Workspace } from './repo.mjs' */

const FOREIGN = /\/node_modules\//;
const { resolve } = createRequire(import.meta.url);

/** Takes those packages in, where every other one stays outside. @param {readonly string[]} names @returns {Plugin} */
function inlining(names) {
  return {
    name: 'inlining',
    setup({ onLoad, onResolve }) {
      for (const name of names) {
        onResolve({ filter: new RegExp(`^${name}(?:/|$)`) }, ({ path }) => ({ path: resolve(path) }));
        // Maps of their own lead to sources that nobody has.
        onLoad({ filter: new RegExp(`/node_modules/${name}/.*\\.js$`) }, ({ path }) => ({
          contents: readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, ''),
        }));
      }
    },
  };
}

/** What is in one module of a package that is `sestina.joined`. */
const WHOLE = 'whole';

/**
 * Writes a package's modules: one for each entry, and what entries share or load later as chunks. Loading a package of a
 * hundred sources is loading a hundred files otherwise, one by one. Entries that share much in many ways would share it in many
 * chunks: where `sestina.joined` of a package.json is set, all of it is one module, and its entries hold names alone. Packages that
 * `sestina.inlined` names become a part of it: what is CommonJS costs Node.js more to load than all the rest. What did not
 * change is not touched: somebody may be reading it.
 * @param {Workspace} workspace
 */
export async function bundle(workspace) {
  const { dir, manifest } = workspace;
  const dist = join(ROOT, dir, 'dist');
  const outputFiles = manifest.sestina?.joined ? await joined(workspace) : (await modules(workspace)).outputFiles;
  const written = new Map(outputFiles.map((file) => [file.path, withForeign(file)]));
  for (const [path, contents] of written) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
  // The names of chunks change with what is in them. Another build beside this one takes them away, too.
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((name) => join(dist, name))) {
    if (/\.js(\.map)?$/.test(path) && !written.has(path)) rmSync(path, { force: true });
  }
}

/**
 * What is to be written: maps have the text of sources that are not in the package.
 * @param {{ path: string, contents: Uint8Array }} file
 */
function withForeign({ path, contents }) {
  if (!path.endsWith('.map')) return contents;
  const map = JSON.parse(new TextDecoder().decode(contents));
  /** @param {string} source */
  const text = (source) => (FOREIGN.test(source) ? readFileSync(join(dirname(path), source), 'utf8') : null);
  if (!map.sources.some((/** @type {string} */ source) => FOREIGN.test(source))) return contents;
  return new TextEncoder().encode(JSON.stringify({ ...map, sourcesContent: map.sources.map(text) }));
}

/** @param {Workspace} workspace @param {Pick<BuildOptions, 'entryPoints' | 'plugins' | 'splitting'>} [other] */
function modules({ dir, manifest }, other) {
  return build({
    absWorkingDir: ROOT,
    entryPoints: entries(manifest).map((path) => sourceOf(dir, path)),
    outbase: `${dir}/src`,
    outdir: `${dir}/dist`,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    write: false,
    metafile: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    // Other packages, and names of this one that its package.json resolves where it runs.
    packages: 'external',
    external: ['#*'],
    plugins: [inlining(manifest.sestina?.inlined ?? [])],
    target: 'es2022',
    tsconfig: 'tsconfig.base.json',
    charset: 'utf8',
    // The sources are in the package.
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
    ...other,
  });
}

/**
 * The modules where what others import is one of them.
 * @param {Workspace} workspace
 * @returns {Promise<{ path: string, contents: Uint8Array }[]>}
 */
async function joined(workspace) {
  const { dir, manifest } = workspace;
  const open = entries({ exports: manifest.exports });
  const own = entries(manifest).filter((path) => !open.includes(path));
  const { outputs } = (await modules(workspace, { splitting: false })).metafile;
  const names = new Map(open.map((path) => [path, outputs[join(dir, path)]?.exports ?? []]));
  // Under a name of its entry: nothing says that two entries mean the same by one.
  const lines = [...names].map(
    ([path, all], at) =>
      `export { ${all.map((name) => `${name} as ${name}$${at}`).join(', ')} } from './${sourceOf(dir, path)}';`,
  );
  const apart = own.map((path) => [path.slice('./dist/'.length, -'.js'.length), sourceOf(dir, path)]);
  const { outputFiles } = await modules(workspace, {
    entryPoints: { [WHOLE]: WHOLE, ...Object.fromEntries(apart) },
    plugins: [virtual(lines.join('\n'))],
  });
  return [
    ...outputFiles,
    ...[...names].map(([path, all], at) => {
      const from = `${'../'.repeat(path.split('/').length - 3) || './'}${WHOLE}.js`;
      const text = `export { ${all.map((name) => `${name}$${at} as ${name}`).join(', ')} } from '${from}';\n`;
      return { path: join(ROOT, dir, path), contents: new TextEncoder().encode(text) };
    }),
  ];
}

/** A module that is no file. @param {string} contents @returns {Plugin} */
function virtual(contents) {
  return {
    name: 'virtual',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: new RegExp(`^${WHOLE}$`) }, ({ path }) => ({ path, namespace: 'virtual' }));
      onLoad({ filter: /./, namespace: 'virtual' }, () => ({ contents, resolveDir: ROOT }));
    },
  };
}

/** @param {string} dir @param {string} path */
function sourceOf(dir, path) {
  return `${dir}/${path.replace('./dist/', 'src/').replace(/js$/, 'ts')}`;
}
