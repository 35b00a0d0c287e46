// @ts-check
// Who may import whom. `node tools/scripts/tiers.mjs` prints every import that breaks a rule.
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { isMain, ROOT, readJson, report, typescript, workspaces } from './lib/repo.mjs';
import { imports, lineOf, scan } from './lib/scan.mjs';

/** @import { Finding, SourceFile, Workspace } from './lib/repo.mjs' */

const SCOPE = '@sestina/';
const TRANSPORTS = ['@sestina/tcp', '@sestina/websocket'];
const APPLICATION = ['@sestina/client', '@sestina/component'];
// Each of these exists once in a process because only one of our packages brings it, in one place.
/** @type {Readonly<Record<string, string>>} */
const ONLY_IN = { tsyringe: 'packages/core/src/di/', saxes: 'packages/xml/' };

/**
 * @typedef {object} Tier
 * @property {(name: string) => boolean} allows Whether its sources may import that package of ours.
 * @property {string} rule The same in words.
 * @property {boolean | string} [node] Whether its sources may import `node:` modules; a folder: those in it alone.
 */

/** @param {string[]} names @returns {(name: string) => boolean} */
const oneOf = (names) => (name) => names.includes(name);

/** @type {Record<string, Tier>} */
const PACKAGES = {
  'packages/xml': { allows: () => false, rule: 'xml imports no other package of ours' },
  'packages/core': { allows: oneOf(['@sestina/xml']), rule: 'core imports xml alone' },
  'packages/sasl': { allows: () => false, rule: 'sasl imports no other package of ours' },
  'packages/tcp': { allows: oneOf(['@sestina/core']), rule: 'a transport imports core alone', node: true },
  'packages/websocket': { allows: oneOf(['@sestina/core']), rule: 'a transport imports core alone' },
  'packages/storage': {
    allows: oneOf(['@sestina/core']),
    rule: 'storage imports core alone',
    node: 'packages/storage/src/fs/',
  },
  'packages/http': {
    allows: oneOf(['@sestina/core']),
    rule: 'http imports core alone',
    node: 'packages/http/src/node/',
  },
  'packages/testing': {
    allows: oneOf(['@sestina/core', '@sestina/sasl']),
    rule: 'testing imports core and sasl',
    node: true,
  },
};
for (const name of ['client', 'component']) {
  PACKAGES[`packages/${name}`] = {
    allows: oneOf(['@sestina/core', '@sestina/sasl', ...TRANSPORTS]),
    rule: `${name} imports core, sasl and a transport`,
  };
}

/** @param {string} dir @param {ReadonlySet<string>} plugins their names @returns {Tier} */
function tierOf(dir, plugins) {
  if (dir.startsWith('plugins/')) {
    return {
      allows: (name) => ['@sestina/core', '@sestina/sasl', '@sestina/http'].includes(name) || plugins.has(name),
      rule: 'a plugin imports core, sasl, http and other plugins',
    };
  }
  if (dir.startsWith('packages/')) {
    return PACKAGES[dir] ?? { allows: () => false, rule: 'this package has no tier yet: give it one in tiers.mjs' };
  }
  return { allows: () => true, rule: 'anything it declares', node: true };
}

/** @param {string} specifier */
function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The innermost one: examples/web-chat lies in examples. @param {string} path @param {Workspace[]} all */
function ownerOf(path, all) {
  const around = all.filter(({ dir }) => path.startsWith(`${dir}/`));
  return around.sort((a, b) => b.dir.length - a.dir.length)[0];
}

/**
 * @param {object} repo
 * @param {Workspace[]} repo.workspaces
 * @param {string[]} repo.rootDevDependencies Tests and tools may use these undeclared.
 * @param {SourceFile[]} repo.files
 * @returns {Finding[]}
 */
export function checkTiers({ workspaces: all, rootDevDependencies, files }) {
  /** @type {Finding[]} */
  const findings = [];
  const byName = new Map(all.map((workspace) => [workspace.manifest.name, workspace]));
  const plugins = new Set(all.filter(({ dir }) => dir.startsWith('plugins/')).map(({ manifest }) => manifest.name));
  for (const { path, text } of files) {
    const owner = ownerOf(path, all);
    if (!owner) continue;
    const built = /^(packages|plugins)\//.test(owner.dir);
    const isTest = !built || !path.startsWith(`${owner.dir}/src/`);
    const tier = tierOf(owner.dir, plugins);
    const { manifest } = owner;
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
    const usable = new Set([...Object.keys(declared), ...(manifest.sestina?.inlined ?? [])]);
    if (isTest) for (const name of Object.keys(manifest.devDependencies ?? {})) usable.add(name);
    if (isTest) for (const name of rootDevDependencies) usable.add(name);

    /** @param {string | undefined} specifier @returns {string[]} */
    const faults = (specifier) => {
      if (specifier === undefined) return isTest ? [] : ['an import whose module is computed cannot be checked'];
      if (specifier.startsWith('.')) {
        const target = posix.normalize(posix.join(posix.dirname(path), specifier));
        return target.startsWith(`${owner.dir}/`) ? [] : [`'${specifier}' leaves the package: import it by name`];
      }
      const name = packageOf(specifier);
      if (name.startsWith('node:') || builtinModules.includes(name) || specifier === 'node') {
        return tier.node === true || (tier.node && path.startsWith(tier.node)) || isTest
          ? []
          : [`'${specifier}': ${owner.dir} runs on every platform, so no node module`];
      }
      if (name.startsWith('#')) return [];
      const list = [];
      if (name.startsWith(SCOPE) && name !== manifest.name) {
        const testing = name === '@sestina/testing';
        if (built && APPLICATION.includes(name))
          list.push(`'${name}' is for applications, not for packages or plugins`);
        else if (testing && !isTest) list.push("'@sestina/testing' is for tests alone");
        else if (!testing && !tier.allows(name)) list.push(`'${name}': ${tier.rule}`);
      }
      if (name === manifest.name && !isTest) list.push(`'${name}' imports itself by name`);
      const home = ONLY_IN[name];
      if (home !== undefined && !path.startsWith(home)) list.push(`'${name}' is imported in ${home} alone`);
      if (list.length === 0 && name !== manifest.name && !usable.has(name)) {
        list.push(`'${name}' is not declared in ${owner.dir}/package.json`);
      }
      const subpath = `.${specifier.slice(name.length)}`;
      const target = byName.get(name);
      if (target?.manifest.exports && !(subpath in target.manifest.exports))
        list.push(`'${specifier}' is not exported`);
      return list;
    };

    for (const { specifier, offset } of imports(scan(text))) {
      for (const message of faults(specifier)) findings.push({ path, line: lineOf(text, offset), message });
    }
  }
  return findings;
}

if (isMain(import.meta.url)) {
  const all = workspaces();
  const { devDependencies } = readJson(`${ROOT}/package.json`);
  report(checkTiers({ workspaces: all, rootDevDependencies: Object.keys(devDependencies), files: typescript(all) }));
}
