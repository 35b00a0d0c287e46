import { publishable, workspaces } from '@sestina/scripts/repo';
import { commit } from './copy.js';
import type { Registry } from './registry.js';
import type { Rehearsal } from './rehearsal.js';

// Of what a release writes: versions, ranges, changelogs and the lock file.
const CHECKS = ['biome', 'references', 'lock', 'packages', 'support'];

/** A package of the coming release. */
export interface Released {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

/** Makes the versions of the coming release, as `npm run release:version` does, and looks at what it wrote. */
export async function makeVersions(rehearsal: Rehearsal, repository: string): Promise<readonly Released[]> {
  const options = { cwd: repository };
  await rehearsal.run('npm', ['run', 'release:version'], options);
  await commit(rehearsal, repository, 'release');
  await rehearsal.run(process.execPath, ['tools/scripts/check.mjs', '--only', CHECKS.join()], options);
  const all = workspaces(repository);
  const names = new Set(publishable(all).map(({ manifest }) => manifest.name));
  return all
    .filter(({ manifest }) => !manifest.private)
    .map(({ manifest: { name, version, dependencies = {} } }) => ({
      name,
      version,
      dependencies: Object.keys(dependencies).filter((each) => names.has(each)),
    }));
}

/**
 * Builds and publishes, as `npm run release:publish` does.
 * @throws Error where the registry has not all of it afterwards, or got a package before one that it depends on.
 */
export async function publish(
  rehearsal: Rehearsal,
  repository: string,
  registry: Registry,
  released: readonly Released[],
): Promise<void> {
  const env = {
    ...registry.env,
    NX_DAEMON: 'false',
    // What is packed to be sent stays behind where temporary files are.
    TMPDIR: await rehearsal.folder('temporary'),
    GIT_COMMITTER_NAME: 'rehearsal',
    GIT_COMMITTER_EMAIL: 'a@localhost',
  };
  await rehearsal.run('npm', ['run', 'release:publish'], { cwd: repository, env, timeout: 600_000 });
  const times = new Map<string, number>();
  for (const { name, version } of released) {
    const { 'dist-tags': tags, time } = await registry.packument(name);
    if (tags['latest'] !== version) throw new Error(`${name} is published as ${tags['latest']}, not as ${version}`);
    times.set(name, Date.parse(time[version] ?? ''));
  }
  for (const { name, dependencies } of released) {
    const early = dependencies.find((each) => !((times.get(each) ?? Number.NaN) <= (times.get(name) ?? 0)));
    if (early) throw new Error(`${name} was published before ${early}, on which it depends`);
  }
}
