import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import type { ChatPage } from './support/chat-page.js';
import { eventually } from './support/eventually.js';
import { useLab, usePages } from './support/pages.js';
import { Talkers } from './support/talkers.js';
import { Wire } from './support/wire.js';

const bench = useServer({ kind: 'prosody', archive: true });
const lab = useLab(bench);
/** A picture of our own. */
const PICTURE = fileURLToPath(new URL('page/picture.png', import.meta.url));

describe('two people at two pages', () => {
  const talkers = new Talkers(bench, usePages('esbuild', lab));

  it('share a picture, which is shown, and a large file, which is loaded when it is asked for', async () => {
    const { juliet, romeo } = await talkers.talking();
    await juliet.choose({ name: 'balcony.png', mimeType: 'image/png', buffer: await readFile(PICTURE) });
    await eventually(() => isLoaded(juliet)).toBe(true);
    // Small, and of a contact.
    await eventually(() => isLoaded(romeo)).toBe(true);
    expect(await romeo.page.locator('.bubble p').count()).toBe(0);
    const buffer = Buffer.alloc(2_000_000, 'x');
    await romeo.choose({ name: 'a play.txt', mimeType: 'text/plain', buffer });
    await eventually(() => juliet.page.locator('.file').textContent()).toContain('a play.txt2.0 MB');
    await juliet.page.getByRole('button', { name: 'Load a play.txt, 2.0 MB' }).click();
    const saved = juliet.page.waitForEvent('download');
    await juliet.page.getByRole('link', { name: 'Save' }).click();
    expect((await readFile(await (await saved).path())).equals(buffer)).toBe(true);
  });

  it('says how far an upload is, cancels one, and tries one again that has failed', async () => {
    const { juliet, romeo } = await talkers.talking();
    let held: (() => void) | undefined;
    const released = new Promise<void>((resolve) => {
      held = resolve;
    });
    await juliet.page.route('**/file_share/**', async (route) => {
      if (route.request().method() === 'PUT') await released;
      await route.abort().catch(() => {});
    });
    const file = { name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('Good night') };
    await juliet.choose(file);
    await eventually(() => juliet.page.getByRole('progressbar').count()).toBe(1);
    await juliet.page.getByRole('button', { name: 'Cancel the upload' }).click();
    await eventually(() => juliet.page.locator('.bubble').count()).toBe(0);
    held?.();
    await juliet.choose(file);
    await eventually(() => juliet.state.textContent()).toBe('Not delivered');
    await juliet.page.unroute('**/file_share/**');
    await juliet.page.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => romeo.page.locator('.file').textContent()).toContain('letter.txt10 bytes');
    await eventually(() => juliet.page.locator('.bubble').count()).toBe(1);
  });

  it('see the picture that one of them has chosen', async () => {
    const { juliet, romeo } = await talkers.talking();
    await juliet.page.getByRole('button', { name: 'Account' }).click();
    await juliet.page.getByLabel('Picture of you').setInputFiles(PICTURE);
    const picture = (chat: ChatPage, place: string) => chat.page.locator(`${place} .avatar img`).count();
    await eventually(() => picture(juliet, '.account')).toBe(1);
    await eventually(() => picture(romeo, '.conversation header')).toBe(1);
    await eventually(() => picture(romeo, '.side .contact')).toBe(1);
    await juliet.page.getByRole('button', { name: 'Account' }).click();
    await juliet.page.getByRole('button', { name: 'Remove it' }).click();
    await eventually(() => picture(romeo, '.conversation header')).toBe(0);
  });

  it('hear nothing of each other where one has blocked the other, until that is over', async () => {
    const { juliet, romeo } = await talkers.talking();
    await juliet.page.getByRole('button', { name: 'More' }).click();
    await juliet.page.getByRole('button', { name: 'Block', exact: true }).click();
    await eventually(() => juliet.heading.textContent()).toContain('Blocked');
    expect(await juliet.field.isVisible()).toBe(false);
    await romeo.say('Wherefore?');
    await eventually(() => romeo.state.textContent()).toBe('Not delivered');
    expect(await juliet.bubbles.count()).toBe(0);
    await juliet.page.getByRole('button', { name: 'Account' }).click();
    await juliet.page.getByRole('button', { name: /^Unblock romeo/ }).click();
    await juliet.page.getByRole('button', { name: 'Close' }).click();
    await romeo.page.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => juliet.bubbles.allTextContents()).toEqual(['Wherefore?']);
  });

  it('lose nothing, and hear nothing twice, where a network is gone for a while', async () => {
    const wire = new Wire();
    const { juliet, romeo } = await talkers.talking(wire);
    await juliet.say('before');
    await eventually(() => romeo.bubbles.allTextContents()).toEqual(['before']);
    wire.cut();
    await juliet.say('said into the void');
    await romeo.say('said to nobody');
    await eventually(() => romeo.state.getAttribute('data-state')).toBe('sent');
    await wire.breakOff();
    await eventually(() => juliet.status.textContent()).toMatch(/^Retrying|^Connecting/);
    await juliet.say('said without a network');
    await eventually(() => juliet.state.textContent()).toBe('Offline, will be sent');
    wire.mend();
    const all = ['before', 'said into the void', 'said to nobody', 'said without a network'];
    for (const chat of [juliet, romeo]) {
      await eventually(async () => (await chat.bubbles.allTextContents()).sort()).toEqual(all);
    }
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('displayed');
  });

  it('lose nothing, and hear nothing twice, where the server was killed with the session', async () => {
    const { juliet, romeo } = await talkers.talking();
    await juliet.say('before');
    await eventually(() => romeo.bubbles.allTextContents()).toEqual(['before']);
    await bench.server.stop('KILL');
    await eventually(() => juliet.status.textContent()).toMatch(/^Retrying|^Connecting/);
    await juliet.say('one');
    await eventually(() => juliet.state.textContent()).toBe('Offline, will be sent');
    await romeo.say('two');
    await bench.server.start();
    const all = ['before', 'one', 'two'];
    for (const chat of [juliet, romeo]) {
      await eventually(async () => (await chat.bubbles.allTextContents()).sort()).toEqual(all);
      await eventually(() => chat.status.textContent()).toBe('Online');
    }
  });
});

/** Whether a picture is there, and not only its place. */
async function isLoaded(chat: ChatPage): Promise<boolean> {
  const picture = chat.page.locator('.picture');
  if ((await picture.count()) === 0) return false;
  return picture.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0);
}
