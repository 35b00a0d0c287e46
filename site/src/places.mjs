// @ts-check
// Where the files of the repository stand on the site.
import { posix } from 'node:path';

/** Where the pages are gathered before they are built, and where the site is then. */
export const PAGES = 'site/.pages';
export const BUILT = 'site/dist';

const README = /^(.+)\/README\.md$/;
const PICTURE = /\.(?:png|jpe?g|svg|gif|webp)$/;

/** The repository's texts that are pages whether or not anything links to them. @param {string} path */
export function isPage(path) {
  return (
    /^(?:README|CONTRIBUTING|SECURITY)\.md$/.test(path) ||
    /^docs\/[^/]+\.md$/.test(path) ||
    /^(?:packages|plugins|tools)\/[^/]+\/README\.md$/.test(path) ||
    /^(?:examples\/[^/]+|test)\/README\.md$/.test(path)
  );
}

/** @param {string} path */
export function isPicture(path) {
  return PICTURE.test(path);
}

/**
 * The file below the site's folder of pages that a file of the repository becomes.
 * @param {string} path relative to the root
 */
export function placeOf(path) {
  if (path === 'README.md') return 'index.md';
  // `security` is the page for those who write programs.
  if (path === 'SECURITY.md') return 'reporting-a-vulnerability.md';
  if (isPicture(path)) return path;
  const [, folder] = README.exec(path) ?? [];
  if (folder) return `${folder.toLowerCase()}.md`;
  if (isPage(path)) return posix.basename(path).toLowerCase();
  return `sources/${path}.md`;
}

/** @param {string} folder @param {ReadonlySet<string>} files */
export function filesIn(folder, files) {
  return [...files].filter((path) => path.startsWith(`${folder}/`)).sort();
}

/**
 * The file that a link means: that itself, the README of a folder, or a folder that has none.
 * @param {string} from the text that has the link
 * @param {string} href without its anchor
 * @param {ReadonlySet<string>} files all of the repository
 * @returns {string | undefined}
 */
export function targetOf(from, href, files) {
  const path = href === '' ? from : posix.join(posix.dirname(from), href).replace(/\/$/, '');
  if (files.has(path)) return path;
  if (files.has(`${path}/README.md`)) return `${path}/README.md`;
  return filesIn(path, files).length > 0 ? path : undefined;
}
