// Takes the pictures of examples/web-chat/README.md: node tools/scripts/run.mjs test/browser/screenshots.ts [FOLDER]
import { fileURLToPath } from 'node:url';
import { ClientXMPP } from '@sestina/client';
import { SilentLogger } from '@sestina/core';
import { type RunningServer, startServer } from '@sestina/servers';
import type { Browser } from 'playwright-core';
import { befriend, FRIENDLY } from './support/befriend.js';
import { startBrowser } from './support/browser.js';
import { bundle } from './support/bundles.js';
import { ChatPage } from './support/chat-page.js';
import { PackedFolder } from './support/packed.js';
import { Site } from './support/site.js';

const FOLDER = process.argv[2] ?? fileURLToPath(new URL('../../examples/web-chat', import.meta.url));

async function clients(server: RunningServer): Promise<readonly ClientXMPP[]> {
  const { host, ports, ca, users } = server;
  return Promise.all(
    users.map(async ({ jid, password }) => {
      const options = { host, port: ports.c2s, tls: { ca }, logger: new SilentLogger(), ...FRIENDLY };
      const client = new ClientXMPP({ jid, password, ...options });
      await client.connect();
      return client;
    }),
  );
}

/** Gives juliet contacts, one of whom is an echo bot. */
async function populate(server: RunningServer): Promise<readonly ClientXMPP[]> {
  const [juliet, romeo, nurse, paris, echo] = await clients(server);
  if (!juliet || !romeo || !nurse || !paris || !echo) throw new Error('there are fewer accounts than that');
  await befriend(juliet, romeo, 'Romeo');
  await befriend(juliet, nurse, 'The Nurse');
  await befriend(juliet, paris, 'Count Paris');
  await befriend(juliet, echo, 'Echo bot');
  await juliet.disconnect();
  romeo.sendPresence({ show: 'away', status: 'In the garden' });
  nurse.sendPresence({ show: 'dnd', status: 'Busy with the household' });
  echo.sendPresence({ status: 'Say something' });
  await paris.disconnect();
  echo.on('message', (message) => message.reply(message.body ?? '').send());
  return [romeo, nurse, echo];
}

async function picture(browser: Browser, server: RunningServer, url: string, colorScheme: 'dark' | 'light') {
  const others = await populate(server);
  const context = await browser.newContext({ viewport: { width: 960, height: 600 }, colorScheme, locale: 'en-GB' });
  const page = await context.newPage();
  const chat = new ChatPage(page);
  await page.goto(url);
  const [juliet] = server.users;
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

await using server = await startServer({ kind: 'prosody', users: ['juliet', 'romeo', 'nurse', 'paris', 'echo'] });
await using packed = await PackedFolder.make();
const { folder } = await bundle('esbuild', packed.path);
await using site = await Site.start(folder);
const browser = await startBrowser(server);
try {
  for (const colorScheme of ['light', 'dark'] as const) await picture(browser, server, site.url, colorScheme);
} finally {
  await browser.close();
}
// The channel to the process that runs this script would keep it alive.
if (process.connected) process.disconnect();
