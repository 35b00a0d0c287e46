import { base64, JID } from '@sestina/core';
import { MemoryHttpClient } from '@sestina/http/memory';
import { useStreams } from '@sestina/testing';
import { NS_PUBSUB } from '@sestina/xep-0060';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AvatarNeedsPngError,
  AvatarTooLargeError,
  NS_AVATAR_DATA as NS_DATA,
  NS_AVATAR_METADATA as NS_METADATA,
  sha1,
} from '../src/index.js';
import { jpeg, png, webp } from './images.js';
import {
  ACCOUNT,
  DISCO,
  dataItems,
  event,
  id,
  image,
  info,
  metadata,
  OWN,
  question,
  ROMEO,
  start as startWith,
} from './world.js';

type Rest<T> = T extends [unknown, ...infer R] ? R : never;
const streams = useStreams(afterEach);
const start = (...args: Rest<Parameters<typeof startWith>>) => startWith(streams, ...args);

describe('somebody’s image', () => {
  it('is known from its account alone, and asked for when it is wanted, once', async () => {
    const { stream, avatars, told } = await start();
    for (const from of ['tybalt@capulet.com', `${ROMEO}/orchard`, 'montague.net', OWN]) {
      await stream.recv(event(from, info()));
    }
    expect(told).toEqual([]);
    const resource = `<addresses xmlns='http://jabber.org/protocol/address'><address type='replyto' jid='${ROMEO}/orchard'/></addresses>`;
    await stream.recv(event(ROMEO, info(), resource));
    expect(told).toEqual([[ROMEO, id, false, 'orchard']]);
    expect(avatars.info(`${ROMEO}/x`)).toMatchObject({ id, bytes: image.length, source: 'pep' });
    await stream.expectNothingSent();
    const both = [avatars.get(ROMEO), avatars.get(`${ROMEO}/orchard`)];
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
    for (const got of both) expect(await got).toMatchObject({ id, type: 'image/png', width: 64, height: 64 });
    expect((await avatars.get(ROMEO))?.data).toEqual(image);
    await stream.expectNothingSent();
    await stream.recv(event(ROMEO, ''));
    await stream.recv(event(ROMEO, '<stop/>'));
    expect([told.at(-1), await avatars.get(ROMEO), avatars.info(ROMEO)]).toEqual([
      [ROMEO, undefined, false, undefined],
      undefined,
      undefined,
    ]);
    await stream.expectNothingSent();
  });

  it.each([
    ['whose hash is another one', info(), png(64, 64, 101), false],
    ['that has more bytes than were announced', info({ bytes: 10 }), image, true],
    ['that is an SVG', info(), new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'), true],
    ['that is no base64', info(), 'A=A', false],
  ] as const)('is not one %s', async (_what, given, data, rehash) => {
    const { stream, avatars, outcome } = await start();
    const announced = rehash && typeof data !== 'string' ? await sha1(data) : id;
    expect(await outcome(given.replace(id, announced), data, true, announced)).toBeUndefined();
    // It is not asked for again for a day.
    await stream.clock.advance(23 * 3_600_000);
    stream.skipSent();
    expect(await avatars.get(ROMEO)).toBeUndefined();
    await stream.expectNothingSent();
  });

  it('is not one of 50,000 by 50,000 pixels, and not asked for where it says so itself', async () => {
    const { stream, avatars, outcome } = await start();
    const bomb = png(50_000, 50_000);
    const hash = await sha1(bomb);
    expect(await outcome(info({ id: hash, bytes: bomb.length }), bomb, true, hash)).toBeUndefined();
    await stream.recv(event(ROMEO, `<info id='${id}' bytes='100' type='image/png' width='50000' height='50000'/>`));
    expect(await avatars.get(ROMEO)).toBeUndefined();
    await stream.recv(event(ROMEO, info({ bytes: 10_485_760 })));
    expect(await avatars.get(ROMEO)).toBeUndefined();
    await stream.recv(event(ROMEO, info({ bytes: 1_000 })));
    expect(await avatars.get(ROMEO, { maxBytes: 999 })).toBeUndefined();
    await stream.expectNothingSent();
  });

  it('of 10 MiB, though announced as small, is not decoded', async () => {
    const { stream, avatars } = await start({ maxBytes: 1_000 });
    await stream.recv(event(ROMEO, `<info id='${id}' type='image/png'/>`));
    const got = avatars.get(ROMEO);
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(new Uint8Array(150_000)));
    expect(await got).toBeUndefined();
  });

  it('has any text for an id on some bridges, which proves nothing', async () => {
    const { stream, avatars, outcome } = await start();
    expect(await outcome(info({ id: 'current' }), image, true, 'current')).toMatchObject({ id });
    // Another image may be there by now.
    const other = png(32, 32);
    await stream.recv(event(ROMEO, info({ id: 'current', bytes: other.length })));
    const got = avatars.get(ROMEO);
    await stream.recvResult(await stream.expectSent(question(ROMEO, 'current')), dataItems(other, 'current'));
    expect(await got).toMatchObject({ id: await sha1(other), width: 32 });
  });

  it('is asked of an account that has told nothing, once', async () => {
    const { stream, avatars } = await start();
    const ask = `<iq type='get' id='*' to='eve@example.net'><pubsub xmlns='${NS_PUBSUB}'><items node='${NS_METADATA}' max_items='1'/></pubsub></iq>`;
    const got = avatars.get('eve@example.net/x');
    await stream.recvError(await stream.expectSent(ask), 'item-not-found');
    expect([await got, await avatars.get('eve@example.net')]).toEqual([undefined, undefined]);
    await stream.expectNothingSent();
  });

  it('is forgotten with the contact', async () => {
    const { stream, xmpp, avatars } = await start();
    await stream.recv(event(ROMEO, info()));
    xmpp.roster.of().drop(JID.from(ROMEO));
    await stream.idle();
    expect(avatars.info(ROMEO)).toBeUndefined();
  });

  it('of who is no contact is not fetched by itself, though a source tells of it', async () => {
    const { stream, avatars, told } = await start({ autoFetch: true });
    const loaded: string[] = [];
    const { changed } = avatars.addSource({
      name: 'test',
      info: () => ({ id, bytes: 1, type: 'image/png', width: 1, height: 1, url: undefined, source: 'test' }),
      load: async (jid) => {
        loaded.push(jid.full);
        return undefined;
      },
    });
    changed(JID.from('mallory@evil.example'));
    changed(JID.from(ROMEO));
    await stream.idle();
    expect([told.length, loaded]).toEqual([2, [ROMEO]]);
  });

  it('of two hundred contacts is fetched four at once', async () => {
    const { stream, xmpp } = await start({ autoFetch: true });
    const jids = Array.from({ length: 200 }, (_, n) => `c${n}@example.net`);
    xmpp.roster.of().apply(jids.map((jid) => ({ jid: JID.from(jid), subscription: 'both' as const })));
    for (const jid of jids)
      await stream.recv(event(jid, info({ id: await sha1(png(1, 1, Number(jid.slice(1, -12)))) })));
    await stream.idle();
    const asked = stream.sent.filter(({ name }) => name === 'iq');
    expect(asked).toHaveLength(4);
    for (const request of asked) await stream.recvError(request, 'item-not-found');
    expect(stream.sent.filter(({ name }) => name === 'iq')).toHaveLength(8);
  });
});

describe('an image with an address', () => {
  const there = jpeg(30, 20);
  const url = 'https://img.montague.net/a.jpg';
  const forms = async (given = url): Promise<string> =>
    info() + info({ id: await sha1(there), bytes: there.length, type: 'image/jpeg', url: given });

  it('is not fetched unless that is wanted, and the one on the server is taken', async () => {
    const http = new MemoryHttpClient(() => ({ body: there }));
    const { stream, avatars } = await start({}, http);
    await stream.recv(event(ROMEO, await forms()));
    const got = avatars.get(ROMEO, { preferTypes: ['image/jpeg'] });
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
    expect([(await got)?.type, http.requests.length]).toEqual(['image/png', 0]);
  });

  it('is fetched from hosts of the same domain, or from everywhere', async () => {
    for (const [option, address, fetched] of [
      ['same-domain', url, true],
      ['same-domain', 'https://evilmontague.net/a.jpg', false],
      ['same-domain', 'https://example.net/a.jpg', false],
      ['same-domain', 'no address', false],
      ['always', 'https://example.net/a.jpg', true],
      ['always', 'https://169.254.169.254/latest', false],
      ['always', 'http://example.net/a.jpg', false],
      ['always', 'no address', false],
    ] as const) {
      const http = new MemoryHttpClient(() => ({ body: there }));
      const { stream, avatars } = await start({ http: option }, http);
      await stream.recv(event(ROMEO, await forms(address)));
      const got = avatars.get(ROMEO, { preferTypes: ['image/jpeg'] });
      if (!fetched) await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
      expect([(await got)?.type, http.requests.length]).toEqual([
        fetched ? 'image/jpeg' : 'image/png',
        fetched ? 1 : 0,
      ]);
    }
  });

  it('of the same domain is not looked for elsewhere, whatever its host says', async () => {
    const http = new MemoryHttpClient(({ url: { host } }) =>
      host === 'img.montague.net'
        ? { status: 302, headers: { location: 'https://evil.example/a.jpg' } }
        : { body: there },
    );
    const { stream, avatars } = await start({ http: 'same-domain' }, http);
    await stream.recv(event(ROMEO, await forms()));
    const got = avatars.get(ROMEO, { preferTypes: ['image/jpeg'] });
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
    expect([(await got)?.type, http.requests.map(({ url: { host } }) => host)]).toEqual([
      'image/png',
      ['img.montague.net'],
    ]);
  });

  it('is no other than was announced', async () => {
    const http = new MemoryHttpClient(() => ({ body: webp('VP8 ', 30, 20) }));
    const { stream, avatars } = await start({ http: 'always' }, http);
    await stream.recv(event(ROMEO, info({ id: await sha1(there), type: 'image/webp', url })));
    expect([await avatars.get(ROMEO), await avatars.get(ROMEO), http.requests.length]).toEqual([
      undefined,
      undefined,
      1,
    ]);
  });

  it('takes a client that somebody has provided', async () => {
    await expect(start({ http: 'always' })).rejects.toThrow('HttpClient');
  });
});

describe('our image', () => {
  const publish = (node: string, inside: string, given = id): string =>
    `<iq type='set' id='*'><pubsub xmlns='${NS_PUBSUB}'><publish node='${node}'><item id='${given}'>${inside}</item></publish><publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>${NS_PUBSUB}#publish-options</value></field><field var='pubsub#access_model'><value>presence</value></field></x></publish-options></pubsub></iq>`;
  const described = `<info id='${id}' bytes='${image.length}' type='image/png' width='64' height='64'/>`;

  it('is published before what is said of it, and not again', async () => {
    const { stream, avatars, told } = await start();
    expect(avatars.ownInfo).toBeUndefined();
    const done = avatars.publish({ data: image });
    await stream.recvResult(await stream.nextSent(), DISCO);
    await stream.recvResult(
      await stream.expectSent(publish(NS_DATA, `<data xmlns='${NS_DATA}'>${base64.encode(image)}</data>`)),
    );
    await stream.recvResult(await stream.expectSent(publish(NS_METADATA, metadata(described))));
    expect(await done).toMatchObject({ id, width: 64 });
    expect([told, avatars.ownInfo?.id]).toEqual([[[ACCOUNT, id, true, undefined]], id]);
    await avatars.publish({ data: image });
    expect((await avatars.get(ACCOUNT))?.data).toEqual(image);
    await stream.expectNothingSent();
    const off = avatars.disable();
    await stream.recvResult(
      await stream.expectSent(
        `<iq type='set' id='*'><pubsub xmlns='${NS_PUBSUB}'><publish node='${NS_METADATA}'><item id='current'>${metadata('')}</item></publish></pubsub></iq>`,
      ),
    );
    await off;
    expect([told.at(-1), avatars.ownInfo]).toEqual([[ACCOUNT, undefined, true, undefined], null]);
    // Now it is news again.
    const again = avatars.publish({ data: image }).catch(() => 'refused');
    await stream.recvError(await stream.nextSent(), 'internal-server-error');
    expect(await again).toBe('refused');
  });

  it('of another session is known once the account tells it, and costs nothing then', async () => {
    const { stream, avatars } = await start();
    await stream.recv(event(ACCOUNT, described));
    await avatars.publish({ data: image });
    await stream.expectNothingSent();
  });

  it('is a PNG, and none that is too large', async () => {
    const { stream, avatars } = await start();
    for (const data of [jpeg(10, 10), new Uint8Array(100)]) {
      await expect(avatars.publish({ data })).rejects.toBeInstanceOf(AvatarNeedsPngError);
    }
    for (const data of [png(50_000, 50_000), png(1, 1, 300_000)]) {
      await expect(avatars.publish({ data })).rejects.toBeInstanceOf(AvatarTooLargeError);
    }
    await stream.expectNothingSent();
  });
});

describe('another source', () => {
  it('counts where the account says nothing, is checked, and goes with its registration', async () => {
    const { stream, xmpp, avatars, told } = await start();
    const occupant = JID.from('club@rooms.example/nick');
    xmpp.claim('club@rooms.example', { kind: 'room' });
    const known = {
      id,
      bytes: undefined,
      type: undefined,
      width: undefined,
      height: undefined,
      url: undefined,
      source: 'card',
    };
    let loads = 0;
    const source = avatars.addSource({
      name: 'card',
      info: () => known,
      load: async () => {
        loads += 1;
        return image;
      },
    });
    source.changed(occupant);
    await stream.idle();
    expect(told).toEqual([[occupant.full, id, false, undefined]]);
    expect([(await avatars.get(occupant))?.id, (await avatars.get(ROMEO))?.id, loads]).toEqual([id, id, 1]);
    await stream.recv(event(ROMEO, info({ id: '0'.repeat(40) })));
    source.changed(JID.from(ROMEO));
    await stream.idle();
    expect([told.length, avatars.info(ROMEO)?.source]).toEqual([2, 'pep']);
    source.dispose();
    expect(avatars.info(occupant)).toBeUndefined();
    await stream.expectNothingSent();
  });
});
