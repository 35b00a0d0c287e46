import { attr, element, JidError, parseDocument } from '@sestina/core';
import { FileMetadata } from '@sestina/xep-0446';
import { describe, expect, it } from 'vitest';
import { FileShare, FileSources, NS_FILE_SHARING, NS_MESSAGE_ATTACHING, NS_URL_DATA, UrlData } from '../src/index.js';
import { attach, bytes, EVE, hash, message, ROMEO, shared, sources, TEXT, useSharing } from './helpers.js';

const { start, received } = useSharing();

describe('a shared file', () => {
  it('is told of, without a message, and not fetched', async () => {
    const { stream, http, told } = await start();
    const heard: unknown[] = [];
    stream.xmpp.on('message', (one) => void heard.push(one));
    await stream.recv(message(shared('<name>a</name>', sources('https://f.example/a'), ` disposition='inline'`)));
    expect(told[0]?.files[0]).toMatchObject({ disposition: 'inline', file: { name: 'a' } });
    expect([heard, http.requests]).toEqual([[], []]);
  });

  it('with a fallback alone is no message either, and with words it is one', async () => {
    const { stream } = await start();
    const heard: (string | undefined)[] = [];
    stream.xmpp.on('message', ({ body }) => void heard.push(body));
    const fallback = `<fallback xmlns='urn:xmpp:fallback:0' for='${NS_FILE_SHARING}'><body/></fallback>`;
    const share = shared('', sources('https://f.example/a'));
    await stream.recv(message(`<body>https://f.example/a</body>${fallback}${share}`));
    await stream.recv(message(`<body>Look</body>${share}`));
    expect(heard).toEqual(['Look']);
  });

  it('is fetched and compared with its hash', async () => {
    const { http, fetch } = await received(shared(`<size>9</size>${hash()}`, sources('https://f.example/a')));
    expect(await fetch()).toMatchObject({ data: bytes(TEXT), verified: true });
    expect((await fetch()).source).toBeUndefined();
    expect(http.requests).toHaveLength(1);
  });

  it('that is at hand is bounded as one that is fetched', async () => {
    const { fetch, sharing } = await received(shared(hash(), sources('https://f.example/a')));
    await fetch();
    const other = (meta: string) => new FileShare(parseDocument(shared(meta, '')));
    await expect(sharing.fetch(other(hash()), { maxBytes: 8 })).rejects.toMatchObject({ code: 'ERR_FILE_UNAVAILABLE' });
    await expect(sharing.fetch(other(`<size>8</size>${hash()}`))).rejects.toMatchObject({
      code: 'ERR_FILE_UNAVAILABLE',
    });
    await expect(sharing.fetch(other(`<size>9</size>${hash()}`), { maxBytes: 8 })).rejects.toMatchObject({ size: 9 });
    expect(await sharing.fetch(other(`<size>9</size>${hash()}`), { maxBytes: 9 })).toMatchObject({ verified: true });
  });

  it('that is not what was announced is thrown away, and the next source is asked', async () => {
    const { http, fetch } = await received(
      shared(hash(), sources('https://f.example/wrong', 'https://f.example/right')),
      ({ url }) => ({ body: url.pathname === '/right' ? TEXT : 'another' }),
    );
    expect((await fetch()).data).toEqual(bytes(TEXT));
    expect(http.requests.map(({ url }) => url.pathname)).toEqual(['/wrong', '/right']);
  });

  it.each([
    [
      'another hash',
      shared(hash('other'), sources('https://f.example/a')),
      { code: 'ERR_FILE_MISMATCH', what: 'hash' },
    ],
    [
      'one hash of two that is wrong',
      shared(hash() + hash('other', 'sha-512', 'sha512'), sources('https://f.example/a')),
      { what: 'hash' },
    ],
    ['fewer bytes', shared('<size>10</size>', sources('https://f.example/a')), { what: 'size' }],
    ['more bytes', shared('<size>8</size>', sources('https://f.example/a')), { code: 'ERR_HTTP_TOO_LARGE' }],
    ['an address in this machine', shared(hash(), sources('https://127.0.0.1/a')), { code: 'ERR_HTTP_REFUSED' }],
    ['an address that is not https', shared(hash(), sources('http://f.example/a')), { code: 'ERR_HTTP_REFUSED' }],
  ])('with %s is not given', async (_what, inside, cause) => {
    const { fetch } = await received(inside);
    await expect(fetch()).rejects.toMatchObject({ code: 'ERR_FILE_UNAVAILABLE', causes: [cause] });
  });

  it('that is larger than may be is not asked for', async () => {
    const { http, fetch } = await received(shared('<size>1000</size>', sources('https://f.example/a')), undefined, {
      maxBytes: 999,
    });
    await expect(fetch()).rejects.toMatchObject({ size: 1_000, maxBytes: 999 });
    expect(http.requests).toEqual([]);
  });

  it('that does not say its size is ended at the bound', async () => {
    const { fetch } = await received(shared('', sources('https://f.example/a')));
    await expect(fetch({ maxBytes: 5 })).rejects.toMatchObject({ causes: [{ code: 'ERR_HTTP_TOO_LARGE' }] });
  });

  it('without a hash is not said to be proven, nor kept', async () => {
    const { http, fetch } = await received(shared('', sources('https://f.example/a')));
    expect((await fetch()).verified).toBe(false);
    await fetch();
    expect(http.requests).toHaveLength(2);
  });

  it('with SHA-1 alone is not proven', async () => {
    const { fetch } = await received(shared(hash(TEXT, 'sha-1', 'sha1'), sources('https://f.example/a')));
    expect((await fetch()).verified).toBe(false);
  });

  it('is asked for only where that is confirmed', async () => {
    const { http, fetch } = await received(shared(hash(), sources('https://a.example/', 'https://b.example/')));
    const asked: unknown[] = [];
    const confirm = (source: UrlData) => asked.push(source.target) > 1;
    await fetch({ confirm });
    expect([asked, http.requests.map(({ url }) => url.host)]).toEqual([
      ['https://a.example/', 'https://b.example/'],
      ['b.example'],
    ]);
    await expect(fetch({ confirm: () => false, maxBytes: 100 })).resolves.toMatchObject({ source: undefined });
  });

  it('of a flood of sources is asked for at eight of them', async () => {
    const urls = Array.from({ length: 100 }, (_, i) => `https://f.example/${i}`);
    const { http, fetch } = await received(shared(hash('other'), sources(...urls)));
    await expect(fetch()).rejects.toMatchObject({ code: 'ERR_FILE_UNAVAILABLE' });
    expect(http.requests).toHaveLength(8);
  });

  it('is given up with the reason of the signal', async () => {
    const { fetch } = await received(shared(hash(), sources('https://f.example/a')), () => new Promise(() => {}));
    const controller = new AbortController();
    const reason = new Error('enough');
    const refused = expect(fetch({ signal: controller.signal })).rejects.toBe(reason);
    controller.abort(reason);
    await refused;
  });
});

describe('sources that come later', () => {
  it('of the sender are used', async () => {
    const { stream, fetch } = await received(shared('', ''));
    await expect(fetch()).rejects.toMatchObject({ causes: [] });
    const added = stream.xmpp.wait('fileSourcesAdded');
    await stream.recv(attach(ROMEO.replace('orchard', 'other'), 'https://f.example/a'));
    expect(await added).toMatchObject({ to: 'm1', bySender: true });
    expect((await fetch()).data).toEqual(bytes(TEXT));
  });

  it('of a stranger are none, whatever they are for', async () => {
    const { stream, http, fetch } = await received(shared('', ''));
    const told: unknown[] = [];
    stream.xmpp.on('fileSourcesAdded', (one) => void told.push(one));
    await stream.recv(attach(EVE, 'https://evil.example/a'));
    await expect(fetch()).rejects.toMatchObject({ causes: [] });
    expect([told, http.requests]).toEqual([[], []]);
  });

  it('for another file of the message are not those of this one', async () => {
    const { stream, fetch } = await received(shared('', '', ` id='one'`) + shared('', '', ` id='two'`));
    await stream.recv(attach(ROMEO, 'https://f.example/a'));
    await expect(fetch()).rejects.toMatchObject({ causes: [] });
  });

  it('are bounded', async () => {
    const { stream } = await received(shared('', ''));
    let told = 0;
    stream.xmpp.on('fileSourcesAdded', () => void told++);
    for (let i = 0; i < 50; i++) await stream.recv(attach(ROMEO, `https://f.example/${i}`));
    expect(told).toBe(16);
  });

  it('of its sender are kept and asked first, however many another occupant has added', async () => {
    const { stream, http, sharing, told } = await start();
    stream.xmpp.claim('room@rooms.example', { kind: 'room' });
    const inRoom = (stanza: string): string => stanza.replace(`type='chat'`, `type='groupchat'`);
    // As the room vouches for who it is (XEP-0421).
    stream.xmpp.messages.describe((_message, context) => {
      Object.assign(context, { author: { ...context.author, occupantId: context.author.jid.resource } });
    });
    await stream.recv(inRoom(message(shared(hash(), ''), 'room@rooms.example/romeo')));
    for (let i = 0; i < 50; i++)
      await stream.recv(inRoom(attach('room@rooms.example/eve', `https://evil.example/${i}`)));
    await stream.recv(inRoom(attach('room@rooms.example/romeo', 'https://f.example/a')));
    const [share] = told[0]?.files ?? [];
    expect((await sharing.fetch(share as FileShare, { from: told[0]?.message })).verified).toBe(true);
    expect(http.requests.map(({ url }) => url.host)).toEqual(['f.example']);
  });

  it.each([
    ['without a hash is not asked for at those of another occupant', '', 0],
    ['with a hash is asked for at those of another occupant', hash(), 1],
  ])('a file in a room %s', async (_what, meta, asked) => {
    const { stream, http, sharing, told } = await start();
    stream.xmpp.claim('room@rooms.example', { kind: 'room' });
    const inRoom = (stanza: string): string => stanza.replace(`type='chat'`, `type='groupchat'`);
    await stream.recv(inRoom(message(shared(meta, ''), 'room@rooms.example/romeo')));
    await stream.recv(inRoom(attach('room@rooms.example/eve', 'https://f.example/a')));
    const found = told[0];
    const [share] = found?.files ?? [];
    await sharing.fetch(share as FileShare, { from: found?.message }).catch(() => {});
    expect(http.requests).toHaveLength(asked);
  });
});

describe('sharing', () => {
  const share = (url?: string, id?: string): FileShare => {
    const made = new FileShare({ id, file: new FileMetadata({ name: 'a' }) });
    if (url === undefined) return made;
    made.sources = new FileSources();
    made.sources.urls.add(new UrlData({ target: url }));
    return made;
  };

  it('one file has its address for other programs', async () => {
    const { stream, sharing } = await start();
    const made = sharing.attach(stream.xmpp.message({ to: ROMEO }), share('https://f.example/a'));
    expect([made.body, made.oob?.url, [...made.fallbacks][0]?.for]).toEqual([
      'https://f.example/a',
      'https://f.example/a',
      NS_FILE_SHARING,
    ]);
    const said = sharing.attach(stream.xmpp.message({ to: ROMEO, body: 'Look' }), share('https://f.example/a'));
    expect(said.body).toBe('Look\nhttps://f.example/a');
    expect([...said.fallbacks][0]?.body.at(0)).toMatchObject({ start: 4, end: 24 });
  });

  it('several have ids, and no address that stands for one of them', async () => {
    const { stream, sharing } = await start();
    const made = sharing.attach(stream.xmpp.message({ to: ROMEO }), [
      share('https://f.example/a'),
      share('https://f.example/b'),
    ]);
    expect(new Set([...made.sharedFiles].map(({ id }) => id)).size).toBe(2);
    expect([made.body, made.oob, [...made.hints]]).toEqual([undefined, undefined, ['store']]);
    const twice = () =>
      sharing.attach(stream.xmpp.message({ to: ROMEO }), [share(undefined, 'x'), share(undefined, 'x')]);
    expect(twice).toThrow(TypeError);
  });

  it('begins before the file is there, and goes on when it is', async () => {
    const { stream, sharing } = await start();
    const file = sharing.announce(ROMEO, new FileMetadata({ name: 'a', size: 3 }));
    const first = await stream.nextSent();
    expect(first.child('store', 'urn:xmpp:hints')).toBeDefined();
    sharing.addSource(file, 'https://f.example/a');
    const second = await stream.nextSent();
    expect(second.child('attach-to', NS_MESSAGE_ATTACHING)?.attribute('id')).toBe(first.attribute('id'));
    expect(second.child('sources', NS_FILE_SHARING)?.attribute('id')).toBe(
      first.child('file-sharing', NS_FILE_SHARING)?.attribute('id'),
    );
  });

  it('needs an upload service to upload', async () => {
    const { sharing } = await start();
    await expect(sharing.share(ROMEO, new Uint8Array(1))).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
    // Before anything is looked for, and uploaded.
    await expect(sharing.share('no@body@at all', new Uint8Array(1))).rejects.toBeInstanceOf(JidError);
  });
});

it('a further kind of source is asked first where it learns nothing', async () => {
  class Near extends element('near', 'urn:example:near', { id: attr('id') }) {}
  const near = `<sources xmlns='${NS_FILE_SHARING}'><url-data xmlns='${NS_URL_DATA}' target='https://f.example/a'/><near xmlns='urn:example:near' id='5'/></sources>`;
  const { http, sharing, fetch } = await received(shared(hash(), near));
  const kind = sharing.defineFileSource(Near, {
    isPrivate: true,
    isSecure: () => true,
    fetch: async function* ({ id }) {
      yield bytes(id === '5' ? TEXT : '');
    },
  });
  expect((await fetch()).source).toBeInstanceOf(Near);
  expect(http.requests).toEqual([]);
  kind.dispose();
});
