import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Bench } from '../../support/bench.js';
import { startBrowser } from './browser.js';
import { type Bundle, type Bundler, bundle } from './bundles.js';
import { PackedFolder } from './packed.js';
import { Site } from './site.js';

/** The pages of one bundler in a browser, for the tests of a `describe`. */
export class Pages {
  readonly #contexts: BrowserContext[] = [];
  readonly #errors: string[] = [];
  #parts: { browser: Browser; site: Site; built: Bundle } | undefined;

  get bundle(): Bundle {
    return this.#running.built;
  }

  get #running() {
    if (!this.#parts) throw new Error('nothing is up yet: use it inside of a test');
    return this.#parts;
  }

  /** Opens a page of the bundle in a browser profile of its own; it is closed after the test. */
  async open(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const { browser, site } = this.#running;
    const context = await browser.newContext(options);
    this.#contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => this.#errors.push(String(error)));
    await page.goto(`${site.url}/${path}`);
    return page;
  }

  /** @internal */
  async start(bundler: Bundler, packed: PackedFolder, bench: Bench): Promise<void> {
    const built = await bundle(bundler, packed.path);
    this.#parts = { built, site: await Site.start(built.folder), browser: await startBrowser(bench.server) };
  }

  /** @internal */
  async tidy(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    expect(this.#errors.splice(0), 'what nobody caught in a page').toEqual([]);
  }

  /** @internal */
  async end(): Promise<void> {
    if (!this.#parts) return;
    const { browser, site } = this.#parts;
    await browser.close();
    await site[Symbol.asyncDispose]();
  }
}

/** Bundles, and starts a browser for the tests of the enclosing `describe`, after their server. */
export function usePages(bundler: Bundler, packed: () => PackedFolder, bench: Bench): Pages {
  const pages = new Pages();
  beforeAll(() => pages.start(bundler, packed(), bench));
  afterEach(() => pages.tidy());
  afterAll(() => pages.end());
  return pages;
}

/** Packs once for all tests of a file. */
export function usePacked(): () => PackedFolder {
  let packed: PackedFolder | undefined;
  beforeAll(async () => {
    packed = await PackedFolder.make();
  });
  afterAll(() => packed?.[Symbol.asyncDispose]());
  return () => {
    if (!packed) throw new Error('nothing is packed yet: use it inside of a test');
    return packed;
  };
}
