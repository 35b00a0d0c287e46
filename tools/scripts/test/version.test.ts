import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT, workspaces } from '../lib/repo.mjs';
import { checkRanges, checkShared } from '../packages.mjs';
import { applyChangesets, withRanges } from '../version.mjs';

const CORE = '@sestina/core';
// Programs of their own, on a machine that may have much else to do.
const LONG = 120_000;
const root = mkdtempSync(join(tmpdir(), 'sestina-version-'));

/** What changesets looks at, of this repository as it is, without the changesets that wait. */
function copy(): void {
  const files = ['package.json', '.changeset/config.json', ...workspaces().map(({ dir }) => `${dir}/package.json`)];
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(ROOT, file), join(root, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  spawnSync('git', ['init', '-q'], { cwd: root });
}

const versions = (): Map<string, string> =>
  new Map(workspaces(root).map(({ manifest: { name, version } }) => [name, version]));

/** Releases with one changeset. @returns The packages that are released, each with its new version. */
async function release(type: string, ...names: readonly string[]): Promise<Record<string, string>> {
  const before = versions();
  const lines = names.map((name) => `"${name}": ${type}\n`);
  writeFileSync(join(root, '.changeset/try.md'), `---\n${lines.join('')}---\n\nA change.\n`);
  expect(await applyChangesets(root)).toBe(true);
  expect(readdirSync(join(root, '.changeset'))).toEqual(['config.json']);
  return Object.fromEntries([...versions()].filter(([each, version]) => before.get(each) !== version));
}

const major = (version = ''): number => Number(version.split('.')[0]);

/** What has a peer dependency on a package. */
const withPeer = (name: string): string[] =>
  workspaces(root).flatMap(({ manifest }) => (manifest.peerDependencies?.[name] ? [manifest.name] : []));

/** Every package finds the ones next door in its ranges, and an application needs one of each. */
function expectMet(): void {
  const all = workspaces(root);
  expect(checkRanges(all)).toEqual([]);
  expect(checkShared(all.filter(({ manifest }) => !manifest.private))).toEqual([]);
}

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a release', () => {
  copy();

  it(
    'of a plugin that others inject, or of which they use elements, leaves them as they are where it adds something',
    async () => {
      const names = ['@sestina/xep-0030', '@sestina/xep-0203'];
      expect(Object.keys(await release('minor', ...names))).toEqual(names);
      expectMet();
    },
    LONG,
  );

  // 0.x, then 1.x, then 2.x: ranges are of another form before 1.0.0.
  it.each([0, 1])(
    'of core that adds something leaves every plugin as it is, from %i.x on; one that breaks plugins reaches all of them',
    async (from) => {
      expect(major(versions().get(CORE))).toBe(from);
      const plugins = withPeer(CORE);
      expect(plugins.length).toBeGreaterThan(30);

      expect(Object.keys(await release('minor', CORE))).toEqual([CORE]);
      expectMet();

      const broken = await release('major', CORE);
      expect(plugins.filter((name) => major(broken[name]) !== from + 1)).toEqual([]);
      expectMet();
      for (const { manifest } of workspaces(root)) {
        if (plugins.includes(manifest.name)) expect(manifest.peerDependencies?.[CORE]).toBe(`^${from + 1}.0.0`);
      }
    },
    LONG,
  );
});

describe('the ranges of what is released', () => {
  const manifest = {
    name: '@sestina/xep-0085',
    version: '0.2.0',
    peerDependencies: { [CORE]: '>=0.1.0 <1.0.0', unstorage: '^1.17.0' },
    // As changesets leaves it.
    dependencies: { '@sestina/xep-0203': '>=0.2.0', '@sestina/xml': '^0.2.0' },
  };

  it('begin with what it was tried with', () => {
    const now = new Map([CORE, '@sestina/xep-0203', '@sestina/xml'].map((name) => [name, '0.3.1']));
    expect(withRanges(manifest, now)).toEqual({
      ...manifest,
      peerDependencies: { [CORE]: '>=0.3.1 <1.0.0', unstorage: '^1.17.0' },
      dependencies: { '@sestina/xep-0203': '>=0.3.1 <1.0.0', '@sestina/xml': '^0.2.0' },
    });
  });

  it('are those of a major from 1.0.0 on', () => {
    expect(withRanges(manifest, new Map([[CORE, '1.2.0']])).peerDependencies[CORE]).toBe('^1.2.0');
  });
});
