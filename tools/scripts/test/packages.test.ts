import { describe, expect, it } from 'vitest';
import { checkLock } from '../check-lock.mjs';
import {
  checkChangesets,
  checkLicenses,
  checkManifest,
  checkPeers,
  checkRanges,
  checkShared,
  checkSideEffects,
  satisfies,
} from '../packages.mjs';
import { references } from '../sync-refs.mjs';
import { workspace } from './fixtures.js';

const GOOD = {
  name: '@sestina/xep-0199',
  version: '0.1.0',
  description: 'XEP-0199: XMPP Ping',
  sestina: { xep: '0199', version: '2.0.1' },
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20.19' },
  exports: {
    '.': { '@sestina/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  files: ['dist', 'src', '!dist/.tsbuildinfo'],
  publishConfig: { access: 'public' },
  peerDependencies: { '@sestina/core': '>=0.1.0 <1.0.0' },
};

describe('a published package.json', () => {
  it('passes where everything is there', () => {
    expect(checkManifest(GOOD, () => true)).toEqual([]);
  });

  it.each(Object.keys(GOOD).filter((key) => key !== 'peerDependencies'))('is found without %s', (key) => {
    const rest = Object.fromEntries(Object.entries(GOOD).filter(([name]) => name !== key));
    expect(checkManifest(rest, () => true)).toHaveLength(key === 'exports' ? 2 : key === 'files' ? 3 : 1);
  });

  it('may run nothing at install, bring a second core, or lack its README', () => {
    expect(checkManifest({ ...GOOD, scripts: { postinstall: 'x' } }, () => true)).toHaveLength(1);
    expect(checkManifest({ ...GOOD, dependencies: { '@sestina/core': '^0.1.0' } }, () => true)).toHaveLength(1);
    expect(checkManifest(GOOD, (path) => path !== 'README.md')).toEqual(['README.md is missing']);
  });

  it('says which version of which XEP it implements', () => {
    expect(checkManifest({ ...GOOD, sestina: { xep: '0198', version: '2.0.1' } }, () => true)).toHaveLength(1);
    expect(checkManifest({ ...GOOD, sestina: { xep: '0199', version: 'latest' } }, () => true)).toHaveLength(1);
    expect(checkManifest({ ...GOOD, name: '@sestina/dice', sestina: undefined }, () => true)).toEqual([]);
  });

  it('comes with the license of the root', () => {
    expect(checkManifest(GOOD, (path) => path !== 'LICENSE')).toEqual(['LICENSE is missing']);
    const texts = new Map([
      ['LICENSE', 'ours'],
      ['packages/core/LICENSE', 'ours'],
      ['packages/sasl/LICENSE', 'theirs'],
    ]);
    const all = ['packages/core', 'packages/sasl', 'packages/tcp'].map((dir) => workspace(dir));
    const findings = checkLicenses(all, (path) => texts.get(path));
    expect(findings.map(({ path }) => path)).toEqual(['packages/sasl/LICENSE']);
  });
});

describe('ranges between packages', () => {
  it.each([
    ['0.1.4', '^0.1.0', true],
    ['0.2.0', '^0.1.0', false],
    ['1.9.0', '^1.2.0', true],
    ['0.0.2', '^0.0.1', false],
    ['0.2.0', '>=0.1.0 <1.0.0', true],
    ['1.0.0', '>=0.1.0 <1.0.0', false],
    ['0.1.0', '0.1.0', true],
    ['0.1.0', '*', false],
  ])('%s in %s: %s', (version, range, expected) => {
    expect(satisfies(version, range)).toBe(expected);
  });

  it('are met by the package next door', () => {
    const core = workspace('packages/core', { version: '0.2.0' });
    const plugin = workspace('plugins/xep-0199', { peerDependencies: { '@sestina/core': '^0.1.0' } });
    expect(checkRanges([core, plugin])).toHaveLength(1);
  });

  it('let an application have one of what it must not have two of', () => {
    const ranges = (shared: string, own: string) => [
      workspace('plugins/xep-0203', { peerDependencies: { '@sestina/core': shared } }),
      workspace('plugins/xep-0085', { dependencies: { '@sestina/xep-0203': shared, '@sestina/xml': own } }),
    ];
    expect(checkShared(ranges('>=0.1.0 <1.0.0', '^0.1.0'))).toEqual([]);
    expect(checkShared(ranges('^1.2.0', '^0.1.0'))).toEqual([]);
    for (const range of ['^0.1.0', '>=1.0.0', '>=0.1.0', '*', '0.1.0']) {
      expect(checkShared(ranges(range, '^0.1.0')), range).toHaveLength(2);
    }
  });
});

describe('a plugin that the registry is asked for', () => {
  const injecting = `import { BaseXMPP, Plugin } from '@sestina/core';
    import { type DiscoInfo, ServiceDiscovery } from '@sestina/xep-0030';
    class Caps extends Plugin {
      static override readonly inject = [BaseXMPP, ServiceDiscovery] as const;
    }`;
  const asking = `import { ServiceDiscovery } from '@sestina/xep-0030';
    export const late = (xmpp) => xmpp.plugins.whenInstalled(ServiceDiscovery, (disco) => disco.addFeature('x'));`;
  const borrowing = `import { LruMap } from '@sestina/xep-0030';
    export const map = new LruMap(5);`;
  const dependencies = { '@sestina/xep-0030': '^0.1.0' };

  it.each([
    ['injected', injecting],
    ['asked for', asking],
    ['asked for by a class of a subpath', asking.replace("xep-0030'", "xep-0030/inline'")],
  ])('is a peer dependency where it is %s', (_, text) => {
    const files = [{ path: 'x.ts', text }];
    expect(checkPeers(workspace('plugins/xep-0115', { dependencies }), files)).toMatchObject([
      {
        path: 'plugins/xep-0115/package.json',
        message: expect.stringMatching(/xep-0030 must be .* its ServiceDiscovery/),
      },
    ]);
    const peer = workspace('plugins/xep-0115', { peerDependencies: dependencies });
    expect(checkPeers(peer, files)).toEqual([]);
  });

  it('may be a dependency where only a helper of its package is used', () => {
    expect(checkPeers(workspace('plugins/xep-0115', { dependencies }), [{ path: 'x.ts', text: borrowing }])).toEqual(
      [],
    );
  });
});

describe('the lock file', () => {
  it('names every optional platform package', () => {
    const entry = { optionalDependencies: { 'tool-linux': '1.0.0', 'tool-mac': '1.0.0' } };
    const locked = { 'node_modules/tool': entry, 'node_modules/tool/node_modules/tool-linux': {} };
    expect(checkLock(locked, [])).toMatchObject([{ message: expect.stringContaining('tool-mac') }]);
  });

  it('knows the ranges of every package.json', () => {
    const plugin = workspace('plugins/xep-0199', { dependencies: { '@sestina/xep-0030': '^0.1.0' } });
    const same = { version: '0.1.0', dependencies: { '@sestina/xep-0030': '^0.1.0' } };
    expect(checkLock({ 'plugins/xep-0199': same }, [plugin])).toEqual([]);
    expect(checkLock({ 'plugins/xep-0199': { version: '0.1.0' } }, [plugin])).toHaveLength(1);
    expect(checkLock({}, [plugin])).toHaveLength(1);
  });
});

describe('project references', () => {
  it('follow dependencies and peer dependencies, not devDependencies', () => {
    const all = ['packages/core', 'packages/testing', 'plugins/xep-0030'].map((dir) => workspace(dir));
    const plugin = workspace('plugins/xep-0115', {
      peerDependencies: { '@sestina/core': '*' },
      dependencies: { '@sestina/xep-0030': '*', saxes: '*' },
      devDependencies: { '@sestina/testing': '*' },
    });
    expect(references(plugin, all)).toEqual(['../../packages/core', '../xep-0030']);
  });
});

describe('a package that extends stanzas', () => {
  const sources = new Map([
    ['src/index.ts', "export * from './stanza.js';"],
    ['src/stanza.ts', 'class Caps {}\nextend(Presence, { caps: child(Caps) });'],
  ]);
  const all = ['./src/stanza.ts', './src/index.ts', './dist/index.js'];
  const exports = { '.': { default: './dist/index.js' } };

  it('names where it does, and its index', () => {
    expect(checkSideEffects({ exports, sideEffects: all }, sources)).toEqual([]);
    expect(checkSideEffects({ exports, sideEffects: false }, sources)).toHaveLength(3);
    for (const left of all) {
      const [fault] = checkSideEffects({ exports, sideEffects: all.filter((path) => path !== left) }, sources);
      expect(fault).toContain(left);
    }
  });

  it('names no module that is not built', () => {
    const [fault] = checkSideEffects({ exports, sideEffects: [...all, './dist/stanza.js'] }, sources);
    expect(fault).toContain('./dist/stanza.js');
    expect(checkSideEffects({ exports, sideEffects: [...all, './dist/chunks/*.js'] }, sources)).toEqual([]);
  });

  it('is none where a function calls extend()', () => {
    expect(checkSideEffects({ sideEffects: false }, new Map([['src/a.ts', '  extend(Message, {});']]))).toEqual([]);
  });
});

describe('changesets', () => {
  const changeset = (name: string): ReadonlyMap<string, string> =>
    new Map([['.changeset/a.md', `---\n'@sestina/core': minor\n"${name}": patch\n---\n\n"quoted": a text.\n`]]);
  const released = ['@sestina/core', '@sestina/xep-0199'];

  it('are of packages that are there', () => {
    expect(checkChangesets(released, changeset('@sestina/xep-0199'), () => false)).toEqual([]);
    expect(checkChangesets(released, changeset('@sestina/xep-0198'), () => true)).toEqual([
      { path: '.changeset/a.md', message: 'there is no package @sestina/xep-0198' },
    ]);
  });

  it('are there for what was never released', () => {
    const none = new Map<string, string>();
    expect(checkChangesets(released, none, (name) => name === '@sestina/core')).toEqual([
      { path: '.changeset', message: '@sestina/xep-0199 was never released, and has no changeset' },
    ]);
  });
});
