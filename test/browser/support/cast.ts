import { ClientXMPP } from '@sestina/client';
import { type Message, SilentLogger } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import type { RunningServer, ServerUser } from '@sestina/servers';
import { MultiUserChat } from '@sestina/xep-0045';
import { Avatars } from '@sestina/xep-0084';
import { ChatStates } from '@sestina/xep-0085';
import { EntityCapabilities } from '@sestina/xep-0115';
import { DeliveryReceipts } from '@sestina/xep-0184';
import { DisplayedMarkers } from '@sestina/xep-0333';
import { MessageReactions } from '@sestina/xep-0444';
import { MessageReplies } from '@sestina/xep-0461';
import type { Browser } from 'playwright-core';
import { befriend, FRIENDLY } from './befriend.js';

/** Somebody who talks to Juliet, without a page. */
export class Player {
  readonly #heard: Message[] = [];

  private constructor(readonly xmpp: ClientXMPP) {
    xmpp.on('message', (message) => {
      this.#heard.push(message);
      if (message.context.kind === 'chat') xmpp.plugin(DisplayedMarkers).displayed(message);
    });
  }

  static async online({ host, ports, ca }: RunningServer, { jid, password }: ServerUser): Promise<Player> {
    const options = { host, port: ports.c2s, tls: { ca }, logger: new SilentLogger(), ...FRIENDLY };
    const xmpp = new ClientXMPP({ jid, password, ...options });
    xmpp.useAll([
      [EntityCapabilities, { node: 'https://capulet.example' }],
      [MemoryMessageIndex, {}],
      [DisplayedMarkers, { delay: 0 }],
      DeliveryReceipts,
      ChatStates,
      MessageReplies,
      MessageReactions,
      MultiUserChat,
      Avatars,
    ]);
    await xmpp.connect();
    return new Player(xmpp);
  }

  async say(to: string, body: string): Promise<void> {
    await this.xmpp.sendMessage({ to, type: 'chat', body });
  }

  /** What was heard that has those words. */
  async heard(words: string): Promise<Message> {
    for (;;) {
      const found = this.#heard.find(({ body }) => body?.includes(words));
      if (found) return found;
      await this.xmpp.wait('message', { timeout: 20_000 });
    }
  }

  async answer(words: string, body: string): Promise<void> {
    await this.xmpp.plugin(MessageReplies).reply(await this.heard(words), body);
  }

  async react(words: string, emoji: string): Promise<void> {
    await this.xmpp.plugin(MessageReactions).toggle(await this.heard(words), emoji);
  }
}

/** Those who talk to Juliet, as her contacts, with pictures. */
export async function castFor(
  server: RunningServer,
  browser: Browser,
  names: Readonly<Record<string, { readonly name: string; readonly face: string }>>,
): Promise<ReadonlyMap<string, Player>> {
  const user = (name: string): ServerUser => {
    const found = server.users.find(({ username }) => username === name);
    if (!found) throw new Error(`there is no account for ${name}`);
    return found;
  };
  const players = new Map<string, Player>();
  const juliet = await Player.online(server, user('juliet'));
  for (const [username, { name, face }] of Object.entries(names)) {
    const player = await Player.online(server, user(username));
    await befriend(juliet.xmpp, player.xmpp, name);
    await player.xmpp.plugin(Avatars).publish({ data: await portrait(browser, face) });
    players.set(username, player);
  }
  await juliet.xmpp.disconnect();
  return players;
}

/** A face in a colour. */
export async function portrait(browser: Browser, colour: string): Promise<Uint8Array> {
  const page = await browser.newPage({ viewport: { width: 96, height: 96 } });
  await page.setContent(`<body style="margin:0"><svg width="96" height="96" viewBox="0 0 96 96">
    <rect width="96" height="96" fill="${colour}"/>
    <path d="M14 96c2-22 18-30 34-30s32 8 34 30z" fill="#2b2f45"/>
    <path d="M24 46c-4-34 52-34 48 0l-3 14H27z" fill="#4a3426"/>
    <ellipse cx="48" cy="48" rx="19" ry="22" fill="#f0c9a4"/>
    <path d="M28 42c8-2 16-8 20-14 4 6 12 12 20 14-2-18-38-18-40 0z" fill="#4a3426"/>
    <circle cx="41" cy="48" r="2.2"/><circle cx="55" cy="48" r="2.2"/>
    <path d="M41 58q7 6 14 0" fill="none" stroke="#9c5b48" stroke-width="2.4" stroke-linecap="round"/>
  </svg>`);
  const data = await page.screenshot();
  await page.close();
  return data;
}
