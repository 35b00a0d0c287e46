import { Site } from '@sestina/servers/browser';
import type { Browser } from 'playwright-core';

/**
 * Opens a bundled page in the browser, and evaluates an expression in it.
 * @throws Error for what nobody caught in the page, and for what the expression rejects with.
 */
export async function openPage(browser: Browser, folder: string, expression: string): Promise<unknown> {
  await using site = await Site.start(folder);
  const context = await browser.newContext();
  try {
    const errors: string[] = [];
    const page = await context.newPage();
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${site.url}/`, { waitUntil: 'load' });
    const result = errors.length === 0 ? await page.evaluate(expression) : undefined;
    if (errors.length > 0) throw new Error(errors.join('\n'));
    return result;
  } finally {
    await context.close();
  }
}
