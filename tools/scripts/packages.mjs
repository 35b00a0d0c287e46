// @ts-check
// What npm gets: every published package.json says what it must, and nothing runs when a user installs it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rangeOf } from 'create-sestina-plugin/src/range.mjs';
import { CHUNKS, entries } from './lib/entries.mjs';
import { isMain, publishable, ROOT, readJson, report, typescript, workspaces } from './lib/repo.mjs';

/** @import { Finding, SourceFile, Workspace } from './lib/repo.mjs' */

const LICENSES = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense'];
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];
const ENTRY = {
  '.': { '@sestina/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
  './package.json': './package.json',
};
const CORE = '@sestina/core';

/**
 * @param {any} manifest
 * @param {(path: string) => boolean} has whether the package's folder has a file
 * @returns {string[]}
 */
export function checkManifest(manifest, has) {
  /** @type {string[]} */
  const faults = [];
  /** @param {boolean} right @param {string} fault */
  const must = (right, fault) => {
    if (!right) faults.push(fault);
  };
  must(/^@sestina\/[a-z0-9-]+$/.test(manifest.name), '`name` must be in the scope @sestina');
  must(/^\d+\.\d+\.\d+$/.test(manifest.version), '`version` must be a release');
  must(typeof manifest.description === 'string' && manifest.description.length > 10, '`description` is missing');
  must(manifest.license === 'MIT', '`license` must be MIT');
  must(manifest.type === 'module', '`type` must be module');
  must('sideEffects' in manifest, '`sideEffects` is missing: bundlers would keep everything');
  must(manifest.engines?.node === '>=20.19', '`engines.node` must be >=20.19');
  must(manifest.publishConfig?.access === 'public', '`publishConfig.access` must be public');
  for (const [key, value] of Object.entries(ENTRY)) {
    // The order counts: the first condition that holds is taken.
    must(
      JSON.stringify(manifest.exports?.[key]) === JSON.stringify(value),
      `\`exports\` must have "${key}" as ${JSON.stringify(value)}`,
    );
  }
  for (const name of ['dist', 'src', '!dist/.tsbuildinfo']) {
    must(manifest.files?.includes(name), `\`files\` must have ${name}`);
  }
  for (const name of INSTALL_SCRIPTS) must(!manifest.scripts?.[name], `script ${name} would run at a user's install`);
  must(
    manifest.name === CORE || !manifest.dependencies?.[CORE],
    'core must be a peer dependency: two copies do not mix',
  );
  // docs/support.md and the DOAP file are made of it.
  const number = /^@sestina\/xep-(\d{4})$/.exec(manifest.name)?.[1];
  must(
    number === undefined || (manifest.sestina?.xep === number && /^\d+(\.\d+)*$/.test(manifest.sestina.version)),
    '`sestina` must say which version of which XEP: {"xep": "NNNN", "version": "1.0"}',
  );
  for (const path of ['README.md', 'LICENSE', 'src/index.ts', 'tsconfig.json']) must(has(path), `${path} is missing`);
  return faults;
}

// At the beginning of a line: when its module is loaded.
const EXTENDS = /^extend\(/m;

/**
 * Bundlers drop a module that has no side effects and of which nothing is used, and with it the properties that it gives
 * to stanzas: it is named in `sideEffects`, and the index, by which it is reached. What is built has no other modules than
 * the entries and what these share.
 * @param {any} manifest
 * @param {Map<string, string>} sources by their path below the package's folder
 * @returns {string[]}
 */
export function checkSideEffects(manifest, sources) {
  /** @type {string[]} */
  const named = Array.isArray(manifest.sideEffects) ? manifest.sideEffects : [];
  const built = new Set([...entries(manifest), CHUNKS]);
  const extending = [...sources].filter(([, text]) => EXTENDS.test(text)).map(([path]) => `./${path}`);
  const wanted = extending.length > 0 ? [...extending, './src/index.ts', './dist/index.js'] : [];
  return [
    ...wanted
      .filter((path) => !named.includes(path))
      .map((path) => `\`sideEffects\` must have ${path}: it extends stanzas, or leads to what does`),
    ...named
      .filter((path) => path.startsWith('./dist/') && !built.has(path))
      .map((path) => `\`sideEffects\` has ${path}, which is not built: what is loaded is a module for each entry`),
  ];
}

/** A license that is there is the root's: npm packs the one in the folder. @param {Workspace[]} all @param {(path: string) => string | undefined} read @returns {Finding[]} */
export function checkLicenses(all, read) {
  const own = read('LICENSE');
  return all
    .map(({ dir }) => `${dir}/LICENSE`)
    .filter((path) => ![own, undefined].includes(read(path)))
    .map((path) => ({ path, message: 'differs from the LICENSE of the root: copy that here' }));
}

/** @param {string} version */
const numbers = (version) => version.split('.').map(Number);
/** @param {string} a @param {string} b */
function compare(a, b) {
  const [x, y] = [numbers(a), numbers(b)];
  return [0, 1, 2].map((i) => (x[i] ?? 0) - (y[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

/** Whether a release is in a range of the forms this repository uses: `^a.b.c`, `a.b.c`, `>=a.b.c <d.e.f`. @param {string} version @param {string} range */
export function satisfies(version, range) {
  return range.split(/\s+/).every((part) => {
    const [, operator = '', bound = ''] = /^([^\d]*)(\d+\.\d+\.\d+)$/.exec(part) ?? [];
    if (bound === '') return false;
    const difference = compare(version, bound);
    if (operator === '') return difference === 0;
    if (operator === '>=') return difference >= 0;
    if (operator === '<') return difference < 0;
    if (operator !== '^') return false;
    const [major = 0, minor = 0, patch = 0] = numbers(bound);
    const next = major > 0 ? `${major + 1}.0.0` : minor > 0 ? `0.${minor + 1}.0` : `0.0.${patch + 1}`;
    return difference >= 0 && compare(version, next) < 0;
  });
}

/** Ranges between our own packages that the package next door doesn't meet. @param {Workspace[]} all @returns {Finding[]} */
export function checkRanges(all) {
  const versions = new Map(all.map(({ manifest }) => [manifest.name, manifest.version]));
  return all.flatMap(({ dir, manifest }) =>
    Object.entries({ ...manifest.devDependencies, ...manifest.dependencies, ...manifest.peerDependencies })
      .filter(([name, range]) => versions.has(name) && !satisfies(versions.get(name) ?? '', range))
      .map(([name, range]) => ({
        path: `${dir}/package.json`,
        message: `${name} is at ${versions.get(name)}, outside of ${range}: npm would fetch another one`,
      })),
  );
}

/**
 * What an application must have one of, every package wants in all releases that go with one, so that npm never installs a
 * second: peers, and plugins of which elements are used. What extends stanzas cannot be loaded twice.
 * @param {Workspace[]} all
 * @returns {Finding[]}
 */
export function checkShared(all) {
  const plugins = new Set(all.filter(({ dir }) => dir.startsWith('plugins/')).map(({ manifest }) => manifest.name));
  return all.flatMap(({ dir, manifest: { dependencies = {}, peerDependencies = {} } }) =>
    [
      ...Object.entries(peerDependencies).filter(([name]) => name.startsWith('@sestina/')),
      ...Object.entries(dependencies).filter(([name]) => plugins.has(name)),
    ].flatMap(([name, range]) => {
      const wanted = rangeOf(/\d+\.\d+\.\d+/.exec(range)?.[0] ?? '0.1.0');
      return range === wanted
        ? []
        : [{ path: `${dir}/package.json`, message: `${name} must be wanted as "${wanted}", not "${range}"` }];
    }),
  );
}

// Also of a subpath, where the class lies for those who use it and not the plugin that it stands for.
/**
 * A changeset for a package that is not there stops every release. A package that was never released, which has no changelog
 * then, needs one: without it is published as it happens to stand, with ranges that nothing was tried with.
 * @param {string[]} released the packages that get versions
 * @param {ReadonlyMap<string, string>} changesets their text, by path
 * @param {(name: string) => boolean} has whether a package has a changelog
 * @returns {Finding[]}
 */
export function checkChangesets(released, changesets, has) {
  const named = [...changesets].flatMap(([path, text]) =>
    [...(text.split(/^---$/m)[1] ?? '').matchAll(/^(['"])(.+?)\1:/gm)].map(([, , name = '']) => ({ path, name })),
  );
  return [
    ...named
      .filter(({ name }) => !released.includes(name))
      .map(({ path, name }) => ({ path, message: `there is no package ${name}` })),
    ...released
      .filter((name) => !has(name) && !named.some((each) => each.name === name))
      .map((name) => ({ path: '.changeset', message: `${name} was never released, and has no changeset` })),
  ];
}

const IMPORTED = /import\s*\{([^}]*)\}\s*from\s*'(@sestina\/[a-z0-9-]+)(?:\/[^']*)?'/g;
// Where a class of plugins is a key: what is injected, and what the registry is asked for.
const KEYS = /static override readonly inject = \[([^\]]*)\]|\.(?:find|has|plugin|use|whenInstalled)\(\s*([A-Z]\w*)/g;

/**
 * Classes of another package that a plugin asks the registry for, where that package is no peer dependency: of two copies of
 * it the registry would find the wrong one.
 * @param {Workspace} workspace
 * @param {SourceFile[]} files its sources
 * @returns {Finding[]}
 */
export function checkPeers({ dir, manifest }, files) {
  const wrong = new Map();
  for (const { text } of files) {
    const from = new Map();
    for (const [, names = '', name = ''] of text.matchAll(IMPORTED)) {
      for (const part of names.split(','))
        from.set(
          part
            .trim()
            .split(/\s+as\s+/)
            .at(-1),
          name,
        );
    }
    for (const [, list = '', one = ''] of text.matchAll(KEYS)) {
      for (const key of [...list.split(','), one].map((token) => token.trim())) {
        const name = from.get(key);
        if (name && name !== CORE && !manifest.peerDependencies?.[name]) wrong.set(key, name);
      }
    }
  }
  return [...wrong].map(([key, name]) => ({
    path: `${dir}/package.json`,
    message: `${name} must be a peer dependency: the registry is asked for its ${key}, and two copies do not mix`,
  }));
}

/** Everything a user's install brings in, by folder. @param {string} folder @param {Map<string, any>} seen */
function installed(folder, seen = new Map()) {
  if (seen.has(folder)) return seen;
  const manifest = readJson(join(folder, 'package.json'));
  seen.set(folder, manifest);
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifest;
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    let base = folder;
    while (!existsSync(join(base, 'node_modules', name, 'package.json')) && base !== dirname(base))
      base = dirname(base);
    const found = join(base, 'node_modules', name);
    if (existsSync(found)) installed(found, seen);
    else if (!optionalDependencies?.[name] && !peerDependenciesMeta?.[name]?.optional)
      seen.set(found, { missing: true });
  }
  return seen;
}

/** @returns {Finding[]} */
function checkTree(/** @type {Workspace[]} */ all) {
  const tree = new Map();
  for (const { dir } of all) installed(join(ROOT, dir), tree);
  return [...tree].flatMap(([folder, { missing, scripts, license, name }]) => {
    const path = folder.slice(ROOT.length + 1);
    if (missing) return [{ path, message: 'is not installed' }];
    const messages = INSTALL_SCRIPTS.slice(0, 3)
      .filter((script) => scripts?.[script])
      .map((script) => `${name} runs a script at install: ${script}`);
    if (existsSync(join(folder, 'binding.gyp'))) messages.push(`${name} is compiled at install`);
    if (!LICENSES.includes(license)) messages.push(`${name} has the license ${license}`);
    return messages.map((message) => ({ path, message }));
  });
}

/** @param {string} folder */
function sourcesOf(folder) {
  const names = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' });
  const paths = names.filter((name) => name.endsWith('.ts')).map((name) => `src/${name.replaceAll('\\', '/')}`);
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/** @returns {Finding[]} */
function checkOwnChangesets() {
  const all = workspaces().filter(({ manifest }) => !manifest.private);
  const folder = join(ROOT, '.changeset');
  const paths = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
  return checkChangesets(
    all.map(({ manifest }) => manifest.name),
    new Map(paths.map((name) => [`.changeset/${name}`, readFileSync(join(folder, name), 'utf8')])),
    (name) => all.some(({ dir, manifest }) => manifest.name === name && existsSync(join(ROOT, dir, 'CHANGELOG.md'))),
  );
}

/** @returns {Finding[]} */
function checkPins() {
  const { devDependencies } = readJson(`${ROOT}/package.json`);
  return Object.entries(devDependencies)
    .filter(([, range]) => !/^(?:npm:[a-z-]+@)?\d+\.\d+\.\d+$/.test(range))
    .map(([name, range]) => ({ path: 'package.json', message: `${name}: pin one version instead of ${range}` }));
}

if (isMain(import.meta.url)) {
  const all = publishable();
  report([
    ...all.flatMap(({ dir, manifest }) =>
      checkManifest(manifest, (path) => existsSync(join(ROOT, dir, path))).map((message) => ({
        path: `${dir}/package.json`,
        message,
      })),
    ),
    ...all.flatMap(({ dir, manifest }) =>
      checkSideEffects(manifest, sourcesOf(join(ROOT, dir))).map((message) => ({
        path: `${dir}/package.json`,
        message,
      })),
    ),
    ...checkLicenses(all, (path) => {
      const file = join(ROOT, path);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    }),
    ...checkRanges(all),
    ...checkShared(all),
    ...all.flatMap((workspace) => checkPeers(workspace, typescript([workspace], 'src'))),
    ...checkTree(all),
    ...checkPins(),
    ...checkOwnChangesets(),
  ]);
}
