import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

/** What a piece of code weighs in a browser. */
export interface Bundle {
  /** Bytes, minified. */
  readonly minified: number;
  /** Bytes, minified and then compressed. */
  readonly gzipped: number;
  /** Bytes in it by path of the file that they come from. */
  readonly files: Metafile['outputs'][string]['inputs'];
}

/** What can be asked of a bundle. */
export interface BundleOptions {
  /** The folder that packages are found from. */
  readonly from: string;
  /** Packages that are left out. */
  readonly without?: readonly string[];
  /** Stand-ins for modules that browsers lack, by name. */
  readonly alias?: Readonly<Record<string, string>>;
}

/**
 * Bundles and minifies a program for browsers, from what npm gets.
 * @throws Error where it cannot be bundled.
 */
export async function bundle(code: string, { from, without = [], alias = {} }: BundleOptions): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: from },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    outfile: 'out.js',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    external: without.flatMap((name) => [name, `${name}/*`]),
    alias,
    tsconfigRaw: {},
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (!file) throw new Error('esbuild wrote nothing');
  const [output] = Object.values(metafile.outputs);
  return {
    minified: file.contents.length,
    gzipped: gzipSync(file.contents, { level: 9 }).length,
    files: output?.inputs ?? {},
  };
}
