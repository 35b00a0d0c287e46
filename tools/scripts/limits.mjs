// @ts-check
// How large the parts of the house may be, and which way imports run inside a package.
// `node tools/scripts/limits.mjs` prints what breaks a rule, and the numbers.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isMain, publishable, ROOT, report, repositoryFiles } from './lib/repo.mjs';
import { imports, lineOf, scan } from './lib/scan.mjs';

/** @import { Finding, SourceFile, Workspace } from './lib/repo.mjs' */

export const MOST_LINES = 400;
export const MOST_IN_CORE = 12_600;
export const MOST_NAMES = 120;
export const MEDIAN = 120;

const SOURCE = /^(?:packages|plugins|tools|site|test|examples)\/.+\.(?:[cm]?[jt]s|tsx|py)$/;
// Tables, not code.
const DATA = /(?:^|\/)(?:fixtures|data)\//;
const CORE = 'packages/core/src/';
/** The folders of core: each may import those before it. Files that no subpath names stand below all of them. */
export const FLOORS = Object.freeze(['services', 'util', 'di', 'precis', 'jid', 'stanza', 'stream', 'xmpp']);

/** @param {string} text */
export function linesOf(text) {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** Lines that are neither empty nor comment alone: what is explained at length is not larger for it. @param {string} text */
export function codeLinesOf(text) {
  return scan(text)
    .code.split('\n')
    .filter((line) => line.trim() !== '').length;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** @param {SourceFile[]} files @returns {Finding[]} */
export function checkSizes(files) {
  const findings = files
    .filter(({ path }) => !DATA.test(path))
    .map(({ path, text }) => ({ path, lines: linesOf(text) }))
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ path, lines }) => ({ path, message: `has ${lines} lines, over ${MOST_LINES}: it is two files` }));
  const core = codeIn(files, CORE);
  if (core <= MOST_IN_CORE) return findings;
  const message = `core has ${core} lines of code, over ${MOST_IN_CORE}: what can stand on it stands elsewhere`;
  return [...findings, { path: CORE, message }];
}

/** @param {readonly SourceFile[]} files @param {string} folder */
function codeIn(files, folder) {
  return files.filter(({ path }) => path.startsWith(folder)).reduce((sum, { text }) => sum + codeLinesOf(text), 0);
}

/** Where a relative import leads. @param {string} from @param {string} specifier */
function targetOf(from, specifier) {
  return posix.join(posix.dirname(from), specifier).replace(/\.([cm]?)js$/, '.$1ts');
}

/**
 * The imports among these files, those of types alone too.
 * @param {SourceFile[]} files
 * @returns {Map<string, { target: string, line: number }[]>}
 */
export function importGraph(files) {
  const known = new Set(files.map(({ path }) => path));
  return new Map(
    files.map(({ path, text }) => [
      path,
      imports(scan(text)).flatMap(({ specifier, offset }) => {
        if (!specifier?.startsWith('.')) return [];
        const target = targetOf(path, specifier);
        return known.has(target) ? [{ target, line: lineOf(text, offset) }] : [];
      }),
    ]),
  );
}

/**
 * Files that import each other in a circle, each circle once: one shortest way around through its first file.
 * @param {SourceFile[]} files @returns {Finding[]}
 */
export function checkCircles(files) {
  const graph = importGraph(files);
  /** @type {Set<string>} */
  const told = new Set();
  /** @type {Finding[]} */
  const findings = [];
  for (const start of [...graph.keys()].sort()) {
    if (told.has(start)) continue;
    const way = wayBack(graph, start);
    if (!way) continue;
    for (const path of way) told.add(path);
    const line = graph.get(start)?.find(({ target }) => target === (way[1] ?? start))?.line;
    const rest = way.slice(1).map((path) => posix.relative(posix.dirname(start), path));
    findings.push({
      path: start,
      ...(line !== undefined && { line }),
      message: `imports itself by way of ${rest.join(' and ')}`,
    });
  }
  return findings;
}

/** The shortest way from a file back to itself. @param {ReturnType<typeof importGraph>} graph @param {string} start @returns {string[] | undefined} */
function wayBack(graph, start) {
  /** @type {Map<string, string>} */
  const from = new Map();
  const queue = [start];
  for (const path of queue) {
    for (const { target } of graph.get(path) ?? []) {
      if (target === start) {
        const way = [path];
        for (let at = path; at !== start; ) {
          at = from.get(at) ?? start;
          way.unshift(at);
        }
        return way;
      }
      if (from.has(target)) continue;
      from.set(target, path);
      queue.push(target);
    }
  }
  return undefined;
}

/**
 * Imports inside core that run upwards.
 * @param {SourceFile[]} files those of core's src
 * @param {ReadonlySet<string>} entries the files that a subpath names
 * @returns {Finding[]}
 */
export function checkFloors(files, entries) {
  /** @param {string} path */
  const floorOf = (path) => {
    const [folder = ''] = path.slice(CORE.length).split('/');
    if (!path.slice(CORE.length).includes('/')) return entries.has(path) ? FLOORS.length : -1;
    return FLOORS.indexOf(folder);
  };
  /** @type {Finding[]} */
  const findings = [];
  for (const [path, targets] of importGraph(files)) {
    const own = floorOf(path);
    if (own < 0 && path.slice(CORE.length).includes('/')) {
      findings.push({ path, message: `its folder has no floor: give it one in limits.mjs` });
    }
    for (const { target, line } of targets) {
      if (floorOf(target) <= own) continue;
      const message = `imports ${target.slice(CORE.length)}: it runs ${FLOORS.join(' ← ')}`;
      findings.push({ path, line, message });
    }
  }
  return findings;
}

const DECLARED =
  /(?<![.\w$])export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:class|interface|type|const|function\*?|enum|namespace)\s+([\w$]+)/g;
const LISTED = /(?<![.\w$])export\s+(?:type\s+)?\{([^}]*)\}/g;
const STAR = /(?<![.\w$])export\s+(?:type\s+)?\*\s+(as\s+[\w$]+\s+)?from\s*(?=['"])/g;

/**
 * The names that a module exports.
 * @param {string} path
 * @param {(path: string) => string} read
 * @param {(specifier: string) => string | undefined} find the entry of one of our packages
 * @returns {Set<string>}
 */
export function exportedNames(path, read, find) {
  const { code, strings } = scan(read(path));
  const names = new Set([...code.matchAll(DECLARED)].map(([, name]) => name ?? ''));
  for (const [, list = ''] of code.matchAll(LISTED)) {
    for (const item of list.split(',')) {
      const name = item.trim().split(/\s+/).at(-1);
      if (name) names.add(name);
    }
  }
  for (const match of code.matchAll(STAR)) {
    if (match[1]) {
      names.add(match[1].trim().split(/\s+/)[1] ?? '');
      continue;
    }
    const specifier = strings.get(match.index + match[0].length) ?? '';
    const target = specifier.startsWith('.') ? targetOf(path, specifier) : find(specifier);
    if (target) for (const name of exportedNames(target, read, find)) names.add(name);
  }
  return names;
}

/**
 * Entry files that do not list what they export, and names with two places.
 * @param {SourceFile[]} files
 * @param {(path: string) => string} read
 * @param {(specifier: string) => string | undefined} find
 * @returns {Finding[]}
 */
export function checkEntries(files, read, find) {
  /** @type {Map<string, string>} */
  const homes = new Map();
  return files.flatMap(({ path, text }) => {
    const stars = [...scan(text).code.matchAll(STAR)].map(({ index }) => ({
      path,
      line: lineOf(text, index),
      message: 'passes on whatever another file exports: list the names',
    }));
    const twice = [...exportedNames(path, read, find)].flatMap((name) => {
      const home = homes.get(name);
      if (home === undefined) homes.set(name, path);
      return home === undefined ? [] : [{ path, message: `exports ${name}, which is in ${home} already` }];
    });
    return [...stars, ...twice];
  });
}

/** The source that a subpath of a package stands for. @param {Workspace} workspace @param {string} subpath */
function entryOf({ dir, manifest }, subpath = '.') {
  const conditions = /** @type {Record<string, string> | undefined} */ (manifest.exports?.[subpath]);
  const source = conditions?.['@sestina/source'];
  return source === undefined ? undefined : posix.join(dir, source);
}

if (isMain(import.meta.url)) {
  const all = publishable();
  const files = repositoryFiles()
    .filter((path) => SOURCE.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
  const core = all.find(({ dir }) => dir === 'packages/core');
  if (!core) throw new Error('packages/core is missing');
  const entries = new Set(Object.keys(core.manifest.exports ?? {}).map((subpath) => entryOf(core, subpath) ?? ''));
  /** @param {string} path */
  const read = (path) => readFileSync(join(ROOT, path), 'utf8');
  /** @param {string} name */
  const find = (name) => {
    const found = all.find(({ manifest }) => manifest.name === name);
    return found && entryOf(found);
  };
  const main = entryOf(core) ?? '';
  const listed = [...entries].filter((path) => path !== '').map((path) => ({ path, text: read(path) }));
  const names = exportedNames(main, read, find);
  const findings = [
    ...checkSizes(files),
    ...all.flatMap(({ dir }) => checkCircles(files.filter(({ path }) => path.startsWith(`${dir}/src/`)))),
    ...checkFloors(
      files.filter(({ path }) => path.startsWith(CORE)),
      entries,
    ),
    ...checkEntries(listed, read, find),
  ];
  if (names.size > MOST_NAMES) {
    findings.push({
      path: main,
      message: `exports ${names.size} names, over ${MOST_NAMES}: the rest goes into a subpath`,
    });
  }
  const sources = files.filter(({ path }) => /^(packages|plugins)\/[^/]+\/src\//.test(path));
  const middle = median(sources.map(({ text }) => linesOf(text)));
  if (middle >= MEDIAN)
    findings.push({ path: 'packages', message: `the median file has ${middle} lines, ${MEDIAN} or more` });
  console.log(`core ${codeIn(files, CORE)} lines of code, ${names.size} names; median file ${middle} lines`);
  report(findings);
}
