import type { ServerUser } from '@sestina/servers';
import type { Browser } from 'playwright-core';
import type { Bench } from '../../support/bench.js';
import { befriend, FRIENDLY } from './befriend.js';
import { ChatPage } from './chat-page.js';
import { eventually } from './eventually.js';
import type { Pages } from './pages.js';
import type { Wire } from './wire.js';

/** Two people, each with what they talk by. */
export interface Two<T> {
  readonly juliet: T;
  readonly romeo: T;
}

/** People with accounts of their own, at pages of their own. */
export class Talkers {
  readonly #bench: Bench;
  readonly #pages: Pages;

  constructor(bench: Bench, pages: Pages) {
    this.#bench = bench;
    this.#pages = pages;
  }

  /** A page at which somebody has logged in. */
  async at(user: ServerUser, options: Parameters<Browser['newContext']>[0] = {}, wire?: Wire): Promise<ChatPage> {
    const chat = new ChatPage(await this.#pages.open('', options, (page) => wire?.lay(page)));
    await chat.logIn({ ...user, service: `wss://localhost:${this.#bench.server.ports.https}/xmpp-websocket` });
    await eventually(() => chat.status.textContent()).toBe('Online');
    return chat;
  }

  /** Two accounts that have each other as contacts. */
  async accounts(): Promise<Two<ServerUser>> {
    const juliet = await this.#bench.account('juliet');
    const romeo = await this.#bench.account('romeo');
    const [one, other] = [await this.#bench.online(juliet, FRIENDLY), await this.#bench.online(romeo, FRIENDLY)];
    await befriend(one, other, 'Romeo');
    await other.updateRoster(juliet.jid, { name: 'Juliet' });
    await one.disconnect();
    await other.disconnect();
    return { juliet, romeo };
  }

  /** Both at their pages, each with the conversation with the other one open. @param wire Juliet's. */
  async talking(wire?: Wire): Promise<Two<ChatPage>> {
    const users = await this.accounts();
    const juliet = await this.at(users.juliet, {}, wire);
    const romeo = await this.at(users.romeo);
    await juliet.contact('Romeo').click();
    await romeo.contact('Juliet').click();
    return { juliet, romeo };
  }
}
