// @ts-check
// What is not changed: texts for people, and all but a share of the rest.
import { createHash } from 'node:crypto';

/**
 * @typedef {{ type: string, name?: string, callee?: Node, key?: Node, object?: Node, property?: Node, id?: Node, arguments?: unknown[] }} Node A node of
 *   Babel's.
 * @typedef {{ node: Node, parent?: Node }} NodePath
 */

const ERROR = /Error$/;
const LOG = /^(?:debug|info|warn|error)$/;
const LOGGER = /logger$/;

/** Why a node is not changed; undefined where it may be. @param {NodePath} path */
export function shouldIgnore({ node, parent }) {
  if (node.type !== 'StringLiteral' && node.type !== 'TemplateLiteral') return undefined;
  // Of a wait: what it says where it has taken too long.
  if (parent?.type === 'ObjectProperty' && parent.key?.name === 'what') return 'a text of an error';
  const callee = parent?.callee;
  if (!callee) return undefined;
  if (callee.type === 'Super' || ERROR.test(callee.name ?? '')) return 'a text of an error';
  // The first one is the name of the option.
  if (callee.name === 'checkOption' && parent.arguments?.[0] !== node) return 'a text of an error';
  const logger = callee.object?.property ?? callee.object;
  return LOG.test(callee.property?.name ?? '') && LOGGER.test(logger?.id?.name ?? logger?.name ?? '')
    ? 'a line of a log'
    : undefined;
}

/** Whether a change belongs to the share that is tried. @param {import('./report.mjs').Change} change @param {{ share: number, seed: number }} choice */
export function isChosen({ fileName, mutatorName, replacement, location: { start } }, { share, seed }) {
  if (share === 1) return true;
  const what = [seed, fileName, start.line, start.column, mutatorName, replacement].join(' ');
  return createHash('sha256').update(what).digest().readUInt32BE(0) / 2 ** 32 < share;
}
