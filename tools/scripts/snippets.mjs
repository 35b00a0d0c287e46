// @ts-check
// The TypeScript in the texts. `node tools/scripts/snippets.mjs` type-checks every ```ts block of them in one program;
// with `--run` it writes the copies that test/snippets runs, and prints a list of them as JSON.
//
// Words after ```ts: `continues` joins the block to the one before it; `file=src/stanza.ts` gives it a name for others to
// import; `no-run` is for what needs a real server: compiled and not run.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { isMain, ROOT, repositoryFiles } from './lib/repo.mjs';
import { bin, node } from './lib/run.mjs';

/**
 * @typedef {object} Snippet What is compiled and run as one file: a block with those that continue it.
 * @property {string} path The text it stands in, relative to the root.
 * @property {number} line Where it begins there, counted from 1.
 * @property {string} file Its own path below a folder for all of them.
 * @property {string} code On the same lines as in the text.
 * @property {boolean} run
 */

const TEXTS = /^(?:README\.md|docs\/.+\.md|(?:packages|plugins)\/[^/]+\/README\.md)$/;
const FENCE = /^([ \t]*)(`{3,})(.*)$/;
// A block in one of these was meant to be `ts` and would go unchecked.
const OTHER_NAMES = ['typescript', 'js', 'javascript', 'mjs', 'tsx'];
const SHIMMED = /(['"])@sestina\/(client|component)\1/g;

export const GENERATED = 'test/snippets/.generated';

/**
 * @param {string} path
 * @param {string} text
 * @returns {Snippet[]}
 * @throws Error for a fence that says something unknown.
 */
export function snippetsOf(path, text) {
  const slug = path.replace(/\.md$/, '').replaceAll('/', '-').toLowerCase();
  /** @type {Snippet[]} */
  const snippets = [];
  /** @type {{ words: string[], indent: number, marks: string, line: number, lines: string[] } | undefined} */
  let open;
  for (const [index, content] of text.split('\n').entries()) {
    const [, indent = '', marks = '', info = ''] = FENCE.exec(content) ?? [];
    if (!open) {
      if (marks) open = { words: info.trim().split(/\s+/), indent: indent.length, marks, line: index + 1, lines: [] };
    } else if (marks.length >= open.marks.length && info.trim() === '') {
      add(open);
      open = undefined;
    } else {
      open.lines.push(content.slice(Math.min(open.indent, content.length - content.trimStart().length)));
    }
  }
  return snippets;

  /** @param {NonNullable<typeof open>} block */
  function add({ words: [language = '', ...words], line, lines }) {
    const where = `${path}:${line}`;
    if (OTHER_NAMES.includes(language)) throw new Error(`${where}: call it \`\`\`ts, so that it is checked`);
    if (language !== 'ts') return;
    const name = words.find((word) => word.startsWith('file='))?.slice('file='.length);
    const strange = words.find((word) => !['continues', 'no-run'].includes(word) && !word.startsWith('file='));
    if (strange) throw new Error(`${where}: \`\`\`ts knows continues, no-run and file=NAME, not ${strange}`);
    const last = snippets.at(-1);
    if (words.includes('continues')) {
      if (!last || name) throw new Error(`${where}: there is nothing that it could continue`);
      last.code += padded(lines, line - last.code.split('\n').length + 1);
      last.run &&= !words.includes('no-run');
    } else {
      const file = `${slug}/${name ?? `line-${line}.ts`}`;
      snippets.push({ path, line, file, code: padded(lines, line), run: !words.includes('no-run') });
    }
  }
}

/** @param {string[]} lines @param {number} before how many empty ones come first */
function padded(lines, before) {
  return `${'\n'.repeat(Math.max(before, 0))}${lines.join('\n')}\n`;
}

/** Every snippet of the repository. */
export function allSnippets() {
  return repositoryFiles()
    .filter((path) => TEXTS.test(path))
    .flatMap((path) => snippetsOf(path, readFileSync(join(ROOT, path), 'utf8')));
}

/**
 * Writes them below a folder of their own, and removes what an earlier run left there.
 * @param {Snippet[]} snippets
 * @param {string} kind
 * @param {(code: string, file: string) => string} [edit]
 */
function write(snippets, kind, edit = (code) => code) {
  const folder = join(ROOT, GENERATED, kind);
  /** @type {Set<string>} */
  const wanted = new Set();
  for (const { file, code } of snippets) {
    const target = join(folder, file);
    wanted.add(target);
    const text = edit(code, target);
    if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  if (!existsSync(folder)) return folder;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !wanted.has(path)) rmSync(path);
  }
  return folder;
}

/** @param {Snippet[]} snippets */
async function check(snippets) {
  write(snippets, 'check');
  const { ok, output } = await node([bin('typescript', 'tsc'), '-p', 'test/snippets', '--pretty', 'false'], {
    capture: true,
  });
  if (ok) return;
  const prefix = `${GENERATED}/check/`;
  let text = output.trimEnd();
  // The lines are those of the texts already.
  for (const { file, path } of snippets) text = text.replaceAll(`${prefix}${file}(`, `${path}(`);
  console.error(text);
  process.exitCode = 1;
}

/** @param {Snippet[]} snippets */
function prepare(snippets) {
  const folder = write(snippets, 'run', (code, target) => {
    const shims = relative(dirname(target), join(ROOT, 'test/snippets')).replaceAll('\\', '/');
    return code.replace(SHIMMED, (_, quote, name) => `${quote}${shims}/${name}.js${quote}`);
  });
  const list = snippets.map(({ path, line, file, code, run }) => {
    const tests = /from 'vitest'/.test(code);
    return { title: `${path}:${line}`, file: join(folder, file), run, tests };
  });
  console.log(JSON.stringify(list));
}

if (isMain(import.meta.url)) {
  try {
    const snippets = allSnippets();
    if (process.argv.includes('--run')) prepare(snippets);
    else await check(snippets);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
