// @ts-check

/**
 * A source file taken apart far enough for the repository's checks, without a compiler.
 * @typedef {object} Scan
 * @property {string} code The source, as long as before, with comments and the contents of strings and patterns blanked.
 * @property {Map<number, string>} strings What stood in the quotes that open at an offset.
 * @property {{ start: number, end: number, text: string }[]} comments
 */

const WORD = /[\w$]+/y;
const PATTERN = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/[\\\n])+\/[a-z]*/y;
const BEFORE_PATTERN = new Set(
  'return typeof case in of void delete throw new await yield else do ( , = : [ ! & | ? { } ; + - * % ~ ^ < >'.split(
    ' ',
  ),
);

/**
 * @param {string} source
 * @returns {Scan}
 */
export function scan(source) {
  const out = source.split('');
  /** @type {Scan['strings']} */
  const strings = new Map();
  /** @type {Scan['comments']} */
  const comments = [];
  /** @type {boolean[]} For each open brace, whether it opened inside a template. */
  const braces = [];
  let at = 0;
  let last = ';';

  /** @param {number} from @param {number} to */
  const blank = (from, to) => {
    for (let i = from; i < to; i++) if (out[i] !== '\n') out[i] = ' ';
  };
  /** @param {number} end */
  const comment = (end) => {
    comments.push({ start: at, end, text: source.slice(at, end) });
    blank(at, end);
    at = end;
  };
  /** Goes to the first unescaped one of `stops`. @param {number} from @param {string[]} stops */
  const find = (from, stops) => {
    let i = from;
    while (i < source.length && !stops.some((stop) => source.startsWith(stop, i))) i += source[i] === '\\' ? 2 : 1;
    return Math.min(i, source.length);
  };
  const template = () => {
    const end = find(at, ['`', '${']);
    blank(at, end);
    const opens = source[end] === '$';
    if (opens) {
      out[end] = ' ';
      braces.push(true);
    }
    last = opens ? '{' : '`';
    at = end + (opens ? 2 : 1);
  };
  /** @param {RegExp} pattern */
  const matches = (pattern) => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };

  if (source.startsWith('#!')) comment(find(0, ['\n']));
  while (at < source.length) {
    const c = /** @type {string} */ (source[at]);
    if (source.startsWith('//', at)) {
      const end = source.indexOf('\n', at);
      comment(end < 0 ? source.length : end);
    } else if (source.startsWith('/*', at)) {
      const end = source.indexOf('*/', at + 2);
      comment(end < 0 ? source.length : end + 2);
    } else if (c === '"' || c === "'") {
      const end = find(at + 1, [c, '\n']);
      strings.set(at, source.slice(at + 1, end));
      blank(at + 1, end);
      at = end + 1;
      last = c;
    } else if (c === '`' || (c === '}' && braces.pop())) {
      at++;
      template();
    } else if (/\s/.test(c)) {
      at++;
    } else {
      const pattern = c === '/' && BEFORE_PATTERN.has(last) ? matches(PATTERN) : undefined;
      if (pattern) {
        blank(at, at + pattern.length);
        out[at] = '/';
        out[at + pattern.length - 1] = '/';
      }
      if (c === '{') braces.push(false);
      last = pattern ? '/' : (matches(WORD) ?? c);
      at += pattern?.length ?? last.length;
    }
  }
  return { code: out.join(''), strings, comments };
}

/** The line, counted from 1, of an offset. @param {string} source @param {number} offset */
export function lineOf(source, offset) {
  return source.slice(0, offset).split('\n').length;
}

const IMPORT = /(?<![.#\w$])(?:from\s*(?=['"])|import\s*(?=['"])|(?:import|require)\s*\(\s*(?=\S)|module\s+(?=['"]))/g;

/**
 * Every module a source names: static and dynamic imports, re-exports, `import()` types, `declare module`,
 * `/// <reference types>`. An import that isn't a plain string has no `specifier`.
 * @param {Scan} scanned
 * @returns {{ specifier: string | undefined, offset: number }[]}
 */
export function imports({ code, strings, comments }) {
  const found = [];
  for (const match of code.matchAll(IMPORT)) {
    const offset = match.index + match[0].length;
    found.push({ specifier: strings.get(offset), offset });
  }
  for (const { text, start } of comments) {
    const specifier = /^\/\/\/\s*<reference\s+types=["']([^"']+)/.exec(text)?.[1];
    if (specifier) found.push({ specifier, offset: start });
  }
  return found;
}

/** How deep each offset is in brackets of any kind. @param {string} code */
export function depths(code) {
  const depth = new Uint32Array(code.length);
  let now = 0;
  for (let i = 0; i < code.length; i++) {
    if (')]}'.includes(/** @type {string} */ (code[i])) && now > 0) now--;
    depth[i] = now;
    if ('([{'.includes(/** @type {string} */ (code[i]))) now++;
  }
  return depth;
}

/**
 * Whether the line, or the comment right above it, gives the reason that a check asks for.
 * @param {RegExp} reason
 * @param {string[]} lines
 * @param {number} line
 * @param {RegExp} [comment] the lines of that comment
 */
export function saysWhy(reason, lines, line, comment = /^\s*\/\//) {
  if (reason.test(lines[line - 1] ?? '')) return true;
  for (let i = line - 2; comment.test(lines[i] ?? ''); i--) if (reason.test(lines[i] ?? '')) return true;
  return false;
}
