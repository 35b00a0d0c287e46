// @ts-check
// `npm run release:version`: the versions that the changesets ask for, and ranges that go with them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rangeOf } from 'create-sestina-plugin/src/range.mjs';
import { isMain, ROOT, readJson, workspaces } from './lib/repo.mjs';
import { bin, node } from './lib/run.mjs';

/** @import { Manifest } from './lib/repo.mjs' */

/**
 * The ranges of a package that is released: what of ours there must be one of in an application is wanted as it is now, or
 * later. The release was tried with nothing else. Changesets leaves a range alone that a release is still in, and of one
 * that it is not in any more it leaves the lower bound alone.
 * @template {Manifest} M
 * @param {M} manifest
 * @param {ReadonlyMap<string, string>} versions of all packages of ours
 * @returns {M}
 */
export function withRanges(manifest, versions) {
  const { dependencies, peerDependencies } = manifest;
  /** @param {Record<string, string>} ranges @param {(range: string) => boolean} shared */
  const raised = (ranges, shared) =>
    Object.fromEntries(
      Object.entries(ranges).map(([name, range]) => {
        const version = versions.get(name);
        return [name, version !== undefined && shared(range) ? rangeOf(version) : range];
      }),
    );
  return {
    ...manifest,
    ...(peerDependencies ? { peerDependencies: raised(peerDependencies, () => true) } : {}),
    ...(dependencies ? { dependencies: raised(dependencies, (range) => range.startsWith('>=')) } : {}),
  };
}

/** Applies the changesets of a repository. @param {string} root @returns {Promise<boolean>} */
export async function applyChangesets(root) {
  const before = new Map(workspaces(root).map(({ dir, manifest }) => [dir, manifest.version]));
  const { ok } = await node([bin('@changesets/cli', 'changeset'), 'version'], { cwd: root });
  if (!ok) return false;
  const all = workspaces(root);
  const versions = new Map(all.map(({ manifest }) => [manifest.name, manifest.version]));
  for (const { dir, manifest } of all) {
    if (manifest.private || manifest.version === before.get(dir)) continue;
    const path = join(root, dir, 'package.json');
    // In its own order of keys, which `workspaces()` has kept.
    writeFileSync(path, `${JSON.stringify(withRanges(readJson(path), versions), null, 2)}\n`);
  }
  return true;
}

if (isMain(import.meta.url) && !(await applyChangesets(ROOT))) process.exitCode = 1;
