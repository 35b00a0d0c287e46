// @ts-check
// Nothing in a package or a plugin keeps state between two connections of one process:
// a module holds constants only. A line `// module-state: <reason>` above an exception allows it.
import { isMain, publishable, report, typescript } from './lib/repo.mjs';
import { depths, lineOf, saysWhy, scan } from './lib/scan.mjs';

/** @import { Finding, SourceFile } from './lib/repo.mjs' */

const VARIABLE = /(?<![.\w$])(?:let|var)\s+[\w$[{]/g;
const CONTAINER = String.raw`(?:new\s+(?:Map|Set|WeakMap|WeakSet|Array)\b|\[\s*\]|\{\s*\})`;
const HEAD = String.raw`(?<name>#?[\w$]+)\s*(?::(?<type>(?:[^=;]|=>)*?))?=\s*`;
const CONSTANT = new RegExp(String.raw`(?<![.\w$])const\s+${HEAD}${CONTAINER}`, 'g');
const STATIC = new RegExp(String.raw`(?<![.\w$])static\s+(?:readonly\s+)?${HEAD}${CONTAINER}`, 'g');
const MUTABLE_STATIC = /(?<![.\w$])static\s+(?:override\s+)?(?!readonly\b|override\b)#?[\w$]+\s*[?!]?\s*[:=;]/g;
const READONLY = /^\s*(?:Readonly(?:Map|Set|Array)?\s*<|readonly\s)/;
const REASON = /\/\/ module-state: \S/;

/** @param {SourceFile[]} files @returns {Finding[]} */
export function checkModuleState(files) {
  return files.flatMap(({ path, text }) => {
    const { code } = scan(text);
    const depth = depths(code);
    const lines = text.split('\n');
    /** @type {Map<number, string>} */
    const found = new Map();
    for (const match of code.matchAll(VARIABLE)) {
      if (depth[match.index] === 0) found.set(match.index, 'a module-level variable is shared by every connection');
    }
    for (const match of [...code.matchAll(CONSTANT), ...code.matchAll(STATIC)]) {
      const atTop = match[0].startsWith('static') || depth[match.index] === 0;
      if (!atTop || READONLY.test(match.groups?.['type'] ?? '')) continue;
      found.set(
        match.index,
        `'${match.groups?.['name']}' is shared by every connection: declare it Readonly…, or keep it in an object`,
      );
    }
    for (const match of code.matchAll(MUTABLE_STATIC)) {
      if (!found.has(match.index))
        found.set(match.index, 'a static field that can be set is shared by every connection');
    }
    return [...found]
      .map(([offset, message]) => ({ path, line: lineOf(text, offset), message }))
      .filter(({ line }) => !saysWhy(REASON, lines, line))
      .sort((a, b) => a.line - b.line);
  });
}

if (isMain(import.meta.url)) report(checkModuleState(typescript(publishable(), 'src')));
