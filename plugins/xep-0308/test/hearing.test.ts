import { JID } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { MessageCarbons } from '@sestina/xep-0280';
import { describe, expect, it } from 'vitest';
import { MessageCorrection } from '../src/index.js';
import { ACCOUNT, BALCONY, corrects, JULIET, OWN, replace, says, told, useConnections } from './helpers.js';

const start = useConnections();

describe('a correction', () => {
  it('by the one who has said the original, from any of its devices, takes its place', async () => {
    const { stream, heard, messages } = await start();
    await stream.recv(says('m1') + corrects('m2', 'm1', { from: `${JULIET}/chamber` }));
    expect(told(heard)).toEqual([['m2', 'm1', true]]);
    expect(heard[0]).toMatchObject({ source: 'stream', verified: true });
    expect(heard[0]?.peer.full).toBe(JULIET);
    // It is a message as well: who listens for nothing else must not miss it.
    expect(messages.map(({ id, replaces }) => [id, replaces])).toEqual([
      ['m1', undefined],
      ['m2', 'm1'],
    ]);
  });

  it('of a correction is one of the first version, however many there are in between', async () => {
    const { stream, heard } = await start();
    await stream.recv(says('m1') + corrects('m2', 'm1') + corrects('m3', 'm1') + corrects('m4', 'm3'));
    expect(told(heard)).toEqual([
      ['m2', 'm1', true],
      ['m3', 'm1', true],
      ['m4', 'm1', true],
    ]);
  });

  it('by somebody else is a message of its own (badxml 125)', async () => {
    const { stream, heard, messages } = await start();
    await stream.recv(says('m1') + corrects('m2', 'm1', { from: 'mallory@evil.example/x' }));
    // Of what we have said, too, in the same conversation.
    stream.xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'mine', id: 'mine' });
    await stream.recv(corrects('m3', 'mine'));
    expect(told(heard)).toEqual([
      ['m2', false, true],
      ['m3', false, true],
    ]);
    expect(messages.map(({ id }) => id)).toEqual(['m1', 'm2', 'm3']);
    expect(heard.every(({ original }) => original === undefined)).toBe(true);
  });

  it('of a contact is remembered, however many a stranger invents', async () => {
    const { stream, heard } = await start();
    const eve = { from: 'eve@evil.example/x' };
    await stream.recv(says('m1') + corrects('m2', 'm1'));
    for (let i = 0; i < 1_100; i++) await stream.recv(corrects(`e${i}`, 'e', eve));
    const before = heard.length;
    // The same once more, as a server gives it that is not certain whether it came.
    await stream.recv(corrects('m2', 'm1'));
    expect(heard.slice(before)).toEqual([]);
  });

  it('of a contact stays the latest, however many a stranger corrects', async () => {
    const { stream, xmpp, heard } = await start();
    const eve = { from: 'eve@evil.example/x' };
    await stream.recv(says('e', undefined, eve) + corrects('e2', 'e', eve) + says('m1') + corrects('m2', 'm1'));
    for (let i = 0; i < 1_000; i++) await stream.recv(says(`o${i}`, undefined, eve) + corrects(`c${i}`, `o${i}`, eve));
    heard.splice(0);
    await xmpp.messages.deliver(
      xmpp.message({ from: BALCONY, to: OWN, type: 'chat', id: 'm0', body: 'm0', replaces: 'm1' }),
      { source: 'archive', history: true, sentAt: new Date(0), archive: xmpp.account, archiveId: 'a0' },
    );
    await stream.idle();
    expect(told(heard)).toEqual([['m0', 'm1', false]]);
  });

  it('that is looked for is told no more once the plugin is removed', async () => {
    const { stream, xmpp, heard } = await start();
    const index = xmpp.plugin(MemoryMessageIndex);
    const find = index.find.bind(index);
    index.find = async (...query) => {
      const found = await find(...query);
      xmpp.remove(MessageCorrection);
      return found;
    };
    await stream.recv(says('m1') + corrects('m2', 'm1'));
    expect(heard).toEqual([]);
  });

  it('that names itself finds an earlier one or nothing, never itself (badxml 126)', async () => {
    const { stream, heard } = await start();
    await stream.recv(says('m1', `<body>x</body>${replace('m1')}`));
    expect(told(heard)).toEqual([['m1', false, true]]);
    // As bridges do, which give all versions the same id.
    await stream.recv(says('b1', '<body>one</body>'));
    await stream.recv(says('b1', `<body>two</body>${replace('b1')}`));
    await stream.recv(says('b1', `<body>three</body>${replace('b1')}`));
    const later = heard.slice(1);
    expect(later.map(({ verified, message }) => [message.body, verified])).toEqual([
      ['two', true],
      ['three', true],
    ]);
    expect(new Set(later.map(({ original }) => original?.key)).size).toBe(1);
    expect(later[0]?.original?.replaces).toBeUndefined();
  });

  it('that comes before its original is told again when that comes', async () => {
    const { stream, xmpp, heard } = await start();
    const archived = (id: string, said: string, first?: string) =>
      xmpp.messages.deliver(xmpp.message({ from: BALCONY, to: OWN, type: 'chat', id, body: id, replaces: first }), {
        source: 'archive',
        history: true,
        sentAt: new Date(said),
        archive: xmpp.account,
        archiveId: `a-${id}`,
      });
    await archived('m3', '2024-01-01T00:00:03Z', 'm1');
    await archived('m2', '2024-01-01T00:00:02Z', 'm1');
    await stream.idle();
    expect(told(heard.splice(0))).toEqual([
      ['m3', false, true],
      ['m2', false, true],
    ]);
    await archived('m1', '2024-01-01T00:00:01Z');
    await stream.idle();
    // The one that was said last stays the latest, in which order they ever come.
    expect(told(heard)).toEqual([
      ['m3', 'm1', true],
      ['m2', 'm1', false],
    ]);
    expect(heard[0]?.source).toBe('archive');
  });

  it('comes by several ways and is told once', async () => {
    const { stream, xmpp, heard } = await start();
    await stream.recv(says('m1') + corrects('m2', 'm1'));
    await xmpp.messages.deliver(
      xmpp.message({ from: BALCONY, to: OWN, type: 'chat', id: 'm2', body: 'm2', replaces: 'm1' }),
      { source: 'archive', history: true, archive: xmpp.account, archiveId: 'a2' },
    );
    expect(told(heard)).toEqual([['m2', 'm1', true]]);
  });

  it('by another device of ours is one of ours', async () => {
    const { stream, heard } = await start({}, { plugins: [[MessageCarbons, { auto: false }]] });
    const sent = (inside: string): string =>
      `<message from='${ACCOUNT}' to='${OWN}'><sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>` +
      `${inside.replace('<message ', "<message xmlns='jabber:client' ")}</forwarded></sent></message>`;
    const ours = { from: `${ACCOUNT}/balcony`, to: JULIET };
    await stream.recv(sent(says('o1', undefined, ours)) + sent(corrects('o2', 'o1', ours)));
    expect(told(heard)).toEqual([['o2', 'o1', true]]);
    expect([heard[0]?.source, heard[0]?.message.context.way, heard[0]?.peer.full]).toEqual(['carbon', 'out', JULIET]);
  });

  it.each([
    ['no body', corrects('m2', 'm1').replace('<body>m2</body>', '')],
    ['an invitation', corrects('m2', 'm1').replace('</body>', "</body><x xmlns='jabber:x:conference' jid='a@b'/>")],
    [
      'a notification of a node',
      corrects('m2', 'm1').replace('</body>', "</body><event xmlns='http://jabber.org/protocol/pubsub#event'/>"),
    ],
    ['no id', says('m2', `<body>x</body><replace xmlns='urn:xmpp:message-correct:0'/>`)],
    ['the type of a headline', corrects('m2', 'm1', { type: 'headline' })],
    ['the type of an error', corrects('m2', 'm1', { type: 'error' })],
  ])('with %s is none', async (_what, xml) => {
    const { stream, heard } = await start();
    await stream.recv(says('m1') + xml);
    expect(heard).toEqual([]);
  });

  it('of what is too far back is a message of its own, where that is wanted', async () => {
    const { stream, heard } = await start({ window: 2 });
    await stream.recv(says('m1') + says('m2') + corrects('c1', 'm1') + corrects('c2', 'm1'));
    await stream.recv(says('m3') + corrects('c3', 'm1') + corrects('c4', 'm2'));
    expect(told(heard)).toEqual([
      ['c1', 'm1', true],
      ['c2', 'm1', true],
      ['c3', false, true],
      ['c4', 'm2', true],
    ]);
  });

  it('that nobody can be sure of is not told, where that is wanted', async () => {
    const { stream, heard, messages } = await start({ unverified: 'drop' });
    await stream.recv(corrects('m2', 'm1'));
    expect([heard, messages.map(({ id }) => id)]).toEqual([[], ['m2']]);
    await stream.recv(says('m1'));
    expect(told(heard)).toEqual([['m2', 'm1', true]]);
  });

  it('waits for its original in bounds, and a flood of strangers drives nobody else out', async () => {
    const { stream, heard } = await start();
    await stream.recv(corrects('m2', 'm1'));
    for (let i = 0; i < 600; i++) {
      await stream.recv(corrects(`s${i}`, 'x', { from: `s${i}@evil.example/x` }));
    }
    heard.splice(0);
    await stream.recv(says('m1'));
    expect(told(heard)).toEqual([['m2', 'm1', true]]);
    await stream.recv(says('x', undefined, { from: 's0@evil.example/x' }));
    expect(heard).toHaveLength(1);
  });

  it('is not told any more once the plugin is removed', async () => {
    const { stream, xmpp, heard } = await start();
    await stream.recv(corrects('m2', 'm1'));
    heard.splice(0);
    xmpp.remove(MessageCorrection);
    await stream.recv(says('m1') + corrects('m3', 'm1'));
    expect(heard).toEqual([]);
    expect([...xmpp.advertised]).not.toContain('urn:xmpp:message-correct:0');
  });

  it('to an address of a component is looked for in the conversation of that address', async () => {
    const { stream, heard } = await start({}, { kind: 'component', jid: 'bot.example' });
    const [one, two] = ['one@bot.example', 'two@bot.example'];
    await stream.recv(says('m1', undefined, { to: one }) + corrects('m2', 'm1', { to: two as string }));
    await stream.recv(corrects('m3', 'm1', { to: one as string }));
    expect(told(heard)).toEqual([
      ['m2', false, true],
      ['m3', 'm1', true],
    ]);
    expect(JID.parse(one as string).full).toBe(heard[1]?.message.to?.full);
  });
});
