// @ts-check
// How VitePress builds the folder of pages; what stands in it is made by src.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { slugOf } from '../src/texts.mjs';

const PAGES = join(import.meta.dirname, '../.pages');

/** @param {string} name */
function made(name) {
  const file = join(PAGES, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

const back = { text: '← All packages', link: '/api/' };

/** What stands beside the pages of each package of the API; those of a longer path first, as they are looked up. */
const ofApi = made('api/modules.json').map((/** @type {any} */ { place, specifier, items }) => [
  `/api/${place}/`,
  [back, { text: specifier, link: `/api/${place}/` }, ...items],
]);

const modules = made('api/modules.json').map((/** @type {any} */ { place, specifier }) => ({
  text: specifier,
  link: `/api/${place}/`,
}));

export default defineConfig({
  title: 'Sestina',
  description: 'The XMPP framework for TypeScript',
  lang: 'en',
  base: process.env.SITE_BASE ?? '/',
  srcDir: '.pages',
  outDir: 'dist',
  cacheDir: '.vitepress/cache',
  // Else every page has the titles of all others in it.
  metaChunk: true,
  lastUpdated: false,
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env.SITE_BASE ?? '/'}mark.svg` }],
    ['meta', { name: 'theme-color', media: '(prefers-color-scheme: light)', content: '#ffffff' }],
    ['meta', { name: 'theme-color', media: '(prefers-color-scheme: dark)', content: '#1b1b1f' }],
  ],
  markdown: {
    // The texts have none: what looks like it is a stanza that somebody writes about.
    html: false,
    config(md) {
      const { text } = md.renderer.rules;
      // What stands in two braces would be an expression of Vue.
      md.renderer.rules.text = (...given) => text?.(...given).replaceAll('{{', '&#123;&#123;') ?? '';
    },
    anchor: { slugify: slugOf },
    theme: { light: 'github-light', dark: 'github-dark' },
  },
  // The index of the search is one file, which is loaded when somebody searches.
  vite: { build: { chunkSizeWarningLimit: 2_000 } },
  themeConfig: {
    logo: '/mark.svg',
    nav: [
      { text: 'Guide', link: '/getting-started', activeMatch: '^/(?!api/|packages|plugins/|$)' },
      { text: 'Packages', link: '/packages', activeMatch: '^/(?:packages|plugins/)' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
    ],
    sidebar: {
      ...Object.fromEntries(ofApi),
      '/api/': [{ text: 'API reference', link: '/api/', items: modules }],
      '/': made('guide.json'),
    },
    outline: { level: [2, 3] },
    externalLinkIcon: true,
    search: {
      provider: 'local',
      options: {
        // Of the API the name and what it is; the words of all members would hide the guides.
        _render: (src, env, md) => {
          const html = md.render(src, env);
          if (env.frontmatter?.search === false) return '';
          if (!env.relativePath.startsWith('api/')) return html;
          const end = html.indexOf('<h2');
          return end < 0 ? html : html.slice(0, end);
        },
      },
    },
    footer: { message: 'MIT license' },
  },
});
