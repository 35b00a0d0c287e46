// @ts-check
// The API reference: `node site/api.mjs` writes the Markdown of every entry of every package into the folder of pages. It runs with
// what site/package.json installs; everything else of the site is in src and needs nothing.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, Comment, Converter } from 'typedoc';
import { publishable, ROOT } from '../tools/scripts/lib/repo.mjs';
import { PAGES } from './src/places.mjs';

const SOURCE = '@sestina/source';
const OUT = join(ROOT, PAGES, 'api');
/** Folders of a module, in the order in which they are shown. */
const KINDS = ['classes', 'interfaces', 'functions', 'type-aliases', 'variables'];
const TITLES = ['Classes', 'Interfaces', 'Functions', 'Types', 'Constants'];

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
  return KINDS.flatMap((kind, at) => {
    if (!there.includes(kind)) return [];
    const names = readdirSync(join(folder, kind)).filter((name) => name.endsWith('.md'));
    const items = names.map((name) => {
      const [, text = name] = /^# (.*)$/m.exec(readFileSync(join(folder, kind, name), 'utf8')) ?? [];
      return { text: text.replace(/[\\<].*$/, ''), link: `/api/${place}/${kind}/${name.replace(/\.md$/, '.html')}` };
    });
    return [{ text: TITLES[at] ?? kind, items }];
  });
}

/** What stands above the list of a module: what it is, and where it is explained. @param {(typeof entries)[number]} entry */
function introduce({ dir, place, specifier, description }) {
  const file = join(OUT, place, 'index.md');
  const up = '../'.repeat(place.split('/').length + 1);
  const [title = '', ...rest] = readFileSync(file, 'utf8').split('\n');
  const text = `Everything that can be imported from \`${specifier}\`: ${description}. [How it is used](${up}${dir}.md).`;
  writeFileSync(file, [title, '', text, ...rest].join('\n'));
}
for (const entry of entries) introduce(entry);

/** @param {(typeof entries)[number]} entry */
const rowOf = ({ place, specifier, description }) => `| [\`${specifier}\`](./${place}/index.md) | ${description} |`;
writeFileSync(
  join(OUT, 'index.md'),
  ['# API reference', '', '| import from | what it is |', '| --- | --- |', ...entries.map(rowOf), ''].join('\n'),
);

const modules = entries.map(({ place, specifier, dir }) => ({ place, specifier, dir, items: sidebarOf(place) }));
writeFileSync(join(OUT, 'modules.json'), JSON.stringify(modules));
