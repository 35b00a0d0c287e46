import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../lab.js';
import { openPage } from '../page.js';
import type { Proof } from '../proof.js';
import { ESBUILD, ROLLUP, type Tool, VITE, WEBPACK } from '../tools.js';
import { everything } from './types.js';

const BUNDLERS = { esbuild: ESBUILD, vite: VITE, webpack: WEBPACK, rollup: ROLLUP } as const;

const ANSWER = JSON.stringify({ body: 'You said: Hello', extended: true, refused: 'AuthError:' });

/** A page of the client and the WebSocket, as each bundler makes it unless told otherwise. */
export const bundlerProofs: readonly Proof[] = [
  ...Object.entries(BUNDLERS).flatMap(([name, tool]): Proof[] => [
    { tool, what: 'a page without a warning', run: async (lab) => void (await bundle(lab, tool, name, 'page')) },
    { tool, what: 'that page in Chromium, over WebSocket (wss)', run: (lab) => open(lab, tool, name) },
  ]),
  { tool: ESBUILD, what: 'every package minified for Node.js, with readable names of errors', run: minify },
];

/** Bundles the folder of a page with a bundler that was installed with `tool`. @returns Where it is. @throws Error where it warns. */
export async function bundle(lab: Lab, tool: Tool, bundler: string, page: string): Promise<string> {
  const cwd = await lab.tool(tool);
  const output = join(cwd, `${page}-${bundler}`);
  await lab.run(process.execPath, ['bundle.mjs', bundler, page, output], { cwd, timeout: 240_000 });
  // Vite makes one of its own; the others make scripts alone.
  if (bundler !== 'vite') await copyFile(join(cwd, page, 'index.html'), join(output, 'index.html'));
  return output;
}

async function open(lab: Lab, tool: Tool, name: string): Promise<void> {
  const folder = join(await lab.tool(tool), `page-${name}`);
  const { domain, ports, users } = lab.server;
  const settings = {
    service: `wss://${domain}:${ports.https}/xmpp-websocket`,
    users: users.slice(0, 2).map(({ jid, password }) => ({ jid, password })),
  };
  const got = await openPage(await lab.browser(), folder, `exchange(${JSON.stringify(settings)})`);
  if (JSON.stringify(got) !== ANSWER) throw new Error(`expected ${ANSWER}, got ${JSON.stringify(got)}`);
}

async function minify(lab: Lab): Promise<void> {
  const cwd = await lab.tool(ESBUILD);
  const names = "import { checkNames } from './names.mjs';\ncheckNames(modules);\n";
  await writeFile(join(cwd, 'names-of-all.ts'), everything(lab.published) + names);
  const esbuild = join(cwd, 'node_modules/esbuild/bin/esbuild');
  const options = ['--bundle', '--minify', '--platform=node', '--outfile=names-of-all.cjs', '--log-level=warning'];
  const said = await lab.run(esbuild, ['names-of-all.ts', ...options], { cwd });
  if (said.trim() !== '') throw new Error(said);
  await lab.run(process.execPath, ['names-of-all.cjs'], { cwd });
}
