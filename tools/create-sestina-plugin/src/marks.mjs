// @ts-check
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MARK } from './templates/sources.mjs';

/** The marks that are left in files, a line each: what the draft could not find out and somebody has to decide. @param {string} path @returns {string[]} */
export function marksIn(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isDirectory()) {
    const inside = readdirSync(path).filter((name) => !['dist', 'node_modules'].includes(name));
    return inside.sort().flatMap((name) => marksIn(join(path, name)));
  }
  if (!/\.(?:[cm]?ts|md)$/.test(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) => (line.includes(MARK) ? [`${path}:${index + 1} ${line.trim()}`] : []));
}
