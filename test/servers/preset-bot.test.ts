import type { ClientXMPP } from '@sestina/client';
import { Bot, type BotRequest } from '@sestina/preset-bot';
import { MultiUserChat } from '@sestina/xep-0045';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('a bot on %s', (kind) => {
  const bench = useServer({ kind });

  /** What somebody hears next that begins like that. */
  const hears = async (client: ClientXMPP, beginning: string): Promise<string | undefined> => {
    const { body } = await client.wait('message', {
      timeout: 30_000,
      filter: (message) => message.body?.startsWith(beginning) === true,
    });
    return body;
  };

  it('talks in a chat, in a room, and in whispers that nobody else hears', async () => {
    const lab = `lab@${bench.server.hosts.muc}`;
    const romeo = await bench.online();
    const juliet = await bench.online();
    const [first, second] = [
      romeo.use(MultiUserChat, { nick: 'romeo' }),
      juliet.use(MultiUserChat, { nick: 'juliet' }),
    ];
    const room = await first.join(lab, { create: 'instant' });
    await second.join(lab);

    const account = await bench.account('puck');
    const client = bench.client({ jid: account.jid, password: account.password });
    const bot = client.use(Bot, { rooms: [lab], nick: 'Puck' });
    const requests: BotRequest[] = [];
    bot.on('request', (request) => {
      requests.push(request);
      return request.reply(`You say: ${request.text}`);
    });
    // Said before it comes: none of its business.
    await room.send('Puck: too early').reflected;
    const comes = room.wait('occupantJoined', { filter: ({ occupant }) => occupant.nick === 'Puck', timeout: 30_000 });
    await client.connect();
    await comes;

    const answer = hears(romeo, 'You say');
    romeo.sendMessage({ to: account.jid, type: 'chat', body: 'hello' });
    expect(await answer).toBe('You say: hello');

    const inRoom = [romeo, juliet].map((who) => hears(who, 'romeo: You say'));
    room.send('nothing for a bot');
    room.send('Puck: what is it?');
    expect(await Promise.all(inRoom)).toEqual(Array(2).fill('romeo: You say: what is it?'));

    const overheard: unknown[] = [];
    juliet.on('message', ({ body }) => void overheard.push(body));
    const whispered = hears(romeo, 'You say');
    room.whisper('Puck', 'a secret');
    expect(await whispered).toBe('You say: a secret');
    await room.send('the end').reflected;
    await juliet.wait('message', { filter: ({ body }) => body === 'the end', timeout: 5_000 }).catch(() => {});
    expect(overheard).not.toContain('You say: a secret');

    expect(requests.map(({ text, private: isPrivate }) => [text, isPrivate])).toEqual([
      ['hello', true],
      ['what is it?', false],
      ['a secret', true],
    ]);

    // Thrown out: it stays out. Its nick taken: it has another one.
    const gone = room.wait('occupantLeft', { filter: ({ occupant }) => occupant.nick === 'Puck', timeout: 30_000 });
    await room.kick('Puck');
    await gone;
    await first.join(lab);
    await room.changeNick('Puck');
    const back = await bot.join(lab);
    expect(back.nick).toBe('Puck_');
    const again = hears(juliet, 'Puck: You say');
    room.send('Puck_: again');
    expect(await again).toBe('Puck: You say: again');
  });
});
