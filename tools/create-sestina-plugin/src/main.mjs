#!/usr/bin/env node
// @ts-check
// `npm create sestina-plugin NAME`, and `npm run new -- xep-NNNN` in the repository of Sestina.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { draftSpecification } from './draft/specification.mjs';
import { filesOf } from './files.mjs';
import { marksIn } from './marks.mjs';
import { plan } from './plan.mjs';

const USAGE = `usage: create-sestina-plugin NAME [options]

  NAME               of the package: xmpp-dice, xep-0092
  --class NAME       of the plugin's class. Default: made of the name
  --namespace URI    of its elements
  --xep NNNN         drafts the elements of that XEP; xep-NNNN as the name says so too
  --specs FOLDER     where the XEPs are, as examples/xep-NNNN.json. Default: SESTINA_SPECS
  --dir FOLDER       where the package is written. Default: a folder of its name
  --repository FOLDER  a clone of the repository of Sestina: writes plugins/NAME there
  --marks FOLDER     writes nothing, and fails where a mark is left there
`;

/** @param {string[]} args @returns {Promise<number>} */
async function main(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      class: { type: 'string' },
      namespace: { type: 'string' },
      xep: { type: 'string' },
      specs: { type: 'string' },
      dir: { type: 'string' },
      repository: { type: 'string' },
      marks: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.marks !== undefined) return report(marksIn(values.marks));
  const name = positionals[0] ?? (await ask('name of the package: '));
  if (!name) {
    console.error(USAGE);
    return 2;
  }
  const inside = values.repository !== undefined;
  const xep = values.xep ?? /^xep-(\d{4})$/.exec(name)?.[1];
  const specs = values.specs ?? process.env['SESTINA_SPECS'];
  if (xep && !specs) throw new Error('say where the XEPs are: --specs FOLDER, or SESTINA_SPECS');
  const draft = xep && specs ? draftSpecification(specs, xep.padStart(4, '0'), values.class) : undefined;
  const namespace = values.namespace ?? (draft ? undefined : (await ask('namespace of its elements: ')) || undefined);
  const made = plan({ name, plugin: values.class, namespace, draft, inside });
  const folder = resolve(
    values.dir ?? (inside ? join(values.repository ?? '', 'plugins', name) : name.replace(/^@[^/]*\//, '')),
  );
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
  for (const [path, text] of filesOf(made)) {
    const at = join(path.startsWith('.changeset/') ? (values.repository ?? '') : folder, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
  }
  console.log(`${made.package} is in ${relative(process.cwd(), folder) || '.'}`);
  const marks = marksIn(folder);
  if (marks.length > 0)
    console.log(`what could not be found out is marked:\n${marks.map((mark) => `  ${mark}`).join('\n')}`);
  console.log(
    inside
      ? 'next: npm install && npm run sync-refs && npm run sync-support && npm run format'
      : 'next: npm install && npm run typecheck && npm test',
  );
  return 0;
}

/** Where a terminal is there; else nothing is answered. @param {string} question @returns {Promise<string>} */
async function ask(question) {
  if (!process.stdin.isTTY) return '';
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}

/** @param {string[]} marks */
function report(marks) {
  for (const mark of marks) console.error(mark);
  return marks.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`create-sestina-plugin: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
