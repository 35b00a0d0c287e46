// @ts-check
// A text of the repository as a page of the site: the same words, and links that lead to the pages.
import { posix } from 'node:path';
import { placeOf, targetOf } from './places.mjs';

const FENCED = /^( *)(`{3,})[^\n]*\n[\s\S]*?^ *\2`*[ \t]*$/gm;
const COMMENT = /<!--[\s\S]*?-->\n?/g;
const LINK = /(!?\[(?:[^\][]|\[[^\]]*\])*\]\()([^()\s]*)(\))/g;
const OUTSIDE = /^(?:[a-z][a-z0-9+.-]*:|\/)/i;

/**
 * Edits what stands outside of blocks of code.
 * @param {string} text @param {(prose: string) => string} edit
 */
export function prose(text, edit) {
  let done = '';
  let from = 0;
  for (const { 0: block, index } of text.matchAll(FENCED)) {
    done += edit(text.slice(from, index)) + block;
    from = index + block.length;
  }
  return done + edit(text.slice(from));
}

/** The first heading. @param {string} text @param {string} otherwise */
export function titleOf(text, otherwise) {
  return /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? otherwise;
}

/**
 * @typedef {object} Made
 * @property {string} text
 * @property {string[]} targets the files of the repository that it leads to, or shows
 * @property {string[]} dead links that lead nowhere on the site, as they are written
 */

/**
 * @param {string} path of the text, relative to the root
 * @param {string} source
 * @param {ReadonlySet<string>} files all of the repository
 * @param {ReadonlyMap<string, string>} [elsewhere] folders that have a page without a README: the page's place
 * @returns {Made}
 */
export function pageText(path, source, files, elsewhere = new Map()) {
  const here = posix.dirname(placeOf(path));
  /** @type {string[]} */
  const targets = [];
  /** @type {string[]} */
  const dead = [];
  /** @param {string} place */
  const towards = (place) => {
    const way = posix.relative(here, place);
    return way.startsWith('.') ? way : `./${way}`;
  };
  const text = prose(source, (part) =>
    part.replace(COMMENT, '').replace(LINK, (whole, before, url, after) => {
      if (OUTSIDE.test(url) || url === '') return whole;
      const [href = '', anchor] = url.split('#');
      const tail = anchor === undefined ? '' : `#${anchor}`;
      if (href === '') return whole;
      const folder = elsewhere.get(posix.join(posix.dirname(path), href).replace(/\/$/, ''));
      if (folder) return `${before}${towards(folder)}${tail}${after}`;
      const target = targetOf(path, href, files);
      if (!target) {
        dead.push(url);
        return whole;
      }
      targets.push(target);
      return `${before}${towards(placeOf(target))}${tail}${after}`;
    }),
  );
  return { text, targets, dead };
}

/** @type {ReadonlyMap<string, string>} */
const LANGUAGES = new Map(['ts', 'css', 'json', 'md', 'html'].map((name) => [name, name]));

/** Lines of a source that is shown in colours, at most. */
const COLOURED = 200;

/** @param {string} path */
function languageOf(path) {
  return LANGUAGES.get(path.split('.').at(-1) ?? '') ?? (path.endsWith('js') ? 'js' : 'txt');
}

/**
 * A page that shows what is no text: one file, or those of a folder.
 * @param {string} path @param {readonly { path: string, source: string }[]} files
 */
export function sourcePage(path, files) {
  const blocks = files.map((file) => {
    // Colours for a long one are most of the work of building the site.
    const isLong = file.source.split('\n').length > COLOURED;
    const language = isLong ? 'txt' : languageOf(file.path);
    const longest = Math.max(2, ...[...file.source.matchAll(/`{3,}/g)].map(([marks]) => marks.length));
    const marks = '`'.repeat(longest + 1);
    const heading = file.path === path ? '' : `## ${file.path.slice(path.length + 1)}\n\n`;
    return `${heading}${marks}${language}\n${file.source.trimEnd()}\n${marks}\n`;
  });
  return `---\nsearch: false\n---\n\n# ${path}\n\n${blocks.join('\n')}`;
}

/** The anchor that GitHub gives to a heading, so that a link with one leads to the same place here. @param {string} heading */
export function slugOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');
}
