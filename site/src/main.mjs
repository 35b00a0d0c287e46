// @ts-check
// `npm run site [-- --only pages,api,build]`: the documentation as a site, in site/dist. `npm run site -- --serve` shows the pages while they
// are written.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/scripts/lib/repo.mjs';
import { needsInstall, node, only, run } from '../../tools/scripts/lib/run.mjs';
import { checkBuilt } from './check.mjs';
import { gather } from './gather.mjs';
import { PAGES } from './places.mjs';

const FOLDER = join(ROOT, 'site');
const VITEPRESS = join(FOLDER, 'node_modules/vitepress/bin/vitepress.js');

/** Nothing of it has to run a script to work. */
const INSTALL = ['ci', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** @param {readonly string[]} wrong */
function told(wrong) {
  for (const line of wrong) console.error(line);
  return wrong.length === 0;
}

/** @type {Record<string, () => Promise<boolean>>} */
const STEPS = {
  install: async () => !needsInstall(FOLDER) || (await run('npm', INSTALL)).ok,
  // The links between the texts; what is linked to beside them becomes a page.
  pages: async () => told(gather().dead.map((link) => `${link} leads nowhere`)),
  api: async () => (await node(['site/api.mjs'])).ok,
  build: async () => (await node([VITEPRESS, 'build', FOLDER, '--logLevel', 'warn'])).ok,
  links: async () => told(checkBuilt()),
  // Every page in Chromium, wide and narrow, light and dark.
  look: async () => (await node(['tools/scripts/run.mjs', 'site/src/look.ts'])).ok,
};

const ALWAYS = ['install', 'pages', 'api', 'build', 'links'];
const serving = process.argv.includes('--serve');
const chosen = serving ? ['install', 'pages'] : (only(Object.keys(STEPS)) ?? ALWAYS);
for (const name of chosen) {
  const started = performance.now();
  const ok = await STEPS[name]?.();
  console.log(
    `${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(8)} ${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`,
  );
  if (!ok) {
    process.exitCode = 1;
    break;
  }
}
if (serving && process.exitCode === undefined) {
  if (!existsSync(join(ROOT, PAGES, 'api')))
    console.log('without the API reference: `npm run site -- --only api` makes it');
  spawnSync(process.execPath, [VITEPRESS, 'dev', FOLDER], { stdio: 'inherit' });
}
