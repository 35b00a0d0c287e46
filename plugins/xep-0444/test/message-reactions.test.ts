import { ConfigError, type Message } from '@sestina/core';
import { CannotReferError } from '@sestina/message-index';
import { MultiUserChat } from '@sestina/xep-0045';
import { NS_OCCUPANT_ID, OccupantIds } from '@sestina/xep-0421';
import { MessageRetraction } from '@sestina/xep-0424';
import { describe, expect, it } from 'vitest';
import { isEmoji, MessageReactions, NS_REACTIONS, Reactions } from '../src/index.js';
import { BALCONY, JULIET, OWN, ROOM, reacts, says, told, useReactions } from './helpers.js';

const start = useReactions();

describe('an emoji', () => {
  it.each(['👋', '❤️', '❤', '👍🏽', '🇺🇳', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '👩‍❤️‍💋‍👨', '🏳️‍🌈', '3️⃣', '☺︎'])('is %s', (emoji) => {
    expect(isEmoji(emoji)).toBe(true);
  });

  it.each(['', 'a', '+1', '3', '👋👋', '👋a', ' 👋', '\u200d', '🇺', `👋${'\u200d👋'.repeat(40)}`])(
    'is not "%s"',
    (text) => {
      expect(isEmoji(text)).toBe(false);
    },
  );
});

it('an emoji has thirty-two code points at most', () => {
  const flag = (tags: number): string => `🏴${'\u{E0061}'.repeat(tags)}\u{E007F}`;
  const joined = (more: number): string => `👋${'\u200d👋'.repeat(more)}`;
  expect([isEmoji(flag(30)), isEmoji(flag(31)), isEmoji(joined(15)), isEmoji(joined(16))]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

describe('reactions of others', () => {
  it('that were taken back do not come to life again, however many strangers invent', async () => {
    const { stream, shown } = await start();
    await stream.recv(says('m1') + says('r1', reacts('m1', '👋')) + says('r2', reacts('m1')));
    for (let who = 0; who < 21; who++) {
      const eve = { from: `eve${who}@evil.example/x` };
      const inventions = Array.from({ length: 100 }, (_, i) => says(`e${i}`, reacts('e', i % 2 ? '👋' : '🐢'), eve));
      await stream.recv(says('e', undefined, eve) + inventions.join(''));
    }
    await stream.recv(says('r1', reacts('m1', '👋')));
    expect(await shown()).toEqual({});
  });

  it('to what we note for ourselves outlast those of strangers', async () => {
    const { stream, shown } = await start({ maxMessages: 2 });
    await stream.recv(says('m1', undefined, { from: OWN }) + says('r1', reacts('m1', '👋'), { from: OWN }));
    for (const name of ['a', 'b', 'c']) {
      const eve = { from: `${name}@evil.example/x` };
      await stream.recv(says('e', undefined, eve) + says('f', reacts('e', '🐢'), eve));
    }
    expect(await shown('m1', 'romeo@montague.example')).toEqual({ '👋': ['romeo@montague.example'] });
  });

  it('are all that somebody reacts with: what is not said again is taken back', async () => {
    const { stream, heard, shown } = await start();
    await stream.recv(says('m1'));
    await stream.recv(
      says('r1', reacts('m1', '👋')) + says('r2', reacts('m1', '👋', '🐢')) + says('r3', reacts('m1', '🐢')),
    );
    expect(await shown()).toEqual({ '🐢': [JULIET] });
    await stream.recv(says('r4', reacts('m1')) + says('r5', reacts('m1')));
    expect([told(heard), await shown()]).toEqual([
      [
        ['👋', '', '👋'],
        ['🐢', '', '👋🐢'],
        ['', '👋', '🐢'],
        ['', '🐢', ''],
      ],
      {},
    ]);
  });

  it('are single emojis, each once, and not too many', async () => {
    const { stream, heard } = await start({ maxPerMessage: 2 });
    const twice = reacts('m1', 'lol', '👋', '👋', '🇺🇳', '🐢') + reacts('m1', '🔥');
    await stream.recv(says('m1') + says('r1', twice));
    expect(told(heard)).toEqual([['👋🇺🇳', '', '👋🇺🇳']]);
  });

  it('are nothing to read, unless there are words that do not stand for them', async () => {
    const { stream, messages } = await start();
    const fallback = `<fallback xmlns='urn:xmpp:fallback:0' for='${NS_REACTIONS}'/>`;
    await stream.recv(says('m1') + says('r1', reacts('m1', '👋')));
    await stream.recv(
      says('r2', `<body>+1</body>${reacts('m1', '🐢')}${fallback}`) + says('r3', `<body>pay</body>${reacts('m1')}`),
    );
    expect(messages.map(({ id }) => id)).toEqual(['m1', 'r3']);
  });

  it('of third parties, of errors and without an id are none', async () => {
    const { stream, heard } = await start();
    await stream.recv(says('m1') + says('r1', reacts('m1', '👋'), { from: 'eve@evil.example/x' }));
    await stream.recv(
      says('r2', reacts('m1', '👋'), { type: 'error' }) + says('r3', `<reactions xmlns='${NS_REACTIONS}'/>`),
    );
    expect(heard).toEqual([]);
  });

  it('to a correction are to its first version, and those that come too early wait', async () => {
    const { stream, heard, facts } = await start();
    await stream.recv(says('r1', reacts('m1', '👋')));
    expect(heard).toEqual([]);
    await stream.recv(says('m1') + says('m2', `<body>2</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>`));
    await stream.recv(says('r2', reacts('m2', '🐢')));
    expect(heard.map(({ facts: { id } }) => id)).toEqual(['m1', 'm1']);
    expect(heard[1]?.facts.key).toBe((await facts()).key);
    expect(told(heard)).toEqual([
      ['👋', '', '👋'],
      ['🐢', '👋', '🐢'],
    ]);
  });

  it('that were said before do not take the place of later ones, in which order they ever come', async () => {
    const { stream, xmpp, heard } = await start();
    const archived = async (id: string, said: string, emoji: string): Promise<void> => {
      const message = xmpp.message({ from: BALCONY, to: OWN, type: 'chat', id });
      message.reactions = new Reactions({ id: 'm1', emojis: [emoji] });
      const known = { source: 'archive', history: true, sentAt: new Date(said), archive: xmpp.account } as const;
      await xmpp.messages.deliver(message, { ...known, archiveId: `a-${id}` });
    };
    await stream.recv(says('m1'));
    await archived('r2', '1999-01-01T00:00:02Z', '🐢');
    await archived('r1', '1999-01-01T00:00:01Z', '👋');
    await archived('r3', '1999-01-01T00:00:03Z', '🔥');
    await stream.recv(says('r4', reacts('m1', '🦇')));
    // Out of the archive, by a clock that is ahead of ours: it was heard already.
    await archived('r4', '2099-01-01T00:00:00Z', '🦇');
    await archived('r3', '2099-01-01T00:00:00Z', '🔥');
    await stream.idle();
    expect(told(heard)).toEqual([
      ['🐢', '', '🐢'],
      ['🔥', '🐢', '🔥'],
      ['🦇', '🔥', '🦇'],
    ]);
  });

  it('to a message that was taken back are forgotten, and no more are taken', async () => {
    const { stream, heard, shown } = await start({}, { plugins: [MessageRetraction] });
    await stream.recv(says('m1') + says('r1', reacts('m1', '👋')));
    await stream.recv(
      says('x', `<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>`) + says('r2', reacts('m1', '🐢')),
    );
    expect([told(heard), await shown()]).toEqual([[['👋', '', '👋']], {}]);
  });
});

describe('reacting', () => {
  it('says all of it, in the conversation of the message, and is so at once', async () => {
    const { stream, reactions, messages, facts, heard } = await start();
    await stream.recv(says('m1'));
    const [message] = messages as [Message];
    const store = `<store xmlns='urn:xmpp:hints'/>`;
    const sent = (...emojis: string[]) =>
      stream.expectSent(`<message id='*' to='${JULIET}' type='chat'>${reacts('m1', ...emojis)}${store}</message>`);
    reactions.react(message, ['👋', '👋']);
    await sent('👋');
    reactions.toggle(await facts(), '🐢');
    await sent('👋', '🐢');
    reactions.toggle(message, '👋');
    await sent('🐢');
    expect([...reactions.mine(await facts())]).toEqual(['🐢']);
    reactions.react(message, []);
    await sent();
    expect(told(heard)).toEqual([
      ['👋', '', '👋'],
      ['🐢', '', '👋🐢'],
      ['', '👋', '🐢'],
      ['', '🐢', ''],
    ]);
  });

  it('keeps no copy of a reaction to what was not to be kept', async () => {
    const { stream, reactions, messages } = await start();
    await stream.recv(says('m1', `<body>x</body><no-store xmlns='urn:xmpp:hints'/>`));
    reactions.react(messages[0] as Message, ['👋']);
    await stream.expectSent(`<message id='*' to='${JULIET}' type='chat'>${reacts('m1', '👋')}</message>`);
  });

  it('is taken back where it is refused, unless something else was said since', async () => {
    const { stream, reactions, messages, facts, heard } = await start();
    await stream.recv(says('m1'));
    const [message] = messages as [Message];
    reactions.react(message, ['👋']);
    await stream.nextSent();
    reactions.react(message, ['🐢']);
    const second = await stream.nextSent();
    const refused = (id: string | undefined, from = JULIET): Promise<void> =>
      stream.recv(
        says(id ?? '', `<error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`, {
          ...{ from, type: 'error' },
        }),
      );
    heard.splice(0);
    await refused(second.attribute('id'), 'eve@evil.example');
    expect(heard).toEqual([]);
    await refused(second.attribute('id'));
    expect(heard).toMatchObject([{ added: ['👋'], removed: ['🐢'], now: ['👋'], reverted: true }]);
    await refused(second.attribute('id'));
    expect([heard.length, ...reactions.mine(await facts())]).toEqual([1, '👋']);
    await expect(
      Promise.resolve(reactions.react(message, ['🔥'], { signal: AbortSignal.abort() })),
    ).rejects.toMatchObject({
      reason: 'aborted',
    });
    expect([...reactions.mine(await facts())]).toEqual(['👋']);
  });

  it('refuses what is no emoji, too many, and options that cannot be', async () => {
    const { stream, xmpp, reactions, messages } = await start({ maxPerMessage: 1 });
    await stream.recv(says('m1'));
    const [message] = messages as [Message];
    expect(() => reactions.react(message, ['lol'])).toThrow(TypeError);
    expect(() => reactions.react(message, ['👋', '🐢'])).toThrow(TypeError);
    xmpp.remove(MessageReactions);
    expect(() => reactions.react(message, ['👋'])).toThrow(/removed/);
    expect(() => xmpp.use(MessageReactions, { maxAuthors: Number.NaN })).toThrow(ConfigError);
  });

  it('knows what is allowed, where somebody says so', async () => {
    const { stream, reactions } = await start();
    const asked = reactions.restrictions('gateway.example');
    const field = (name: string, ...values: string[]): string =>
      `<field var='${name}'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`;
    await stream.recvResult(
      await stream.nextSent(),
      `<query xmlns='http://jabber.org/protocol/disco#info'><x xmlns='jabber:x:data' type='result'>` +
        `<field var='FORM_TYPE' type='hidden'><value>${NS_REACTIONS}:restrictions</value></field>` +
        `${field('max_reactions_per_user', '1')}${field('allowlist', '💘', '❤️')}</x></query>`,
    );
    expect(await asked).toEqual({ max: 1, allowed: ['💘', '❤️'] });
    const free = reactions.restrictions('other.example');
    await stream.recvResult(await stream.nextSent(), `<query xmlns='http://jabber.org/protocol/disco#info'/>`);
    expect(await free).toEqual({ max: undefined, allowed: undefined });
  });
});

describe('in a room', () => {
  const word = (codes = ''): string =>
    `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/>${codes}</x>`;
  const who = (id: string): string => `<occupant-id xmlns='${NS_OCCUPANT_ID}' id='${id}'/>`;
  const sid = (id: string): string => `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='${id}'/>`;

  async function enter(ids: boolean) {
    const found = await start({ maxAuthors: 3 }, { plugins: [ids ? OccupantIds : MultiUserChat] });
    const { stream, xmpp } = found;
    const joined = xmpp.plugin(MultiUserChat).join(ROOM, { nick: 'romeo' });
    if (ids) {
      const features = `<feature var='${NS_OCCUPANT_ID}'/>`;
      await stream.recvResult(
        await stream.nextSent(),
        `<query xmlns='http://jabber.org/protocol/disco#info'>${features}</query>`,
      );
    }
    await stream.nextSent();
    await stream.recv(`<presence from='${ROOM}/juliet' to='${OWN}'>${who('j')}${word()}</presence>`);
    await stream.recv(
      `<presence from='${ROOM}/romeo' to='${OWN}'>${who('r')}${word("<status code='110'/>")}</presence>`,
    );
    await stream.recv(`<message from='${ROOM}' to='${OWN}' type='groupchat'><subject/></message>`);
    const room = await joined;
    const said = (id: string, nick: string, inside: string): Promise<void> =>
      stream.recv(says(id, inside, { from: `${ROOM}/${nick}`, type: 'groupchat' }));
    await said('m1', 'juliet', `<body>one</body>${who('j')}${sid('s1')}`);
    return { ...found, room, said };
  }

  it('one person reacts once, by whatever nick', async () => {
    const { said, shown, heard } = await enter(true);
    await said('r1', 'juliet', `${reacts('s1', '👋')}${who('j')}`);
    await said('r2', 'julia', `${reacts('s1', '🐢')}${who('j')}`);
    expect(await shown('m1', ROOM)).toEqual({ '🐢': [`${ROOM}/julia`] });
    expect(heard.every(({ verified }) => verified)).toBe(true);
  });

  it('who cannot be told from others is told of and not kept', async () => {
    const { said, shown, heard } = await enter(false);
    await said('r1', 'juliet', reacts('s1', '👋'));
    await said('r2', 'ghost', reacts('s1', '🐢'));
    expect(heard.map(({ verified, added }) => [verified, added.join('')])).toEqual([
      [true, '👋'],
      [false, '🐢'],
    ]);
    expect(await shown('m1', ROOM)).toEqual({ '👋': [`${ROOM}/juliet`] });
  });

  it('what the room calls a message is what is reacted to, and what comes back is ours', async () => {
    const { said, stream, reactions, facts, heard, shown } = await enter(true);
    await said('m2', 'juliet', `<body>two</body>${who('j')}`);
    const [message, nameless] = [await facts('m1', ROOM), await facts('m2', ROOM)];
    expect(() => reactions.react(nameless, ['👋'])).toThrow(CannotReferError);
    reactions.react(message, ['👋']);
    const sent = await stream.expectSent(
      `<message id='*' to='${ROOM}' type='groupchat'>${reacts('s1', '👋')}<store xmlns='urn:xmpp:hints'/></message>`,
    );
    await said(sent.attribute('id') ?? '', 'romeo', `${reacts('s1', '👋')}${who('r')}`);
    expect([heard.length, ...reactions.mine(message)]).toEqual([1, '👋']);
    expect(await shown('m1', ROOM)).toEqual({ '👋': [`${ROOM}/romeo`] });
    await said('r9', 'romeo', `${reacts('s1', '🐢')}${who('r')}`);
    expect([...reactions.mine(message)]).toEqual(['🐢']);
  });

  it('so many people are kept, and nothing once it is left', async () => {
    const { said, shown, stream, room } = await enter(true);
    for (let i = 0; i < 9; i++) await said(`r${i}`, `n${i}`, `${reacts('s1', '👋')}${who(`o${i}`)}`);
    expect((await shown('m1', ROOM))['👋']).toEqual([6, 7, 8].map((i) => `${ROOM}/n${i}`));
    const left = room.leave();
    await stream.nextSent();
    await stream.recv(
      `<presence type='unavailable' from='${ROOM}/romeo' to='${OWN}'>${word("<status code='110'/>")}</presence>`,
    );
    await left;
    await stream.idle();
    expect(await shown('m1', ROOM)).toEqual({});
  });
});

it('what is kept is bounded, and strangers drive nobody else out', async () => {
  const { stream, shown } = await start({ maxMessages: 5 });
  await stream.recv(says('m1') + says('r1', reacts('m1', '👋')));
  for (let i = 0; i < 20; i++) {
    const from = `s${i}@evil.example/x`;
    await stream.recv(says('m', undefined, { from }) + says('r', reacts('m', '🐢'), { from }));
  }
  expect(await shown()).toEqual({ '👋': [JULIET] });
  expect(await shown('m', 's19@evil.example')).toEqual({ '🐢': ['s19@evil.example'] });
  expect(await shown('m', 's1@evil.example')).toEqual({});
});
