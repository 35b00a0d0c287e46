// @ts-check
import { execFileSync } from 'node:child_process';
import { ROOT } from '../lib/repo.mjs';

const FILE = /^\+\+\+ b\/(.+)$/;
const HUNK = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/;

/**
 * The lines that a diff without context adds or changes, as `path:first-last`.
 * @param {string} diff @returns {string[]}
 */
export function addedLines(diff) {
  /** @type {string[]} */
  const ranges = [];
  let path = '';
  for (const line of diff.split('\n')) {
    path = FILE.exec(line)?.[1] ?? path;
    const [, first, count = '1'] = HUNK.exec(line) ?? [];
    if (first === undefined || count === '0') continue;
    ranges.push(`${path}:${first}-${Number(first) + Number(count) - 1}`);
  }
  return ranges;
}

/** The lines of TypeScript that differ from where the branch left a revision, those not committed too. @param {string} revision */
export function changedLines(revision) {
  /** @param {string[]} args */
  const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 });
  return addedLines(git('diff', '-U0', '--no-color', git('merge-base', revision, 'HEAD').trim(), '--', '*.ts'));
}
