import { ConfigError } from '@sestina/core';
import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ArchivePageTooLargeError, NS_MAM } from '../src/index.js';
import { ACCOUNT, conversation, type Kept, OWN, ROMEO, ROOM, result, start } from './helpers.js';

const streams = useStreams(afterEach);

async function client(...args: Parameters<typeof start>) {
  const started = await start(...args);
  streams.keep(started.stream);
  const heard: unknown[] = [];
  const { xmpp } = started;
  xmpp.on('message', () => heard.push('event'));
  xmpp.onMessage(({ id }) => heard.push(id), { sources: ['stream', 'carbon', 'archive', 'history'] });
  return { ...started, heard };
}

const [GOOD, FORGED] = [conversation(1)[0], conversation(1, () => 'forged')[0]] as [Kept, Kept];
const fin = (id: string | undefined): string =>
  `<iq type='result' id='${id}'><fin xmlns='${NS_MAM}' complete='true'><set xmlns='http://jabber.org/protocol/rsm'><first>a0</first><last>a0</last></set></fin></iq>`;

/** A query of our own archive that is open, with what tells it. */
async function asking(...args: Parameters<typeof start>) {
  const started = await client(...args);
  const { stream, archive, played } = started;
  // What it can do is known by then.
  await played.serve(archive.features());
  const page = archive.page();
  await stream.idle();
  const request = stream.sent.at(-1);
  const queryId = request?.firstElement?.attribute('queryid') as string;
  return { ...started, page, id: request?.attribute('id'), queryId };
}

describe('a result counts', () => {
  it('from the archive that was asked, and is no message of its own', async () => {
    const { stream, xmpp, page, id, queryId, heard } = await asking();
    await stream.recv(result(queryId, GOOD) + fin(id));
    expect((await page).messages.map(({ message }) => message?.body)).toEqual(['m0']);
    expect([heard, xmpp.messages.dropped]).toEqual([[], 0]);
  });

  it('without a sender, as from our account', async () => {
    const { stream, page, id, queryId } = await asking();
    await stream.recv(result(queryId, GOOD).replace(`from='${ACCOUNT}'`, '') + fin(id));
    expect((await page).messages).toHaveLength(1);
  });

  it.each([
    ['of a contact that knows our query', ROMEO],
    ['of our own other device', `${ACCOUNT}/balcony`],
    ['of our own address', OWN],
    ['of our server', 'capulet.example'],
    ['of another archive', ROOM],
  ])('not %s (CVE-2019-16237)', async (_who, from) => {
    const { stream, xmpp, page, id, queryId, heard } = await asking();
    await stream.recv(result(queryId, FORGED, from) + result(queryId, GOOD) + fin(id));
    expect((await page).messages.map(({ message }) => message?.body)).toEqual(['m0']);
    expect([heard, xmpp.messages.dropped]).toEqual([[], 1]);
  });

  it.each([
    ['with the word of another query', 'other'],
    ['without a word', undefined],
  ])('not %s', async (_what, queryId) => {
    const { stream, xmpp, page, id, heard } = await asking();
    await stream.recv(result(queryId, FORGED) + fin(id));
    expect((await page).messages).toEqual([]);
    expect([heard, xmpp.messages.dropped]).toEqual([[], 1]);
  });

  it('not unasked, and not behind the end: it is no plain message either', async () => {
    const { stream, xmpp, page, id, queryId, heard } = await asking();
    await stream.recv(fin(id) + result(queryId, FORGED));
    expect((await page).messages).toEqual([]);
    const withBody = result('zz', FORGED).replace('<result', '<body>b</body><result');
    await stream.recv(withBody);
    expect([heard, xmpp.messages.dropped, stream.errors]).toEqual([[], 1, []]);
  });

  it('not after the program gave up', async () => {
    const { stream, archive, heard } = await client();
    const stop = new AbortController();
    const page = archive.page({ archive: ROOM }, { signal: stop.signal }).catch((error: Error) => error.message);
    await stream.idle();
    const queryId = stream.sent.at(-1)?.firstElement?.attribute('queryid');
    stop.abort(new Error('enough'));
    expect(await page).toBe('enough');
    await stream.recv(result(queryId, GOOD, ROOM));
    expect([heard, stream.errors]).toEqual([[], []]);
  });
});

const message = (from: string, to: string, more = '', type = 'chat'): string =>
  `<message xmlns='jabber:client' ${from && `from='${from}'`} ${to && `to='${to}'`} type='${type}'><body>b</body>${more}</message>`;
const realJid = `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' jid='crone1@shakespeare.example/x'/></x>`;

describe('the message in a result', () => {
  it.each([
    ['between others', message(ROMEO, 'tybalt@capulet.example')],
    ['from somebody who is no address', message('@@', OWN)],
    ['to somebody who is no address', message(OWN, '@@')],
    ['that wraps one again', message(ROMEO, OWN, `<result xmlns='${NS_MAM}'/>`)],
    ['in the namespace of forwards', message(ROMEO, OWN).replace(` xmlns='jabber:client'`, '')],
    ['of which there are two', message(ROMEO, OWN) + message(ROMEO, OWN)],
    ['that is a presence', `<presence xmlns='jabber:client' from='${ROMEO}'/>`],
  ])('of our archive is none where it is one %s', async (_what, inside) => {
    const { archive, played } = await client([{ id: 'a0', message: inside }]);
    expect(await played.all(archive.query())).toMatchObject([{ id: 'a0', message: undefined }]);
  });

  it('of a room is by an occupant of that room, whose address the room may say', async () => {
    const kept: Kept[] = [
      { id: 'r0', message: message(`${ROOM}/witch`, '', realJid, 'groupchat') },
      { id: 'r1', message: message('other@chat.example/witch', '', realJid, 'groupchat') },
      { id: 'r2', message: message(ROMEO, ROOM) },
    ];
    const { archive, played } = await client(kept);
    const [first, ...others] = await played.all(archive.query({ archive: ROOM }));
    const { kind, peer, author, by } = first?.message?.context ?? {};
    expect([kind, peer?.full, author?.jid.full, author?.realJid?.full, by?.full]).toEqual([
      'room',
      ROOM,
      `${ROOM}/witch`,
      'crone1@shakespeare.example/x',
      ROOM,
    ]);
    expect(others.map(({ message: said }) => said)).toEqual([undefined, undefined]);
  });

  it('of our archive has no real address of an occupant: its sender could write anything', async () => {
    const kept: Kept[] = [
      { id: 'a0', message: message(`${ROOM}/witch`, OWN, realJid) },
      { id: 'a1', message: message(OWN, `${ROOM}/witch`, `<x xmlns='http://jabber.org/protocol/muc#user'/>`) },
    ];
    const { archive, played } = await client(kept);
    const found = await played.all(archive.query());
    expect(
      found.map(({ message: said }) => [said?.context.kind, said?.context.peer.full, said?.context.author.realJid]),
    ).toEqual([
      ['private', `${ROOM}/witch`, undefined],
      ['private', `${ROOM}/witch`, undefined],
    ]);
  });
});

describe('large pages', () => {
  it('of a thousand messages, and of two megabytes, are taken in', async () => {
    const { archive, played } = await client(
      conversation(1_000, (index) => `${index} `.padEnd(2_000, 'x')),
      { cap: 1_000 },
    );
    const page = await played.serve(archive.page({ pageSize: 1_000 }));
    expect([page.messages.length, page.complete]).toEqual([1_000, true]);
  });

  it('beyond what was asked for, or may be, are refused with the option that says so', async () => {
    const many = await client([], {
      answer: (query, request) =>
        Array.from({ length: 6 }, (_, index) => result(query.queryId, { id: `r${index}` })).join('') +
        fin(request.attribute('id')),
    });
    const refused = many.played.serve(many.archive.page({ pageSize: 5 }));
    await expect(refused).rejects.toBeInstanceOf(ArchivePageTooLargeError);
    await expect(refused).rejects.toMatchObject({ code: 'ERR_ARCHIVE_PAGE', option: 'pageSize' });
    const { archive, played } = await client(
      conversation(50, () => 'x'.repeat(1_000)),
      {},
      { maxPageBytes: 10_000 },
    );
    await expect(played.serve(archive.page())).rejects.toMatchObject({ option: 'maxPageBytes' });
    await expect(played.serve(archive.page({ pageSize: 5 }))).resolves.toMatchObject({ complete: false });
  });

  it('take a message that is larger than others may be, and say which option it is where it is too large', async () => {
    const limits = { maxStanzaBytes: 10_000, maxAnswerBytes: 50_000 };
    const one = (bytes: number): Kept => conversation(1, () => 'x'.repeat(bytes))[0] as Kept;
    const taken = await asking([], {}, {}, { options: { limits } });
    await taken.stream.recv(result(taken.queryId, one(30_000)) + fin(taken.id));
    expect((await taken.page).messages).toHaveLength(1);
    const { stream, page, queryId } = await asking([], {}, {}, { options: { limits } });
    const failed = page.catch((error: unknown) => error);
    await stream.recv(result(queryId, one(60_000)));
    await stream.idle();
    expect(await failed).toMatchObject({ code: 'ERR_ARCHIVE_PAGE', option: 'limits.maxAnswerBytes' });
  });
});

describe('a component', () => {
  it('asks archives of others from an address of its own, and has none itself', async () => {
    const { stream, archive } = await client([], {}, {}, { kind: 'component', jid: 'bot.example' });
    expect(() => archive.query()).toThrow(ConfigError);
    const page = archive.page({ archive: ROOM }, { from: 'me@bot.example/x' });
    await stream.idle();
    const request = stream.sent.at(-1);
    const queryId = request?.firstElement?.attribute('queryid');
    const kept = { id: 'r0', message: message(`${ROOM}/witch`, '', '', 'groupchat') };
    const own = `to='me@bot.example/x'`;
    await stream.recv(result(queryId, kept, ROOM).replace(`to='${OWN}'`, own));
    await stream.recv(fin(request?.attribute('id')).replace('<iq ', `<iq from='${ROOM}' ${own} `));
    expect((await page).messages.map(({ message: said }) => said?.context.kind)).toEqual(['room']);
  });
});
