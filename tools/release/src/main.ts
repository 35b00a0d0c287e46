// npm run release:dry [-- --only npm,pnpm]: the coming release, published to a registry on this machine and used from there.
import { parseArgs } from 'node:util';
import { usage } from '@sestina/scripts/usage';
import { expectContents, tryApplication, tryEverything } from './application.js';
import { copyRepository } from './copy.js';
import { npmManager, pnpmManager } from './managers.js';
import { makeVersions, publish } from './publish.js';
import { Registry } from './registry.js';
import { Rehearsal } from './rehearsal.js';
import { Steps, tableOf } from './steps.js';
import { tryThirdParty } from './third-party.js';

const USES = ['npm', 'pnpm', 'third-party'];
usage(`npm run release:dry -- [OPTION…]
  --only A,B  some of ${USES.join(', ')} (default: all)`);
const { values } = parseArgs({ options: { only: { type: 'string' } } });
const wanted = values.only?.split(',') ?? USES;
if (wanted.some((name) => !USES.includes(name))) {
  console.error(`--only wants some of: ${USES.join()}`);
  process.exit(2);
}

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
// The process that runs this script has died.
process.on('disconnect', () => controller.abort());

const steps = new Steps(console.log);
await rehearse().catch((error: unknown) => {
  process.exitCode = 1;
  if (!steps.done.some((step) => step.error === error)) console.error(error);
});
const failed = steps.done.filter(({ error }) => error !== undefined).length;
console.log(`\n${tableOf(steps.done)}\n\nrelease: ${steps.done.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
process.disconnect?.();

async function rehearse(): Promise<void> {
  await using rehearsal = await Rehearsal.make(controller.signal);
  await using registry = await steps.need('registry', 'a registry on 127.0.0.1 without any package of ours', () =>
    Registry.start(rehearsal),
  );
  const repository = await steps.need('copy', 'what git has, in a folder of its own', () => copyRepository(rehearsal));
  const released = await steps.need('versions', 'those of the coming release, and the checks of what that writes', () =>
    makeVersions(rehearsal, repository),
  );
  await steps.need('publish', `${released.length} packages built and published, each behind those it depends on`, () =>
    publish(rehearsal, repository, registry, released),
  );
  if (wanted.includes('npm')) {
    const npm = npmManager(rehearsal, registry);
    await steps.try('npm', 'a bot: one core, compiled, run, bundled, run where nothing is installed', () =>
      tryApplication(rehearsal, npm),
    );
    await steps.try('npm', 'every entry of every package, by import and require(); what is in the packages', async () =>
      expectContents(await tryEverything(rehearsal, npm, released)),
    );
  }
  if (wanted.includes('pnpm')) {
    const pnpm = await steps.need('pnpm', 'installed', () => pnpmManager(rehearsal, registry));
    await steps.try('pnpm', 'the same bot, where a package finds only what it declares', () =>
      tryApplication(rehearsal, pnpm),
    );
    await steps.try('pnpm', 'every entry of every package', () => tryEverything(rehearsal, pnpm, released));
  }
  if (wanted.includes('third-party')) {
    await steps.try('third-party', 'docs/third-party-plugin.md, line by line, with Prosody, Bun and Chromium', () =>
      tryThirdParty(rehearsal, registry),
    );
  }
}
