import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

const WANTED = ['LICENSE', 'README.md', 'package.json'];
const TESTS = /(^|\/)test\/|\.test\./;

/** What is wrong with what npm got of a package: what is missing, what is too much, and maps that lead nowhere. */
export function faultsOf(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !path.startsWith('node_modules/'));
  const { exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return [
    ...WANTED.filter((name) => !files.includes(name)).map((name) => `${name} is missing`),
    ...files.filter((path) => TESTS.test(path)).map((path) => `${path} is of the tests`),
    ...files.filter((path) => !allowed(path)).map((path) => `${path} is of no use there`),
    ...targetsOf(exports)
      .filter((target) => !existsSync(join(folder, target)))
      .map((target) => `${target} of \`exports\` is missing`),
    ...files.filter((path) => path.endsWith('.js')).flatMap((path) => mapFaults(folder, path)),
  ];
}

const allowed = (path: string): boolean =>
  [...WANTED, 'CHANGELOG.md', 'NOTICE.md'].includes(path) ||
  /^dist\/.*\.(js|js\.map|d\.ts|d\.ts\.map)$/.test(path) ||
  /^src\/.*\.ts$/.test(path);

function targetsOf(target: unknown): string[] {
  if (typeof target === 'string') return [target];
  return typeof target === 'object' && target !== null ? Object.values(target).flatMap(targetsOf) : [];
}

/** A module that hands on the names of another one. */
const FACE = /^export \{[^}]*\} from '[^']+';\n$/;

/** A debugger shows sources: each module that has code names its map, and each map files that are there, or has their text. */
function mapFaults(folder: string, path: string): string[] {
  const code = readFileSync(join(folder, path), 'utf8');
  if (FACE.test(code)) return [];
  const name = /^\/\/# sourceMappingURL=(.+)$/m.exec(code)?.[1];
  const map = join(folder, dirname(path), name ?? '');
  if (name === undefined || !existsSync(map)) return [`${path} has no source map`];
  const { sources, sourcesContent = [] }: SourceMap = JSON.parse(readFileSync(map, 'utf8'));
  return sources
    .filter((source, at) => typeof sourcesContent[at] !== 'string' && !existsSync(join(dirname(map), source)))
    .map((source) => `the source map of ${path} leads to ${source}, which is not there`);
}
