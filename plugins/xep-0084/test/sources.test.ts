import { JID } from '@sestina/core';
import { useStreams, VirtualClock } from '@sestina/testing';
import { NS_PUBSUB } from '@sestina/xep-0060';
import { afterEach, describe, expect, it } from 'vitest';
import { type AvatarInfo, Avatars } from '../src/index.js';
import { KnownImages } from '../src/known-images.js';
import { ACCOUNT, dataItems, event, id, image, info, question, ROMEO, start as startWith } from './world.js';

type Rest<T> = T extends [unknown, ...infer R] ? R : never;
const streams = useStreams(afterEach);
const start = (...args: Rest<Parameters<typeof startWith>>) => startWith(streams, ...args);

const card = (given: AvatarInfo | null | undefined, data: Uint8Array | undefined = image) => ({
  name: 'card',
  info: () => given,
  load: async () => data,
});
const KNOWN: AvatarInfo = {
  ...{ id, bytes: undefined, type: undefined, width: undefined, height: undefined, url: undefined },
  source: 'card',
};
const EVE = JID.parse('eve@example.net');

describe('another source of images', () => {
  it('that knows of none saves a question, and one that knows nothing does not', async () => {
    const { stream, avatars } = await start();
    const none = avatars.addSource(card(null));
    expect(await avatars.get(EVE)).toBeUndefined();
    await stream.expectNothingSent();
    none.dispose();
    avatars.addSource(card(undefined));
    const got = avatars.get(EVE);
    await stream.recvError(await stream.nextSent(), 'item-not-found');
    expect(await got).toBeUndefined();
  });

  it('says what has changed, of our own account as well, until it is gone', async () => {
    const { stream, avatars, told } = await start();
    let known: AvatarInfo | null = KNOWN;
    const source = avatars.addSource({ ...card(KNOWN), info: () => known });
    source.changed(JID.parse(ACCOUNT));
    source.changed(EVE);
    known = null;
    source.changed(EVE);
    await stream.idle();
    expect(told).toEqual([
      [ACCOUNT, id, true, undefined],
      [EVE.full, id, false, undefined],
      [EVE.full, undefined, false, undefined],
    ]);
    source.dispose();
    source.changed(EVE);
    await stream.idle();
    expect(told).toHaveLength(3);
  });

  it('does not speak for our account where that has said something itself', async () => {
    const { stream, avatars, told } = await start();
    const source = avatars.addSource(card(KNOWN));
    await stream.recv(event(ACCOUNT, info()));
    source.changed(JID.parse(ACCOUNT));
    await stream.idle();
    expect(told).toHaveLength(1);
  });

  it('goes with the plugin, to which none can be added any more', async () => {
    const { xmpp, avatars } = await start();
    const source = avatars.addSource(card(KNOWN));
    xmpp.remove(Avatars);
    expect(source.disposed).toBe(true);
    expect(() => avatars.addSource(card(KNOWN))).toThrow(expect.objectContaining({ code: 'ERR_PLUGIN_MISSING' }));
    await expect(avatars.get(ROMEO)).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
  });

  it('takes the place of an image that an account has no more', async () => {
    const { stream, avatars, told } = await start();
    avatars.addSource(card(KNOWN));
    await stream.recv(event(ROMEO, ''));
    expect([told.at(-1), avatars.info(ROMEO)?.source]).toEqual([[ROMEO, id, false, undefined], 'card']);
  });
});

describe('an image', () => {
  it('is fetched by itself where that is wanted, of contacts, and never our own', async () => {
    const { stream } = await start({ autoFetch: true });
    await stream.recv(event(ACCOUNT, info()));
    await stream.expectNothingSent();
    await stream.recv(event(ROMEO, ''));
    await stream.expectNothingSent();
    await stream.recv(event(ROMEO, info()));
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
  });

  it('is asked for again where the account was too busy to say whether there is one', async () => {
    const { stream, avatars } = await start();
    for (let i = 0; i < 2; i++) {
      const got = avatars.get(EVE);
      const request = await stream.nextSent();
      await stream.recv(
        `<iq type='error' id='${request.attribute('id')}' from='${EVE}'><error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
      );
      expect(await got).toBeUndefined();
    }
  });

  it('of a room, or of an occupant of whom nothing is known, is asked of nobody', async () => {
    const { stream, xmpp, avatars } = await start();
    xmpp.claim('club@rooms.example', { kind: 'room' });
    for (const jid of ['club@rooms.example', 'club@rooms.example/nick']) expect(await avatars.get(jid)).toBeUndefined();
    await stream.expectNothingSent();
  });

  it('is the next form where the first one cannot be had', async () => {
    const { stream, avatars } = await start();
    const other = '0'.repeat(40);
    await stream.recv(event(ROMEO, info({ id: other }) + info({ type: 'image/webp' })));
    const got = avatars.get(ROMEO);
    await stream.recvResult(
      await stream.expectSent(question(ROMEO, other)),
      `<pubsub xmlns='${NS_PUBSUB}'><items node='urn:xmpp:avatar:data'/></pubsub>`,
    );
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
    expect((await got)?.id).toBe(id);
  });

  it('is waited for no longer than who asks wants to', async () => {
    const { stream, avatars } = await start();
    await stream.recv(event(ROMEO, info()));
    const stop = new AbortController();
    const given = expect(avatars.get(ROMEO, { signal: stop.signal })).rejects.toThrow('enough');
    await stream.expectSent(question(ROMEO));
    stop.abort(new Error('enough'));
    await given;
    // Nobody has been refused anything by that.
    const again = avatars.get(ROMEO);
    await stream.recvResult(await stream.expectSent(question(ROMEO)), dataItems(image));
    expect((await again)?.id).toBe(id);
  });
});

it('what could not be had is known of two thousand, the latest', () => {
  const images = new KnownImages(new VirtualClock(), 1_000);
  for (let i = 0; i < 2_000; i++) images.miss(`${i}`, 1_000);
  expect(images.isMiss('0')).toBe(true);
  images.miss('last', 1_000);
  expect(['1', '2', 'last'].map((key) => images.isMiss(key))).toEqual([false, true, true]);
});

it('images are two thousand, however small, the latest', () => {
  const images = new KnownImages(new VirtualClock(), 1e9);
  for (let i = 0; i <= 2_000; i++)
    images.keep({ id: `${i}`, data: new Uint8Array(1), type: 'image/png', width: 1, height: 1 }, 'contact');
  expect(['0', '1', '2000'].map((key) => images.get(key)?.id)).toEqual([undefined, '1', '2000']);
});
