// @ts-check
// What stands beside the pages, and above them. A text that no section names stands at the end of the last one: to add a page,
// or a package, nothing here has to change.

/**
 * @typedef {{ text: string, link?: string, collapsed?: boolean, items?: Item[] }} Item
 * @typedef {{ path: string, place: string, title: string }} Page
 * @typedef {{ dir: string, name: string, description: string, hasPage: boolean }} Package
 */

/** @type {readonly (readonly [title: string, names: readonly string[]])[]} */
export const SECTIONS = [
  ['Begin', ['getting-started', 'clients', 'bots', 'components']],
  [
    'Work with it',
    [
      'rooms',
      'history',
      'stanzas',
      'handlers-and-events',
      'sending-and-reconnecting',
      'logging-in',
      'errors',
      'testing-a-bot',
    ],
  ],
  ['Plugins', ['writing-a-plugin', 'testing-a-plugin', 'third-party-plugin', 'support', 'compliance']],
  ['In production', ['reliability', 'security', 'threats', 'performance', 'runtimes', 'farm']],
  ['Coming from', ['from-sleekxmpp', 'from-xmppjs', 'from-stanza', 'from-0.1']],
  ['The project', ['architecture', 'contributing', 'reporting-a-vulnerability']],
];

/** @param {string} place */
export const linkTo = (place) => `/${place.replace(/(?:^|(?<=\/))index\.md$/, '').replace(/\.md$/, '.html')}`;

/** @param {string} place */
const nameOf = (place) => place.replace(/\.md$/, '');

/** @param {Package} pack */
export function labelOf({ name, description }) {
  const [, number, title] = /^XEP-(\d{4}): (.+)$/.exec(description) ?? [];
  return number ? `${number} ${title}` : name;
}

/**
 * What stands beside every page but those of the API.
 * @param {readonly Page[]} pages @param {readonly Package[]} packages
 * @returns {Item[]}
 */
export function guide(pages, packages) {
  const known = new Map(pages.map((page) => [nameOf(page.place), page]));
  const texts = pages.filter(({ place }) => !/^(?:index\.md$|packages\/|plugins\/)/.test(place));
  const placed = new Set(SECTIONS.flatMap(([, names]) => names));
  const others = texts.filter(({ place }) => !placed.has(nameOf(place)));
  const sections = SECTIONS.map(([text, names], index) => {
    const listed = names.flatMap((name) => known.get(name) ?? []);
    const all = index === SECTIONS.length - 1 ? [...listed, ...others] : listed;
    return { text, collapsed: false, items: all.map(({ place, title }) => ({ text: title, link: linkTo(place) })) };
  });
  /** @param {string} text @param {string} folder */
  const group = (text, folder) => ({
    text,
    collapsed: true,
    items: packages
      .filter(({ dir, hasPage }) => hasPage && dir.startsWith(`${folder}/`))
      .map((pack) => ({ text: labelOf(pack), link: linkTo(`${pack.dir}.md`) })),
  });
  return [
    ...sections,
    { text: 'Packages', link: '/packages.html', collapsed: true, items: group('', 'packages').items },
    group('XEPs and other plugins', 'plugins'),
    { text: 'API reference', link: '/api/', items: [{ text: 'All packages', link: '/api/' }] },
  ];
}

/** The page that lists the packages. @param {readonly Package[]} packages */
export function packagesText(packages) {
  /** @param {string} folder */
  const rows = (folder) =>
    packages
      .filter(({ dir, hasPage }) => hasPage && dir.startsWith(`${folder}/`))
      .map(({ dir, name, description }) => `| [\`${name}\`](./${dir}.md) | ${description} |`)
      .join('\n');
  const head = '| package | what it is |\n| --- | --- |';
  return `# Packages\n\n${head}\n${rows('packages')}\n\n## Plugins\n\n${head}\n${rows('plugins')}\n`;
}
