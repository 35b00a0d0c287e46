import type { ClientXMPP } from '@sestina/client';
import type { ServerUser } from '@sestina/servers';
import { Ping } from '@sestina/xep-0199';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/bench.js';
import { befriend, FRIENDLY } from './support/befriend.js';
import { ChatPage } from './support/chat-page.js';
import { eventually } from './support/eventually.js';
import { type Pages, useLab, usePages } from './support/pages.js';

const bench = useServer({ kind: 'prosody' });
const lab = useLab(bench);
const service = () => `wss://localhost:${bench.server.ports.https}/xmpp-websocket`;

/** An account with a contact named Romeo, who is there, and echoes in capital letters. */
async function friends(): Promise<{ user: ServerUser; romeo: ClientXMPP }> {
  const user = await bench.account('juliet');
  const juliet = await bench.online(user, FRIENDLY);
  const romeo = await bench.online(await bench.account('romeo'), FRIENDLY);
  await befriend(juliet, romeo, 'Romeo');
  romeo.on('sessionStart', () => void romeo.sendPresence());
  romeo.on('message', (message) => message.reply((message.body ?? '').toUpperCase()).send());
  await juliet.disconnect();
  return { user, romeo };
}

async function loggedIn(pages: Pages, user: ServerUser): Promise<ChatPage> {
  const chat = new ChatPage(await pages.open(''));
  await chat.logIn({ ...user, service: service() });
  await eventually(() => chat.status.textContent()).toBe('Online');
  return chat;
}

describe.each(['esbuild', 'vite'] as const)('the web chat, bundled by %s', (bundler) => {
  const pages = usePages(bundler, lab);

  it('says at a message of a room without ids that nobody can react to it', async () => {
    const { user } = await friends();
    const chat = await loggedIn(pages, user);
    await chat.enter(`nameless-${bundler}`, true);
    await eventually(() => chat.heading.textContent()).toContain('nameless');
    await chat.say('What is in a name?');
    await eventually(() => chat.state.getAttribute('data-state')).toBe('received');
    await chat.act('What is', 'React');
    await chat.page.getByRole('button', { name: '👍' }).click();
    await eventually(() => chat.bubble('What is').getByRole('alert').textContent()).toMatch(/\w/);
    expect(await chat.page.locator('.chip').count()).toBe(0);
  });

  it('takes messages both ways, counts what is unread, and reads nothing as HTML', async () => {
    const { user, romeo } = await friends();
    const chat = await loggedIn(pages, user);
    const contact = chat.contact('Romeo');
    const sly = '<img src="x" onerror="document.title = 1"> & ü 🦉';
    for (const body of ['Hej!', sly]) romeo.sendMessage({ to: user.jid, type: 'chat', body });
    await eventually(() => contact.locator('.unread').textContent()).toBe('2');
    await eventually(() => chat.page.title()).toBe('(2) Web chat');
    await contact.click();
    await eventually(() => chat.bubbles.allTextContents()).toEqual(['Hej!', sly]);
    await eventually(() => contact.locator('.unread').textContent()).toBe('');
    await chat.say('wherefore art thou?');
    await eventually(() => chat.bubbles.allTextContents()).toContain('WHEREFORE ART THOU?');
    await eventually(() => chat.page.title()).toBe('Web chat');
  });

  it('says what is wrong with a wrong password, and takes the right one then', async () => {
    const user = await bench.account('juliet');
    const chat = new ChatPage(await pages.open(''));
    await chat.logIn({ jid: user.jid, password: 'guess', service: service() });
    await eventually(() => chat.alert.textContent()).toContain('The address or the password is wrong.');
    await chat.logIn({ ...user, service: service() });
    await eventually(() => chat.status.textContent()).toBe('Online');
  });

  it('shows the roster and who is there', async () => {
    const { user, romeo } = await friends();
    const chat = await loggedIn(pages, user);
    const contact = chat.contact('Romeo');
    await eventually(() => contact.getAttribute('data-presence')).toBe('online');
    romeo.sendPresence({ show: 'dnd', status: 'Below the balcony' });
    await eventually(() => contact.getAttribute('data-presence')).toBe('busy');
    await eventually(() => contact.textContent()).toContain('Below the balcony');
    await romeo.disconnect();
    await eventually(() => contact.getAttribute('data-presence')).toBe('offline');
  });

  it('comes back by itself after the server was killed, and sends what was written meanwhile', async () => {
    const { user } = await friends();
    const chat = await loggedIn(pages, user);
    await chat.contact('Romeo').click();
    await bench.server.stop('KILL');
    await eventually(() => chat.status.textContent()).toMatch(/^Retrying in \d+ s$|^Connecting/);
    await chat.say('still there?');
    await eventually(() => chat.state.textContent()).toBe('Offline, will be sent');
    await bench.server.start();
    await eventually(() => chat.status.textContent()).toBe('Online');
    await eventually(() => chat.bubbles.allTextContents()).toContain('STILL THERE?');
    await eventually(() => chat.state.getAttribute('data-state')).toBe('sent');
  });

  it('says why the server has ended the session for good, also on a telephone, and begins another one when told to', async () => {
    const { user } = await friends();
    const chat = await loggedIn(pages, user);
    await chat.contact('Romeo').click();
    await bench.server.closeSession(user.jid, 'conflict');
    await eventually(() => chat.status.textContent()).toBe('Offline');
    await eventually(() => chat.alert.count()).toBe(1);
    await eventually(() => chat.alert.textContent()).toMatch(/^The server ended the stream/);
    await chat.page.setViewportSize({ width: 360, height: 640 });
    await eventually(() => chat.status.isVisible()).toBe(false);
    await eventually(() => chat.alert.count()).toBe(1);
    await eventually(() => chat.alert.textContent()).toMatch(/^The server ended the stream/);
    await chat.page.locator('.conversation').getByRole('button', { name: 'Connect' }).click();
    await eventually(() => chat.status.textContent()).toBe('Online');
    await eventually(() => chat.alert.count()).toBe(0);
  });

  it('says which message was not delivered', async () => {
    const chat = await loggedIn(pages, await bench.account('juliet'));
    await chat.add('nobody@localhost');
    await chat.say('is there anybody?');
    await eventually(() => chat.state.textContent()).toBe('Not delivered');
    await chat.page.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => chat.state.textContent()).toBe('Not delivered');
    await eventually(() => chat.bubbles.count()).toBe(1);
  });

  it('shows when it was said what waited at the server, and each text in its own direction', async () => {
    const { user } = await friends();
    const other = await bench.online();
    await other.sendMessage({ to: user.jid, type: 'chat', body: 'مرحبا!' });
    // The server answers in order.
    await other.use(Ping).ping(bench.server.domain);
    const before = Date.now();
    const chat = await loggedIn(pages, user);
    await chat.contact(other.requestedJid.bare.toString()).click();
    await eventually(() => chat.bubbles.evaluate((text) => getComputedStyle(text).direction)).toBe('rtl');
    const at = await chat.page.locator('.bubble time').getAttribute('datetime');
    expect(Date.parse(at ?? '')).toBeLessThanOrEqual(before);
  });

  it('makes contacts: asks, and answers who asks', async () => {
    const user = await bench.account('juliet');
    const chat = await loggedIn(pages, user);
    const other = await bench.online(await bench.account('paris'));
    await other.getRoster();
    other.sendPresence();
    other.clientRoster.subscribe(user.jid);
    const asked = other.wait('rosterSubscriptionRequest');
    await chat.page.getByRole('button', { name: 'Accept' }).click();
    expect((await asked).from?.bare.toString()).toBe(user.jid);
    other.clientRoster.authorize(user.jid);
    await eventually(() => chat.contact('paris').getAttribute('data-presence')).toBe('online');
    await eventually(() => other.clientRoster.get(user.jid)?.subscription).toBe('both');
  });

  it('is used with the keyboard alone', async () => {
    const { user, romeo } = await friends();
    const chat = await loggedIn(pages, user);
    romeo.sendMessage({ to: user.jid, type: 'chat', body: 'Hej!' });
    await eventually(() => chat.contact('Romeo').count()).toBe(1);
    const { keyboard } = chat.page;
    const focused = () => chat.page.evaluate(() => document.activeElement?.className ?? '');
    await chat.page.getByRole('button', { name: 'Log out' }).focus();
    await keyboard.press('Tab');
    expect(await focused()).toBe('search');
    await keyboard.press('ArrowDown');
    expect(await focused()).toBe('contact');
    await keyboard.press('Enter');
    await eventually(() => chat.bubbles.allTextContents()).toEqual(['Hej!']);
    await keyboard.type('hi');
    await keyboard.press('Enter');
    await eventually(() => chat.bubbles.allTextContents()).toEqual(['Hej!', 'hi', 'HI']);
    await keyboard.press('Escape');
    await eventually(focused).toBe('contact');
    const stranger = await bench.online();
    stranger.sendMessage({ to: user.jid, type: 'chat', body: 'Ho!' });
    await eventually(() => chat.page.locator('.contact').count()).toBe(2);
    // Whoever has said something last stands first.
    await keyboard.press('ArrowUp');
    await keyboard.press('Enter');
    await eventually(() => chat.bubbles.allTextContents()).toEqual(['Ho!']);
  });

  it('finds the service by the host-meta of the domain, which may be read from other origins', async () => {
    const { jid, password } = await bench.account('juliet');
    const chat = new ChatPage(await pages.open(''));
    const links = [{ rel: 'urn:xmpp:alt-connections:websocket', href: service() }];
    const headers = { 'access-control-allow-origin': '*' };
    await chat.page.route('https://localhost/.well-known/host-meta*', (route) =>
      route.request().url().endsWith('.json') ? route.fulfill({ json: { links }, headers }) : route.abort(),
    );
    await chat.logIn({ jid, password });
    await eventually(() => chat.status.textContent()).toBe('Online');
  });

  it('keeps the end of a conversation in sight when a draft or an alert takes room from it', async () => {
    const { user } = await friends();
    const page = await pages.open('', { viewport: { width: 360, height: 640 } });
    const chat = new ChatPage(page);
    await chat.logIn({ ...user, service: service() });
    await chat.contact('Romeo').click();
    const last = page.locator('.bubble').last();
    const inSight = () =>
      last.evaluate((bubble) => {
        const log = bubble.closest('.log')?.getBoundingClientRect();
        return Math.ceil(bubble.getBoundingClientRect().bottom) <= Math.ceil(log?.bottom ?? 0);
      });
    for (let count = 1; count <= 4; count++) {
      await chat.say(`Wherefore art thou Romeo? Deny thy father and refuse thy name. (${count})`);
      await eventually(() => chat.bubbles.count()).toBe(2 * count);
    }
    await eventually(inSight).toBe(true);
    await bench.server.closeSession(user.jid, 'conflict');
    await chat.alert.waitFor();
    await eventually(inSight).toBe(true);
    await page.locator('.log').evaluate((log) => {
      log.scrollTop = 0;
    });
    await page.setViewportSize({ width: 360, height: 600 });
    await eventually(() => page.locator('.log').evaluate((log) => log.scrollTop)).toBe(0);
  });

  it('fits a telephone, in the dark as well', async () => {
    const { user } = await friends();
    const page = await pages.open('', { viewport: { width: 360, height: 640 }, colorScheme: 'dark' });
    const chat = new ChatPage(page);
    await chat.logIn({ ...user, service: service() });
    await chat.contact('Romeo').click();
    await eventually(() => page.locator('.side').isVisible()).toBe(false);
    await eventually(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await eventually(() => page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(20, 22, 28)',
    );
    await page.getByRole('button', { name: 'Back to the contacts' }).click();
    await eventually(() => chat.contact('Romeo').isVisible()).toBe(true);
  });
});
