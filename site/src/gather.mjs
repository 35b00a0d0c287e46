// @ts-check
// Gathers the texts of the repository into the folder of pages, each as it stands but for its links.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publishable, ROOT, repositoryFiles } from '../../tools/scripts/lib/repo.mjs';
import { guide, linkTo, packagesText } from './outline.mjs';
import { filesIn, isPage, isPicture, PAGES, placeOf } from './places.mjs';
import { pageText, sourcePage, titleOf } from './texts.mjs';

/** @import { Package, Page } from './outline.mjs' */

/** Folders that links lead to and that have no text of their own. */
const ELSEWHERE = new Map([
  ['plugins', 'packages.md'],
  ['packages', 'packages.md'],
]);

const HOME = `---
layout: home
hero:
  name: Sestina
  text: XMPP for TypeScript
  tagline: Clients, bots and components on Node.js, Bun, Deno and in browsers. A small core, and every XEP in a package of its own.
  image: { src: /mark.svg, alt: Six lines of a poem }
  actions:
    - { theme: brand, text: Getting started, link: /getting-started }
    - { theme: alt, text: Packages, link: /packages }
    - { theme: alt, text: API reference, link: /api/ }
features:
  - { title: Bots and clients, details: 'Typed events and stanzas, a roster, and a connection that comes back by itself.', link: /clients }
  - { title: Components, details: 'One program that speaks for every address of a domain: gateways and services.', link: /components }
  - { title: Nothing lost, details: 'Each stanza ends as written, failed or unknown; sessions resume, archives catch up.', link: /reliability }
  - { title: Tests without a server, details: 'A server in memory, a clock under control, and networks that fail on demand.', link: /testing-a-bot }
  - { title: Plugins, details: 'A XEP, or a protocol of your own: elements, fields, events, by dependency injection.', link: /writing-a-plugin }
  - { title: Guarded, details: 'What others send is bounded in time and in memory, and nothing of it ends your process.', link: /security }
---

`;

/** Every package that npm gets, plugins last. @param {ReadonlySet<string>} files @returns {Package[]} */
function packagesOf(files) {
  return publishable().map(({ dir, manifest }) => ({
    dir,
    name: manifest.name,
    description: /** @type {any} */ (manifest).description ?? '',
    hasPage: files.has(`${dir}/README.md`),
  }));
}

/** Takes out what an earlier run has made; the API is made by another step. */
function clear() {
  const folder = join(ROOT, PAGES);
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name !== 'api') rmSync(join(folder, name), { recursive: true });
  }
}

/** @param {string} path */
const read = (path) => readFileSync(join(ROOT, path), 'utf8');

/** What is written and where; the dead links. */
export function gather() {
  const files = new Set(repositoryFiles());
  const packages = packagesOf(files);
  clear();
  cpSync(join(ROOT, 'site/public'), join(ROOT, PAGES, 'public'), { recursive: true });
  /** @type {string[]} */
  const dead = [];
  /** @type {Page[]} */
  const pages = [];
  /** @type {Set<string>} */
  const others = new Set();
  for (const path of [...files].filter(isPage)) {
    const source = read(path);
    const made = pageText(path, source, files, ELSEWHERE);
    for (const link of made.dead) dead.push(`${path}: ${link}`);
    for (const target of made.targets) if (!isPage(target)) others.add(target);
    const pack = packages.find(({ dir }) => `${dir}/README.md` === path);
    write(placeOf(path), path === 'README.md' ? HOME + made.text.replace(/^# .*\n+/, '') : made.text + reference(pack));
    pages.push({ path, place: placeOf(path), title: titleOf(source, path) });
  }
  for (const path of [...others].sort()) {
    if (isPicture(path)) copy(path);
    else write(placeOf(path), sourcePage(path, shown(path, files)));
  }
  const list = [...others].filter((path) => !isPicture(path)).sort();
  write(
    'sources.md',
    `# Sources\n\nFiles of the repository that the texts lead to.\n\n${list.map(sourceLine).join('\n')}\n`,
  );
  write('packages.md', packagesText(packages));
  const all = [...pages, { path: '', place: 'sources.md', title: 'Sources' }];
  write('guide.json', JSON.stringify(guide(all, packages)));
  return { pages: all.length, sources: list.length, dead };
}

/** @param {string} path @param {ReadonlySet<string>} files */
function shown(path, files) {
  const paths = files.has(path) ? [path] : filesIn(path, files);
  return paths.map((file) => ({ path: file, source: read(file) }));
}

/** @param {Package | undefined} pack */
function reference(pack) {
  if (!pack) return '';
  const place = pack.name.replace(/^@[^/]+\//, '');
  return `\n## API\n\nEverything that can be imported: [${pack.name}](../api/${place}/index.md).\n`;
}

/** @param {string} path */
const sourceLine = (path) => `- [${path}](.${linkTo(placeOf(path)).replace(/\.html$/, '.md')})`;

/** @param {string} place */
function target(place) {
  const file = join(ROOT, PAGES, place);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}

/** @param {string} place @param {string} text */
function write(place, text) {
  writeFileSync(target(place), text);
}

/** @param {string} path */
function copy(path) {
  copyFileSync(join(ROOT, path), target(placeOf(path)));
}
