import { join } from 'node:path';
import { npm } from '@sestina/runtimes/run';
import type { Registry } from './registry.js';
import type { Rehearsal } from './rehearsal.js';

const PNPM = 'pnpm@10.34.9';

/** What installs packages in a folder. */
export interface Manager {
  readonly name: 'npm' | 'pnpm';
  install(folder: string, packages: readonly string[]): Promise<void>;
}

/** The npm that is here. */
export function npmManager({ signal }: Rehearsal, { env }: Registry): Manager {
  return {
    name: 'npm',
    install: async (cwd, packages) => {
      await npm(['install', ...packages], { cwd, env, signal, timeout: 300_000 });
    },
  };
}

/**
 * pnpm, of one version: a package finds there what it says that it depends on, and nothing else.
 * @throws Error where npm cannot install it.
 */
export async function pnpmManager(rehearsal: Rehearsal, registry: Registry): Promise<Manager> {
  const { signal } = rehearsal;
  const home = await rehearsal.empty('pnpm');
  await npm(['install', PNPM], { cwd: home, signal });
  const env = {
    ...registry.env,
    // All that pnpm keeps; by itself it would link into a folder that others share.
    npm_config_store_dir: join(home, 'store'),
    npm_config_cache_dir: join(home, 'cache'),
    npm_config_state_dir: join(home, 'state'),
    // What nobody declares is not found by chance either.
    npm_config_hoist: 'false',
    npm_config_strict_peer_dependencies: 'true',
    npm_config_ignore_scripts: 'true',
  };
  return {
    name: 'pnpm',
    install: async (cwd, packages) => {
      await rehearsal.run(process.execPath, [join(home, 'node_modules/pnpm/bin/pnpm.cjs'), 'add', ...packages], {
        cwd,
        env,
      });
    },
  };
}
