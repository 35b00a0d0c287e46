import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { build as buildWithVite } from 'vite';

/** The pages of a packed folder, as one of the bundlers makes them. */
export interface Bundle {
  /** What to serve. */
  readonly folder: string;
  /** The files that something of is in it, relative to the packed folder. */
  readonly sources: readonly string[];
  /** The code itself. */
  readonly code: string;
}

/** The bundlers. */
export type Bundler = 'esbuild' | 'vite';

const PAGES = {
  'index.html': 'src/main.ts',
  'page/client.html': 'page/client.ts',
  'page/kept.html': 'page/kept.ts',
  'page/library.html': 'page/library.ts',
} as const;

/** Bundles the pages with what a bundler does unless told otherwise. */
export function bundle(bundler: Bundler, folder: string): Promise<Bundle> {
  return bundler === 'esbuild' ? withEsbuild(folder) : withVite(folder);
}

async function withEsbuild(root: string): Promise<Bundle> {
  const folder = join(root, 'esbuild');
  const entryPoints = [...Object.values(PAGES), 'src/style.css'];
  const { metafile } = await build({
    entryPoints: entryPoints.map((path) => join(root, path)),
    outbase: root,
    outdir: folder,
    bundle: true,
    metafile: true,
    logLevel: 'silent',
    absWorkingDir: root,
  });
  for (const page of Object.keys(PAGES)) {
    const html = await readFile(join(root, page), 'utf8');
    await writeFile(join(folder, page), html.replaceAll('.ts"', '.js"'));
  }
  const sources = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) if (bytesInOutput > 0) sources.add(path);
  }
  const scripts = Object.values(PAGES).map((path) => join(folder, path.replace('.ts', '.js')));
  return { folder, sources: [...sources], code: await textOf(scripts) };
}

async function withVite(root: string): Promise<Bundle> {
  const folder = join(root, 'vite');
  const result = await buildWithVite({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder, rolldownOptions: { input: Object.keys(PAGES).map((page) => join(root, page)) } },
  });
  if (!('output' in result)) throw new Error('vite made something else than one bundle');
  const chunks = result.output.filter((output) => output.type === 'chunk');
  const sources = chunks.flatMap(({ modules }) =>
    Object.entries(modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [relative(root, id)] : [])),
  );
  return { folder, sources, code: chunks.map(({ code }) => code).join('\n') };
}

async function textOf(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map((path) => readFile(path, 'utf8')))).join('\n');
}
