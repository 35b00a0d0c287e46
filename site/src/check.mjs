// @ts-check
// What is wrong with the site as it was built: links and anchors that lead nowhere, pages that nothing beside them leads to, and
// what would be fetched from another host.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ROOT } from '../../tools/scripts/lib/repo.mjs';
import { BUILT } from './places.mjs';

const HREF = /<a\b[^>]*?\shref="([^"]*)"/g;
const ID = /\sid="([^"]*)"/g;
const FETCHED =
  /<(?:script|img|iframe|source|video|audio)\b[^>]*?\ssrc="((?:https?:)?\/\/[^"]*)"|<link\b(?=[^>]*\brel="[^"]*\b(?:stylesheet|preload|modulepreload|icon|preconnect)\b)[^>]*?\shref="((?:https?:)?\/\/[^"]*)"/g;
const IN_STYLE = /url\(["']?((?:https?:)?\/\/[^)"']*)|@import\s+["']((?:https?:)?\/\/[^"']*)/g;
const ENTITIES = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }));

/** @param {string} text */
const decoded = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ENTITIES.get(name) ?? '');

/** @param {string} url */
function readable(url) {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/**
 * @param {ReadonlyMap<string, string>} pages HTML by path
 * @param {(path: string) => boolean} exists another file of the site
 * @param {string} base what all paths begin with, as `/`
 * @returns {string[]}
 */
export function checkPages(pages, exists, base = '/') {
  /** @type {string[]} */
  const wrong = [];
  const ids = new Map(
    [...pages].map(([path, html]) => [path, new Set([...html.matchAll(ID)].map(([, id]) => decoded(id ?? '')))]),
  );
  /** @type {Set<string>} */
  const linked = new Set(['index.html', '404.html']);
  for (const [path, html] of pages) {
    for (const url of fetched(html)) wrong.push(`${path}: fetches ${url}`);
    for (const [, raw = ''] of html.matchAll(HREF)) {
      const url = decoded(raw);
      if (/^(?:[a-z]+:|\/\/)/i.test(url)) continue;
      const [href = '', anchor] = url.split('#').map(readable);
      const target = fileOf(path, href, base);
      if (target !== path) linked.add(target);
      if (target !== path && !pages.has(target) && !exists(target)) wrong.push(`${path}: no page for ${url}`);
      else if (anchor && pages.has(target) && !ids.get(target)?.has(anchor))
        wrong.push(`${path}: no anchor for ${url}`);
    }
  }
  for (const path of pages.keys()) if (!linked.has(path)) wrong.push(`${path}: no page leads here`);
  return [...new Set(wrong)];
}

/** @param {string} from @param {string} href @param {string} base */
function fileOf(from, href, base) {
  if (href === '') return from;
  const path = href.startsWith('/') ? href.slice(base.length) : posix.join(posix.dirname(from), href);
  if (path === '' || path === '.') return 'index.html';
  if (path.endsWith('/')) return `${path}index.html`;
  return /\.\w+$/.test(path) ? path : `${path}.html`;
}

/** What a browser would get from other hosts. @param {string} text HTML or a stylesheet */
export function fetched(text) {
  return [...text.matchAll(FETCHED), ...text.matchAll(IN_STYLE)].map(([, a, b]) => a ?? b ?? '');
}

/** All that is wrong in the folder. @returns {string[]} */
export function checkBuilt(folder = join(ROOT, BUILT), base = process.env['SITE_BASE'] ?? '/') {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
  const pages = new Map(
    files.filter((path) => path.endsWith('.html')).map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  );
  const styles = files
    .filter((path) => path.endsWith('.css'))
    .flatMap((path) => fetched(readFileSync(join(folder, path), 'utf8')).map((url) => `${path}: fetches ${url}`));
  return [...checkPages(pages, (path) => existsSync(join(folder, path)), base), ...styles];
}
