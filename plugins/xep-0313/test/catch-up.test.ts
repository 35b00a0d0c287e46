import { ConfigError, type Message, PluginError } from '@sestina/core';
import { parseXml, useStreams } from '@sestina/testing';
import { MessageCarbons } from '@sestina/xep-0280';
import { afterEach, describe, expect, it } from 'vitest';
import { ArchiveCursorError, MessageArchive } from '../src/index.js';
import { ACCOUNT, conversation, type Kept, OWN, ROMEO, ROOM, start, timeOf } from './helpers.js';

const streams = useStreams(afterEach);

async function client(...args: Parameters<typeof start>) {
  const started = await start(...args);
  streams.keep(started.stream);
  const { xmpp } = started;
  const heard: string[] = [];
  const events: unknown[] = [];
  xmpp.onMessage(({ body, context }) => heard.push(`${context.source} ${body}`), {
    sources: ['stream', 'carbon', 'archive', 'history'],
  });
  xmpp.on('message', ({ body }) => events.push(body));
  return { ...started, heard, events };
}

const sid = (id: string, by = ACCOUNT): string => `<stanza-id xmlns='urn:xmpp:sid:0' by='${by}' id='${id}'/>`;
const live = (body: string, id?: string, from = ROMEO): string =>
  `<message from='${from}' to='${OWN}' type='chat' id='${body}'><body>${body}</body>${id ? sid(id) : ''}</message>`;
const archived = (count: number): string[] => Array.from({ length: count }, (_, index) => `archive m${index}`);

describe('catching up', () => {
  it('tells what was said since the last time, oldest first, and where to go on', async () => {
    const { archive, played, heard, events } = await client(conversation(120));
    const found = await played.serve(archive.catchUp({ after: 'a9' }));
    expect(heard).toEqual(archived(120).slice(10));
    expect(found).toEqual({ last: 'a119', delivered: 110, complete: true, restarted: false });
    expect(events).toEqual([]);
    const nothing = await played.serve(archive.catchUp({ after: 'a119' }));
    expect(nothing).toEqual({ last: 'a119', delivered: 0, complete: true, restarted: false });
  });

  it('says up to where nothing is missing: what was read, then what comes by itself', async () => {
    const { archive, played, stream } = await client(conversation(3));
    const reached: string[] = [];
    const note = (id: string): void => void reached.push(id);
    played.asking = () =>
      stream.recv(
        live('held', 'a3') +
          live('with the id of another archive').replace('</message>', `${sid('r1', ROOM)}</message>`),
      );
    await played.serve(archive.catchUp({ after: 'a0', reached: note }));
    expect(reached).toEqual(['a1', 'a2', 'a3']);
    await stream.recv(live('now', 'a4') + live('with the word of somebody else', undefined));
    expect(reached).toEqual(['a1', 'a2', 'a3', 'a4']);
    // Another time of it takes its place, and one that does not come to an end says no more than what was read.
    played.asking = async () => {};
    const stop = new AbortController();
    const again: string[] = [];
    const failing = archive.catchUp({
      after: 'a0',
      pageSize: 1,
      signal: stop.signal,
      reached: (id) => {
        again.push(id);
        stop.abort(new Error('enough'));
      },
    });
    await expect(played.serve(failing)).rejects.toThrow('enough');
    await stream.recv(live('later', 'a5'));
    expect([reached.at(-1), again]).toEqual(['a4', ['a1']]);
  });

  it('says nothing any more once the plugin is removed, and leaves nothing behind', async () => {
    const { archive, played, stream, xmpp } = await client(conversation(3));
    const reached: string[] = [];
    await played.serve(archive.catchUp({ after: 'a0', reached: (id) => void reached.push(id) }));
    xmpp.remove(MessageArchive);
    await stream.recv(live('now', 'a3'));
    await expect(archive.catchUp({ after: 'a0', reached: (id) => void reached.push(id) })).rejects.toThrow(PluginError);
    await stream.recv(live('later', 'a4'));
    expect(reached).toEqual(['a1', 'a2']);
  });

  it('says it of the next session only when it was caught up with in that one', async () => {
    const { archive, played, stream } = await client(conversation(3));
    const reached: string[] = [];
    await played.serve(archive.catchUp({ after: 'a0', reached: (id) => void reached.push(id) }));
    await stream.drop();
    await stream.connect();
    await stream.session;
    await stream.recv(live('now', 'a9'));
    expect(reached).toEqual(['a1', 'a2']);
  });

  it('says nothing of what comes while there is more to be read', async () => {
    const { archive, played, stream } = await client(conversation(30));
    const reached: string[] = [];
    await played.serve(archive.catchUp({ after: 'a0', limit: 2, reached: (id) => void reached.push(id) }));
    await stream.recv(live('now', 'a30'));
    expect(reached).toEqual(['a1', 'a2']);
  });

  it('begins at a time where nothing is known yet', async () => {
    const { archive, played } = await client(conversation(3));
    expect(await played.serve(archive.catchUp({ since: timeOf(0) }))).toMatchObject({ last: 'a2', delivered: 3 });
    expect(played.asked[0]?.form?.field('start')?.value).toBe('2020-01-01T00:00:00Z');
  });

  it('begins at a time where what was known is gone, and says so', async () => {
    const { archive, played, heard } = await client(conversation(3));
    const found = await played.serve(archive.catchUp({ after: 'gone', since: timeOf(0) }));
    expect([found, heard]).toEqual([{ last: 'a2', delivered: 3, complete: true, restarted: true }, archived(3)]);
    await expect(played.serve(archive.catchUp({ after: 'gone' }))).rejects.toBeInstanceOf(ArchiveCursorError);
  });

  it('stops at its limit, where there are more', async () => {
    const { archive, played, heard } = await client(conversation(30), { cap: 10 });
    const found = await played.serve(archive.catchUp({ after: 'a0', limit: 20 }));
    expect([found, heard.length]).toEqual([{ last: 'a20', delivered: 20, complete: false, restarted: false }, 20]);
    expect(await played.serve(archive.catchUp({ after: 'a20', limit: 20 }))).toMatchObject({
      complete: true,
      delivered: 9,
    });
  });

  it('need not hold back what comes meanwhile', async () => {
    const { archive, played } = await client(conversation(3));
    expect(await played.serve(archive.catchUp({ after: 'a0', hold: 0, limit: 1 }))).toMatchObject({ last: 'a1' });
    await expect(archive.catchUp({ after: 'a', hold: Number.POSITIVE_INFINITY })).rejects.toBeInstanceOf(ConfigError);
  });

  it.each([[{}], [{ after: 'a', limit: 0 }], [{ after: 'a', limit: Number.NaN }], [{ after: 'a', hold: -1 }]])(
    'is refused with %o',
    async (options) => {
      const { archive } = await client();
      await expect(archive.catchUp(options)).rejects.toBeInstanceOf(ConfigError);
    },
  );
});

describe('what is said meanwhile', () => {
  it('is told behind what was said before, once, and as what it is', async () => {
    const kept = [...conversation(3), { id: 'l1', message: parseKept(live('live 1')) }];
    const { stream, archive, played, heard, events } = await client(kept);
    const [, before] = [await stream.recv(live('early')), heard.splice(0)];
    expect(before).toEqual(['stream early']);
    const work = archive.catchUp({ after: 'a0' });
    await stream.idle();
    await stream.recv(live('live 1', 'l1') + live('live 2', 'l2'));
    expect(heard).toEqual([]);
    const found = await played.serve(work);
    expect(heard).toEqual(['archive m1', 'archive m2', 'stream live 1', 'stream live 2']);
    expect(events).toEqual(['early', 'live 1', 'live 2']);
    expect(found).toEqual({ last: 'l1', delivered: 2, complete: true, restarted: false });
    // Afterwards nothing is held.
    await stream.recv(live('late'));
    expect(heard.at(-1)).toBe('stream late');
  });

  it('is not told again where it was heard before catching up, or sent from here', async () => {
    const { stream, xmpp, archive, played, heard } = await client();
    await stream.recv(live('heard', 'a1'));
    const own = xmpp.sendMessage({ to: ROMEO, type: 'chat', body: 'mine', id: 'mine' });
    await own;
    const mine = (from: string): Kept => ({
      id: `own ${from}`,
      message: `<message xmlns='jabber:client' from='${from}' to='${ROMEO}' id='mine'><body>mine</body></message>`,
    });
    // Another device may have given the same id.
    played.kept = [{ id: 'a1', message: parseKept(live('heard')) }, mine(OWN), mine(`${ACCOUNT}/other`)];
    expect(await played.serve(archive.catchUp({ since: timeOf(0) }))).toMatchObject({
      delivered: 1,
      last: `own ${ACCOUNT}/other`,
    });
    expect(heard).toEqual(['stream heard', 'archive mine']);
  });

  it('is not told again where the archive was quicker', async () => {
    const { stream, archive, played, heard } = await client([{ id: 'a1', message: parseKept(live('quick')) }]);
    await played.serve(archive.catchUp({ since: timeOf(0) }));
    await stream.recv(live('quick', 'a1') + live('quick', 'a2'));
    expect(heard).toEqual(['archive quick', 'stream quick']);
  });

  it('on our other devices is held back as well, and told as a copy', async () => {
    const { stream, archive, played, heard } = await client(
      conversation(1),
      {},
      {},
      { plugins: [MessageArchive, [MessageCarbons, { auto: false }]] },
    );
    const work = archive.catchUp({ since: timeOf(0) });
    await stream.idle();
    const inner = live('copied', 'c1')
      .replace('<message ', `<message xmlns='jabber:client' `)
      .replace(OWN, `${ACCOUNT}/other`);
    await stream.recv(
      `<message from='${ACCOUNT}' to='${OWN}'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${inner}</forwarded></received></message>`,
    );
    expect(heard).toEqual([]);
    await played.serve(work);
    expect(heard).toEqual(['archive m0', 'carbon copied']);
  });

  it('goes on where it is none of that archive', async () => {
    const { stream, xmpp, archive, played, heard } = await client(conversation(1));
    xmpp.claim(ROOM, { kind: 'room' });
    const work = archive.catchUp({ since: timeOf(0) });
    await stream.idle();
    await stream.recv(live('in the room', undefined, `${ROOM}/witch`).replace(`type='chat'`, `type='groupchat'`));
    expect(heard).toEqual(['stream in the room']);
    await played.serve(work);
    heard.length = 0;
    played.kept = [];
    const room = archive.catchUp({ archive: ROOM, since: timeOf(0) });
    await stream.idle();
    await stream.recv(live('in the room', undefined, `${ROOM}/witch`).replace(`type='chat'`, `type='groupchat'`));
    await stream.recv(live('elsewhere'));
    expect(heard).toEqual(['stream elsewhere']);
    await played.serve(room);
    expect(heard).toEqual(['stream elsewhere', 'stream in the room']);
  });

  it('says when it was sent: when it came, not when it was told', async () => {
    const { stream, xmpp, archive, played } = await client(conversation(1));
    const times: unknown[] = [];
    xmpp.onMessage(({ context }) => times.push(context.sentAt));
    const work = archive.catchUp({ since: timeOf(0) });
    await stream.idle();
    const now = new Date(stream.clock.now());
    await stream.recv(live('live'));
    await stream.clock.advance(3_000);
    await played.serve(work);
    expect(times).toEqual([now]);
  });

  it('is not held for longer than it is to be', async () => {
    const { stream, archive, heard } = await client();
    const work = archive.catchUp({ since: timeOf(0), hold: 1_000, timeout: 5_000 }).catch((error: Error) => error.name);
    await stream.recv(live('one') + live('two'));
    expect(heard).toEqual([]);
    await stream.clock.advance(1_000);
    expect(heard).toEqual(['stream one', 'stream two']);
    await stream.recv(live('three'));
    expect(heard.at(-1)).toBe('stream three');
    await stream.clock.advance(5_000);
    expect(await work).toBe('TimeoutError');
  });

  it('is not held where it is too much; nothing of it is lost, and its order stays', async () => {
    const { stream, archive, played, heard } = await client(conversation(1));
    const work = archive.catchUp({ since: timeOf(0) });
    await stream.idle();
    const all = Array.from({ length: 1_200 }, (_, index) => `l${index}`);
    await stream.recv(all.map((body) => live(body)).join(''));
    await played.serve(work);
    expect(heard.filter((each) => each.startsWith('stream'))).toEqual(all.map((body) => `stream ${body}`));
    expect(heard.filter((each) => each.startsWith('archive'))).toEqual(['archive m0']);
  });

  it('is told where catching up fails, or is given up', async () => {
    const { stream, archive, heard } = await client();
    const stop = new AbortController();
    const work = archive.catchUp({ since: timeOf(0), signal: stop.signal }).catch((error: Error) => error.message);
    await stream.idle();
    await stream.recv(live('one'));
    stop.abort(new Error('enough'));
    expect(await work).toBe('enough');
    expect(heard).toEqual(['stream one']);
    expect(stream.errors).toEqual([]);
  });

  it('is told where the plugin is removed', async () => {
    const { stream, xmpp, archive, heard } = await client();
    const work = archive.catchUp({ since: timeOf(0) }).catch((error: unknown) => error);
    await stream.idle();
    await stream.recv(live('one'));
    xmpp.remove(MessageArchive);
    expect(await work).toBeInstanceOf(PluginError);
    await stream.recv(live('two'));
    expect(heard).toEqual(['stream one', 'stream two']);
  });

  it('passes what decrypts it once more, and nobody else', async () => {
    const { stream, xmpp, archive, played, heard } = await client(conversation(1));
    const seen: unknown[] = [];
    xmpp.messages.transform('in', async (message: Message) => {
      seen.push(message.body);
      return message;
    });
    const work = archive.catchUp({ since: timeOf(0) });
    await stream.idle();
    await stream.recv(live('live', 'l1'));
    await played.serve(work);
    expect(heard).toEqual(['archive m0', 'stream live']);
    expect(seen).toEqual(['live', 'm0', 'live']);
  });
});

/** A message as it is in an archive. */
function parseKept(text: string): string {
  return parseXml(text, 'jabber:client').toString();
}
