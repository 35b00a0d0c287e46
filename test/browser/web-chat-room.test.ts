import { MultiUserChat } from '@sestina/xep-0045';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import type { ChatPage } from './support/chat-page.js';
import { eventually } from './support/eventually.js';
import { useLab, usePages } from './support/pages.js';
import { Talkers, type Two } from './support/talkers.js';

const bench = useServer({ kind: 'prosody', archive: true });
const lab = useLab(bench);
let rooms = 0;

describe('two people in a room', () => {
  const talkers = new Talkers(bench, usePages('esbuild', lab));

  /** A room that Juliet has founded, with both of them in it. */
  async function together(): Promise<Two<ChatPage> & { readonly name: string }> {
    const users = await talkers.accounts();
    const juliet = await talkers.at(users.juliet);
    const romeo = await talkers.at(users.romeo);
    rooms += 1;
    const name = `balcony${rooms}`;
    await juliet.enter(name, true);
    await eventually(() => juliet.heading.textContent()).toContain(name);
    await romeo.enter(name);
    await eventually(() => romeo.heading.textContent()).toContain(name);
    return { juliet, romeo, name };
  }

  it('founds one that was asked for, and no other', async () => {
    const juliet = await talkers.at(await bench.account('juliet'));
    await juliet.enter('nowhere');
    await eventually(() => juliet.alert.textContent()).toBe('There is no such room.');
    await juliet.page.getByLabel('Found it if there is none').check();
    await juliet.page.getByRole('button', { name: 'Enter' }).click();
    await eventually(() => juliet.heading.textContent()).toContain('nowhere');
    await juliet.say('Is anybody here?');
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('received');
    await eventually(() => juliet.bubbles.allTextContents()).toEqual(['Is anybody here?']);
  });

  it('talks, shows who is there and what about, and who leaves', async () => {
    const { juliet, romeo, name } = await together();
    await juliet.say('Good evening');
    await eventually(() => romeo.bubbles.allTextContents()).toEqual(['Good evening']);
    await eventually(() => romeo.page.locator('.speaker').textContent()).toMatch(/^juliet\d+$/);
    await eventually(() => juliet.people.count()).toBe(2);
    await eventually(() => juliet.people.first().textContent()).toMatch(/^.juliet\d+ \(you\)Owner/i);
    await juliet.page.getByRole('button', { name: 'Change the subject' }).click();
    await juliet.page.getByLabel('What the room talks about').fill('The moon <b>');
    await juliet.page.keyboard.press('Enter');
    for (const chat of [juliet, romeo]) await eventually(() => chat.heading.textContent()).toContain('The moon <b>');
    await romeo.page.getByRole('button', { name: 'More' }).click();
    await romeo.page.getByRole('button', { name: 'Leave the room' }).click();
    await eventually(() => juliet.people.count()).toBe(1);
    await eventually(() => romeo.contact(name).count()).toBe(0);
  });

  it('corrects, answers, reacts and deletes', async () => {
    const { juliet, romeo } = await together();
    await juliet.say('Gods night');
    await eventually(() => juliet.state.getAttribute('data-state')).toBe('received');
    await juliet.field.press('ArrowUp');
    await juliet.say('Good night');
    await eventually(() => romeo.bubbles.allTextContents()).toEqual(['Good night']);
    await romeo.act('Good night', 'Answer');
    await romeo.say('Sleep dwell upon thine eyes');
    await eventually(() => juliet.bubble('Sleep').locator('.quote').textContent()).toContain('Good night');
    await juliet.act('Sleep', 'React');
    await juliet.page.getByRole('button', { name: '👍' }).click();
    await eventually(() => romeo.bubble('Sleep').locator('.chip').textContent()).toBe('👍');
    await romeo.act('Sleep', 'Delete');
    await eventually(() => juliet.bubbles.last().textContent()).toBe('This message was deleted');
    await eventually(() => juliet.bubbles.count()).toBe(2);
  });

  it('enters the rooms that are remembered at each login, and has their history without end', async () => {
    const users = await talkers.accounts();
    const sender = await bench.online(users.romeo);
    sender.sendPresence();
    rooms += 1;
    const address = `verona${rooms}@${bench.server.hosts.muc}`;
    const room = await sender.use(MultiUserChat).create(address, { persistent: true }, { nick: 'Romeo' });
    const texts = Array.from({ length: 60 }, (_, index) => `Verse ${index + 1}\nof a long play`);
    for (const text of texts) await room.send(text).reflected;
    const first = await talkers.at(users.juliet);
    await first.enter(address);
    await eventually(() => first.bubbles.last().textContent()).toBe(texts.at(-1));
    const again = await talkers.at(users.juliet);
    const row = again.contact(`verona${rooms}`);
    await row.click();
    await eventually(() => again.bubbles.last().textContent()).toBe(texts.at(-1));
    await again.page.locator('.log').evaluate((log) => {
      log.scrollTop = 0;
    });
    await eventually(() => again.bubbles.allTextContents()).toEqual(texts);
    // What was said before is not new; what is said now is, where it is not looked at.
    await again.contact('Romeo').click();
    await room.send('Adieu');
    await eventually(() => row.locator('.unread').textContent()).toBe('1');
  });

  it('invites, and talks to one alone', async () => {
    const { juliet, romeo, name } = await together();
    const paris = await talkers.at(await bench.account('paris'));
    const guest = await paris.page.locator('.side h1').textContent();
    await juliet.page.getByRole('button', { name: 'Invite somebody' }).click();
    await juliet.page.getByLabel('Address of a guest').fill(guest ?? '');
    await juliet.page.keyboard.press('Enter');
    await paris.page.getByRole('button', { name: 'Accept' }).click();
    await eventually(() => paris.heading.textContent()).toContain(name);
    await juliet.people.filter({ hasText: 'paris' }).click();
    await juliet.say('To thee alone');
    await eventually(() => paris.contact('juliet').last().locator('.unread').textContent()).toBe('1');
    await paris.contact('juliet').last().click();
    await eventually(() => paris.bubbles.allTextContents()).toEqual(['To thee alone']);
    expect(await romeo.bubbles.count()).toBe(0);
  });
});
