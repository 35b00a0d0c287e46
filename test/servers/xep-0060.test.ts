import type { ClientXMPP } from '@sestina/client';
import { attr, element, ownText, type XmlElement, xml } from '@sestina/core';
import {
  definePubSubNode,
  NodeExistsError,
  NodeForbiddenError,
  NodeNotFoundError,
  PreconditionNotMetError,
  PubSub,
  type PubSubItem,
  UnknownNodeOptionError,
} from '@sestina/xep-0060';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

const NS = 'urn:example:weather';
class Weather extends element('weather', NS, { degrees: attr('degrees'), text: ownText() }) {}

describe.each(KINDS)('publish-subscribe with %s', (kind) => {
  const bench = useServer({ kind });
  let nodes = 0;
  const nodeName = (): string => `weather-${++nodes}`;

  /** Prosody lets administrators alone create nodes on the service. */
  async function owner(): Promise<ClientXMPP> {
    const [admin] = bench.server.users;
    return bench.online(admin);
  }
  const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
    const found: T[] = [];
    for await (const item of items) found.push(item);
    return found;
  };
  const ids = (items: readonly PubSubItem<unknown>[]): string[] => items.map(({ id }) => id).sort();

  it('is created, published to, read, and tells who has subscribed', async () => {
    const [mine, other] = await Promise.all([owner(), bench.online()]);
    const { pubsub: domain } = bench.server.hosts;
    const definition = definePubSubNode({
      node: nodeName(),
      payload: Weather,
      config: { accessModel: 'open', persistItems: true, maxItems: 10, notifyDelete: true, notifyRetract: true },
    });
    const node = mine.use(PubSub).service(domain).node(definition);
    await node.create();
    await expect(node.create()).rejects.toBeInstanceOf(NodeExistsError);
    expect(await node.getOrCreate()).toBe(false);
    expect(await node.config()).toMatchObject({ accessModel: 'open', maxItems: 10, persistItems: true });

    other.sendPresence();
    const seen = other.use(PubSub).service(domain).node(definition);
    const events: unknown[] = [];
    for (const type of ['published', 'retracted', 'purged', 'deleted'] as const) {
      seen.on(type, (event) => {
        events.push(
          event.type === 'published'
            ? event.items.map(({ id, value }) => [id, value?.degrees])
            : event.type === 'retracted'
              ? event.ids
              : event.type,
        );
      });
    }
    const subscription = await seen.subscribe();
    expect(subscription).toMatchObject({ node: definition.node, state: 'subscribed' });
    expect(subscription.jid.full).toBe(other.account.full);
    expect((await seen.subscriptions()).map(({ state }) => state)).toEqual(['subscribed']);

    const first = seen.wait('published');
    expect(await node.publish(new Weather({ degrees: '21' }), { id: 'noon' })).toBe('noon');
    expect((await first).service.full).toBe(domain);
    const random = await node.publish(new Weather({ degrees: '17' }));
    await node.publish(new Weather({ degrees: '22' }), { id: 'noon' });
    const items = await all(seen.items());
    expect(ids(items)).toEqual(['noon', random].sort());
    expect(items.find(({ id }) => id === 'noon')?.value?.degrees).toBe('22');
    expect((await seen.item('noon'))?.value?.degrees).toBe('22');
    expect(await seen.item('midnight')).toBeUndefined();
    expect(await all(seen.items({ last: 1 }))).toHaveLength(1);

    expect((await node.subscribers()).map(({ jid }) => jid.full)).toEqual([other.account.full]);
    await node.retract('noon');
    await expect(node.retract('noon')).rejects.toMatchObject({ code: 'ERR_ITEM_NOT_FOUND' });
    await node.purge();
    expect(await all(node.items())).toEqual([]);
    const gone = seen.wait('deleted');
    await node.delete();
    await gone;
    expect(events).toEqual([[['noon', '21']], [[random, '17']], [['noon', '22']], ['noon'], 'purged', 'deleted']);
    await expect(all(seen.items())).rejects.toBeInstanceOf(NodeNotFoundError);
    expect(other.plugin(PubSub).strayEvents).toBe(0);
  });

  it('is configured without touching what nobody named', async () => {
    const mine = await owner();
    const service = mine.use(PubSub).service(bench.server.hosts.pubsub);
    const node = service.node(nodeName());
    await node.create({ title: 'Weather', maxItems: 5 });
    const before = await node.config();
    await node.configure({ maxItems: 7 });
    expect(await node.config()).toEqual({ ...before, maxItems: 7 });
    await node.configure({ maxItems: 'max' });
    expect((await node.config()).maxItems).not.toBe(7);
    await expect(node.configure({ colour: 'red' })).rejects.toBeInstanceOf(UnknownNodeOptionError);
    expect(await service.features()).toContain('publish-options');
    expect(await service.nodes()).toContain(node.node);
    await node.delete();
  });

  it('keeps out whom its owner keeps out', async () => {
    const [mine, other] = await Promise.all([owner(), bench.online()]);
    const { pubsub: domain } = bench.server.hosts;
    const node = mine.use(PubSub).service(domain).node(nodeName());
    await node.create({ accessModel: 'whitelist', persistItems: true });
    await node.publish(xml('weather', { xmlns: NS }) as XmlElement, { id: 'a' });
    const seen = other.use(PubSub).service(domain).node(node.node);
    await expect(seen.subscribe()).rejects.toBeInstanceOf(NodeForbiddenError);
    await node.setAffiliates([{ jid: other.account, affiliation: 'member' }]);
    expect((await node.affiliates()).find(({ jid }) => jid.equals(other.account))?.affiliation).toBe('member');
    expect(ids(await all(seen.items()))).toEqual(['a']);
    await seen.subscribe();
    await expect(seen.purge()).rejects.toBeInstanceOf(NodeForbiddenError);
    await seen.unsubscribe();
    expect((await node.subscribers()).filter(({ state }) => state === 'subscribed')).toEqual([]);
  });

  it('publishes to a node of our own that is as it has to be, and else says so, or makes it so', async () => {
    const mine = await bench.online();
    const definition = definePubSubNode({ node: nodeName(), payload: Weather, itemId: 'current' });
    const node = mine.use(PubSub).service().node(definition);
    await node.publish(new Weather({ degrees: '1' }), { options: { accessModel: 'whitelist', persistItems: true } });
    expect((await node.config()).accessModel).toBe('whitelist');
    await node.publish(new Weather({ degrees: '2' }), { options: { accessModel: 'whitelist' } });
    const open = {
      options: { accessModel: 'open', persistItems: true, maxItems: 20, sendLastPublishedItem: 'never' },
    } as const;
    await expect(node.publish(new Weather({ degrees: '3' }), open)).rejects.toBeInstanceOf(PreconditionNotMetError);
    expect((await node.item('current'))?.value?.degrees).toBe('2');
    await node.publish(new Weather({ degrees: '4' }), { ...open, onConflict: 'configure' });
    expect((await node.item('current'))?.value?.degrees).toBe('4');
    expect(await node.config()).toMatchObject({ accessModel: 'open', maxItems: 20, sendLastPublishedItem: 'never' });
    const fresh = mine.plugin(PubSub).service().node(nodeName());
    await fresh.publish(xml('weather', { xmlns: NS }) as XmlElement, { ...open, onConflict: 'configure' });
    expect(await fresh.config()).toMatchObject({ accessModel: 'open', maxItems: 20, sendLastPublishedItem: 'never' });
    await expect(fresh.publish(new Weather({ text: 'x'.repeat(300_000) }).xml)).rejects.toMatchObject({
      code: 'ERR_PAYLOAD_TOO_LARGE',
    });
  });

  it('is read to its end however many items there are, a page at a time', async () => {
    const mine = await owner();
    const node = mine.use(PubSub).service(bench.server.hosts.pubsub).node(nodeName());
    // Prosody has 256 at most on its service.
    await node.create({ maxItems: 200, persistItems: true, accessModel: 'open' });
    const expected = Array.from({ length: 150 }, (_, index) => `i${index}`);
    await Promise.all(expected.map((id) => node.publish(xml('weather', { xmlns: NS }) as XmlElement, { id })));
    expect(ids(await all(node.items({ pageSize: 40 })))).toEqual([...expected].sort());
    let asked = 0;
    mine.onWritten(() => {
      asked += 1;
    });
    for await (const _item of node.items()) break;
    expect(asked).toBe(1);
    await expect(
      all(
        mine
          .plugin(PubSub)
          .service(bench.server.hosts.pubsub)
          .node(definePubSubNode({ node: node.node, payload: Weather, maxItems: 100 }))
          .items(),
      ),
    ).rejects.toMatchObject({ code: 'ERR_PUBSUB_LIMIT', limit: 100 });
  });
});
