import { NotInRoomError } from '@sestina/xep-0045';
import { Fallback, FallbackBody } from '@sestina/xep-0428';
import { describe, expect, it } from 'vitest';
import { BotStage, LAB } from './stage.js';

describe('a bot in a chat', () => {
  it('answers what it is asked, without its nick and without a quote', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot();
    const romeo = await stage.person('romeo');
    await romeo.says('help');
    await romeo.says('puck: help me');
    const quoting = romeo.client.message({ to: 'puck@play.example', type: 'chat', body: '> Who is there?\nIt is I' });
    const quote = new FallbackBody({ start: 0, end: 16 });
    quoting.fallbacks.add(new Fallback({ for: 'urn:xmpp:reply:0', body: [quote] }));
    quoting.send();
    await stage.settle();
    expect(romeo.heard).toEqual(['here: You say: help', 'here: You say: help me', 'here: You say: It is I']);
    expect(requests[0]).toMatchObject({ private: true, mentioned: true, room: undefined, text: 'help' });
    expect(`${requests[0]?.author.jid}`).toBe('romeo@play.example');
  });

  it('cuts a long answer at lines, with pauses', async () => {
    await using stage = await BotStage.open();
    await stage.bot({ maxLength: 20 }, ({ reply }) => reply('twelve chars\ntwelve chars\nand a very long lineeeeeeee'));
    const romeo = await stage.person('romeo');
    await romeo.says('sing');
    expect(romeo.heard).toEqual(['here: twelve chars']);
    await stage.clock.advance(1_000);
    expect(romeo.heard).toHaveLength(2);
    await stage.clock.advance(10_000);
    expect(romeo.heard).toEqual([
      'here: twelve chars',
      'here: twelve chars',
      'here: and a very long',
      'here: lineeeeeeee',
    ]);
  });

  it('says one neutral line where something goes wrong, and reports it', async () => {
    await using stage = await BotStage.open();
    const { client } = await stage.bot({}, () => {
      throw new Error('the password is swordfish');
    });
    const romeo = await stage.person('romeo');
    await romeo.says('help');
    expect(romeo.heard).toEqual(['here: Something went wrong.']);
    expect(stage.errors.map(({ message }) => message)).toEqual(['the password is swordfish']);
    expect(client.online).toBe(true);
  });

  it('goes on where a request never comes to an end', async () => {
    await using stage = await BotStage.open();
    await stage.bot({ timeout: 5_000, failure: '' }, ({ text, reply }) =>
      text === 'hang' ? new Promise(() => {}) : reply('here I am'),
    );
    const romeo = await stage.person('romeo');
    await romeo.says('hang');
    await romeo.says('hello');
    const juliet = await stage.person('juliet');
    await juliet.says('hello');
    expect(juliet.heard).toEqual(['here: here I am']);
    expect(romeo.heard).toEqual([]);
    await stage.clock.advance(5_000);
    expect(romeo.heard).toEqual(['here: here I am']);
  });
});

describe('a bot in a room', () => {
  it('answers who calls it, by the nick, and nobody else', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot({ rooms: [LAB], nick: 'Puck', prefix: '!' });
    const romeo = await stage.person('romeo');
    const lab = await romeo.enter();
    for (const body of ['Puck: one', 'puck, two', '@puck three', '!four', 'who is Puck?', 'Puckish', 'ask @Puck']) {
      lab.send(body);
      await stage.clock.advance(10_000);
    }
    expect(requests.map(({ text }) => text)).toEqual(['one', 'two', 'three', 'four', 'ask @Puck']);
    expect(romeo.heard.filter((line) => line.startsWith('Puck'))).toEqual([
      'Puck: romeo: You say: one',
      'Puck: romeo: You say: two',
      'Puck: romeo: You say: three',
      'Puck: romeo: You say: four',
      'Puck: romeo: You say: ask @Puck',
    ]);
    expect(requests[0]).toMatchObject({ private: false, mentioned: true });
    expect(requests[0]?.room?.jid.full).toBe(LAB);
  });

  it('hears everything where it is told to', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot({ rooms: [LAB], listen: 'all' }, () => {});
    const romeo = await stage.person('romeo');
    (await romeo.enter()).send('good morrow');
    await stage.settle();
    expect(requests[0]).toMatchObject({ text: 'good morrow', mentioned: false });
  });

  it('keeps a whisper private', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot({ rooms: [LAB], nick: 'Puck' });
    const romeo = await stage.person('romeo');
    const juliet = await stage.person('juliet');
    const lab = await romeo.enter();
    await juliet.enter();
    lab.whisper('Puck', 'a secret');
    await stage.settle();
    expect(romeo.heard).toEqual(['Puck: You say: a secret']);
    expect(juliet.heard).toEqual([]);
    expect(requests[0]).toMatchObject({ private: true, mentioned: true });
  });

  it('tells nobody who has taken the nick of who has whispered', async () => {
    await using stage = await BotStage.open();
    let answer: Promise<void> | undefined;
    let late = (): void => {};
    const { requests } = await stage.bot({ rooms: [LAB], nick: 'Puck' }, async ({ reply }) => {
      await new Promise<void>((resolve) => {
        late = resolve;
      });
      answer = reply('the secret');
      await answer.catch(() => {});
    });
    const romeo = await stage.person('romeo');
    const juliet = await stage.person('juliet');
    const lab = await romeo.enter();
    lab.whisper('Puck', 'my secret?');
    await stage.settle();
    const leaving = lab.leave();
    await stage.settle();
    await leaving;
    const entering = juliet.muc.join(LAB, { nick: 'romeo' });
    await stage.settle();
    await entering;
    late();
    await stage.settle();
    expect(requests).toHaveLength(1);
    await expect(answer).rejects.toMatchObject({ code: 'ERR_RECIPIENT_GONE' });
    expect(juliet.heard).toEqual([]);
  });

  it('takes another nick where somebody has its own, and answers to that', async () => {
    await using stage = await BotStage.open();
    const romeo = await stage.person('romeo');
    const joining = romeo.muc.join(LAB, { nick: 'Puck' });
    await stage.settle();
    const room = await joining;
    await stage.bot({ rooms: [LAB], nick: 'Puck' });
    expect([...room.occupants.keys()].sort()).toEqual(['Puck', 'Puck_']);
    room.send('Puck_: hello');
    await stage.settle();
    expect(romeo.heard).toContain('Puck_: Puck: You say: hello');
  });

  it('stays out where it was kicked, also in the next session', async () => {
    await using stage = await BotStage.open();
    const { bot, client } = await stage.bot({ rooms: [LAB], nick: 'Puck' });
    expect([...(stage.rooms.rooms.get(LAB)?.keys() ?? [])]).toEqual(['Puck']);
    stage.rooms.kick(LAB, 'Puck');
    await stage.settle();
    await client.disconnect();
    await client.connect();
    await stage.clock.advance(700_000);
    expect([...(stage.rooms.rooms.get(LAB)?.keys() ?? [])]).toEqual([]);
    const joining = bot.join(LAB);
    await stage.settle();
    await joining;
    expect([...(stage.rooms.rooms.get(LAB)?.keys() ?? [])]).toEqual(['Puck']);
    await bot.leave(LAB);
    await stage.settle();
    expect(stage.rooms.rooms.get(LAB)?.size).toBe(0);
  });

  it('says so where it has left before it could answer', async () => {
    await using stage = await BotStage.open();
    let answer: Promise<void> | undefined;
    const { bot } = await stage.bot({ rooms: [LAB], nick: 'Puck' }, async ({ reply }) => {
      const leaving = bot.leave(LAB);
      answer = leaving.then(() => reply('too late'));
      answer.catch(() => {});
    });
    const romeo = await stage.person('romeo');
    (await romeo.enter()).send('Puck: go');
    await stage.settle();
    await expect(answer).rejects.toBeInstanceOf(NotInRoomError);
  });
});
