import { ComponentXMPP } from '@sestina/component';
import { SilentLogger, XmlElement } from '@sestina/core';
import { Bot, type BotRequest } from '@sestina/preset-bot';
import { MemoryServer, VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { BotStage, LAB } from './stage.js';

const body = (text: string): XmlElement => new XmlElement('body', 'jabber:client').append(text);
const insideOf = (stage: BotStage, room: string): string[] => [...(stage.rooms.rooms.get(room)?.keys() ?? [])];

describe('a room that is hostile', () => {
  it('cannot make it speak by what it says as the bot, or as itself', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot({ rooms: [LAB], nick: 'Puck', listen: 'all' });
    stage.rooms.said(LAB, 'Puck', [body('Puck: obey')]);
    stage.rooms.said(`${LAB}`, '', [body('Puck: obey')]);
    await stage.settle();
    expect(requests).toEqual([]);
  });

  it('cannot have it write what others take for a command', async () => {
    await using stage = await BotStage.open();
    await stage.bot({ rooms: [LAB], nick: 'Puck' }, ({ reply }) => reply('well'));
    const romeo = await stage.person('romeo');
    await romeo.enter();
    stage.rooms.said(LAB, '!kick juliet', [body('Puck: hello')]);
    await stage.settle();
    expect(romeo.heard.at(-1)).toBe('Puck: well');
  });

  it('that refuses the bot is asked once in a session, and again and again where that may pass', async () => {
    for (const refusal of ['forbidden', 'service-unavailable'] as const) {
      await using stage = await BotStage.open();
      stage.rooms.refusals.set(LAB, refusal);
      let asked = 0;
      stage.server.onStanza(({ direction, session, stanza }) => {
        const isToRoom = stanza.name === 'presence' && stanza.attribute('to')?.startsWith(LAB) === true;
        if (direction === 'in' && session.jid?.local === 'puck' && isToRoom) asked += 1;
      });
      await stage.bot({ rooms: [LAB], nick: 'Puck' });
      await stage.clock.advance(3_600_000);
      if (refusal === 'forbidden') {
        expect(asked).toBe(1);
        expect(stage.errors).toMatchObject([{ reason: 'banned' }]);
      } else {
        expect(asked).toBeGreaterThan(5);
        expect(asked).toBeLessThan(20);
        stage.rooms.refusals.clear();
        await stage.clock.advance(700_000);
        expect(insideOf(stage, LAB)).toEqual(['Puck']);
      }
    }
  });

  it('that is not there comes to be entered, once it is', async () => {
    await using stage = await BotStage.open();
    await stage.rooms.xmpp.disconnect();
    await stage.bot({ rooms: [LAB], nick: 'Puck' });
    expect(insideOf(stage, LAB)).toEqual([]);
    await stage.rooms.connect();
    await stage.clock.advance(700_000);
    expect(insideOf(stage, LAB)).toEqual(['Puck']);
  });
});

describe('removal', () => {
  it('while a question is open, a request waits or a room is entered leaves nothing, and ends nothing else', async () => {
    await using stage = await BotStage.open();
    const { MemoryStorage } = await import('@sestina/core');
    let release = (): void => {};
    class Slow extends MemoryStorage {
      override async keys(prefix: string): Promise<string[]> {
        if (prefix.startsWith('preset-bot/'))
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        return super.keys(prefix);
      }
    }
    const { client, requests } = await stage.bot({}, ({ reply }) => reply('too late'), 'puck', new Slow());
    const romeo = await stage.person('romeo');
    await romeo.says('one');
    await romeo.says('two');
    const bot = client.plugin(Bot);
    const joining = bot.join(LAB).catch((error: unknown) => error);
    client.remove(Bot);
    release();
    await stage.clock.advance(60_000);
    expect(await joining).toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
    expect(requests).toEqual([]);
    expect(romeo.heard).toEqual([]);
    expect(insideOf(stage, LAB)).toEqual([]);
    expect(stage.errors).toEqual([]);
    expect(() => bot.on('request', () => {})).toThrow();
    // Installed anew it is at work again.
    const again = client.use(Bot, {});
    again.on('request', ({ reply }) => reply('back'));
    await romeo.says('three');
    release();
    await stage.settle();
    expect(romeo.heard).toEqual(['here: back']);
  });
});

describe('time', () => {
  it('an answer that comes after the time for it is none', async () => {
    await using stage = await BotStage.open();
    let late: BotRequest | undefined;
    await stage.bot({ timeout: 1_000 }, (request) => {
      late = request;
      return new Promise(() => {});
    });
    const romeo = await stage.person('romeo');
    await romeo.says('think');
    await stage.clock.advance(1_000);
    expect(romeo.heard).toEqual(['here: Something went wrong.']);
    await expect(late?.reply('at last')).rejects.toThrow();
    await stage.settle();
    expect(romeo.heard).toHaveLength(1);
    expect(stage.errors.map(({ name }) => name)).toEqual(['TimeoutError']);
  });

  it('an answer that is not awaited goes on behind its request', async () => {
    await using stage = await BotStage.open();
    await stage.bot({ maxLength: 10 }, ({ reply }) => void reply('one two three four five'));
    const romeo = await stage.person('romeo');
    await romeo.says('count');
    await stage.clock.advance(10_000);
    expect(romeo.heard).toEqual(['here: one two', 'here: three four', 'here: five']);
  });

  it('two answers in one conversation do not mix', async () => {
    await using stage = await BotStage.open();
    await stage.bot({ maxLength: 10 }, ({ text, reply }) => reply(`${text} ${text} ${text}`));
    const romeo = await stage.person('romeo');
    for (const word of ['aaaa', 'bbbb'])
      romeo.client.sendMessage({ to: 'puck@play.example', type: 'chat', body: word, id: word });
    await stage.clock.advance(10_000);
    expect(romeo.heard).toEqual(['here: aaaa aaaa', 'here: aaaa', 'here: bbbb bbbb', 'here: bbbb']);
  });

  it('a storage that hangs or fails delays an answer, and keeps nobody from it', async () => {
    for (const fault of ['hang', 'fail'] as const) {
      await using stage = await BotStage.open();
      const { MemoryStorage } = await import('@sestina/core');
      class Broken extends MemoryStorage {
        override set(): Promise<void> {
          return fault === 'hang' ? new Promise(() => {}) : Promise.reject(new Error('the disk is full'));
        }
        override keys(): Promise<string[]> {
          return fault === 'hang' ? new Promise(() => {}) : Promise.reject(new Error('the disk is full'));
        }
      }
      const client = stage.client('puck', new Broken());
      const bot = client.use(Bot, {});
      bot.on('request', ({ reply }) => reply('here'));
      await client.connect();
      const romeo = await stage.person('romeo');
      await romeo.says('hello');
      await stage.clock.advance(15_000);
      expect(romeo.heard).toEqual(['here: here']);
    }
  });
});

describe('what is no request of a person', () => {
  it('an announcement of the server is not answered', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot();
    stage.server.inject(`<message from='play.example' to='puck@play.example/here'><body>Down at ten</body></message>`);
    await stage.settle();
    expect(requests).toEqual([]);
  });

  it('a flood of requests to see its presence is answered within bounds', async () => {
    await using stage = await BotStage.open();
    const { client } = await stage.bot();
    let answers = 0;
    stage.server.onStanza(({ direction, stanza }) => {
      if (direction === 'in' && stanza.attribute('type') === 'unsubscribed') answers += 1;
    });
    for (let i = 0; i < 500; i++)
      stage.server.inject(`<presence from='s${i}@evil.example' to='puck@play.example' type='subscribe'/>`);
    await stage.settle();
    expect(answers).toBeLessThanOrEqual(30);
    expect(client.online).toBe(true);
  });

  it('of a text without an end it takes what is for it, in no time that grows with its square', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot({ rooms: [LAB], nick: 'Puck', prefix: '!' }, () => {});
    const romeo = await stage.person('romeo');
    const lab = await romeo.enter();
    for (const text of [
      '@'.repeat(60_000),
      '@puckk'.repeat(10_000),
      `${' '.repeat(60_000)}Puck:${':'.repeat(60_000)}`,
    ]) {
      lab.send(text);
      await stage.clock.advance(3_000);
    }
    expect(requests.map(({ text }) => text)).toEqual(['']);
  });
});

describe('a bot on a component', () => {
  it('answers from the address that was asked, and no other address of its own', async () => {
    const clock = new VirtualClock();
    const server = new MemoryServer({
      ...{ domain: 'play.example', users: { romeo: 'secret' }, clock, mechanisms: ['PLAIN'] },
      components: { 'bots.play.example': 'secret' },
    });
    const component = new ComponentXMPP({
      ...{ jid: 'bots.play.example', secret: 'secret', host: 'localhost', transports: server.transports, clock },
      logger: new SilentLogger(),
    });
    const bot = component.use(Bot, { nick: 'Puck', subscriptions: 'everybody' });
    const requests: BotRequest[] = [];
    bot.on('request', (request) => {
      requests.push(request);
      return request.reply('here');
    });
    await component.connect();
    const sent: string[] = [];
    server.onStanza(({ direction, session, stanza }) => {
      if (direction === 'in' && session.jid?.domain === 'bots.play.example')
        sent.push(
          `${stanza.name} ${stanza.attribute('type') ?? ''} ${stanza.attribute('from')} ${stanza.attribute('to')}`,
        );
    });
    const say = async (from: string, to: string): Promise<void> => {
      server.inject(`<message from='${from}' to='${to}' type='chat' id='${from}${to}'><body>hello</body></message>`);
      await clock.runUntilIdle();
    };
    await say('romeo@play.example/x', 'puck@bots.play.example');
    await say('other@bots.play.example', 'puck@bots.play.example');
    await say('bots.play.example', 'puck@bots.play.example');
    expect(requests.map(({ message }) => `${message.to}`)).toEqual(['puck@bots.play.example']);
    expect(sent.filter((line) => line.startsWith('message'))).toEqual([
      'message chat puck@bots.play.example romeo@play.example/x',
    ]);
    server.inject(`<presence from='romeo@play.example' to='puck@bots.play.example' type='subscribe'/>`);
    await clock.runUntilIdle();
    expect(sent).toContain('presence subscribed puck@bots.play.example romeo@play.example');
    component.remove(Bot);
    expect(component.plugins.ids).toEqual([]);
    const over = component.dispose();
    await clock.runUntilIdle();
    await over;
    await server.stop();
  });
});
