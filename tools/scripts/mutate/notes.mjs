// @ts-check
import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {{ id?: string, begun?: true, status?: string, doubt?: true, bad?: string, outcome?: string, end?: true }} Note What the process
 *   that tries the changes has done.
 */

/** What is noted in a file, a line each. @param {string} path @returns {Note[]} */
export function notesIn(path) {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
