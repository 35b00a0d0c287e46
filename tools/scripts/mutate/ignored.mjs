// @ts-check
// What is not changed: texts for people, and all but a share of the rest.
import { createHash } from 'node:crypto';

/**
 * @typedef {{ type: string, name?: string, callee?: Node }} Node A node of Babel's.
 * @typedef {{ node: Node, parent?: Node }} NodePath
 */

const ERROR = /Error$/;

/** Why a node is not changed; undefined where it may be. @param {NodePath} path */
export function shouldIgnore({ node, parent }) {
  if (node.type !== 'StringLiteral' && node.type !== 'TemplateLiteral') return undefined;
  const callee = parent?.callee;
  return callee && (callee.type === 'Super' || ERROR.test(callee.name ?? '')) ? 'a text of an error' : undefined;
}

/** Whether a change belongs to the share that is tried. @param {import('./report.mjs').Change} change @param {{ share: number, seed: number }} choice */
export function isChosen({ fileName, mutatorName, replacement, location: { start } }, { share, seed }) {
  if (share === 1) return true;
  const what = [seed, fileName, start.line, start.column, mutatorName, replacement].join(' ');
  return createHash('sha256').update(what).digest().readUInt32BE(0) / 2 ** 32 < share;
}
