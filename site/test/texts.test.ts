import { describe, expect, it } from 'vitest';
import { repositoryFiles } from '../../tools/scripts/lib/repo.mjs';
import { checkPages, fetched } from '../src/check.mjs';
import { guide, linkTo, SECTIONS } from '../src/outline.mjs';
import { isPage, placeOf } from '../src/places.mjs';
import { pageText, slugOf, sourcePage, titleOf } from '../src/texts.mjs';

const files = new Set([
  'README.md',
  'docs/bots.md',
  'docs/ARCHITECTURE.md',
  'packages/core/README.md',
  'plugins/xep-0045/README.md',
  'examples/echo-bot.ts',
  'examples/web-chat/README.md',
  'examples/web-chat/light.png',
  'examples/web-chat/src/views/roster.ts',
]);
const made = (path: string, text: string) => pageText(path, text, files, new Map([['plugins', 'packages.md']]));

describe('a text on the site', () => {
  it.each([
    ['README.md', '[a](docs/bots.md#what)', '[a](./bots.md#what)'],
    ['docs/bots.md', '[a](../packages/core/README.md)', '[a](./packages/core.md)'],
    ['docs/bots.md', '[a](../plugins/xep-0045)', '[a](./plugins/xep-0045.md)'],
    ['docs/bots.md', '[a](../plugins)', '[a](./packages.md)'],
    ['docs/bots.md', '[a](ARCHITECTURE.md)', '[a](./architecture.md)'],
    ['packages/core/README.md', '[a](../../docs/bots.md)', '[a](../bots.md)'],
    ['packages/core/README.md', '[a](#here)', '[a](#here)'],
    ['README.md', '[`a`](examples/echo-bot.ts)', '[`a`](./sources/examples/echo-bot.ts.md)'],
    ['examples/web-chat/README.md', '![a](light.png)', '![a](./web-chat/light.png)'],
    ['examples/web-chat/README.md', '[a](src/views)', '[a](../sources/examples/web-chat/src/views.md)'],
    ['README.md', '[a](https://xmpp.org/#x)', '[a](https://xmpp.org/#x)'],
    ['README.md', '<!-- made -->\n[a](docs/bots.md)', '[a](./bots.md)'],
  ])('%s: %s', (path, text, expected) => {
    expect(made(path, text)).toMatchObject({ text: expected, dead: [] });
  });

  it('keeps code as it is', () => {
    const text = 'a\n\n```ts\nconst a = b[c](docs/bots.md);\n<!-- -->\n```\n\n[b](docs/bots.md)\n';
    expect(made('README.md', text).text).toBe(text.replace('[b](docs', '[b](.'));
  });

  it('tells of links that lead nowhere', () => {
    expect(made('docs/bots.md', '[a](cats.md#b) [c](bots.md)').dead).toEqual(['cats.md#b']);
  });

  it('shows a source whatever is in it', () => {
    const page = sourcePage('a.ts', [{ path: 'a.ts', source: '/**\n * ```ts\n * ````\n */\n' }]);
    expect(page).toContain('`````ts\n/**');
    expect(sourcePage('a.ts', [{ path: 'a.ts', source: 'x\n'.repeat(300) }])).toContain('```txt');
    expect(sourcePage('a', [{ path: 'a/b.ts', source: 'x' }])).toContain('## b.ts\n\n```ts\nx\n```');
  });

  it('has the anchors that GitHub gives', () => {
    expect(slugOf('`onIq()` & `onMessage`, or: what_is it?')).toBe('oniq--onmessage-or-what_is-it');
    expect(titleOf('\n# `@sestina/core`\n', 'x')).toBe('@sestina/core');
  });
});

describe('what stands beside the pages', () => {
  const page = (name: string) => ({ path: `docs/${name}.md`, place: `${name}.md`, title: name });

  it('has every page, those that no section names at the end', () => {
    const sections = guide([page('bots'), page('news'), page('security')], []);
    const links = sections.flatMap(({ items = [] }) => items.map(({ link }) => link));
    expect(links).toEqual(['/bots.html', '/security.html', '/news.html', '/api/']);
  });

  it('has packages by themselves', () => {
    const pack = {
      dir: 'plugins/xep-0092',
      name: '@sestina/xep-0092',
      description: 'XEP-0092: Software Version',
      hasPage: true,
    };
    expect(guide([], [pack]).flatMap(({ items = [] }) => items)).toContainEqual({
      text: '0092 Software Version',
      link: '/plugins/xep-0092.html',
    });
  });

  it('names no page that there is not', () => {
    const places = new Set(repositoryFiles().filter(isPage).map(placeOf));
    const missing = SECTIONS.flatMap(([, names]) => names).filter((name) => !places.has(`${name}.md`));
    expect(missing).toEqual([]);
  });

  it('links to folders and files', () => {
    expect([linkTo('index.md'), linkTo('api/core/index.md'), linkTo('bots.md')]).toEqual([
      '/',
      '/api/core/',
      '/bots.html',
    ]);
  });
});

describe('the check of what was built', () => {
  const check = (html: string, base?: string) =>
    checkPages(
      new Map([
        ['index.html', html],
        ['a/b.html', '<h2 id="c&amp;d">'],
      ]),
      (path) => path === 'mark.svg',
      base,
    );

  it.each([
    ['<a href="/a/b.html#c&amp;d">', []],
    ['<a class="x" href="./a/b">', []],
    ['<a href="/a/b.html"><a href="/mark.svg"><a href="#"><a href="https://xmpp.org/x">', []],
    ['<a href="/a/b.html#e">', ['index.html: no anchor for /a/b.html#e']],
    ['<a href="/a/b.html"><a href="/c.html">', ['index.html: no page for /c.html']],
    ['', ['a/b.html: no page leads here']],
    ['<a href="/a/b.html"><script src="https://cdn.example/x.js">', ['index.html: fetches https://cdn.example/x.js']],
  ])('%s', (html, wrong) => expect(check(html)).toEqual(wrong));

  it('does not count what a page says of itself', () => {
    const pages = new Map([['a.html', '<a href="/a.html">']]);
    expect(checkPages(pages, () => false)).toEqual(['a.html: no page leads here']);
  });

  it('knows where the site begins', () => {
    expect(check('<a href="/site/a/b.html">', '/site/')).toEqual([]);
  });

  it('sees what a stylesheet would fetch', () => {
    expect(
      fetched('@import "https://a.example/x.css"; a { background: url(//b.example/y.png) } b { c: url(/d.png) }'),
    ).toEqual(['https://a.example/x.css', '//b.example/y.png']);
    expect(fetched('<link rel="preload stylesheet" href="https://a.example/x.css">')).toEqual([
      'https://a.example/x.css',
    ]);
  });
});
