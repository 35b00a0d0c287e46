// @ts-check
// `npm start`: from a fresh clone to a conversation on the screen. The example runs on the built packages.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/repo.mjs';
import { bin, build, install, node } from './lib/run.mjs';

const EXAMPLE = 'examples/conversation.ts';
// Without this tsx would find none that has compiler options.
const CONFIG = ['examples/tsconfig.json', 'tsconfig.base.json'].find((path) => existsSync(join(ROOT, path)));

async function start() {
  if (!existsSync(join(ROOT, EXAMPLE))) {
    console.error(`${EXAMPLE} is missing: this clone is incomplete.`);
    return false;
  }
  if (!(await install()) || !(await build())) return false;
  const env = { TSX_TSCONFIG_PATH: join(ROOT, CONFIG ?? '') };
  const { ok } = await node([bin('tsx'), EXAMPLE], { env });
  if (!ok) console.error(`${EXAMPLE} failed: see above.`);
  return ok;
}

if (!(await start())) process.exitCode = 1;
