// @ts-check
// What is not changed: texts for people, and all but a share of the statements.
import { createHash } from 'node:crypto';

/**
 * @typedef {{ type: string, name?: string, start?: number | null, callee?: Node, test?: unknown, body?: unknown }} Node A node of Babel's.
 * @typedef {{ node: Node, parent?: Node, hub?: { file?: { opts?: { filename?: string } } } }} NodePath
 */

const STATEMENTS = ['ExpressionStatement', 'ReturnStatement', 'VariableDeclaration', 'ThrowStatement', 'ClassProperty'];
const ERROR = /Error$/;

/** @param {NodePath} path Whether it is what an error says. */
function isText({ node, parent }) {
  if (node.type !== 'StringLiteral' && node.type !== 'TemplateLiteral') return false;
  const callee = parent?.callee;
  return callee !== undefined && (callee.type === 'Super' || ERROR.test(callee.name ?? ''));
}

/** @param {NodePath} path Whether it is chosen, or not, as a whole: a statement, what one goes by, or all that a function is. */
function isChosen({ node, parent }) {
  if (STATEMENTS.includes(node.type)) return true;
  if (parent?.type === 'ArrowFunctionExpression') return parent.body === node && node.type !== 'BlockStatement';
  return parent?.type.endsWith('Statement') === true && parent.test === node;
}

/** @param {NodePath} path @param {{ share: number, seed: number }} choice */
function isLeftOut(path, { share, seed }) {
  if (share === 1 || !isChosen(path)) return false;
  const { node, hub } = path;
  const place = `${seed} ${hub?.file?.opts?.filename} ${node.start}`;
  return createHash('sha256').update(place).digest().readUInt32BE(0) / 2 ** 32 >= share;
}

/** Why a node is not changed; undefined where it may be. @param {NodePath} path @param {{ share: number, seed: number }} choice */
export function shouldIgnore(path, choice) {
  if (isText(path)) return 'a text of an error';
  return isLeftOut(path, choice) ? 'not in the sample' : undefined;
}
