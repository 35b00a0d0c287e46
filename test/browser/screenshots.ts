// Takes the pictures of examples/web-chat/README.md: node tools/scripts/run.mjs test/browser/screenshots.ts [FOLDER]
import { fileURLToPath } from 'node:url';
import { ClientXMPP } from '@sestina/client';
import { JID, SilentLogger } from '@sestina/core';
import { type RunningServer, type ServerUser, startServer } from '@sestina/servers';
import { Site, startBrowser } from '@sestina/servers/browser';
import type { Browser } from 'playwright-core';
import { Child, environmentOf } from '../support/child.js';
import { befriend, befriendAt, FRIENDLY } from './support/befriend.js';
import { bundle } from './support/bundles.js';
import { ChatPage } from './support/chat-page.js';
import { PackedFolder } from './support/packed.js';

const FOLDER = process.argv[2] ?? fileURLToPath(new URL('../../examples/web-chat', import.meta.url));

async function online(server: RunningServer, { jid, password }: ServerUser): Promise<ClientXMPP> {
  const { host, ports, ca } = server;
  const options = { host, port: ports.c2s, tls: { ca }, logger: new SilentLogger(), ...FRIENDLY };
  const client = new ClientXMPP({ jid, password, ...options });
  await client.connect();
  return client;
}

/** Gives juliet contacts, one of whom is the echo bot, which has to run. */
async function populate(server: RunningServer): Promise<readonly ClientXMPP[]> {
  const [echo, ...users] = server.users;
  const [juliet, romeo, nurse, paris] = await Promise.all(users.map((user) => online(server, user)));
  if (!echo || !juliet || !romeo || !nurse || !paris) throw new Error('there are fewer accounts than that');
  await befriend(juliet, romeo, 'Romeo');
  await befriend(juliet, nurse, 'The Nurse');
  await befriend(juliet, paris, 'Count Paris');
  await befriendAt(juliet, JID.parse(echo.jid), 'Echo bot');
  await juliet.disconnect();
  romeo.sendPresence({ show: 'away', status: 'In the garden' });
  nurse.sendPresence({ show: 'dnd', status: 'Busy with the household' });
  await paris.disconnect();
  return [romeo, nurse];
}

/** Runs the echo bot of the examples while the work is done. */
async function withEchoBot(server: RunningServer, work: () => Promise<void>): Promise<void> {
  const [echo] = server.users;
  if (!echo) throw new Error('there is no account for it');
  await using bot = Child.script('examples/echo-bot.ts', [], environmentOf(server, echo));
  await bot.prints(/is listening/);
  try {
    await work();
  } finally {
    bot.signal('SIGINT');
    await bot.end();
  }
}

async function picture(browser: Browser, server: RunningServer, url: string, colorScheme: 'dark' | 'light') {
  const others = await populate(server);
  const context = await browser.newContext({ viewport: { width: 960, height: 600 }, colorScheme, locale: 'en-GB' });
  const page = await context.newPage();
  const chat = new ChatPage(page);
  await page.goto(url);
  const [, juliet] = server.users;
  if (juliet) await chat.logIn({ ...juliet, service: `wss://localhost:${server.ports.https}/xmpp-websocket` });
  await chat.contact('Echo bot').click();
  for (const text of ['Hello, is anybody there?', 'Wherefore art thou Romeo?\nDeny thy father and refuse thy name.']) {
    await chat.say(text);
    await chat.page.locator('.bubble:not(.mine)').filter({ hasText: text }).waitFor();
  }
  const [romeo] = others;
  for (const body of ['Psst!', 'Look out of the window']) {
    await romeo?.sendMessage({ to: juliet?.jid, type: 'chat', body });
  }
  await chat.contact('Romeo').locator('.unread').filter({ hasText: '2' }).waitFor();
  await page.screenshot({ path: `${FOLDER}/screenshot-${colorScheme}.png` });
  await context.close();
  for (const other of others) await other.disconnect();
}

await using server = await startServer({ kind: 'prosody', users: ['echo', 'juliet', 'romeo', 'nurse', 'paris'] });
await using packed = await PackedFolder.make();
const { folder } = await bundle('esbuild', packed.path);
await using site = await Site.start(folder);
const browser = await startBrowser(server);
try {
  await withEchoBot(server, async () => {
    for (const colorScheme of ['light', 'dark'] as const) await picture(browser, server, site.url, colorScheme);
  });
} finally {
  await browser.close();
}
// The channel to the process that runs this script would keep it alive.
if (process.connected) process.disconnect();
