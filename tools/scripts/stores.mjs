// @ts-check
// What others can make grow has a bound in entries and in bytes: it lies in one of the kinds of `@sestina/core/util`. A field that is a
// plain table by text, as addresses, ids and names are, or a plain list, says what bounds it: `// bound: <reason>`, in its line or above.
// Tables by objects of ours need no reason. Nor does the parser, which has its limits, and what only tests have.
import { isMain, publishable, report, typescript } from './lib/repo.mjs';
import { depths, lineOf, saysWhy, scan } from './lib/scan.mjs';

/** @import { Finding, SourceFile } from './lib/repo.mjs' */

const FIELD =
  /^[ \t]+(?:(?:private|protected|public|override|readonly)\s+)*(?<name>#?[\w$]+)(?:\s*:\s*(?<type>(?:[^=;\n]|=>)+?))?\s*=\s*(?<made>new\s+(?:Lazy)?(?:Map|Set)\b\s*(?:<\s*(?<key>[\w$]+))?|\[\s*\]|\{)/gm;
const TABLE = /(?<!Readonly)\b(?:Lazy)?(?:Map|Set)<\s*(?:string|JID)\b/;
const LIST = /^(?!readonly\b)[^=]*\[\]$/;
const REASON = /\bbound: \S/;
const COMMENT = /^\s*(?:\/\/|\/?\*)/;
const EXEMPT = /^packages\/(?:testing|xml)\//;

/** @param {string} type @param {string} made @param {string | undefined} key */
function grows(type, made, key) {
  if (made.startsWith('[')) return LIST.test(type.trim()) ? 'list' : undefined;
  const byText = key === 'string' || key === 'JID' || TABLE.test(type);
  return byText ? 'table' : undefined;
}

/** @param {SourceFile[]} files @returns {Finding[]} */
export function checkStores(files) {
  return files.flatMap(({ path, text }) => {
    if (EXEMPT.test(path)) return [];
    const { code } = scan(text);
    const depth = depths(code);
    const lines = text.split('\n');
    return [...code.matchAll(FIELD)].flatMap(({ index, groups = {} }) => {
      const at = code.indexOf(/** @type {string} */ (groups['name']), index);
      const kind = grows(groups['type'] ?? '', groups['made'] ?? '', groups['key']);
      const line = lineOf(text, at);
      if (kind === undefined || depth[at] !== 1 || saysWhy(REASON, lines, line, COMMENT)) return [];
      const message = `'${groups['name']}' is a ${kind} that may grow: take a kind of @sestina/core/util, or say \`// bound: why it does not\``;
      return [{ path, line, message }];
    });
  });
}

if (isMain(import.meta.url)) report(checkStores(typescript(publishable(), 'src')));
