import { JID, Message, type MessageContext } from '@sestina/core';
import { parseXml, useStreams } from '@sestina/testing';
import { StanzaIds } from '@sestina/xep-0359';
import { afterEach, describe, expect, it } from 'vitest';
import { Heard } from '../src/heard.js';
import { MessageArchive, NS_MAM } from '../src/index.js';
import { ACCOUNT, conversation, OWN, ROMEO, ROOM, start, timeOf } from './helpers.js';

const streams = useStreams(afterEach);
const account = JID.parse(ACCOUNT);

async function client(...args: Parameters<typeof start>) {
  const started = await start(...args);
  streams.keep(started.stream);
  const heard: unknown[] = [];
  started.xmpp.onMessage(({ body }) => void heard.push(body), { sources: ['stream', 'carbon', 'archive'] });
  return { ...started, heard };
}

const live = (body: string, more = ''): string =>
  `<message from='${ROMEO}' to='${OWN}' type='chat'><body>${body}</body>${more}</message>`;

describe('what is remembered of messages', () => {
  const message = (inside: string, attributes = `from='${ROMEO}'`): Message =>
    new Message(parseXml(`<message xmlns='jabber:client' ${attributes}>${inside}</message>`));
  const sid = (id: string): string => `<stanza-id xmlns='urn:xmpp:sid:0' id='${id}' by='${ACCOUNT}'/>`;
  const came = { source: 'stream', way: 'in' } as MessageContext;
  const unknown = message('');
  const heardOf = () => new Heard({ boundJid: JID.parse(OWN) } as never);

  it('is four megabytes of what came by itself, whatever it is called', () => {
    const heard = heardOf();
    const long = 'x'.repeat(45_000);
    for (let index = 0; index < 100; index++) heard.note(message(sid(`${index} ${long}`)), came);
    expect(['0', '99'].map((id) => heard.has(account, `${id} ${long}`, unknown))).toEqual([false, true]);
  });

  it('is two thousand that were sent, the latest', () => {
    const heard = heardOf();
    const sent = (id: string): Message => message('', `from='${OWN}' id='${id}'`);
    const went = { source: 'stream', way: 'out' } as MessageContext;
    for (let index = 0; index < 2_000; index++) heard.note(sent(`${index}`), went);
    expect(heard.has(account, 'x', sent('0'))).toBe(true);
    heard.note(sent('last'), went);
    expect(['1', '2', 'last'].map((id) => heard.has(account, 'x', sent(id)))).toEqual([false, true, true]);
  });

  it('is a thousand that were told out of archives, the latest', () => {
    const heard = heardOf();
    for (let index = 0; index < 1_000; index++) heard.noteTold(account, `${index}`);
    expect(heard.wasTold(message(sid('0')), came)).toBe(true);
    heard.noteTold(account, 'last');
    expect(['1', '2', 'last'].map((id) => heard.wasTold(message(sid(id)), came))).toEqual([false, true, true]);
  });
});

describe('what is held back while an archive is read', () => {
  it('is a thousand messages: one more, and all of them are told', async () => {
    const { stream, archive, heard } = await client();
    const work = archive.catchUp({ since: timeOf(0) }).catch(() => {});
    await stream.idle();
    await stream.recv(Array.from({ length: 1_000 }, (_, index) => live(`${index}`)).join(''));
    expect(heard).toEqual([]);
    await stream.recv(live('1000'));
    await stream.idle();
    expect(heard).toEqual(Array.from({ length: 1_001 }, (_, index) => `${index}`));
    stream.xmpp.remove(MessageArchive);
    await work;
  });

  it('is two megabytes', async () => {
    const { stream, archive, heard } = await client();
    const work = archive.catchUp({ since: timeOf(0) }).catch(() => {});
    await stream.idle();
    const long = 'x'.repeat(100_000);
    let count = 0;
    for (; heard.length === 0 && count < 100; count++) await stream.recv(live(long));
    await stream.idle();
    // A character is one byte or two.
    expect(count).toBeGreaterThan(9);
    expect(count).toBeLessThan(25);
    expect(heard).toHaveLength(count);
    stream.xmpp.remove(MessageArchive);
    await work;
  });

  it('is told after twenty seconds where nobody says how long it may wait', async () => {
    const { stream, archive, heard } = await client();
    const work = archive.catchUp({ since: timeOf(0), timeout: 60_000 }).catch(() => {});
    await stream.recv(live('one'));
    await stream.clock.advance(19_999);
    expect(heard).toEqual([]);
    await stream.clock.advance(1);
    expect(heard).toEqual(['one']);
    await stream.clock.advance(60_000);
    await work;
  });
});

describe('forms of archives', () => {
  it('are kept of a hundred, those asked for last', async () => {
    const { stream, archive, played } = await client();
    const asked = () => stream.sent.filter((iq) => iq.firstElement?.namespace === NS_MAM).length;
    const fields = (index: number) => played.serve(archive.fields(`r${index}@chat.example`));
    for (let index = 0; index < 100; index++) await fields(index);
    await fields(0);
    expect(asked()).toBe(100);
    await fields(100);
    await fields(0);
    expect(asked()).toBe(101);
    await fields(1);
    expect(asked()).toBe(102);
  });

  it('are those that one address is shown', async () => {
    const { stream, archive } = await client([], {}, {}, { kind: 'component', jid: 'bot.example' });
    const form = `<query xmlns='${NS_MAM}'><x xmlns='jabber:x:data' type='form'><field var='with'/></x></query>`;
    for (const from of ['a@bot.example', 'b@bot.example']) {
      const fields = archive.fields(ROOM, { from });
      const request = await stream.nextSent();
      expect([request.attribute('from'), request.attribute('to')]).toEqual([from, ROOM]);
      await stream.recvResult(request, form);
      await fields;
    }
    await archive.fields(ROOM, { from: 'a@bot.example' });
    await stream.expectNothingSent();
  });
});

describe('many messages', () => {
  it('as many as the limit are all of them', async () => {
    const { archive, played } = await client(conversation(3));
    const found = await played.serve(archive.catchUp({ since: timeOf(0), limit: 3 }));
    expect(found).toMatchObject({ delivered: 3, complete: true });
  });

  it('are asked for with a signal beyond a thousand, and without one up to that', async () => {
    const { archive, played } = await client(conversation(2));
    expect(await played.all(archive.query({ limit: 1_000 }))).toHaveLength(2);
    const { signal } = new AbortController();
    expect(await played.all(archive.query({ limit: 1_001 }, { signal }))).toHaveLength(2);
    expect(() => archive.query({ limit: 1_001 })).toThrow(expect.objectContaining({ option: 'limit' }));
  });
});

describe('a position in an archive', () => {
  const sid = (id: string, by: string): string => `<stanza-id xmlns='urn:xmpp:sid:0' by='${by}' id='${id}'/>`;

  it('goes on with what is said in a room', async () => {
    const { stream, xmpp, archive, played } = await client();
    xmpp.claim(ROOM, { kind: 'room' });
    await stream.idle();
    stream.skipSent();
    const ready = xmpp.plugin(StanzaIds).ready(ROOM);
    await stream.recvResult(
      await stream.nextSent(),
      "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:sid:0'/></query>",
    );
    await ready;
    const reached: string[] = [];
    await played.serve(archive.catchUp({ archive: ROOM, since: timeOf(0), reached: (id) => void reached.push(id) }));
    const says = (type: string, id: string): string =>
      `<message from='${ROOM}/witch' to='${OWN}' type='${type}'><body>b</body>${sid(id, ROOM)}</message>`;
    await stream.recv(says('groupchat', 'r1') + live('of another archive', sid('a1', ACCOUNT)));
    expect(reached).toEqual(['r1']);
  });

  it('goes on where who is told of it throws, which is reported', async () => {
    const { stream, archive, played } = await client(conversation(2));
    const reached = (): void => {
      throw new Error('no');
    };
    expect(await played.serve(archive.catchUp({ since: timeOf(0), reached }))).toMatchObject({ delivered: 2 });
    expect(stream.errors.splice(0).map(({ error }) => error.message)).toEqual(['no', 'no']);
  });

  it('is told of what was told out of the archive also in the next session, where nobody catches up', async () => {
    const { stream, archive, played, heard } = await client(conversation(1));
    await played.serve(archive.catchUp({ since: timeOf(0) }));
    await stream.recv(live('m0', sid('a0', ACCOUNT)));
    expect(heard).toEqual(['m0']);
    await stream.drop();
    await stream.connect();
    await stream.session;
    await stream.recv(live('m0', sid('a0', ACCOUNT)));
    expect(heard).toEqual(['m0', 'm0']);
  });
});
