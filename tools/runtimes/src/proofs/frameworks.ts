import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '@sestina/scripts/repo';
import type { Lab } from '../lab.js';
import { openPage } from '../page.js';
import type { Proof } from '../proof.js';
import { VALTIO, VUE } from '../tools.js';
import { bundle } from './bundlers.js';

const SHOWN = JSON.stringify({
  text: [
    'romeo@play.example/orchard',
    'juliet: Wherefore art thou? (message)',
    'juliet: Wherefore art thou? (message)',
    'juliet@play.example Juliet 0',
  ],
  body: 'Here',
  same: true,
});

// The declarations of docs/runtimes.md stand above it.
const USE_OF_TYPES = `
import type { Message } from '@sestina/core';
import { reactive, ref } from 'vue';

const messages = ref<Message[]>([]);
const state = reactive<{ items: RosterItem[]; client: BaseXMPP | undefined }>({ items: [], client: undefined });
export const last = (): Message | undefined => messages.value.at(-1);
export const keep = (message: Message): number => messages.value.push(message);
export const first = (): RosterItem | undefined => state.items[0];
export const client = (): BaseXMPP | undefined => state.client;
`;

/** Frameworks that make proxies of what is put into their state. */
export const frameworkProofs: readonly Proof[] = [
  {
    tool: VUE,
    what: 'messages in `ref([])`, contacts and the client in `reactive()`, in Chromium',
    run: showVue,
  },
  { tool: VUE, what: 'their types, with what docs/runtimes.md tells Vue of them', run: compileVue },
  {
    tool: VALTIO,
    what: 'messages and the client in `ref()`',
    run: async (lab) => {
      await lab.run(process.execPath, ['valtio.mjs'], { cwd: await lab.tool(VALTIO) });
    },
  },
];

async function showVue(lab: Lab): Promise<void> {
  const folder = await bundle(lab, VUE, 'vite', 'vue');
  const got = JSON.stringify(await openPage(await lab.browser(), folder, 'show()'));
  if (got !== SHOWN) throw new Error(`expected ${SHOWN}, got ${got}`);
}

async function compileVue(lab: Lab): Promise<void> {
  const cwd = await lab.tool(VUE);
  const compilerOptions = {
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    module: 'ESNext',
    moduleResolution: 'Bundler',
    noEmit: true,
    strict: true,
    target: 'ES2022',
    types: [],
  };
  const page = await readFile(join(ROOT, 'docs/runtimes.md'), 'utf8');
  const [, told] = /```text\n(.*?) {2}```/s.exec(page) ?? [];
  if (told === undefined) throw new Error('docs/runtimes.md tells Vue nothing');
  await writeFile(join(cwd, 'vue-types.ts'), told + USE_OF_TYPES);
  await writeFile(join(cwd, 'vue.json'), JSON.stringify({ compilerOptions, files: ['vue-types.ts'] }));
  await lab.run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'vue.json'], { cwd });
}
