// @ts-check
// The API reference: `node site/api.mjs` writes the Markdown of every entry of every package into the folder of pages. It runs with
// what site/package.json installs; everything else of the site is in src and needs nothing.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, Comment, Converter } from 'typedoc';
import { publishable, ROOT } from '../tools/scripts/lib/repo.mjs';
import { PAGES } from './src/places.mjs';
import { slugOf } from './src/texts.mjs';

const SOURCE = '@sestina/source';
const OUT = join(ROOT, PAGES, 'api');
/** What has pages of its own, by the folder of a module that they are in. */
const PAGED = { classes: 'Classes', interfaces: 'Interfaces' };
/** What stands on the page of the module, by its heading there. */
const INLINE = { Functions: 'Functions', 'Type Aliases': 'Types', Variables: 'Constants' };

/** What a package lets others import: its folder on the site, and the file. */
const entries = publishable().flatMap(({ dir, manifest }) =>
  Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const file = /** @type {any} */ (target)?.[SOURCE];
    if (!file) return [];
    const specifier = join(manifest.name, subpath);
    const { description } = /** @type {{ description: string }} */ (/** @type {unknown} */ (manifest));
    return [{ dir, specifier, description, place: specifier.replace(/^@[^/]+\//, ''), file: join(dir, file) }];
  }),
);
const byFolder = new Map(entries.map((entry) => [entry.file.replace(/(?:\/index)?\.ts$/, ''), entry]));
const specifiers = new Map(entries.map(({ place, specifier }) => [place, specifier]));

const app = await Application.bootstrapWithPlugins({
  entryPoints: entries.map(({ file }) => join(ROOT, file)),
  basePath: ROOT,
  tsconfig: join(ROOT, 'tsconfig.test.json'),
  plugin: ['typedoc-plugin-markdown'],
  readme: 'none',
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  // The compiler of the repository has checked them; this one only reads.
  skipErrorChecking: true,
  validation: { invalidLink: true, notExported: false },
  router: 'member',
  membersWithOwnFile: ['Class', 'Interface'],
  out: OUT,
  entryFileName: 'index',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  hideGroupHeadings: false,
  sanitizeComments: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  indexFormat: 'table',
  tableColumnSettings: { hideDefaults: true, leftAlignHeaders: true },
  pageTitleTemplates: {
    index: () => 'API reference',
    module: ({ name }) => specifiers.get(name) ?? name,
    member: ({ name }) => name,
  },
  logLevel: 'Warn',
});

app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const reflection of Object.values(project.reflections)) {
    // For the console of Node.js; nobody calls it.
    if (reflection.name === '[inspect]') project.removeReflection(reflection);
  }
  for (const module of project.children ?? []) {
    const entry = byFolder.get(module.name);
    if (entry) module.name = entry.place;
    tellWhoAdds(module, entry?.dir ?? '');
  }
  // Where they are declared was needed until here.
  for (const reflection of Object.values(project.reflections)) delete (/** @type {any} */ (reflection).sources);
});

/** Says of each member that another package adds to a class or an interface which one that is. @param {any} module @param {string} dir */
function tellWhoAdds(module, dir) {
  for (const owner of module.children ?? []) {
    for (const member of owner.children ?? []) {
      const [, from] = /^((?:packages|plugins)\/[^/]+)\//.exec(member.sources?.[0]?.fileName ?? '') ?? [];
      const adding = entries.find((entry) => entry.dir === from);
      if (!adding || from === dir || member.flags.isInherited || member.inheritedFrom) continue;
      member.comment ??= new Comment();
      member.comment.summary.push({ kind: 'text', text: ` Of \`${adding.specifier}\`.` });
    }
  }
}

const project = await app.convert();
if (!project) throw new Error('TypeDoc has read nothing');
await app.generateOutputs(project);
if (app.logger.hasErrors()) process.exitCode = 1;

/** What stands beside the pages of a module. @param {string} place */
function sidebarOf(place) {
  const folder = join(OUT, place);
  const there = readdirSync(folder);
  const pages = Object.entries(PAGED).flatMap(([kind, text]) => {
    if (!there.includes(kind)) return [];
    const names = readdirSync(join(folder, kind)).map((name) => name.replace(/\.md$/, ''));
    return [{ text, items: names.map((name) => ({ text: name, link: `/api/${place}/${kind}/${name}.html` })) }];
  });
  const sections = readFileSync(join(folder, 'index.md'), 'utf8').split(/^## /m);
  const inline = Object.entries(INLINE).flatMap(([heading, text]) => {
    const section = sections.find((part) => part.startsWith(`${heading}\n`)) ?? '';
    const names = [...section.matchAll(/^### ([\w$\\]+)/gm)].map(([, name = '']) => name.replaceAll('\\', ''));
    return names.length === 0
      ? []
      : [{ text, items: names.map((name) => ({ text: name, link: `/api/${place}/#${slugOf(name)}` })) }];
  });
  return [...pages, ...inline];
}

/** What an entry is, in a sentence: a package says that in its package.json, a subpath in the comment of its module. */
const sentences = new Map(
  (project.children ?? []).map(({ name, comment }) => {
    const text = (comment?.summary ?? []).map((part) => part.text).join('');
    return [name, text.split(/(?<=[.:])\s/)[0]?.replace(/[.:]$/, '') ?? ''];
  }),
);

/** @param {(typeof entries)[number]} entry */
const whatIs = ({ place, description }) => (place.includes('/') ? (sentences.get(place) ?? '') : description);

/** What stands above the list of a module: what it is, and where it is explained. @param {(typeof entries)[number]} entry */
function introduce(entry) {
  const { dir, place, specifier } = entry;
  const file = join(OUT, place, 'index.md');
  const up = '../'.repeat(place.split('/').length + 1);
  const [title = '', ...rest] = readFileSync(file, 'utf8').split('\n');
  const what = place.includes('/') ? '' : `${whatIs(entry)}. `;
  const text = `${what}All that can be imported from \`${specifier}\`; [the package's page](${up}${dir}.md) says how it is used.`;
  writeFileSync(file, [title, '', text, ...rest].join('\n'));
}
for (const entry of entries) introduce(entry);

/** @param {(typeof entries)[number]} entry */
const rowOf = (entry) => `| [\`${entry.specifier}\`](./${entry.place}/index.md) | ${whatIs(entry)} |`;
writeFileSync(
  join(OUT, 'index.md'),
  ['# API reference', '', '| import from | what it is |', '| --- | --- |', ...entries.map(rowOf), ''].join('\n'),
);

const modules = entries.map(({ place, specifier, dir }) => ({ place, specifier, dir, items: sidebarOf(place) }));
writeFileSync(join(OUT, 'modules.json'), JSON.stringify(modules));
