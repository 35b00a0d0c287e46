import type { ServerUser } from '@sestina/servers';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import { befriend, FRIENDLY } from './support/befriend.js';
import { ChatPage } from './support/chat-page.js';
import { eventually } from './support/eventually.js';
import { useLab, usePages } from './support/pages.js';

const bench = useServer({ kind: 'prosody' });
const lab = useLab(bench);

describe('two people at two pages', () => {
  const pages = usePages('esbuild', lab);

  async function loggedIn(user: ServerUser, options: Parameters<typeof pages.open>[1] = {}): Promise<ChatPage> {
    const chat = new ChatPage(await pages.open('', options));
    await chat.logIn({ ...user, service: `wss://localhost:${bench.server.ports.https}/xmpp-websocket` });
    await eventually(() => chat.status.textContent()).toBe('Online');
    return chat;
  }

  /** Two accounts that have each other as contacts. */
  async function friends(): Promise<{ juliet: ServerUser; romeo: ServerUser }> {
    const juliet = await bench.account('juliet');
    const romeo = await bench.account('romeo');
    const [one, other] = [await bench.online(juliet, FRIENDLY), await bench.online(romeo, FRIENDLY)];
    await befriend(one, other, 'Romeo');
    await other.updateRoster(juliet.jid, { name: 'Juliet' });
    await one.disconnect();
    await other.disconnect();
    return { juliet, romeo };
  }

  /** Both at their pages, each with the conversation with the other one open. */
  async function talking(): Promise<{ juliet: ChatPage; romeo: ChatPage }> {
    const users = await friends();
    const juliet = await loggedIn(users.juliet);
    const romeo = await loggedIn(users.romeo);
    await juliet.contact('Romeo').click();
    await romeo.contact('Juliet').click();
    return { juliet, romeo };
  }

  it('tells how far a message has come, up to that it was seen', async () => {
    const users = await friends();
    const juliet = await loggedIn(users.juliet);
    await juliet.contact('Romeo').click();
    await juliet.say('Art thou there?');
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('sent');
    const romeo = await loggedIn(users.romeo);
    await eventually(() => romeo.contact('Juliet').locator('.unread').textContent()).toBe('1');
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('received');
    await romeo.contact('Juliet').click();
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('displayed');
    expect(await juliet.state.textContent()).toContain('Seen');
  });

  it('shows that somebody is typing', async () => {
    const { juliet, romeo } = await talking();
    await juliet.say('Hej!');
    await eventually(() => romeo.bubbles.allTextContents()).toEqual(['Hej!']);
    await romeo.page.getByLabel('Message', { exact: true }).pressSequentially('Ho');
    await eventually(() => juliet.page.locator('.conversation .status-text').textContent()).toBe('typing …');
    await romeo.page.keyboard.press('Enter');
    await eventually(() => juliet.bubbles.allTextContents()).toEqual(['Hej!', 'Ho']);
    await eventually(() => juliet.page.locator('.conversation .status-text').textContent()).not.toBe('typing …');
  });

  it('scrolls back without end, and what is in sight stays where it is meanwhile', async () => {
    const users = await friends();
    const sender = await bench.online(users.romeo);
    const texts = Array.from({ length: 250 }, (_, index) => `Verse ${index + 1}\nof a long play`);
    for (const body of texts) await sender.sendMessage({ to: users.juliet.jid, type: 'chat', body });
    await sender.disconnect();
    const juliet = await loggedIn(users.juliet);
    await juliet.contact('Romeo').click();
    await eventually(() => juliet.bubbles.last().textContent()).toBe(texts.at(-1));
    const log = juliet.page.locator('.log');
    for (let before = 0; before < texts.length; ) {
      before = await juliet.bubbles.count();
      const moved = await log.evaluate(scrolledUp);
      // Everything that was put in above it has moved nothing.
      expect(Math.abs(moved)).toBeLessThan(2);
      if (before < texts.length) await eventually(() => juliet.bubbles.count()).toBeGreaterThan(before);
    }
    expect(await juliet.bubbles.allTextContents()).toEqual(texts);
    await eventually(() => juliet.page.locator('.top').textContent()).toContain('This is the beginning.');
  });

  it('shows on one device what was said and read on the other', async () => {
    const users = await friends();
    const [phone, desk] = [await loggedIn(users.juliet), await loggedIn(users.juliet)];
    const romeo = await loggedIn(users.romeo);
    await romeo.contact('Juliet').click();
    await romeo.say('Good morrow');
    for (const chat of [phone, desk]) {
      await eventually(() => chat.contact('Romeo').locator('.unread').textContent()).toBe('1');
    }
    await phone.contact('Romeo').click();
    await eventually(() => desk.contact('Romeo').locator('.unread').textContent()).toBe('');
    await phone.say('Good morrow to thee');
    await desk.contact('Romeo').click();
    await eventually(() => desk.bubbles.allTextContents()).toEqual(['Good morrow', 'Good morrow to thee']);
    expect(await desk.page.locator('.bubble.mine').count()).toBe(1);
    await eventually(() => romeo.bubbles.allTextContents()).toEqual(['Good morrow', 'Good morrow to thee']);
  });
});

/** Scrolls to the top, and resolves with how far what was there has moved once something was put in above, or nothing more comes. */
async function scrolledUp(log: Element): Promise<number> {
  log.scrollTop = 0;
  const first = log.querySelector('.said');
  const place = (): number => (first?.getBoundingClientRect().top ?? 0) - log.getBoundingClientRect().top;
  const before = place();
  const known = log.querySelectorAll('.said').length;
  const isDone = (): boolean =>
    log.querySelectorAll('.said').length > known ||
    log.querySelector('.top')?.textContent?.includes('beginning') === true;
  while (!isDone()) await new Promise((resolve) => requestAnimationFrame(resolve));
  return place() - before;
}
