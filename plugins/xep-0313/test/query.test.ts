import { ConfigError, PluginError, StanzaError, TimeoutError } from '@sestina/core';
import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ArchiveCursorError,
  type ArchivedMessage,
  ArchiveFeatureError,
  ArchiveForbiddenError,
  ArchiveStuckError,
  MessageArchive,
  NS_MAM,
} from '../src/index.js';
import { ACCOUNT, conversation, OWN, ROOM, result, start, timeOf } from './helpers.js';

const streams = useStreams(afterEach);

async function client(...args: Parameters<typeof start>) {
  const started = await start(...args);
  streams.keep(started.stream);
  return started;
}

const bodies = (found: readonly ArchivedMessage[]): unknown[] => found.map(({ message }) => message?.body);
const KEPT = conversation(120);
const BODIES = KEPT.map((_, index) => `m${index}`);

describe('reading an archive', () => {
  it('gives all of it, oldest first, page by page', async () => {
    const { archive, played } = await client(KEPT);
    const found = await played.all(archive.query());
    expect(bodies(found)).toEqual(BODIES);
    expect(played.asked.map(({ resultSet: set }) => [set?.max, set?.after])).toEqual([
      [50, undefined],
      [50, 'a49'],
      [50, 'a99'],
    ]);
    expect(played.asked.map(({ form }) => form)).toEqual([undefined, undefined, undefined]);
    // What the archive can do is asked once.
    expect(played.requests).toEqual(['info', 'query', 'query', 'query']);
  });

  it('backwards gives the newest first', async () => {
    const { archive, played } = await client(KEPT, { cap: 30 });
    const found = await played.all(archive.query({ direction: 'backward', pageSize: 40 }));
    expect(bodies(found)).toEqual([...BODIES].reverse());
    expect(played.asked.map(({ resultSet: set }) => [set?.max, set?.before])).toEqual([
      [40, ''],
      [40, 'a90'],
      [40, 'a60'],
      [40, 'a30'],
    ]);
  });

  it('asks for no more once the loop is left', async () => {
    const { archive, played } = await client(KEPT);
    const work = (async () => {
      for await (const { id } of archive.query()) if (id === 'a9') return id;
      return undefined;
    })();
    expect(await played.serve(work)).toBe('a9');
    expect(played.asked).toHaveLength(1);
  });

  it('says of each message when it was sent, by whom and to whom, and tells nobody', async () => {
    const { archive, played, xmpp } = await client(conversation(2));
    const heard: unknown[] = [];
    xmpp.on('message', () => heard.push('event'));
    xmpp.onMessage(() => heard.push('message'), { sources: ['stream', 'carbon', 'archive', 'history'] });
    const [theirs, ours] = await played.all(archive.query());
    expect([theirs?.id, theirs?.archive.full, theirs?.sentAt]).toEqual(['a0', ACCOUNT, timeOf(0)]);
    expect(theirs?.message?.context).toMatchObject({ source: 'archive', way: 'in', history: true, sentAt: timeOf(0) });
    expect(ours?.message?.context).toMatchObject({ source: 'archive', way: 'out', kind: 'chat', class: 'content' });
    for (const { message } of [theirs, ours] as ArchivedMessage[]) {
      const { peer, by } = message?.context ?? {};
      expect([peer?.full, by?.full]).toEqual(['romeo@montague.example', ACCOUNT]);
    }
    expect(heard).toEqual([]);
  });

  it('hands each one to those who listen to archives, where that is asked for', async () => {
    const { stream, archive, played, xmpp } = await client(KEPT);
    const heard: unknown[] = [];
    xmpp.on('message', () => heard.push('event'));
    xmpp.onMessage(({ body, context }) => heard.push([body, context.way, context.by?.full]), { sources: ['archive'] });
    xmpp.messages.transform('in', async (message) => {
      if (message.body === 'm2') throw new Error('no key');
      return message;
    });
    const found = await played.all(archive.query({ deliver: true, limit: 5 }));
    expect(heard).toEqual([
      ['m0', 'in', ACCOUNT],
      ['m1', 'out', ACCOUNT],
      ['m3', 'out', ACCOUNT],
      ['m4', 'in', ACCOUNT],
    ]);
    expect(bodies(found)).toEqual(['m0', 'm1', undefined, 'm3', 'm4']);
    expect(stream.errors.map(({ error }) => error.message)).toEqual(['no key']);
  });

  it('steps over what was taken out of the archive', async () => {
    const gone = conversation(3).map((kept, index) => (index === 1 ? { ...kept, message: '' } : kept));
    const { archive, played } = await client(gone, { cap: 1 });
    const found = await played.all(archive.query());
    expect([bodies(found), found[1]?.id, found[1]?.sentAt]).toEqual([['m0', undefined, 'm2'], 'a1', timeOf(1)]);
  });

  it('gives errors too: what became of something that was sent', async () => {
    const failed = `<message xmlns='jabber:client' from='romeo@montague.example' to='${OWN}' type='error' id='i1'><error type='cancel'/></message>`;
    const { archive, played } = await client([{ id: 'a1', message: failed }]);
    const [found] = await played.all(archive.query({ deliver: true }));
    expect([found?.message?.type, found?.message?.context.source, found?.sentAt]).toEqual([
      'error',
      'archive',
      undefined,
    ]);
  });

  it('one page at a time says what it is', async () => {
    const { archive, played } = await client(KEPT, {
      answer: (query, request) =>
        query.resultSet?.after === 'x'
          ? `<iq type='result' id='${request.attribute('id')}'><fin xmlns='${NS_MAM}' stable='false'><set xmlns='http://jabber.org/protocol/rsm'><count>7</count></set></fin></iq>`
          : undefined,
    });
    const page = await played.serve(archive.page({ direction: 'backward', pageSize: 2 }));
    expect(page).toMatchObject({ first: 'a118', last: 'a119', complete: false, stable: true, count: 120 });
    expect(bodies(page.messages)).toEqual(['m118', 'm119']);
    const unstable = await played.serve(archive.page({ afterId: 'x' }));
    expect(unstable).toEqual({
      messages: [],
      first: undefined,
      last: undefined,
      complete: false,
      stable: false,
      count: 7,
    });
  });
});

describe('filters', () => {
  it('are the form of the query (examples 6 to 8)', async () => {
    const { archive, played } = await client();
    const filter = { with: 'romeo@montague.example', start: timeOf(0), end: timeOf(1), fields: { '{urn:x}y': 'z' } };
    await played.all(archive.query(filter));
    const form = played.asked[0]?.form;
    expect(form?.formType).toBe(NS_MAM);
    expect([...(form?.fields ?? [])].slice(1).map((field) => [field.var, field.value])).toEqual([
      ['with', 'romeo@montague.example'],
      ['start', '2020-01-01T00:00:00Z'],
      ['end', '2020-01-01T00:00:01Z'],
      ['{urn:x}y', 'z'],
    ]);
  });

  it('by id begin there; the id at the other end needs an archive that can do it', async () => {
    const plain = await client(KEPT);
    expect(await plain.played.all(plain.archive.query({ afterId: 'a117' }))).toHaveLength(2);
    expect(bodies(await plain.played.all(plain.archive.query({ beforeId: 'a2', direction: 'backward' })))).toEqual([
      'm1',
      'm0',
    ]);
    for (const filter of [{ beforeId: 'a2' }, { afterId: 'a2', direction: 'backward' }, { ids: ['a1'] }] as const) {
      const refused = plain.played.all(plain.archive.query(filter));
      await expect(refused).rejects.toMatchObject({ code: 'ERR_ARCHIVE_FEATURE', feature: 'urn:xmpp:mam:2#extended' });
      await expect(refused).rejects.toBeInstanceOf(ArchiveFeatureError);
    }
    const { archive, played } = await client(KEPT, { features: ['#extended'] });
    await played.all(archive.query({ afterId: 'a1', beforeId: 'a5', limit: 3 }));
    await played.all(archive.query({ afterId: 'a1', beforeId: 'a5', limit: 3, direction: 'backward' }));
    expect(
      played.asked.map(({ resultSet: set, form }) => [
        set?.after,
        set?.before,
        form?.field('before-id')?.value,
        form?.field('after-id')?.value,
      ]),
    ).toEqual([
      ['a1', undefined, 'a5', undefined],
      [undefined, 'a5', undefined, 'a1'],
    ]);
  });

  it('by ids give those messages', async () => {
    const { archive, played } = await client(KEPT, { features: ['#extended'] });
    expect(bodies(await played.serve(archive.get(['a3', 'a7'])))).toEqual(['m3', 'm7']);
    expect(played.asked[0]?.resultSet?.max).toBe(2);
  });

  it('say whether messages of rooms are wanted, where the archive can tell, and only there', async () => {
    const { archive, played } = await client([], { features: ['#groupchat-field'] });
    await played.all(archive.query());
    await played.all(archive.query({ groupchat: true }));
    await played.all(archive.query({ archive: ROOM }));
    expect(played.asked.map(({ form }) => form?.field('include-groupchat')?.value)).toEqual([
      'false',
      'true',
      undefined,
    ]);
  });

  it('by words need a field for them', async () => {
    const without = await client();
    await expect(without.played.all(without.archive.query({ text: 'night' }))).rejects.toBeInstanceOf(
      ArchiveFeatureError,
    );
    const { archive, played } = await client([], { fields: ['{urn:xmpp:fulltext:0}fulltext'] });
    await played.all(archive.query({ text: 'night' }));
    expect(played.asked[0]?.form?.field('{urn:xmpp:fulltext:0}fulltext')?.value).toBe('night');
  });

  it.each([
    ['a word that is none', { wiht: 'a@b.c' }],
    ['no date', { start: new Date(Number.NaN) }],
    ['a page of nothing', { pageSize: 0 }],
    ['a page of NaN', { pageSize: Number.NaN }],
    ['a page of half a message', { pageSize: 1.5 }],
    ['a page of less than nothing', { pageSize: -1 }],
    ['no ids', { ids: [] }],
    ['ids between ids', { ids: ['a'], afterId: 'b' }],
    ['a direction that is none', { direction: 'up' }],
    ['very many without a signal', { limit: 1_001 }],
    ['a negative limit', { limit: -1 }],
  ])('with %s are refused', async (_what, filter) => {
    const { archive, played } = await client();
    const work = (async () => played.all(archive.query(filter as object)))();
    await expect(work).rejects.toBeInstanceOf(ConfigError);
    expect(played.asked).toEqual([]);
  });
});

describe('what archives say of themselves', () => {
  it('is asked for: their ends, their fields, what they can do', async () => {
    const { archive, played } = await client(KEPT, {
      features: ['#extended', '#groupchat-field'],
      fields: ['withtext'],
    });
    expect(await played.serve(archive.metadata())).toEqual({
      start: { id: 'a0', sentAt: timeOf(0) },
      end: { id: 'a119', sentAt: timeOf(119) },
    });
    expect((await played.serve(archive.fields())).field('withtext')).toBeDefined();
    expect(await played.serve(archive.features())).toEqual({ extended: true, groupchat: true, fullText: true });
    expect(played.requests).toEqual(['info', 'metadata', 'query']);
    played.kept = [];
    expect(await played.serve(archive.metadata())).toBeUndefined();
  });

  it('is found out of their first and last message where they do not', async () => {
    const { archive, played } = await client(KEPT);
    expect(await played.serve(archive.metadata())).toEqual({
      start: { id: 'a0', sentAt: timeOf(0) },
      end: { id: 'a119', sentAt: timeOf(119) },
    });
    played.kept = [];
    expect(await played.serve(archive.metadata())).toBeUndefined();
  });
});

describe('what can go wrong', () => {
  it('is a place that is gone', async () => {
    const { archive, played } = await client(KEPT, { features: ['#extended'] });
    const gone = played.all(archive.query({ afterId: 'gone' }));
    await expect(gone).rejects.toBeInstanceOf(ArchiveCursorError);
    await expect(gone).rejects.toMatchObject({ uid: 'gone', code: 'ERR_ARCHIVE_CURSOR' });
    await expect(played.serve(archive.page({ beforeId: 'gone', direction: 'backward' }))).rejects.toMatchObject({
      uid: 'gone',
    });
  });

  it('is an archive that is not there, or not for us', async () => {
    const { stream, archive, played } = await client();
    const error = async (condition: 'forbidden' | 'item-not-found' | 'not-allowed'): Promise<unknown> => {
      const work = archive.page({ archive: ROOM }).catch((reason: unknown) => reason);
      await stream.idle();
      await stream.recvError(stream.sent.at(-1) as never, condition);
      return work;
    };
    expect(await error('item-not-found')).toBeInstanceOf(StanzaError);
    expect(await error('forbidden')).toBeInstanceOf(ArchiveForbiddenError);
    expect(await error('not-allowed')).toMatchObject({ archive: ROOM, code: 'ERR_ARCHIVE_FORBIDDEN' });
    expect(played.asked).toEqual([]);
  });

  it('is an archive that gives the same page for ever', async () => {
    const { archive, played } = await client([], {
      answer: (query, request) =>
        result(query.queryId, { id: 'same' }) +
        `<iq type='result' id='${request.attribute('id')}'><fin xmlns='${NS_MAM}'><set xmlns='http://jabber.org/protocol/rsm'><first>same</first><last>same</last></set></fin></iq>`,
    });
    const stuck = played.all(archive.query());
    await expect(stuck).rejects.toBeInstanceOf(ArchiveStuckError);
    await expect(stuck).rejects.toMatchObject({ reason: 'repeated' });
    expect(played.asked.length).toBeLessThan(4);
  });

  it('is an archive that never ends a page: the time runs from the last result', async () => {
    const { stream, archive } = await client();
    const late = archive.page({ archive: ROOM }, { timeout: 1_000 }).catch((error: unknown) => error);
    await stream.idle();
    const queryId = stream.sent.at(-1)?.firstElement?.attribute('queryid');
    for (let index = 0; index < 5; index++) {
      await stream.clock.advance(900);
      await stream.recv(result(queryId, { id: `r${index}` }, ROOM));
    }
    await stream.clock.advance(1_001);
    expect(await late).toBeInstanceOf(TimeoutError);
  });

  it('is a program that gives up, in the second page', async () => {
    const { stream, archive, played, xmpp } = await client(KEPT);
    const stop = new AbortController();
    const work = (async () => {
      let count = 0;
      for await (const _ of archive.query({}, { signal: stop.signal }))
        if (++count === 50) stop.abort(new Error('enough'));
    })();
    await expect(played.serve(work)).rejects.toThrow('enough');
    expect([played.asked.length, xmpp.pendingRequests]).toEqual([1, 0]);
    expect(stream.errors).toEqual([]);
  });

  it('is a plugin that is removed', async () => {
    const { stream, archive, xmpp } = await client();
    const { handlers } = xmpp;
    const waiting = archive.page({ archive: ROOM }).catch((error: unknown) => error);
    await stream.idle();
    xmpp.remove(MessageArchive);
    expect(await waiting).toBeInstanceOf(PluginError);
    await expect(archive.page({ archive: ROOM })).rejects.toBeInstanceOf(PluginError);
    expect(xmpp.handlers).toEqual(handlers);
  });

  it('is a bound that is none', async () => {
    const { xmpp } = await client();
    xmpp.remove(MessageArchive);
    for (const maxPageBytes of [0, Number.NaN])
      expect(() => xmpp.use(MessageArchive, { maxPageBytes })).toThrow(ConfigError);
    xmpp.use(MessageArchive, { maxPageBytes: 1 });
  });
});

describe('many at once', () => {
  it('are two at most, and one of each archive', async () => {
    const { stream, archive } = await client();
    const rooms = [ROOM, ROOM, 'heath@chat.example', 'castle@chat.example'];
    const found = rooms.map((room) => archive.page({ archive: room }).then(({ complete }) => complete));
    const queries = () => stream.sent.filter((iq) => iq.firstElement?.namespace === NS_MAM);
    for (let answered = 0; answered < 4; answered++) {
      await stream.idle();
      const open = queries().slice(answered);
      expect(open.length).toBeLessThanOrEqual(2);
      expect(new Set(open.map((iq) => iq.attribute('to'))).size).toBe(open.length);
      await stream.recvResult(open[0] as never, `<fin xmlns='${NS_MAM}' complete='true'/>`);
    }
    expect(await Promise.all(found)).toEqual([true, true, true, true]);
  });
});
