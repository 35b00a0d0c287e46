import { MemoryStorage, XmlElement } from '@sestina/core';
import { Bot } from '@sestina/preset-bot';
import { xml } from '@sestina/testing';
import { MultiUserChat } from '@sestina/xep-0045';
import { EntityCapabilities } from '@sestina/xep-0115';
import { describe, expect, it } from 'vitest';
import { BotStage, LAB, type Person } from './stage.js';

const NS = 'jabber:client';

/** Says something to the bot as it stands, as the server would hand it over. */
async function inject(stage: BotStage, text: string): Promise<void> {
  stage.server.inject(text);
  await stage.settle();
}

/** Messages that left for somebody. */
function saidTo(stage: BotStage, account: string): unknown[] {
  return stage.server.log.filter(
    ({ direction, stanza }) =>
      direction === 'in' && stanza.name === 'message' && stanza.attribute('to')?.startsWith(account),
  );
}

const body = (text: string): XmlElement => new XmlElement('body', NS).append(text);

async function roomAndPeople(stage: BotStage): Promise<Person> {
  const romeo = await stage.person('romeo');
  await romeo.enter();
  return romeo;
}

describe('whom it does not answer', () => {
  it('itself: another session of its account, and its own words in a room', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot({ rooms: [LAB], nick: 'Puck', listen: 'all' }, ({ reply }) =>
      reply('Puck: again'),
    );
    const other = stage.client('puck', undefined, 'phone');
    await other.connect();
    other.sendMessage({ to: 'puck@play.example/here', type: 'chat', body: 'note to self' });
    await stage.settle();
    expect(requests).toEqual([]);
    const romeo = await roomAndPeople(stage);
    [...romeo.muc.rooms][0]?.send('hello');
    await stage.clock.advance(30_000);
    expect(requests).toHaveLength(1);
  });

  it('what is no message of a person: errors, news, invitations, reactions, what is encrypted, a room itself', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot({ rooms: [LAB], nick: 'Puck' });
    const to = 'puck@play.example/here';
    const from = 'romeo@play.example/x';
    const text = '<body>help</body>';
    for (const stanza of [
      `<message from='${from}' to='${to}' type='error'>${text}<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
      `<message from='${from}' to='${to}' type='headline'>${text}</message>`,
      `<message from='${from}' to='${to}' type='chat'>${text}<reactions xmlns='urn:xmpp:reactions:0' id='1'/></message>`,
      `<message from='${from}' to='${to}' type='chat'>${text}<x xmlns='jabber:x:conference' jid='${LAB}'/></message>`,
      `<message from='${from}' to='${to}' type='chat'>${text}<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2'/></message>`,
      `<message from='${LAB}' to='${to}' type='groupchat'><body>Puck: help</body></message>`,
      `<message from='${LAB}/ghost' to='${to}' type='chat'>${text}</message>`.replace(LAB, 'other@rooms.play.example'),
      `<message from='romeo@play.example/x' to='${to}' type='chat'>${text}<x xmlns='http://jabber.org/protocol/muc#user'/></message>`,
    ])
      await inject(stage, stanza);
    expect(requests.map(({ message }) => String(message))).toEqual([
      // A room that it is not in looks like anybody.
      expect.stringContaining('other@rooms.play.example/ghost'),
    ]);
  });

  it('what is old, whoever says so', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot();
    const stamp = (ago: number): string => new Date(stage.clock.now() - ago).toISOString();
    for (const [from, ago] of [
      ['play.example', 61_000],
      ['mallory@evil.example', 3_600_000],
      ['play.example', 30_000],
    ] as const)
      await inject(
        stage,
        `<message from='romeo@play.example/x' to='puck@play.example/here' type='chat' id='m${ago}'><body>${ago}</body><delay xmlns='urn:xmpp:delay' from='${from}' stamp='${stamp(ago)}'/></message>`,
      );
    expect(requests.map(({ text }) => text)).toEqual(['30000']);
  });

  it('a thousand commands of the history of a room', async () => {
    await using stage = await BotStage.open();
    const stamp = new Date(stage.clock.now()).toISOString();
    const old = Array.from({ length: 1_000 }, (_, index) => {
      const message = new XmlElement('message', NS).setAttribute('type', 'groupchat').setAttribute('id', `h${index}`);
      message.setAttribute('from', `${LAB}/romeo`).append(body(`Puck: command ${index}`));
      return message.append(xml`<delay xmlns='urn:xmpp:delay' from='${LAB}' stamp='${stamp}'/>`);
    });
    stage.rooms.history.set(LAB, old);
    const { requests } = await stage.bot({ rooms: [LAB], nick: 'Puck' });
    await stage.clock.advance(60_000);
    expect(requests).toEqual([]);
    const romeo = await roomAndPeople(stage);
    [...romeo.muc.rooms][0]?.send('Puck: now');
    await stage.settle();
    expect(requests.map(({ text }) => text)).toEqual(['now']);
  });

  it('a correction, unless it is told to', async () => {
    for (const corrections of ['ignore', 'rerun'] as const) {
      await using stage = await BotStage.open();
      const { requests } = await stage.bot({ corrections });
      const romeo = await stage.person('romeo');
      await romeo.says('buy ten');
      await inject(
        stage,
        `<message from='romeo@play.example/here' to='puck@play.example/here' type='chat' id='c1'><body>buy two</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/></message>`,
      );
      expect(requests.map(({ text }) => text)).toEqual(corrections === 'ignore' ? ['buy ten'] : ['buy ten', 'buy two']);
    }
  });

  it('the same message twice', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot();
    const message = (text: string, id = "id='same'") =>
      inject(
        stage,
        `<message from='romeo@play.example/x' to='puck@play.example/here' type='chat' ${id}><body>${text}</body></message>`,
      );
    await message('one');
    await message('one');
    await message('two');
    expect(requests.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('the same message twice, with a process in between that was killed', async () => {
    await using stage = await BotStage.open();
    const storage = new MemoryStorage();
    const first = await stage.bot({}, ({ reply }) => reply('done'), 'puck', storage);
    const stanza = `<message from='romeo@play.example/x' to='puck@play.example/here' type='chat' id='once'><body>pay</body></message>`;
    await inject(stage, stanza);
    expect(first.requests).toHaveLength(1);
    const over = first.client.dispose();
    await stage.settle();
    await over;
    const second = await stage.bot({}, ({ reply }) => reply('done'), 'puck', storage);
    await inject(stage, stanza);
    await inject(stage, stanza.replace('once', 'twice'));
    expect(second.requests.map(({ message }) => message.id)).toEqual(['twice']);
    // What can come no more is not kept for ever.
    await stage.clock.advance(700_000);
    await inject(stage, stanza.replace('once', 'thrice'));
    expect(await storage.keys('preset-bot/')).toHaveLength(1);
  });

  it('a session that goes on gives each request once', async () => {
    await using stage = await BotStage.open();
    const { requests, client } = await stage.bot();
    const romeo = await stage.person('romeo');
    await romeo.says('before');
    const resumed = client.wait('sessionResumed');
    stage.server.session('puck@play.example/here')?.drop();
    await romeo.says('meanwhile');
    for (let i = 0; i < 20 && !client.online; i++) await stage.clock.advanceToNextTimer();
    await stage.settle();
    await resumed;
    expect(requests.map(({ text }) => text)).toEqual(['before', 'meanwhile']);
    expect(romeo.heard).toEqual(['here: You say: before', 'here: You say: meanwhile']);
  });
});

describe('other bots', () => {
  it('end in silence with it, in a room', async () => {
    await using stage = await BotStage.open();
    const one = await stage.bot({ rooms: [LAB], nick: 'Puck' }, ({ reply }) => reply('and you, @Oberon?'));
    const other = await stage.bot({ rooms: [LAB], nick: 'Oberon' }, ({ reply }) => reply('and you, @Puck?'), 'oberon');
    const romeo = await roomAndPeople(stage);
    await stage.clock.advance(5_000);
    [...romeo.muc.rooms][0]?.send('Puck: hello');
    await stage.clock.advance(60_000);
    const heard = romeo.heard.length;
    expect(heard).toBeGreaterThan(0);
    expect(one.requests.length + other.requests.length).toBeLessThanOrEqual(7);
    await stage.clock.advance(600_000);
    expect(romeo.heard).toHaveLength(heard);
  });

  it('end in silence with it where they do not say what they are', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot({ rooms: [LAB], nick: 'Puck', bots: 'answer' });
    const talkative = stage.client('oberon');
    const muc = talkative.use(MultiUserChat, { nick: 'Oberon', history: 0 });
    await talkative.connect();
    const joining = muc.join(LAB);
    await stage.settle();
    const lab = await joining;
    let said = 0;
    lab.on('message', ({ context }) => {
      if (context.way === 'in') lab.send(`Puck: ${++said}`);
    });
    lab.send('Puck: hello');
    await stage.clock.advance(600_000);
    expect(requests.length).toBeLessThanOrEqual(3);
    // After a silence it is heard again.
    lab.send('Puck: still there?');
    await stage.settle();
    expect(requests.map(({ text }) => text)).toContain('still there?');
  });

  it('and in a chat', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot();
    const echo = stage.client('oberon');
    await echo.connect();
    echo.sendPresence();
    echo.on('message', (message) => void message.reply(`echo ${message.body}`).send());
    echo.sendMessage({ to: 'puck@play.example', type: 'chat', body: 'hello' });
    await stage.clock.advance(600_000);
    expect(requests.length).toBeLessThanOrEqual(3);
  });

  it('are known by their capabilities, also where it has to ask first', async () => {
    await using stage = await BotStage.open();
    const { requests, client } = await stage.bot({ rooms: [LAB], nick: 'Puck' });
    const other = stage.client('oberon');
    const bot = other.use(Bot, { nick: 'Oberon' });
    await other.connect();
    await stage.settle();
    // What is hashed is hashed outside of the clock.
    const announced = client.wait('entityCaps', { timeout: 3_600_000, filter: ({ jid }) => jid.resource === 'Oberon' });
    const joining = bot.join(LAB);
    await stage.settle();
    const lab = await joining;
    await announced;
    lab.send('Puck: hello');
    await stage.settle();
    // So is what is compared with the hash.
    await client.plugin(EntityCapabilities).info(`${LAB}/Oberon`, { timeout: 3_600_000 });
    await stage.settle();
    expect(requests).toEqual([]);
  });
});

describe('floods', () => {
  const flood = (count: number, from: (index: number) => string): string[] =>
    Array.from(
      { length: count },
      (_, i) =>
        `<message from='${from(i)}' to='puck@play.example/here' type='chat' id='f${i}'><body>${i}</body></message>`,
    );

  it('of one: five answers, and one word', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot();
    for (const stanza of flood(100, () => 'mallory@evil.example/x')) {
      stage.server.inject(stanza);
      await stage.clock.advance(10);
    }
    await stage.settle();
    expect(requests.length).toBeLessThanOrEqual(5);
    const answers = saidTo(stage, 'mallory@evil.example');
    expect(answers.length).toBeLessThanOrEqual(6);
  });

  it('of one in a row, before it can answer', async () => {
    await using stage = await BotStage.open();
    const { requests } = await stage.bot({}, () => {});
    for (const stanza of flood(100, () => 'mallory@evil.example/x')) stage.server.inject(stanza);
    await stage.settle();
    expect(requests).toHaveLength(5);
    expect(saidTo(stage, 'mallory@evil.example')).toHaveLength(1);
    await stage.clock.advance(20_000);
    await inject(stage, flood(200, () => 'mallory@evil.example/x').at(-1) ?? '');
    expect(requests).toHaveLength(6);
  });

  it('of a hundred strangers do not keep a contact from its answer', async () => {
    await using stage = await BotStage.open();
    stage.server.befriend('puck', 'romeo');
    const { requests, client } = await stage.bot({}, () => {});
    await client.getRoster();
    for (const stanza of flood(100, (i) => `s${i}@evil.example/x`)) stage.server.inject(stanza);
    await stage.settle();
    expect(requests).toHaveLength(25);
    const romeo = await stage.person('romeo');
    await romeo.says('help');
    expect(requests).toHaveLength(26);
  });

  it('of one room leave another one its share', async () => {
    await using stage = await BotStage.open();
    const other = 'attic@rooms.play.example';
    const { requests } = await stage.bot({ rooms: [LAB, other], nick: 'Puck' }, () => {});
    const romeo = await roomAndPeople(stage);
    const joining = romeo.muc.join(other);
    await stage.settle();
    const attic = await joining;
    for (let i = 0; i < 100; i++) stage.rooms.said(LAB, `nick${i}`, [body(`Puck: ${i}`)]);
    await stage.settle();
    expect(requests).toHaveLength(25);
    attic.send('Puck: help');
    await stage.settle();
    expect(requests.at(-1)?.text).toBe('help');
  });
});

describe('who wants it to be somewhere', () => {
  it('invites in vain, unless it is one of those whose invitations are followed', async () => {
    for (const invites of ['nobody', 'contacts'] as const) {
      await using stage = await BotStage.open();
      stage.server.befriend('puck', 'romeo');
      const { client } = await stage.bot({ nick: 'Puck', invites });
      await client.getRoster();
      const direct = (from: string, room: string) =>
        inject(
          stage,
          `<message from='${from}' to='puck@play.example/here'><x xmlns='jabber:x:conference' jid='${room}'/></message>`,
        );
      await direct('mallory@evil.example/x', 'trap@rooms.play.example');
      // The room says who has invited, and may say what it likes.
      await inject(
        stage,
        `<message from='lie@rooms.play.example' to='puck@play.example/here'><x xmlns='http://jabber.org/protocol/muc#user'><invite from='romeo@play.example'/></x></message>`,
      );
      await direct('romeo@play.example/x', LAB);
      await stage.clock.advance(5_000);
      const inside = [...stage.rooms.rooms].filter(([, occupants]) => occupants.size > 0).map(([room]) => room);
      expect(inside).toEqual(invites === 'nobody' ? [] : [LAB]);
    }
  });

  it('goes to no more rooms than it is told to', async () => {
    await using stage = await BotStage.open();
    await stage.bot({ nick: 'Puck', invites: 'everybody', maxInvited: 3 });
    for (let i = 0; i < 20; i++)
      await inject(
        stage,
        `<message from='m${i}@evil.example/x' to='puck@play.example/here'><x xmlns='jabber:x:conference' jid='r${i}@rooms.play.example'/></message>`,
      );
    await stage.clock.advance(60_000);
    expect([...stage.rooms.rooms.values()].filter(({ size }) => size > 0)).toHaveLength(3);
  });

  it('is refused its presence, unless it may see it, or the application decides', async () => {
    for (const subscriptions of ['nobody', 'everybody', 'ask'] as const) {
      await using stage = await BotStage.open();
      await stage.bot({ subscriptions });
      const romeo = await stage.person('romeo');
      romeo.client.sendPresenceSubscription('puck@play.example');
      await stage.clock.advance(5_000);
      const item = stage.server.roster('puck').find(({ jid }) => jid === 'romeo@play.example');
      expect(item?.subscription ?? 'none').toBe(subscriptions === 'everybody' ? 'from' : 'none');
    }
  });
});

describe('what is left of it', () => {
  it('is nothing, also where it is removed in the middle of an answer', async () => {
    await using stage = await BotStage.open();
    let signal: AbortSignal | undefined;
    let answer: Promise<void> | undefined;
    const { client } = await stage.bot({ rooms: [LAB], nick: 'Puck', maxLength: 10 }, (request) => {
      ({ signal } = request);
      answer = request.reply('one two three four five six seven eight nine ten');
      return new Promise(() => {});
    });
    const romeo = await stage.person('romeo');
    await romeo.says('count');
    expect(romeo.heard).toHaveLength(1);
    const before = client.plugins.ids.length;
    client.remove(Bot);
    await stage.clock.advance(60_000);
    expect(before).toBeGreaterThan(10);
    expect(client.plugins.ids).toEqual([]);
    expect([...client.advertised]).toEqual([]);
    expect(romeo.heard).toHaveLength(1);
    expect(signal?.aborted).toBe(true);
    await expect(answer).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
    expect(stage.errors).toEqual([]);
    expect(stage.rooms.rooms.get(LAB)?.size).toBe(0);
  });

  it('at rest there is one timer at most', async () => {
    await using stage = await BotStage.open();
    await stage.bot();
    await stage.clock.advance(120_000);
    expect(stage.clock.pending.length).toBeLessThanOrEqual(2);
  });
});
