// Takes the pictures of examples/web-chat/README.md: node tools/scripts/run.mjs test/browser/screenshots.ts [FOLDER]
// The font is the system's: `fonts-noto-color-emoji` of Debian has the emojis.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type RunningServer, startServer } from '@sestina/servers';
import { Site, startBrowser } from '@sestina/servers/browser';
import { MultiUserChat, type Room } from '@sestina/xep-0045';
import { ChatStates } from '@sestina/xep-0085';
import type { Browser, Page } from 'playwright-core';
import { bundle } from './support/bundles.js';
import { castFor, type Player } from './support/cast.js';
import { ChatPage } from './support/chat-page.js';
import { PackedFolder } from './support/packed.js';

type ColorScheme = 'dark' | 'light';

const FOLDER = process.argv[2] ?? fileURLToPath(new URL('../../examples/web-chat', import.meta.url));
const WIDE = { width: 1180, height: 720 };
const TELEPHONE = { width: 390, height: 760 };
const CAST = {
  mercutio: { name: 'Mercutio', face: '#d9a441' },
  benvolio: { name: 'Benvolio', face: '#7f9b6b' },
  nurse: { name: 'The Nurse', face: '#c97b84' },
  romeo: { name: 'Romeo', face: '#6c8ebf' },
} as const;

/** What the pictures are taken of. */
interface Stage {
  readonly server: RunningServer;
  readonly browser: Browser;
  readonly url: string;
  readonly cast: ReadonlyMap<string, Player>;
  readonly jid: string;
}

async function pageOf(
  { server, browser, url }: Stage,
  username: string,
  colorScheme: ColorScheme,
  viewport = WIDE,
): Promise<ChatPage> {
  const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB', deviceScaleFactor: 1 });
  const chat = new ChatPage(await context.newPage());
  await chat.page.goto(url);
  const user = server.users.find((each) => each.username === username);
  if (user) await chat.logIn({ ...user, service: `wss://localhost:${server.ports.https}/xmpp-websocket` });
  await chat.status.filter({ hasText: 'Online' }).waitFor();
  return chat;
}

const player = ({ cast }: Stage, name: string): Player => cast.get(name) as Player;

/** A room in which they talk about tonight. */
async function meet(stage: Stage): Promise<string> {
  const address = `verona@${stage.server.hosts.muc}`;
  const rooms: Room[] = [];
  for (const name of ['mercutio', 'benvolio', 'romeo']) {
    const muc = player(stage, name).xmpp.plugin(MultiUserChat);
    const nick = CAST[name as keyof typeof CAST].name;
    rooms.push(await muc.join(address, { nick, create: { persistent: true, name: 'Verona' } }));
  }
  await rooms[0]?.setSubject('The feast tonight: who comes along?');
  return address;
}

async function talkInRoom(stage: Stage, chat: ChatPage, address: string): Promise<void> {
  const say = async (name: string, text: string): Promise<void> => {
    await player(stage, name).xmpp.plugin(MultiUserChat).room(address)?.send(text).reflected;
    await chat.bubble(text.slice(0, 20).replaceAll('*', '')).first().waitFor();
  };
  await say('benvolio', 'At this same ancient feast of Capulet’s sups the fair Rosaline.');
  await say('romeo', 'I’ll go along, no such sight to be shown, but to rejoice in splendour of mine own.');
  await say('mercutio', 'Nay, gentle Romeo, we must have you *dance*.');
  await chat.say('Maskers are welcome. Come at nine, by the garden door!');
  await say('romeo', 'Not I, believe me: you have dancing shoes with nimble soles.');
  await player(stage, 'mercutio').react('Maskers', '🎉');
  await player(stage, 'benvolio').react('Maskers', '🎉');
  await player(stage, 'benvolio').answer('nimble soles', 'Borrow Cupid’s wings, and soar with them.');
  await chat.bubble('Maskers').locator('.chip').filter({ hasText: '2' }).waitFor();
}

async function talkToRomeo(stage: Stage, chat: ChatPage): Promise<void> {
  const romeo = player(stage, 'romeo');
  const seen = (text: string) => chat.page.locator('.bubble[data-state=displayed]').filter({ hasText: text }).waitFor();
  await romeo.say(stage.jid, 'But soft, what light through yonder window breaks?');
  await romeo.say(stage.jid, 'It is the *east*, and Juliet is the sun.');
  await chat.contact('Romeo').click();
  await chat.say('What man art thou that thus bescreen’d in night so stumblest on my council?');
  await seen('What man');
  await chat.field.press('ArrowUp');
  await chat.say('What man art thou that thus bescreen’d in night so stumblest on my counsel?');
  await romeo.answer('bescreen’d', 'By a name I know not how to tell thee who I am.');
  await romeo.react('bescreen’d', '❤️');
  await chat.bubble('By a name').waitFor();
  await chat.say('How cam’st thou hither, tell me, and wherefore?\nThe orchard walls are high and hard to climb.');
  await seen('hither');
  await romeo.say(stage.jid, 'With love’s light wings did I o’erperch these walls: https://verona.example/orchard');
  await chat.bubble('light wings').waitFor();
  await chat.act('light wings', 'React');
  await chat.page.getByRole('button', { name: '😮' }).click();
  await chat.say('If they do see thee, they will murder thee.');
  await seen('murder');
  romeo.xmpp.plugin(ChatStates).typed(stage.jid);
  await chat.heading.filter({ hasText: 'typing …' }).waitFor();
}

async function shareWithNurse(stage: Stage, chat: ChatPage): Promise<void> {
  const nurse = await pageOf(stage, 'nurse', 'light');
  await nurse.contact('juliet').click();
  await nurse.say('Madam! I have been to the friar’s cell. He sends you this.');
  await nurse.choose({ name: 'wedding vows.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(184_320, 'x') });
  await chat.contact('The Nurse').click();
  await chat.page.locator('.file').first().waitFor();
  await chat.say('Tell him I shall be there. The view from here tonight:');
  const buffer = await readFile(fileURLToPath(new URL('page/picture.png', import.meta.url)));
  await chat.choose({ name: 'balcony.png', mimeType: 'image/png', buffer });
  await chat.page.locator('.picture').waitFor();
  await nurse.page.locator('.picture').waitFor();
  await nurse.page.context().close();
  // Half of it is gone, and the rest takes its time.
  await chat.page.evaluate(() => {
    XMLHttpRequest.prototype.send = function (body) {
      const loaded = Math.round((body as Blob).size * 0.62);
      this.upload.dispatchEvent(new ProgressEvent('progress', { loaded }));
    };
  });
  await chat.choose({ name: 'the whole garden.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(4_600_000) });
  await chat.page.getByRole('progressbar').waitFor();
}

async function picture(page: Page, name: string, colorScheme: ColorScheme): Promise<void> {
  // Nothing is pointed at, and the field to write in does not blink.
  await page.mouse.move(0, 0);
  await page.locator('.log').evaluate((log) => {
    log.scrollTop = log.scrollHeight;
  });
  await page.screenshot({ path: `${FOLDER}/screenshot-${name}-${colorScheme}.png`, caret: 'hide' });
}

async function take(stage: Stage, colorScheme: ColorScheme): Promise<void> {
  const address = await meet(stage);
  const chat = await pageOf(stage, 'juliet', colorScheme);
  await chat.enter(address);
  await talkInRoom(stage, chat, address);
  await picture(chat.page, 'room', colorScheme);
  await shareWithNurse(stage, chat);
  await picture(chat.page, 'file', colorScheme);
  await talkToRomeo(stage, chat);
  const mercutio = player(stage, 'mercutio');
  await mercutio.say(stage.jid, 'Any man that can write may answer a letter.');
  await mercutio.say(stage.jid, 'I will bite thee by the ear for that jest!');
  await chat.contact('Mercutio').locator('.unread').filter({ hasText: '2' }).waitFor();
  await picture(chat.page, 'talk', colorScheme);
  await chat.page.setViewportSize(TELEPHONE);
  await picture(chat.page, 'telephone', colorScheme);
  await chat.page.context().close();
}

await using packed = await PackedFolder.make();
const { folder } = await bundle('esbuild', packed.path);
await using site = await Site.start(folder);
for (const colorScheme of ['light', 'dark'] as const) {
  await using server = await startServer({
    ...{ kind: 'prosody', archive: true },
    users: ['juliet', ...Object.keys(CAST)],
  });
  const browser = await startBrowser(server);
  try {
    const cast = await castFor(server, browser, CAST);
    const jid = server.users[0]?.jid ?? '';
    await take({ server, browser, url: site.url, cast, jid }, colorScheme);
    for (const { xmpp } of cast.values()) await xmpp.dispose();
  } finally {
    await browser.close();
  }
}
// The channel to the process that runs this script would keep it alive.
if (process.connected) process.disconnect();
