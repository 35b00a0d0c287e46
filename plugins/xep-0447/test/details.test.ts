import { attr, element, parseDocument } from '@sestina/core';
import { Hash } from '@sestina/xep-0300';
import { HttpUpload } from '@sestina/xep-0363';
import { FileMetadata } from '@sestina/xep-0446';
import { describe, expect, it } from 'vitest';
import {
  FileShare,
  FileSharing,
  FileSources,
  FileUnavailableError,
  NS_FILE_SHARING,
  NS_MESSAGE_ATTACHING,
  SharedFileTooLargeError,
  UrlData,
} from '../src/index.js';
import { attach, bytes, hash, message, ROMEO, shared, sources, TEXT, useSharing } from './helpers.js';

const { start, received } = useSharing();
class Near extends element('near', 'urn:example:near', { id: attr('id') }) {}
const NEAR = `<sources xmlns='${NS_FILE_SHARING}'><near xmlns='urn:example:near' id='5'/><odd xmlns='urn:o'/></sources>`;
const near = (text = TEXT, isSecure = true) => ({
  isSecure: () => isSecure,
  fetch: async function* () {
    yield bytes(text.slice(0, 2));
    yield bytes(text.slice(2, 5));
    yield bytes(text.slice(5));
  },
});

describe('a message that shares files', () => {
  it('is an annotation, unless it says something', async () => {
    const { stream } = await start();
    const classes: string[] = [];
    stream.xmpp.onMessage((each) => void classes.push(each.context.class));
    await stream.recv(message(shared('', '')) + message(`<body>x</body>${shared('', '')}`));
    expect(classes).toEqual(['annotation', 'content']);
  });

  it('is told of with fifty files, and not in an error', async () => {
    const { stream, told } = await start();
    await stream.recv(message(shared('', '').repeat(51)));
    await stream.recv(message(shared('', ''), ROMEO, 'm2').replace(`type='chat'`, `type='error'`));
    expect(told.map(({ files }) => files.length)).toEqual([50]);
  });

  it.each(['carbon', 'archive'] as const)('comes on each way: %s', async (source) => {
    const { stream, told } = await start();
    const { xmpp } = stream;
    const came = xmpp.message({ from: ROMEO, to: xmpp.account, type: 'chat', id: 'm1' });
    came.xml.append(parseDocument(shared('', '')));
    await xmpp.messages.deliver(came, { source, by: xmpp.account });
    await stream.idle();
    expect(told).toHaveLength(1);
  });

  it('is not added to by errors, and by what says not to which', async () => {
    const { stream } = await received(shared('', ''));
    const added: unknown[] = [];
    stream.xmpp.on('fileSourcesAdded', (each) => added.push(each));
    await stream.recv(attach(ROMEO, 'https://f.example/a').replace(`type='chat'`, `type='error'`));
    await stream.recv(
      message(sources('https://f.example/a')) +
        message(`<attach-to xmlns='${NS_MESSAGE_ATTACHING}'/>${sources('https://f.example/a')}`),
    );
    await stream.recv(attach(ROMEO, 'https://f.example/a').replace(`id='m1'`, `id='other'`));
    expect([added, stream.errors]).toEqual([[], []]);
  });

  it('without an id is told of, and added to by nobody', async () => {
    const { stream, told, sharing } = await start();
    await stream.recv(message(shared('', '')).replace(` id='m1'`, ''));
    const [share] = told[0]?.files ?? [];
    await expect(sharing.fetch(share as FileShare, { from: told[0]?.message })).rejects.toMatchObject({ causes: [] });
    expect(stream.errors).toEqual([]);
  });

  it('of ours is added to by another device of ours', async () => {
    const { stream, sharing } = await start();
    const { xmpp } = stream;
    const deliver = async (inside: string, id: string) => {
      const came = xmpp.message({ from: `${xmpp.account}/other`, to: ROMEO, type: 'chat', id });
      for (const each of parseDocument(`<all>${inside}</all>`).elements()) came.xml.append(each);
      await xmpp.messages.deliver(came, { source: 'carbon', by: xmpp.account });
      await stream.idle();
      return came;
    };
    const added: unknown[] = [];
    xmpp.on('fileSourcesAdded', ({ bySender }) => added.push(bySender));
    const first = await deliver(shared(hash(), ''), 'm1');
    await deliver(`<attach-to xmlns='${NS_MESSAGE_ATTACHING}' id='m1'/>${sources('https://f.example/a')}`, 'm2');
    expect(added).toEqual([true]);
    expect((await sharing.fetch(first.sharedFiles.at(0) as FileShare, { from: first })).verified).toBe(true);
  });
});

describe('what is remembered of messages', () => {
  it.each([
    [501, 10],
    [150, 1_500],
  ])('is the latest of %i with ids of %i characters', async (count, length) => {
    const { stream } = await start();
    const id = (i: number): string => `${i}`.padEnd(length, 'x');
    const added: string[] = [];
    stream.xmpp.on('fileSourcesAdded', ({ to }) => added.push(to));
    for (let i = 0; i < count; i++) await stream.recv(message(shared('', ''), ROMEO, id(i)));
    for (const i of [0, count - 1])
      await stream.recv(attach(ROMEO, 'https://f.example/a').replace(`id='m1'`, `id='${id(i)}'`));
    expect(added).toEqual([id(count - 1)]);
  });

  it('is less where much is added', async () => {
    const { stream } = await start();
    const long = `https://f.example/${'a'.repeat(20_000)}`;
    const added: string[] = [];
    stream.xmpp.on('fileSourcesAdded', ({ to }) => added.push(to));
    for (let i = 0; i < 14; i++) {
      await stream.recv(message(shared('', ''), ROMEO, `n${i}`));
      await stream.recv(attach(ROMEO, long).replace(`id='m1'`, `id='n${i}'`));
    }
    for (const to of ['n0', 'n13'])
      await stream.recv(attach(ROMEO, 'https://f.example/a').replace(`id='m1'`, `id='${to}'`));
    expect(added.slice(14)).toEqual(['n13']);
  });
});

describe('a file', () => {
  it('is put together from what comes, of whatever kind of source, as long as that is defined', async () => {
    const { http, sharing, fetch } = await received(shared(hash(), NEAR));
    const other = sharing.defineFileSource(UrlData, near());
    const kind = sharing.defineFileSource(Near, near());
    const found = await fetch();
    expect([new TextDecoder().decode(found.data), found.verified]).toEqual([TEXT, true]);
    // What was given is whoever fetched it may write to.
    found.data.fill(0);
    const again = await fetch();
    again.data.fill(0);
    const last = await fetch();
    expect([new TextDecoder().decode(last.data), again.source, last.source]).toEqual([TEXT, undefined, undefined]);
    kind.dispose();
    const url = new FileShare(parseDocument(shared('', sources('https://f.example/a'))));
    expect([(await sharing.fetch(url)).verified, http.requests.length]).toEqual([false, 0]);
    other.dispose();
    await sharing.fetch(url);
    expect(http.requests).toHaveLength(1);
    const unknown = new FileShare(parseDocument(shared('', NEAR)));
    await expect(sharing.fetch(unknown)).rejects.toMatchObject({ causes: [], retryable: true });
  });

  it('that nothing proves is not taken from a source that is not secure', async () => {
    for (const [meta, outcome] of [
      ['', 'ERR_FILE_UNAVAILABLE'],
      [hash(), undefined],
    ] as const) {
      const { sharing, fetch } = await received(shared(meta, NEAR));
      sharing.defineFileSource(Near, near(TEXT, false));
      expect(
        await fetch().then(
          () => undefined,
          (error: { code: string }) => error.code,
        ),
      ).toBe(outcome);
    }
  });

  it.each(['xhttps://f.example/a', 'http://f.example/https:', ''])(
    'is not taken from %s without a hash',
    async (url) => {
      const { http, fetch } = await received(shared('', sources(url)));
      await expect(fetch()).rejects.toMatchObject({ causes: [] });
      expect(http.requests).toEqual([]);
    },
  );

  it('that a source gives more of than may be is none, though its size was not said', async () => {
    const { sharing, fetch } = await received(shared('', NEAR));
    sharing.defineFileSource(Near, near());
    await expect(fetch({ maxBytes: 8 })).rejects.toMatchObject({
      causes: [{ code: 'ERR_FILE_MISMATCH', what: 'size' }],
    });
    expect((await fetch({ maxBytes: 9 })).verified).toBe(false);
  });

  it('without metadata is fetched, and proven by nothing', async () => {
    const { sharing } = await start();
    const sourcesOf = new FileSources();
    sourcesOf.urls.add(new UrlData({ target: 'https://f.example/a' }));
    expect(await sharing.fetch(new FileShare({ sources: sourcesOf }))).toMatchObject({
      data: bytes(TEXT),
      verified: false,
    });
  });

  it('of which the server has something else to say is not there', async () => {
    const { fetch } = await received(shared(hash(), sources('https://f.example/a')), () => ({
      status: 404,
      body: TEXT,
    }));
    const error = await fetch().catch((each: unknown) => each);
    expect(error).toMatchObject({ causes: [{ name: 'HttpStatusError', status: 404 }] });
    expect((error as Error).cause).toBe((error as FileUnavailableError).causes[0]);
    expect((error as Error).message).toContain('1 sources were tried');
    expect(new FileUnavailableError([]).message).toContain('no source that may be used');
    expect(new SharedFileTooLargeError(2, 1)).toMatchObject({
      code: 'ERR_SHARED_FILE_TOO_LARGE',
      size: 2,
      maxBytes: 1,
    });
  });

  it('is kept as long as there is room for it, and not by a hash that proves nothing', async () => {
    const other = 'b picture';
    const room = TEXT.length + 2 * `sha-256 ${'x'.repeat(44)}`.length;
    for (const [cacheBytes, requests] of [
      [2 * room, 2],
      [2 * room - 1, 3],
      [0, 3],
    ] as const) {
      const { http, sharing } = await start(({ url }) => ({ body: url.pathname === '/b' ? other : TEXT }), {
        cacheBytes,
      });
      const share = (text: string, path: string) =>
        new FileShare(parseDocument(shared(hash(text), sources(`https://f.example/${path}`))));
      for (const each of [share(TEXT, 'a'), share(other, 'b'), share(TEXT, 'a')]) {
        expect((await sharing.fetch(each)).verified).toBe(true);
      }
      expect(http.requests).toHaveLength(requests);
    }
    const { http, fetch } = await received(shared(hash(TEXT, 'sha-1', 'sha1'), sources('https://f.example/a')));
    await fetch();
    await fetch();
    expect(http.requests).toHaveLength(2);
  });

  it('is waited for, and for leave to fetch it, as long as somebody wants it', async () => {
    const { stream, fetch } = await received(
      shared(hash(), sources('https://f.example/a')),
      () => new Promise(() => {}),
    );
    const late = fetch({ timeout: 5_000 }).catch((error: unknown) => error);
    await stream.clock.advance(5_000);
    expect(await late).toMatchObject({ causes: [{ code: 'ERR_TIMEOUT' }] });
    const controller = new AbortController();
    const asked = expect(fetch({ confirm: () => new Promise(() => {}), signal: controller.signal })).rejects.toThrow(
      'enough',
    );
    await stream.idle();
    controller.abort(new Error('enough'));
    await asked;
    expect(stream.clock.pending.filter(({ background }) => !background)).toEqual([]);
  });
});

describe('sharing', () => {
  const made = (...urls: string[]): FileShare => {
    const share = new FileShare({ file: new FileMetadata({ name: 'a' }), sources: new FileSources() });
    for (const url of urls) share.sources?.urls.add(new UrlData({ target: url }));
    return share;
  };

  it('gives one file no id, and no fallback where there is no address, or an empty one', async () => {
    const { stream, sharing } = await start();
    const attached = (...urls: string[]) => sharing.attach(stream.xmpp.message({ to: ROMEO }), made(...urls));
    expect([attached().body, attached('').body, attached('', 'https://f.example/a').body]).toEqual([
      undefined,
      undefined,
      'https://f.example/a',
    ]);
    expect([attached().sharedFiles.at(0)?.id, [...attached().hints]]).toEqual([undefined, ['store']]);
    const said = sharing.attach(stream.xmpp.message({ to: ROMEO, body: 'x' }), made());
    expect([...said.hints]).toEqual([]);
  });

  it('uploads a file, and says all that is known of it', async () => {
    const { stream, sharing } = await start();
    const upload = stream.xmpp.use(HttpUpload);
    const given: unknown[] = [];
    const digest = new Hash({ algo: 'sha-256', value: new Uint8Array(32) });
    upload.upload = async (file, options) => {
      given.push(file, options?.signal instanceof AbortSignal);
      return {
        url: 'https://f.example/a',
        size: 3,
        type: 'image/png',
        hash: given.length > 2 ? undefined : digest,
      } as never;
    };
    stream.skipSent();
    const file = Object.assign(Uint8Array.of(1, 2, 3), { name: 'a.png' });
    const options = { caption: 'Look', disposition: 'inline', desc: 'A tree', width: 4, height: 5, length: 6 } as const;
    const result = await sharing.share(ROMEO, file, options);
    const sent = await stream.nextSent();
    expect([given, sent.attribute('id'), sent.attribute('to'), sent.attribute('type')]).toEqual([
      [file, true],
      result.messageId,
      ROMEO,
      'chat',
    ]);
    expect(result.share).toMatchObject({ disposition: 'inline' });
    expect(result.share.file).toMatchObject({
      name: 'a.png',
      mediaType: 'image/png',
      size: 3,
      desc: 'A tree',
      width: 4,
      height: 5,
      length: 6,
    });
    expect([...(result.share.file?.hashes ?? [])].map(({ algo }) => algo)).toEqual(['sha-256']);
    expect(result.share.sources?.urls.at(0)?.target).toBe('https://f.example/a');
    expect(sent.child('body')?.text).toBe('Look\nhttps://f.example/a');
    const unnamed = await sharing.share(ROMEO, Object.assign(Uint8Array.of(1), { name: 5 }));
    expect([unnamed.share.file?.name, [...(unnamed.share.file?.hashes ?? [])]]).toEqual([undefined, []]);
  });

  it('is in the room where that is entered, and in private with its occupants', async () => {
    const { stream, sharing } = await start();
    stream.xmpp.claim('verona@rooms.example', { kind: 'room' });
    const metadata = new FileMetadata({ name: 'a' });
    const types: unknown[] = [];
    for (const [to, options] of [
      ['verona@rooms.example', {}],
      ['verona@rooms.example/nurse', {}],
      [ROMEO, {}],
      ['romeo@montague.example', {}],
      [ROMEO, { messageType: 'normal', disposition: 'attachment' }],
    ] as const) {
      const file = sharing.announce(to, metadata, options);
      const first = await stream.nextSent();
      sharing.addSource(file, 'https://f.example/a');
      const second = await stream.nextSent();
      types.push([first.attribute('type') ?? 'normal', second.attribute('type')]);
      expect(second.child('store', 'urn:xmpp:hints')).toBeDefined();
      expect(second.child('sources', NS_FILE_SHARING)?.firstElement?.attribute('target')).toBe('https://f.example/a');
      expect([file.share.id === undefined, file.share.file?.name]).toEqual([false, 'a']);
    }
    expect(types).toEqual([
      ['groupchat', 'groupchat'],
      ['chat', 'chat'],
      ['chat', 'chat'],
      ['chat', 'chat'],
      ['normal', 'chat'],
    ]);
  });

  it('ends with the plugin, whose bounds are numbers', async () => {
    const { stream, sharing } = await start();
    const file = sharing.announce(ROMEO, new FileMetadata({ name: 'a' }));
    stream.xmpp.remove(FileSharing);
    expect(() => sharing.announce(ROMEO, new FileMetadata({}))).toThrow('removed');
    expect(() => sharing.addSource(file, 'https://f.example/a')).toThrow('removed');
    for (const maxBytes of [-1, 1.5, '5' as never])
      expect(() => stream.xmpp.use(FileSharing, { maxBytes })).toThrow('maxBytes');
    expect(stream.xmpp.use(FileSharing, { maxBytes: 0 })).toBeInstanceOf(FileSharing);
  });
});
