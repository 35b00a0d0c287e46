import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type OutputFile } from 'esbuild';

/** What a piece of code weighs. */
export interface Weight {
  /** Bytes, minified. */
  readonly minified: number;
  /** Bytes, minified and then compressed; each file by itself, as they are served. */
  readonly gzipped: number;
}

/** What a program weighs in a browser: the files that a page loads with it. */
export interface Bundle extends Weight {
  /** Bytes in it by path of the file that they come from. */
  readonly files: Metafile['outputs'][string]['inputs'];
  /** What is loaded later, by `import()`, and only where it is needed. */
  readonly later: readonly (Weight & { readonly name: string })[];
}

/** What can be asked of a bundle. */
export interface BundleOptions {
  /** The folder that packages are found from. */
  readonly from: string;
  /** Packages that are left out. */
  readonly without?: readonly string[];
  /** From the sources, which say what comes from where; npm has one module of them. @default false */
  readonly sources?: boolean;
}

type Outputs = Metafile['outputs'];

/** The files that are loaded with one of them. */
function loadedWith(path: string, outputs: Outputs, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: other, kind } of outputs[path]?.imports ?? []) {
    if (kind === 'import-statement' && other in outputs) loadedWith(other, outputs, found);
  }
  return found;
}

function weigh(files: readonly OutputFile[]): Weight {
  const gzipped = files.map(({ contents }) => gzipSync(contents, { level: 9 }).length);
  return {
    minified: files.reduce((sum, { contents }) => sum + contents.length, 0),
    gzipped: gzipped.reduce((sum, bytes) => sum + bytes, 0),
  };
}

/**
 * Bundles and minifies a program for browsers, from what npm gets. What is behind an `import()` becomes a file of its own.
 * @throws Error where it cannot be bundled.
 */
export async function bundle(code: string, { from, without = [], sources = false }: BundleOptions): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: from },
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    absWorkingDir: from,
    outdir: 'out',
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    conditions: sources ? ['@sestina/source', 'module'] : ['module'],
    external: without.flatMap((name) => [name, `${name}/*`]),
    tsconfigRaw: {},
    logLevel: 'silent',
  });
  const outputs = metafile.outputs;
  const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === '<stdin>');
  if (entry === undefined) throw new Error('esbuild wrote nothing');
  const fileOf = (path: string): OutputFile => {
    const file = outputFiles.find((output) => basename(output.path) === basename(path));
    if (!file) throw new Error(`esbuild did not write ${path}`);
    return file;
  };
  const first = loadedWith(entry, outputs);
  const roots = Object.keys(outputs).filter((path) => !first.has(path) && outputs[path]?.entryPoint !== undefined);
  return {
    ...weigh([...first].map(fileOf)),
    files: Object.assign({}, ...[...first].map((path) => outputs[path]?.inputs)),
    later: roots.map((path) => {
      const more = [...loadedWith(path, outputs)].filter((other) => !first.has(other));
      // Without the hash that the package's own build gives to what is loaded later.
      const name = basename(outputs[path]?.entryPoint ?? path).replace(/-[0-9A-Z]{8}(?=\.js$)/, '');
      return { name, ...weigh(more.map(fileOf)) };
    }),
  };
}
