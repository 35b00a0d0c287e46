// @ts-check
// The table of docs/errors.md that says which errors are final, made of the one that reconnecting goes by.
// `--check` changes nothing and exits non-zero where the text is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_RULES } from '@sestina/core/connection';
import { isMain, ROOT, report } from './lib/repo.mjs';

/** @import { ErrorRule } from '@sestina/core/connection' */

const PATH = 'docs/errors.md';
const BEGIN = '<!-- final: made by `npm run sync-errors` -->';
const END = '<!-- end of final -->';

/** @param {ErrorRule['attempt'] | undefined} verdict */
function shown(verdict) {
  if (verdict === undefined) return '';
  return verdict === 'own' ? 'again where `retryable`, else **final**' : verdict === 'final' ? '**final**' : verdict;
}

/** @param {ErrorRule} rule @param {readonly ErrorRule[]} rules */
function rowOf(rule, rules) {
  const { name, of, retryable, attempt, session, elsewhere } = rule;
  const others = rules.some((other) => other.name === name && other !== rule) ? 'all others' : '';
  const which = of ? of.map((one) => `\`${one}\``).join(', ') : others;
  const first = retryable === 'own' ? 'by its cause' : retryable ? 'yes' : 'no';
  return `| \`${name}\` | ${which} | ${first} | ${shown(attempt)} | ${shown(session)} | ${elsewhere ? 'yes' : ''} |`;
}

/** The table as Markdown. @param {readonly ErrorRule[]} rules */
export function errorTable(rules) {
  return [
    '| class | which of it | `retryable` | an attempt fails with it | a session ends with it | next place at once |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rules.map((rule) => rowOf(rule, rules)),
  ].join('\n');
}

/** The text with that table between its marks. @param {string} text @param {string} table @throws Error without the marks. */
export function withTable(text, table) {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${PATH}: the marks of the table are gone`);
  return `${text.slice(0, from + BEGIN.length)}\n\n${table}\n\n${text.slice(to)}`;
}

if (isMain(import.meta.url)) {
  const path = join(ROOT, PATH);
  const text = readFileSync(path, 'utf8');
  const wanted = withTable(text, errorTable(ERROR_RULES));
  if (!process.argv.includes('--check')) writeFileSync(path, wanted);
  else if (text !== wanted) {
    report([{ path: PATH, message: 'its table is out of date: run `npm run sync-errors`' }]);
  }
}
