import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab, Published } from '../lab.js';
import type { Proof } from '../proof.js';
import { type Tool, TYPESCRIPTS } from '../tools.js';

// What a page has no use for, and whose declarations know Node.js.
const OF_NODE = new Set(['@sestina/component', '@sestina/storage/fs', '@sestina/tcp', '@sestina/testing/node']);

const SHARED = {
  exactOptionalPropertyTypes: true,
  lib: ['ES2022', 'DOM', 'DOM.Iterable'],
  noEmit: true,
  skipLibCheck: false,
  strict: true,
  target: 'ES2022',
};

/** Every entry of every package compiles, as it is declared. */
export const typeProofs: readonly Proof[] = TYPESCRIPTS.flatMap((tool): Proof[] => {
  const every: Proof = {
    tool,
    what: 'every package, `strict` and `skipLibCheck: false`',
    run: (lab) =>
      compile(lab, tool, 'every', () => true, {
        ...SHARED,
        module: 'NodeNext',
        moduleResolution: 'NodeNext',
        types: ['node'],
      }),
  };
  const page: Proof = {
    tool,
    what: 'those for pages, without the types of Node.js',
    run: (lab) =>
      compile(lab, tool, 'page', (entry) => !OF_NODE.has(entry), {
        ...SHARED,
        module: 'ESNext',
        moduleResolution: 'Bundler',
        types: [],
      }),
  };
  // Of the others it says nothing new, and takes its time.
  return tool === TYPESCRIPTS[0] || tool === TYPESCRIPTS.at(-1) ? [every, page] : [every];
});

async function compile(
  lab: Lab,
  tool: Tool,
  name: string,
  wanted: (entry: string) => boolean,
  compilerOptions: object,
): Promise<void> {
  const folder = await lab.tool(tool);
  await writeFile(join(folder, `${name}.ts`), everything(lab.published, wanted));
  await writeFile(join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }));
  const tsc = join(folder, 'node_modules/typescript/bin/tsc');
  await lab.run(process.execPath, [tsc, '-p', `${name}.json`, '--pretty', 'false'], { cwd: folder, timeout: 180_000 });
}

/** A program that imports all of it. */
export function everything(published: readonly Published[], wanted: (entry: string) => boolean = () => true): string {
  const entries = published.flatMap((each) => each.entries).filter(wanted);
  const imports = entries.map((entry, index) => `import * as m${index} from '${entry}';`);
  const table = entries.map((entry, index) => `'${entry}': m${index}`);
  return `${imports.join('\n')}\nexport const modules: Record<string, object> = { ${table.join(', ')} };\n`;
}
