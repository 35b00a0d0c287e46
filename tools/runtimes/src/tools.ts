/** The sections of the table, in its order. */
export const SECTIONS = ['Runtimes', 'TypeScript', 'Test runners', 'Bundlers', 'Frameworks', 'Packages'] as const;

/** Something that the packages are tried with, as npm has it. */
export interface Tool {
  readonly section: (typeof SECTIONS)[number];
  readonly title: string;
  /** What npm installs, each with its one version; the first is the tool itself. */
  readonly packages: readonly string[];
}

const { platform, arch } = process;
const DENO = platform === 'linux' ? `@deno/linux-${arch}-glibc` : `@deno/${platform}-${arch}`;

const node = (version: string): Tool => ({
  section: 'Runtimes',
  title: 'Node.js',
  // The package `node` fetches these by a script; here no script of a package runs.
  packages: [`node-${platform}-${arch}@${version}`],
});

const typescript = (version: string): Tool => ({
  section: 'TypeScript',
  title: 'TypeScript',
  packages: [`typescript@${version}`],
});

// One release of each, so that a run means the same everywhere. Raise them one at a time.
export const NODE_20 = node('20.19.0');
export const NODE_22 = node('22.23.5');
export const NODE_24 = node('24.21.0');
export const NODE_26 = node('26.12.1');
export const BUN: Tool = {
  section: 'Runtimes',
  title: 'Bun',
  packages: [`@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}@1.4.5`],
};
export const DENO_2: Tool = { section: 'Runtimes', title: 'Deno', packages: [`${DENO}@2.9.6`] };
export const TYPESCRIPTS = ['5.4.5', '5.7.3', '5.9.3', '7.0.2'].map(typescript);
export const JEST: Tool = { section: 'Test runners', title: 'Jest', packages: ['jest@30.5.2'] };
export const VITEST: Tool = { section: 'Test runners', title: 'Vitest', packages: ['vitest@4.1.12'] };
export const ESBUILD: Tool = {
  section: 'Bundlers',
  title: 'esbuild',
  // With the peer that `@sestina/storage/fs` leaves to applications: it bundles all that there is.
  packages: ['esbuild@0.28.2', 'unstorage@1.17.6'],
};
export const VITE: Tool = { section: 'Bundlers', title: 'Vite', packages: ['vite@8.3.8'] };
export const WEBPACK: Tool = { section: 'Bundlers', title: 'webpack', packages: ['webpack@5.113.0'] };
export const ROLLUP: Tool = {
  section: 'Bundlers',
  title: 'rollup',
  packages: ['rollup@4.68.8', '@rollup/plugin-commonjs@29.0.3', '@rollup/plugin-node-resolve@16.0.3'],
};
export const VUE: Tool = {
  section: 'Frameworks',
  title: 'Vue',
  packages: ['vue@3.5.45', ...VITE.packages, 'typescript@7.0.2'],
};
export const VALTIO: Tool = { section: 'Frameworks', title: 'valtio', packages: ['valtio@2.3.2'] };
export const PUBLINT: Tool = { section: 'Packages', title: 'publint', packages: ['publint@0.3.25'] };
export const ATTW: Tool = {
  section: 'Packages',
  title: 'Are the types wrong?',
  packages: ['@arethetypeswrong/core@0.18.5'],
};

/** The version of a tool. */
export function versionOf({ packages }: Tool): string {
  const [first = ''] = packages;
  return first.slice(first.lastIndexOf('@') + 1);
}

/** Its name and version, for people. */
export function nameOf(tool: Tool): string {
  return `${tool.title} ${versionOf(tool)}`;
}
