import { Site, startBrowser } from '@sestina/servers/browser';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Bench } from '../../support/bench.js';
import { type Bundle, type Bundler, bundle } from './bundles.js';
import { PackedFolder } from './packed.js';

/** What all tests of a file share: the packages as npm would install them, and a browser. */
export class Lab {
  #packed: PackedFolder | undefined;
  #browser: Browser | undefined;
  readonly #bundles = new Map<Bundler, Promise<Bundle>>();

  get browser(): Browser {
    return running(this.#browser);
  }

  /** The pages as that bundler makes them, once. */
  bundle(bundler: Bundler): Promise<Bundle> {
    const made = this.#bundles.get(bundler) ?? bundle(bundler, running(this.#packed).path);
    this.#bundles.set(bundler, made);
    return made;
  }

  /** @internal */
  async start(bench: Bench): Promise<void> {
    this.#packed = await PackedFolder.make();
    this.#browser = await startBrowser(bench.server);
  }

  /** @internal */
  async end(): Promise<void> {
    await this.#browser?.close();
    await this.#packed?.[Symbol.asyncDispose]();
  }
}

/** The pages as one bundler makes them, in the browser. */
export class Pages {
  readonly #lab: Lab;
  readonly #contexts: BrowserContext[] = [];
  readonly #errors: string[] = [];
  #site: Site | undefined;
  #bundle: Bundle | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  get bundle(): Bundle {
    return running(this.#bundle);
  }

  /** Opens a page in a browser profile of its own; it is closed after the test. `before` sees it while it is empty. */
  async open(
    path: string,
    options: Parameters<Browser['newContext']>[0] = {},
    before: (page: Page) => Promise<void> | void = () => {},
  ): Promise<Page> {
    const context = await this.#lab.browser.newContext(options);
    this.#contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => this.#errors.push(String(error)));
    await before(page);
    await page.goto(`${running(this.#site).url}/${path}`);
    return page;
  }

  /** @internal */
  async start(bundler: Bundler): Promise<void> {
    this.#bundle = await this.#lab.bundle(bundler);
    this.#site = await Site.start(this.#bundle.folder);
  }

  /** @internal */
  async tidy(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    expect(this.#errors.splice(0), 'what nobody caught in a page').toEqual([]);
  }

  /** @internal */
  async end(): Promise<void> {
    await this.#site?.[Symbol.asyncDispose]();
  }
}

// The browser may have to be downloaded first.
const START_TIMEOUT = 600_000;

/** Packs, and starts a browser, for all tests of a file; after their server. */
export function useLab(bench: Bench): Lab {
  const lab = new Lab();
  beforeAll(() => lab.start(bench), START_TIMEOUT);
  afterAll(() => lab.end());
  return lab;
}

/** Bundles for the tests of the enclosing `describe`. */
export function usePages(bundler: Bundler, lab: Lab): Pages {
  const pages = new Pages(lab);
  beforeAll(() => pages.start(bundler));
  afterEach(() => pages.tidy());
  afterAll(() => pages.end());
  return pages;
}

function running<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('nothing is up yet: use it inside of a test');
  return part;
}
