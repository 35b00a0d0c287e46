import { ClientXMPP } from '@sestina/client';
import { MemoryStorage, type Message, SilentLogger, type Storage } from '@sestina/core';
import { Bot, type BotOptions, type BotRequest } from '@sestina/preset-bot';
import { MemoryServer, VirtualClock } from '@sestina/testing';
import { MultiUserChat, type Room } from '@sestina/xep-0045';
import { MemoryRooms } from '../../support/memory-rooms.js';

export const LAB = 'lab@rooms.play.example';
const ROOMS = 'rooms.play.example';

/** A server in memory with rooms, bots and people, and the time under control. */
export class BotStage implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly server: MemoryServer;
  readonly rooms: MemoryRooms;
  readonly errors: Error[] = [];
  readonly #clients: ClientXMPP[] = [];

  private constructor() {
    const { clock } = this;
    const users = { puck: 'secret', oberon: 'secret', romeo: 'secret', juliet: 'secret' };
    this.server = new MemoryServer({
      ...{ domain: 'play.example', users, clock, mechanisms: ['PLAIN'], streamManagement: true },
      components: { [ROOMS]: 'secret' },
    });
    this.rooms = new MemoryRooms(this.server, ROOMS, 'secret', clock);
  }

  static async open(): Promise<BotStage> {
    const stage = new BotStage();
    await stage.rooms.connect();
    return stage;
  }

  client(name: string, storage: Storage = new MemoryStorage(), resource = 'here'): ClientXMPP {
    const { clock, server } = this;
    const client = new ClientXMPP({
      ...{ jid: `${name}@play.example/${resource}`, password: 'secret', clock, storage },
      ...{ transports: server.transports, logger: new SilentLogger() },
    });
    client.on('error', ({ error }) => void this.errors.push(error));
    this.#clients.push(client);
    return client;
  }

  /** A bot that is there, and answers with what it was asked; what it was asked so far. */
  async bot(
    options: Partial<BotOptions> = {},
    handle: (request: BotRequest) => unknown = ({ text, reply }) => reply(`You say: ${text}`),
    name = 'puck',
    storage?: Storage,
  ): Promise<{ bot: Bot; client: ClientXMPP; requests: BotRequest[] }> {
    const client = this.client(name, storage);
    const bot = client.use(Bot, options);
    const requests: BotRequest[] = [];
    bot.on('request', (request) => {
      requests.push(request);
      return handle(request);
    });
    await client.connect();
    await this.settle();
    return { bot, client, requests };
  }

  /** Somebody who is there, and what is heard. */
  async person(name: string): Promise<Person> {
    const client = this.client(name);
    const muc = client.use(MultiUserChat, { nick: name, history: 0 });
    const heard: string[] = [];
    client.on('message', ({ from, body }: Message) => void heard.push(`${from?.resource ?? ''}: ${body}`));
    await client.connect();
    client.sendPresence();
    await this.settle();
    const enter = async (): Promise<Room> => {
      const joining = muc.join(LAB);
      await this.settle();
      return joining;
    };
    const says = async (body: string): Promise<void> => {
      client.sendMessage({ to: 'puck@play.example', type: 'chat', body, id: client.random.id() });
      await this.settle();
    };
    return { client, muc, heard, enter, says };
  }

  async settle(): Promise<void> {
    await this.clock.advance(0);
    await this.clock.runUntilIdle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) {
      const over = client.dispose();
      await this.clock.runUntilIdle();
      await over;
    }
    await this.rooms[Symbol.asyncDispose]();
    await this.server.stop();
  }
}

/** Somebody who is there. */
export interface Person {
  readonly client: ClientXMPP;
  readonly muc: MultiUserChat;
  /** What came, with the resource of who says it, which in rooms is the nick. */
  readonly heard: string[];
  /** Enters the room of the stage. */
  enter(): Promise<Room>;
  /** Says something to the bot in a chat. */
  says(body: string): Promise<void>;
}
