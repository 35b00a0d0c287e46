import { base64, JID } from '@sestina/core';
import { BlobStore } from '@sestina/core/storage';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { NS_PUBSUB, NS_PUBSUB_EVENT } from '@sestina/xep-0060';
import { afterEach, describe, expect, it } from 'vitest';
import { Avatars, NS_AVATAR_DATA as NS_DATA, NS_AVATAR_METADATA as NS_METADATA, sha1 } from '../src/index.js';
import { png } from './images.js';

const ACCOUNT = 'alice@example.org';
const ROMEO = 'romeo@montague.net';
const streams = useStreams(afterEach);
const image = png(64, 64, 100);
const id = await sha1(image);

/** A store in a map, which can be looked into, and spoiled. */
class MapStore extends BlobStore {
  readonly kept = new Map<string, Uint8Array>();
  reads = 0;

  async get(key: string): Promise<Uint8Array | undefined> {
    this.reads += 1;
    return this.kept.get(key)?.slice();
  }

  async put(key: string, data: Uint8Array): Promise<void> {
    this.kept.set(key, data.slice());
  }

  async delete(key: string): Promise<void> {
    this.kept.delete(key);
  }

  async trim(): Promise<void> {
    this.kept.clear();
  }
}

/** A run of a program: a client with a store, and Romeo, who is a contact unless it is said otherwise. */
async function run(blobs: BlobStore, { account = ACCOUNT, contact = true, options = {} } = {}) {
  const own = `${account}/desk`;
  const stream = await ScriptedStream.start({ jid: own, plugins: [[Avatars, options]], options: { blobs } });
  streams.keep(stream);
  const { xmpp } = stream;
  if (contact) xmpp.roster.of().apply([{ jid: JID.from(ROMEO), subscription: 'both' }]);
  await stream.idle();
  stream.skipSent();
  const avatars = xmpp.plugin(Avatars);
  const announces = (hash = id, from = ROMEO): Promise<void> =>
    stream.recv(
      `<message from='${from}' to='${own}' type='headline'><event xmlns='${NS_PUBSUB_EVENT}'><items node='${NS_METADATA}'><item id='x'><metadata xmlns='${NS_METADATA}'><info id='${hash}' bytes='${image.length}' type='image/png'/></metadata></item></items></event></message>`,
    );
  /** Answers the question for the image, which has to be there. */
  const sends = async (data: Uint8Array, hash = id): Promise<void> => {
    const asked = await stream.expectSent(
      `<iq type='get' id='*' to='${ROMEO}'><pubsub xmlns='${NS_PUBSUB}'><items node='${NS_DATA}'><item id='${hash}'/></items></pubsub></iq>`,
    );
    await stream.recvResult(
      asked,
      `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS_DATA}'><item id='${hash}'><data xmlns='${NS_DATA}'>${base64.encode(data)}</data></item></items></pubsub>`,
    );
  };
  return { stream, xmpp, avatars, announces, sends };
}

/** A run in which Romeo's image is fetched. */
async function fetched(blobs: BlobStore, more: Parameters<typeof run>[1] = {}): Promise<void> {
  const { avatars, announces, sends, stream } = await run(blobs, more);
  await announces();
  const got = avatars.get(ROMEO);
  await sends(image);
  expect((await got)?.data).toEqual(image);
  await stream.idle();
}

describe('images that a store keeps', () => {
  it('are not asked for again by the next process', async () => {
    const store = new MapStore();
    await fetched(store);
    const { stream, avatars, announces } = await run(store);
    await announces();
    expect(await avatars.get(ROMEO)).toEqual({ id, data: image, type: 'image/png', width: 64, height: 64 });
    expect(await avatars.get(ROMEO)).toMatchObject({ id });
    // From memory then.
    expect(store.reads).toBe(2);
    await stream.expectNothingSent();
  });

  it('are those that have a hash, of as many bytes as they may have in this run', async () => {
    const store = new MapStore();
    await fetched(store, { options: { maxBytes: image.length } });
    const { stream, avatars, announces } = await run(store, { options: { maxBytes: image.length } });
    await announces();
    expect((await avatars.get(ROMEO))?.data).toEqual(image);
    await stream.expectNothingSent();
    const reads = store.reads;
    await announces('current');
    const got = avatars.get(ROMEO);
    const asked = await stream.nextSent();
    expect(store.reads).toBe(reads);
    await stream.recvError(asked, 'item-not-found');
    expect(await got).toBeUndefined();
  });

  it('are fetched without a word at the beginning where that is wanted, and from there', async () => {
    const store = new MapStore();
    await fetched(store);
    const { stream, announces } = await run(store, { options: { autoFetch: true } });
    await announces();
    await stream.expectNothingSent();
    expect(store.reads).toBe(2);
  });

  it('are those of one account: another one asks for itself', async () => {
    const store = new MapStore();
    await fetched(store);
    await fetched(store, { account: 'bob@example.org' });
    expect([...store.kept.keys()].sort()).toEqual([`xep-0084/${ACCOUNT}/${id}`, `xep-0084/bob@example.org/${id}`]);
  });

  it('are never those of strangers, and those of a contact that was removed are forgotten', async () => {
    const store = new MapStore();
    await fetched(store);
    const { xmpp, stream, avatars, announces, sends } = await run(store);
    await announces();
    xmpp.roster.of().drop(JID.from(ROMEO));
    await stream.idle();
    expect([...store.kept.keys()]).toEqual([]);
    const got = avatars.get(ROMEO);
    await stream.recvResult(
      await stream.nextSent(),
      `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS_METADATA}'><item id='x'><metadata xmlns='${NS_METADATA}'><info id='${id}' bytes='${image.length}' type='image/png'/></metadata></item></items></pubsub>`,
    );
    await sends(image);
    expect((await got)?.id).toBe(id);
    await stream.idle();
    expect([...store.kept.keys()]).toEqual([]);
  });

  it.each<[string, Uint8Array]>([
    ['another image', png(64, 64, 101)],
    ['no image', new TextEncoder().encode('<svg/>')],
    ['nothing', new Uint8Array()],
    ['too much', png(64, 64, 300_000)],
  ])('are asked for where %s stands there', async (_what, spoiled) => {
    const store = new MapStore();
    store.kept.set(`xep-0084/${ACCOUNT}/${id}`, spoiled);
    await fetched(store);
    expect(store.kept.get(`xep-0084/${ACCOUNT}/${id}`)).toEqual(image);
  });

  it('are checked by the bounds of this run', async () => {
    const store = new MapStore();
    const bomb = png(50_000, 50_000);
    const hash = await sha1(bomb);
    store.kept.set(`xep-0084/${ACCOUNT}/${hash}`, bomb);
    const { avatars, announces, sends } = await run(store);
    await announces(hash);
    const got = avatars.get(ROMEO);
    await sends(bomb, hash);
    expect(await got).toBeUndefined();
  });

  it('are asked for where the store fails, or never answers', async () => {
    const store = new MapStore();
    store.get = async () => {
      throw new Error('the disk is gone');
    };
    store.put = store.get as never;
    await fetched(store);
    const never = new MapStore();
    never.get = () => new Promise(() => {});
    never.put = () => new Promise(() => {});
    const { stream, avatars, announces, sends } = await run(never);
    await announces();
    const got = avatars.get(ROMEO);
    await stream.clock.advance(5_000);
    await sends(image);
    expect((await got)?.data).toEqual(image);
    await stream.clock.advance(5_000);
    expect(stream.errors).toEqual([]);
  });

  it('are waited for no longer than somebody wants to, nor than the plugin is there', async () => {
    const never = new MapStore();
    never.get = () => new Promise(() => {});
    const { stream, avatars, announces, xmpp } = await run(never);
    await announces();
    const stop = new AbortController();
    const given = expect(avatars.get(ROMEO, { signal: stop.signal })).rejects.toThrow('enough');
    await stream.idle();
    stop.abort(new Error('enough'));
    await given;
    const removed = expect(avatars.get(ROMEO)).rejects.toMatchObject({ name: 'PluginError' });
    await stream.idle();
    xmpp.remove(Avatars);
    await removed;
    await stream.clock.advance(5_000);
    await stream.expectNothingSent();
  });
});
