// Opens the pages of the built site in Chromium as a telephone and as a desk, in light and in dark, and tells what is wrong with them:
// node tools/scripts/run.mjs site/src/look.ts [--pages EXPRESSION] [--pictures FOLDER]
// Without --pages it opens all but sources, classes and interfaces of the API, which are alike, and every twentieth of those.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Site, startBrowser } from '@sestina/servers/browser';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from '../../tools/scripts/lib/repo.mjs';
import { BUILT } from './places.mjs';

const WIDTHS = { telephone: 360, desk: 1280 } as const;
const SCHEMES = ['light', 'dark'] as const;
/** Pages that are open at the same time. */
const TABS = 2;
const ALIKE = /^(?:api\/.+\/(?:classes|interfaces)|sources)\//;
const EVERY = 20;
/** A word of the texts, and the page that a reader looks for with it. */
const SEARCH = { word: 'reconnecting', page: 'sending-and-reconnecting.html' };

const { values: options } = parseArgs({ options: { pages: { type: 'string' }, pictures: { type: 'string' } } });

const wrong: string[] = [];

/** What makes a page wider than its window, if something does. */
function wide(): string | undefined {
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return undefined;
  const culprit = [...document.querySelectorAll<HTMLElement>('.VPContent *')].find(
    (element) =>
      element.getBoundingClientRect().right > clientWidth + 1 && element.scrollWidth <= element.clientWidth + 1,
  );
  return `${scrollWidth} px of ${clientWidth}: ${culprit?.outerHTML.slice(0, 120) ?? '?'}`;
}

/** Whether what lies behind the text is as bright, or as dark, as was asked for. */
function isIn(scheme: string): boolean {
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? []).map(
    Number,
  );
  return red + green + blue > 382 === (scheme === 'light');
}

/** Opens one page after the other, in a tab of its own. */
async function look(browser: Browser, site: string, paths: string[]): Promise<void> {
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  let path = '';
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(`${path}: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`${path}: ${error.message}`));
  page.on('request', (request) => {
    if (!/^(?:data:|blob:)/.test(request.url()) && !request.url().startsWith(site))
      wrong.push(`${path}: fetches ${request.url()}`);
  });
  for (let next = paths.shift(); next !== undefined; next = paths.shift()) {
    path = next;
    await page.goto(`${site}/${path}`, { waitUntil: 'networkidle' });
    for (const [name, width] of Object.entries(WIDTHS)) {
      await page.setViewportSize({ width, height: 800 });
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        const what = `${path} on a ${name}, ${colorScheme}`;
        const overflow = await page.evaluate(wide);
        if (overflow) wrong.push(`${what}: too wide, ${overflow}`);
        const known = await page.waitForFunction(isIn, colorScheme, { timeout: 10_000 }).catch(() => undefined);
        if (!known) wrong.push(`${what}: it is not`);
        await picture(page, `${path}-${name}-${colorScheme}`);
      }
    }
  }
  await context.close();
}

async function picture(page: Page, name: string): Promise<void> {
  if (!options.pictures) return;
  await page.screenshot({ path: join(options.pictures, `${name.replaceAll('/', '_')}.png`) });
}

/** Looks for a word as a reader does, and goes where it is found; opens what stands beside the pages, on a telephone. */
async function use(browser: Browser, site: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: WIDTHS.telephone, height: 800 } });
  await page.goto(`${site}/getting-started.html`, { waitUntil: 'networkidle' });
  await page.locator('.VPLocalNav .menu').click();
  await page.locator('.VPSidebar.open a', { hasText: 'Errors' }).click();
  await page.waitForURL(/errors/);
  await page.locator('.VPNavBarSearch button').first().click();
  await page.locator('.VPLocalSearchBox input').fill(SEARCH.word);
  const found = page.locator(`.VPLocalSearchBox .result[href*="${SEARCH.page}"]`).first();
  await found.waitFor();
  await picture(page, 'search-telephone');
  await found.click();
  await page.waitForURL(new RegExp(SEARCH.page.replace('.html', '')));
  await page.close();
}

const folder = join(ROOT, BUILT);
const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.html') && path !== '404.html')
  .sort();
const alike = all.filter((path) => ALIKE.test(path));
const expression = options.pages === undefined ? undefined : new RegExp(options.pages);
const paths = all.filter((path) =>
  expression ? expression.test(path) : !ALIKE.test(path) || alike.indexOf(path) % EVERY === 0,
);
const count = paths.length;
{
  await using site = await Site.start(folder);
  const browser = await startBrowser();
  await Promise.all(Array.from({ length: TABS }, () => look(browser, site.url, paths)));
  await use(browser, site.url).catch((error: Error) => wrong.push(`using it: ${error.message}`));
  await browser.close();
}
for (const line of new Set(wrong)) console.error(line);
console.log(`${count} pages, ${wrong.length} faults`);
if (wrong.length > 0 || count === 0) process.exitCode = 1;
