import { base64 } from '@sestina/core';
import { MemoryHttpClient } from '@sestina/http/memory';
import { type ScriptedStream, useStreams } from '@sestina/testing';
import { NS_PUBSUB } from '@sestina/xep-0060';
import { afterEach, describe, expect, it } from 'vitest';
import { infosIn, preferred } from '../src/avatar.js';
import { AvatarInfoElement, AvatarMetadata, NS_AVATAR_DATA } from '../src/index.js';
import { jpeg, png } from './images.js';
import {
  ACCOUNT,
  DISCO,
  dataItems,
  event,
  id,
  image,
  info,
  OWN,
  question,
  ROMEO,
  start as startWith,
} from './world.js';

type Rest<T> = T extends [unknown, ...infer R] ? R : never;
const streams = useStreams(afterEach);
const start = (...args: Rest<Parameters<typeof startWith>>) => startWith(streams, ...args);
const HOUR = 3_600_000;

describe('what is said of an image', () => {
  const element = (fields: { id: string; url?: string; type?: string }) => new AvatarInfoElement(fields);
  const told = (...infos: readonly AvatarInfoElement[]) => {
    const metadata = new AvatarMetadata();
    for (const each of infos) metadata.infos.add(each);
    return infosIn(metadata);
  };

  it('has twenty forms at most', () => {
    const forms = Array.from({ length: 21 }, (_, n) => element({ id: `form ${n}` }));
    expect(told(...forms).map((form) => form.id)).toEqual(Array.from({ length: 20 }, (_, n) => `form ${n}`));
  });

  it('has an id, a type and an address of 2,048 characters at most', () => {
    const url = 'u'.repeat(2_000);
    const type = 't'.repeat(40);
    expect(told(element({ id: '12345678', url, type }))).toHaveLength(1);
    expect(told(element({ id: '123456789', url, type }))).toEqual([]);
    expect(told(element({ id: 'i'.repeat(2_048) }))).toHaveLength(1);
    expect(told(element({ id: 'i'.repeat(2_049) }))).toEqual([]);
  });

  it('has a hash in lower case, and any other id as it is', () => {
    const ids = [id.toUpperCase(), `${id}A`, `A${id}`, ''];
    expect(told(...ids.map((each) => element({ id: each }))).map((form) => form.id)).toEqual([id, `${id}A`, `A${id}`]);
  });

  it('is tried in the order of types, and of one type on the server first', () => {
    const url = 'https://example.org/';
    const forms = told(
      element({ id: 'webp', type: 'image/webp' }),
      element({ id: 'png away', type: 'image/png', url }),
      element({ id: 'jpeg away', type: 'image/jpeg', url }),
      element({ id: 'jpeg', type: 'image/jpeg' }),
      element({ id: 'untold' }),
    );
    const order = (types: readonly string[]) => preferred(forms, types).map((form) => form.id);
    expect(order(['image/png'])).toEqual(['untold', 'png away', 'webp', 'jpeg', 'jpeg away']);
    expect(order(['image/jpeg', 'image/png'])).toEqual(['jpeg', 'jpeg away', 'untold', 'png away', 'webp']);
  });
});

describe('an image of just that many', () => {
  it('bytes may be fetched, kept and shown', async () => {
    const { stream, avatars, outcome } = await start({ maxBytes: image.length });
    expect(await outcome(info(), image)).toMatchObject({ id });
    expect(await avatars.get(ROMEO, { maxBytes: image.length })).toMatchObject({ id });
    expect(await avatars.get(ROMEO, { maxBytes: image.length - 1 })).toBeUndefined();
    await stream.recv(event(ROMEO, info({ bytes: image.length + 1 })));
    await stream.expectNothingSent();
  });

  it('pixels may be fetched', async () => {
    const { stream, avatars } = await start({ maxPixels: 64 * 64 });
    const sized = (width: number) =>
      `<info id='${id}' bytes='${image.length}' type='image/png' width='${width}' height='64'/>`;
    await stream.recv(event(ROMEO, sized(65)));
    expect(await avatars.get(ROMEO)).toBeUndefined();
    await stream.expectNothingSent();
    await stream.recv(event(ROMEO, sized(64)));
    const got = avatars.get(ROMEO);
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
    expect(await got).toMatchObject({ id });
  });

  it('characters on the way may be decoded, line feeds among them', async () => {
    const most = image.length * 1.5 + 1_024;
    for (const [length, known] of [
      [Math.floor(most), true],
      [Math.floor(most) + 1, false],
    ] as const) {
      const { outcome } = await start({ maxBytes: image.length });
      const encoded = base64.encode(image);
      const got = await outcome(info(), encoded + '\n'.repeat(length - encoded.length));
      expect(got !== undefined).toBe(known);
    }
  });

  it('bytes may be published, and one more is too many', async () => {
    const { stream, avatars } = await start({ maxBytes: image.length, maxPixels: 64 * 64 });
    await expect(avatars.publish({ data: png(64, 64, 101) })).rejects.toMatchObject({
      code: 'ERR_AVATAR_TOO_LARGE',
      unit: 'bytes',
      limit: image.length,
    });
    await expect(avatars.publish({ data: png(65, 64, 100) })).rejects.toMatchObject({ unit: 'pixels', limit: 64 * 64 });
    await expect(avatars.publish({ data: jpeg(3, 2) })).rejects.toMatchObject({
      code: 'ERR_AVATAR_NEEDS_PNG',
      type: 'image/jpeg',
    });
    await stream.expectNothingSent();
    const published = publishing(stream);
    expect(await avatars.publish({ data: image })).toMatchObject({ id, width: 64, height: 64 });
    expect(await published).toHaveLength(2);
  });
});

/** Answers what publishes an image; what was published, without the answers to questions. */
async function publishing(stream: ScriptedStream): Promise<string[]> {
  await stream.recvResult(await stream.nextSent(), DISCO);
  return published(stream);
}

async function published(stream: ScriptedStream): Promise<string[]> {
  const sent: string[] = [];
  for (let i = 0; i < 2; i++) {
    const request = await stream.nextSent();
    sent.push(`${request}`);
    await stream.recvResult(request);
  }
  return sent;
}

describe('an image that could not be had is asked for again', () => {
  const refused = (request: string, condition: string, type: string) =>
    `<iq type='error' id='${request}' from='${ROMEO}'><error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;
  it.each([
    ['an hour later where its account refuses it', 'forbidden', 'auth', HOUR],
    ['five minutes later where its account is busy', 'resource-constraint', 'wait', 300_000],
  ] as const)('%s', async (_what, condition, type, pause) => {
    const { stream, avatars } = await start();
    await stream.recv(event(ROMEO, info()));
    const got = avatars.get(ROMEO);
    await stream.recv(refused((await stream.nextSent()).attribute('id') ?? '', condition, type));
    expect(await got).toBeUndefined();
    await stream.clock.advance(pause - 1);
    expect(await avatars.get(ROMEO)).toBeUndefined();
    await stream.expectNothingSent();
    await stream.clock.advance(1);
    const again = avatars.get(ROMEO);
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
    expect(await again).toMatchObject({ id });
  });

  it('five minutes later where nobody answered, which is told', async () => {
    const { stream, avatars } = await start();
    await stream.recv(event(ROMEO, info()));
    const late = expect(avatars.get(ROMEO, { timeout: 1_000 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await stream.clock.advance(1_000);
    await late;
    stream.skipSent();
    await stream.clock.advance(299_999);
    expect(await avatars.get(ROMEO)).toBeUndefined();
    await stream.expectNothingSent();
    await stream.clock.advance(1);
    const again = avatars.get(ROMEO);
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
    expect(await again).toMatchObject({ id });
  });

  it('an hour later where it is not there, a day later where another source has told of it', async () => {
    const { stream, avatars } = await start();
    await stream.recv(event(ROMEO, info()));
    const got = avatars.get(ROMEO);
    const none = `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS_AVATAR_DATA}'/></pubsub>`;
    await stream.recvResult(await stream.expectSent(question(ROMEO)), none);
    expect(await got).toBeUndefined();
    await stream.clock.advance(HOUR - 1);
    expect(await avatars.get(ROMEO)).toBeUndefined();
    await stream.expectNothingSent();
    let loads = 0;
    avatars.addSource({
      name: 'card',
      info: () => ({
        ...{ id, bytes: undefined, type: undefined, width: undefined, height: undefined, url: undefined },
        source: 'card',
      }),
      load: async () => {
        loads += 1;
        return undefined;
      },
    });
    const tried = async (after: number) => {
      await stream.clock.advance(after);
      await avatars.get('eve@example.net');
      return loads;
    };
    expect([await tried(0), await tried(24 * HOUR - 1), await tried(1)]).toEqual([1, 1, 2]);
    const again = avatars.get(ROMEO);
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
    expect(await again).toMatchObject({ id });
  });

  it('a day later where what came is another one', async () => {
    const { stream, avatars, outcome } = await start();
    expect(await outcome(info(), png(64, 64, 99))).toBeUndefined();
    await stream.clock.advance(24 * HOUR - 1);
    expect(await avatars.get(ROMEO)).toBeUndefined();
    await stream.expectNothingSent();
    await stream.clock.advance(1);
    const again = avatars.get(ROMEO);
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
    expect(await again).toMatchObject({ id });
  });
});

describe('our image', () => {
  it('is seen by who may see it already, unless somebody else is meant', async () => {
    const { stream, avatars } = await start();
    const first = publishing(stream);
    await avatars.publish({ data: image }, { access: 'open' });
    for (const sent of await first) expect(sent).toContain('<value>open</value>');
    await avatars.publish({ data: image }, { access: 'open' });
    await avatars.publish({ data: image });
    await stream.expectNothingSent();
    const other = published(stream);
    await avatars.publish({ data: png(8, 8) });
    for (const sent of await other) expect(sent).toContain('<value>open</value>');
    const narrower = published(stream);
    await avatars.publish({ data: png(8, 8) }, { access: 'presence' });
    for (const sent of await narrower) expect(sent).toContain('<value>presence</value>');
    expect(avatars.ownInfo?.width).toBe(8);
  });

  it('has other forms beside it, with their addresses, and no sizes that nobody could read', async () => {
    const { stream, avatars } = await start({ maxPixels: 70_000 });
    const url = 'https://example.org/a.jpg';
    for (const alternatives of [[{ data: jpeg(3, 2), url: 'nowhere' }], [{ data: new Uint8Array(9), url }]])
      await expect(avatars.publish({ data: image, alternatives })).rejects.toBeInstanceOf(TypeError);
    await stream.expectNothingSent();
    const wide = png(65_536, 1);
    const done = publishing(stream);
    await avatars.publish({
      data: png(65_535, 1),
      alternatives: [
        { data: jpeg(3, 2), url },
        { data: wide, url },
      ],
    });
    const [, described] = await done;
    expect(described).toContain("width='65535' height='1'");
    expect(described).toMatch(/type='image\/jpeg'[^>]*width='3' height='2'[^>]*url='https:\/\/example.org\/a.jpg'/);
    expect(described).not.toContain('65536');
    expect(described?.split('<info ')).toHaveLength(4);
  });

  it('stays what it was when its bytes are used for something else', async () => {
    const { stream, avatars } = await start();
    const bytes = image.slice();
    const done = avatars.publish({ data: bytes });
    bytes.fill(0);
    const [data] = await publishing(stream);
    await done;
    expect(data).toContain(base64.encode(image));
    expect((await avatars.get(ACCOUNT))?.data).toEqual(image);
  });

  it('is another matter in the next session', async () => {
    const { stream, avatars } = await start();
    await stream.recv(event(ACCOUNT, info()));
    await stream.recv(event(ROMEO, info()));
    expect([avatars.ownInfo?.id, avatars.info(ROMEO)?.id]).toEqual([id, id]);
    await stream.disconnect();
    await stream.connect();
    await stream.session;
    expect([avatars.ownInfo, avatars.info(ROMEO)]).toEqual([undefined, undefined]);
  });

  it('is asked for where the account has told nothing, and not of a stranger', async () => {
    const { stream, avatars } = await start();
    const got = avatars.get(OWN);
    const asked = await stream.nextSent();
    expect(asked.attribute('to') ?? ACCOUNT).toBe(ACCOUNT);
    await stream.recvError(asked, 'item-not-found');
    expect([await got, avatars.ownInfo]).toEqual([undefined, null]);
  });
});

it('an address that names nothing good is no image', async () => {
  for (const status of [404, 500]) {
    const http = new MemoryHttpClient(() => ({ status, body: image }));
    const { stream, avatars } = await start({ http: 'always' }, http);
    await stream.recv(event(ROMEO, info({ url: 'https://img.example.net/a.png' })));
    expect([await avatars.get(ROMEO), http.requests.length]).toEqual([undefined, 1]);
    await stream.expectNothingSent();
  }
});

it('an image lies on the host of a domain itself, or below it', async () => {
  for (const host of ['montague.net', 'a.b.montague.net']) {
    const http = new MemoryHttpClient(() => ({ body: image }));
    const { stream, avatars } = await start({ http: 'same-domain' }, http);
    await stream.recv(event(ROMEO, info({ url: `https://${host}/a.png` })));
    expect(await avatars.get(ROMEO)).toMatchObject({ id });
  }
});

it('options that cannot work are refused', async () => {
  for (const options of [{ maxBytes: 0 }, { maxPixels: Number.NaN }, { cacheBytes: '5' as never }])
    await expect(start(options)).rejects.toMatchObject({ option: Object.keys(options)[0] });
});

it('of several forms the PNG is what is told of', async () => {
  const { stream, avatars, told } = await start();
  const forms = info({ id: 'other', type: 'image/jpeg' }) + info();
  for (const from of [ROMEO, ACCOUNT]) await stream.recv(event(from, forms));
  expect(told).toEqual([
    [ROMEO, id, false, undefined],
    [ACCOUNT, id, true, undefined],
  ]);
  expect([avatars.info(ROMEO)?.id, avatars.ownInfo?.id]).toEqual([id, id]);
});

it('what an account tells while it is asked is newer than its answer', async () => {
  for (const jid of [ROMEO, ACCOUNT]) {
    const { stream, avatars } = await start();
    const got = avatars.get(jid);
    const asked = await stream.nextSent();
    await stream.recv(event(jid, info()));
    const older = `<metadata xmlns='urn:xmpp:avatar:metadata'>${info({ id: '0'.repeat(40) })}</metadata>`;
    await stream.recvResult(
      asked,
      `<pubsub xmlns='${NS_PUBSUB}'><items node='urn:xmpp:avatar:metadata'><item id='o'>${older}</item></items></pubsub>`,
    );
    await stream.recvResult(await stream.nextSent(), dataItems(image));
    expect((await got)?.id).toBe(id);
  }
});

it.each([
  ['it is not there', `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS_AVATAR_DATA}'/></pubsub>`],
  ['its hash is another one', dataItems(png(64, 64, 99))],
  ['it is no image of a kind that is known', dataItems(new Uint8Array(9))],
  ['it has more pixels than it may', dataItems(png(9_999, 9_999))],
  ['it has more bytes than it may', dataItems(png(64, 64, 101))],
])('why an image is refused stands in the log: %s', async (why, answer) => {
  const lines: string[] = [];
  const none = () => {};
  const logger = { debug: (line: string) => void lines.push(line), info: none, warn: none, error: none };
  const { stream, avatars } = await start({}, undefined, logger);
  await stream.recv(event(ROMEO, info()));
  const got = avatars.get(ROMEO);
  await stream.recvResult(await stream.expectSent(question(ROMEO)), answer);
  expect(await got).toBeUndefined();
  expect(lines).toContainEqual(expect.stringContaining(why));
});
