import { ConfigError, StanzaError, type StanzaErrorCondition } from '@sestina/core';
import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ArchiveCursorError, ArchiveForbiddenError, type MessageArchive, NS_MAM } from '../src/index.js';
import { conversation, OWN, ROMEO, ROOM, result, start, timeOf } from './helpers.js';

const streams = useStreams(afterEach);

async function client(...args: Parameters<typeof start>) {
  const started = await start(...args);
  streams.keep(started.stream);
  return started;
}

/** What becomes of work whose every request is refused. */
async function refused(work: (archive: MessageArchive) => Promise<unknown>, condition: StanzaErrorCondition) {
  const { stream, archive } = await client();
  const outcome = work(archive).catch((error: unknown) => error);
  await stream.idle();
  const request = stream.sent.at(-1);
  if (request) await stream.recvError(request, condition);
  return outcome;
}

describe('an archive that is not for us', () => {
  it.each(['forbidden', 'not-allowed', 'not-authorized', 'registration-required', 'subscription-required'] as const)(
    'says %s',
    async (condition) => {
      const error = await refused((archive) => archive.page({ archive: ROOM }), condition);
      expect(error).toBeInstanceOf(ArchiveForbiddenError);
      expect(error).toMatchObject({ archive: ROOM, cause: { condition } });
    },
  );

  it.each<[string, (archive: MessageArchive) => Promise<unknown>]>([
    ['fields', (archive) => archive.fields(ROOM)],
    ['a page', (archive) => archive.page({ archive: ROOM })],
  ])('is not for us whatever is asked for: %s', async (_what, work) => {
    expect(await refused(work, 'forbidden')).toBeInstanceOf(ArchiveForbiddenError);
    const missing = await refused(work, 'item-not-found');
    expect(missing).toBeInstanceOf(StanzaError);
    expect(missing).not.toBeInstanceOf(ArchiveCursorError);
  });

  it('is not for us where it is asked for its ends', async () => {
    const { stream, archive } = await client();
    await stream.idle();
    stream.skipSent();
    const metadata = archive.metadata(ROOM).catch((error: unknown) => error);
    await stream.recvResult(
      await stream.nextSent(),
      `<query xmlns='http://jabber.org/protocol/disco#info'><feature var='${NS_MAM}#extended'/></query>`,
    );
    await stream.recvError(
      await stream.expectSent(`<iq type='get' id='*' to='${ROOM}'><metadata xmlns='${NS_MAM}'/></iq>`),
      'forbidden',
    );
    expect(await metadata).toMatchObject({ code: 'ERR_ARCHIVE_FORBIDDEN', archive: ROOM });
  });
});

describe('a place that is gone', () => {
  it('is the one at the other end, too, or a message that was asked for', async () => {
    const answer = (_query: unknown, request: { attribute(name: string): string | undefined }): string =>
      `<iq type='error' id='${request.attribute('id')}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;
    const { archive, played } = await client([], { features: ['#extended'], answer });
    const cases = [
      [() => played.serve(archive.page({ beforeId: 'b' })), 'b'],
      [() => played.serve(archive.page({ afterId: 'a', direction: 'backward' })), 'a'],
      [() => played.serve(archive.page({ afterId: 'a', beforeId: 'b' })), 'a'],
      [() => played.serve(archive.get(['i', 'j'])), 'i'],
    ] as const;
    for (const [work, uid] of cases) {
      await expect(work()).rejects.toMatchObject({
        code: 'ERR_ARCHIVE_CURSOR',
        uid,
        cause: { condition: 'item-not-found' },
      });
    }
    // Where no place was named, none is gone.
    await expect(played.serve(archive.page())).rejects.toMatchObject({ code: 'ERR_STANZA' });
  });
});

describe('an archive that cannot do something', () => {
  it.each([
    [{ beforeId: 'a' }, 'beforeId', `${NS_MAM}#extended`],
    [{ afterId: 'a', direction: 'backward' }, 'afterId', `${NS_MAM}#extended`],
    [{ ids: ['a'] }, 'ids', `${NS_MAM}#extended`],
    [{ flip: true }, 'flip', `${NS_MAM}#extended`],
    [{ text: 'night' }, 'text', 'field for words'],
  ] as const)('says what: %o', async (filter, option, feature) => {
    const { archive, played } = await client();
    const work = played.serve(archive.page({ archive: ROOM, ...filter }));
    await expect(work).rejects.toMatchObject({ code: 'ERR_ARCHIVE_FEATURE', archive: ROOM, option, feature });
  });

  it('says that it can nothing more than all of them', async () => {
    const { archive, played } = await client();
    expect(await played.serve(archive.features())).toEqual({ extended: false, groupchat: false, fullText: false });
  });

  it('finds words with the field that it has, the standard one first', async () => {
    const standard = '{urn:xmpp:fulltext:0}fulltext';
    for (const [fields, name] of [
      [['withtext'], 'withtext'],
      [['withtext', standard], standard],
    ] as const) {
      const { archive, played } = await client([], { fields });
      await played.all(archive.query({ text: 'night' }));
      expect([...(played.asked[0]?.form?.fields ?? [])].slice(1).map((field) => field.var)).toEqual([name]);
    }
  });
});

describe('what cannot be meant names its option', () => {
  it.each([
    [{ wiht: 'a@b.c' }, 'wiht'],
    [{ flip: true }, 'flip'],
    [{ start: new Date(Number.NaN) }, 'start'],
    [{ end: new Date(Number.NaN) }, 'end'],
    [{ pageSize: 0 }, 'pageSize'],
    [{ direction: 'up' }, 'direction'],
    [{ ids: [] }, 'ids'],
    [{ ids: ['a'], afterId: 'b' }, 'ids'],
    [{ ids: ['a'], beforeId: 'b' }, 'ids'],
  ])('in a query: %o', async (filter, option) => {
    const { archive } = await client();
    expect(() => archive.query(filter as object)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', option }));
  });

  it.each([
    [{ limit: 1 }, 'limit'],
    [{ deliver: true }, 'deliver'],
  ])('of a page: %o', async (filter, option) => {
    const { archive } = await client();
    await expect(archive.page(filter as object)).rejects.toMatchObject({ option });
  });

  it.each([
    [{}, 'after'],
    [{ after: 'a', limit: 0 }, 'limit'],
    [{ after: 'a', hold: -1 }, 'hold'],
    [{ after: 'a', hold: Number.POSITIVE_INFINITY }, 'hold'],
  ])('of catching up: %o', async (options, option) => {
    const { archive } = await client();
    await expect(archive.catchUp(options)).rejects.toMatchObject({ option });
  });

  it('where no ids are asked for, or a component names no archive', async () => {
    const { archive } = await client();
    await expect(archive.get([])).rejects.toMatchObject({ option: 'ids' });
    const component = await client([], {}, {}, { kind: 'component', jid: 'bot.example' });
    await expect(component.archive.metadata()).rejects.toMatchObject({ option: 'archive' });
    await expect(client([], {}, { maxPageBytes: '5' as never })).rejects.toBeInstanceOf(ConfigError);
  });
});

describe('messages of rooms', () => {
  it('are among those that are asked for by id, and among the ends of an archive', async () => {
    const { archive, played } = await client(conversation(2), { features: ['#extended', '#groupchat-field'] });
    await played.serve(archive.get(['a0']));
    const plain = await client(conversation(2), { features: ['#groupchat-field'] });
    await plain.played.serve(plain.archive.metadata());
    const told = [...played.asked, ...plain.played.asked].map(({ form, resultSet }) => [
      form?.field('include-groupchat')?.value,
      resultSet?.max,
    ]);
    expect(told).toEqual([
      ['true', 1],
      ['true', 1],
      ['true', 1],
    ]);
  });
});

describe('what an archive gives', () => {
  const said = (attributes: string, inside = ''): string =>
    `<message xmlns='jabber:client' ${attributes}><body>b</body>${inside}</message>`;

  it('without saying what it calls it is stepped over', async () => {
    const { stream, archive, played } = await client();
    await played.serve(archive.features());
    const page = archive.page();
    const request = await stream.nextSent();
    await stream.idle();
    const asked = stream.sent.at(-1) ?? request;
    const queryId = asked.firstElement?.attribute('queryid');
    const [kept] = conversation(1);
    if (!kept) throw new Error('there is one');
    const nameless = result(queryId, kept).replace(` id='a0'>`, '>');
    await stream.recv(nameless + result(queryId, kept));
    await stream.recvResult(asked, `<fin xmlns='${NS_MAM}' complete='perhaps' stable='perhaps'/>`);
    const found = await page;
    expect(found.messages.map(({ id }) => id)).toEqual(['a0']);
    // Nor does a word that nobody can read say anything.
    expect([found.complete, found.stable]).toEqual([false, true]);
  });

  it('of our own without a sender was sent by us; of a room it is nobody’s', async () => {
    const kept = [{ id: 'a0', message: said(`to='${ROMEO}' type='chat'`) }];
    const { archive, played } = await client(kept);
    const [ours] = await played.all(archive.query());
    expect([ours?.message?.context.way, ours?.message?.context.peer.full]).toEqual(['out', 'romeo@montague.example']);
    const [theirs] = await played.all(archive.query({ archive: ROOM }));
    expect(theirs?.message).toBeUndefined();
  });

  it('of a room has a real address only where that can be read', async () => {
    const x = `<x xmlns='http://jabber.org/protocol/muc#user'><item jid='@@'/></x>`;
    const kept = [{ id: 'r0', message: said(`from='${ROOM}/witch' type='groupchat'`, x) }];
    const { archive, played } = await client(kept);
    const [found] = await played.all(archive.query({ archive: ROOM }));
    expect(found?.message?.context.author).not.toHaveProperty('realJid');
  });

  it('is private in a room only with an occupant', async () => {
    const x = `<x xmlns='http://jabber.org/protocol/muc#user'/>`;
    const kept = [{ id: 'a0', message: said(`from='${ROOM}' to='${OWN}' type='chat'`, x) }];
    const { archive, played } = await client(kept);
    const [found] = await played.all(archive.query());
    expect([found?.message?.context.way, found?.message?.context.kind]).not.toContain('private');
  });

  it('at its ends may have no time', async () => {
    const { stream, archive } = await client();
    const metadata = archive.metadata();
    await stream.recvResult(
      await stream.nextSent(),
      `<query xmlns='http://jabber.org/protocol/disco#info'><feature var='${NS_MAM}#extended'/></query>`,
    );
    await stream.recvResult(
      await stream.nextSent(),
      `<metadata xmlns='${NS_MAM}'><start id='a' timestamp='long ago'/><end id='b' timestamp='${timeOf(1).toISOString()}'/></metadata>`,
    );
    expect(await metadata).toEqual({ start: { id: 'a', sentAt: undefined }, end: { id: 'b', sentAt: timeOf(1) } });
  });
});
