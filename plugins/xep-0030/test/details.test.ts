import { ConfigError, JID, parseDocument } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  DiscoInfo,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  ServiceDiscovery,
  type ServiceDiscoveryOptions,
  TooManyItemsError,
} from '../src/index.js';
import { fits, InfoCache, MAX_CACHED_SIZE, sizeOf } from '../src/info-cache.js';

const streams = useStreams(afterEach);
const BOB = 'bob@example.net/x';
const info = (inside = ''): string => `<query xmlns='${NS_DISCO_INFO}'>${inside}</query>`;
const features = (...names: string[]): string => names.map((name) => `<feature var='${name}'/>`).join('');
const items = (inside: string): string => `<query xmlns='${NS_DISCO_ITEMS}'>${inside}</query>`;

async function start(options: ScriptedStreamOptions = {}, own: Partial<ServiceDiscoveryOptions> = {}) {
  const stream = streams.keep(await ScriptedStream.start({ plugins: [[ServiceDiscovery, own]], ...options }));
  return { stream, xmpp: stream.xmpp, disco: stream.xmpp.plugin(ServiceDiscovery) };
}

describe('what was answered', () => {
  const answer = (inside = ''): DiscoInfo => new DiscoInfo(parseDocument(info(inside)));

  it('is forgotten of an address, or of an account with its resources, and of no other', () => {
    const all = ['bob@example.net', BOB, 'bob@example.net/y', 'bob@example.network', 'example.net'];
    for (const [forgotten, left] of [
      [BOB, [0, 2, 3, 4]],
      ['bob@example.net', [3, 4]],
      ['example.net', [0, 1, 2, 3]],
    ] as const) {
      const cache = new InfoCache();
      for (const jid of all) cache.set(jid, JID.parse(jid), answer());
      cache.set('server', undefined, answer());
      cache.forget(JID.parse(forgotten));
      expect([all.flatMap((jid, index) => (cache.get(jid) ? [index] : [])), cache.get('server') !== undefined]).toEqual(
        [left, true],
      );
      expect(cache.size).toBe(left.length + 1);
    }
  });

  it('is remembered up to its size, with its key', () => {
    const bare = sizeOf(answer(features('')).xml);
    const cache = new InfoCache();
    const fitting = answer(features('x'.repeat(MAX_CACHED_SIZE - bare - 1)));
    cache.set('k', undefined, fitting);
    cache.set('kk', undefined, fitting);
    expect([cache.get('k') === fitting, cache.get('kk')]).toEqual([true, undefined]);
    cache.clear();
    expect(cache.size).toBe(0);
  });

  it('is measured no farther than it has to be', () => {
    const xml = parseDocument(`<a b='cd'>efg<h/>${'<i/>'.repeat(3)}</a>`);
    const size = sizeOf(xml);
    // Names, attributes and text, with what stands around them.
    expect(size).toBe(45);
    expect([fits(xml, size), fits(xml, size - 1)]).toEqual([true, false]);
  });

  it('is remembered by who was asked what, and as whom', async () => {
    const { stream, disco } = await start({ kind: 'component', jid: 'gw.example' });
    const asked: (string | undefined)[] = [];
    const ask = async (options: Parameters<ServiceDiscovery['info']>[1]): Promise<void> => {
      const before = stream.sent.length;
      const told = disco.info(BOB, options);
      await stream.idle();
      const sent = stream.sent.at(before);
      if (sent) await stream.recvResult(sent, info());
      await told;
      asked.push(sent && `${sent.attribute('from')} ${sent.firstElement?.attribute('node')}`);
    };
    for (const options of [{ from: 'a@gw.example' }, { from: 'b@gw.example' }, { from: 'a@gw.example', node: 'n' }]) {
      await ask(options);
      await ask(options);
    }
    expect(asked).toEqual([
      'a@gw.example undefined',
      undefined,
      'b@gw.example undefined',
      undefined,
      'a@gw.example n',
      undefined,
    ]);
  });

  it('is told, and not remembered where that is switched off', async () => {
    const { stream, xmpp, disco } = await start({}, { cache: false });
    const told: unknown[] = [];
    xmpp.on('discoInfo', ({ from, node, info: said }) => told.push([from?.full, node, said.features]));
    xmpp.on('discoItems', ({ from, node, items: all }) => told.push([from?.full, node, all.items.length]));
    for (let i = 0; i < 2; i++) {
      const asked = disco.info(BOB, { node: 'n' });
      await stream.recvResult(await stream.nextSent(), info(features('urn:a')));
      await asked;
    }
    const listed = disco.items(undefined);
    await stream.recvResult(await stream.nextSent(), items(''));
    await listed;
    await stream.idle();
    expect(told).toEqual([
      [BOB, 'n', ['urn:a']],
      [BOB, 'n', ['urn:a']],
      [undefined, undefined, 0],
    ]);
  });

  it('is forgotten where somebody says so, of one or of all', async () => {
    const { stream, disco } = await start();
    const ask = async (jid: string): Promise<number> => {
      const before = stream.sent.length;
      const asked = disco.info(jid);
      await stream.idle();
      const sent = stream.sent.at(before);
      if (sent) await stream.recvResult(sent, info());
      await asked;
      return stream.sent.length - before;
    };
    const both = async () => [await ask(BOB), await ask('eve@example.net')];
    expect([await both(), await both()]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    disco.forget('bob@example.net');
    expect(await both()).toEqual([1, 0]);
    disco.forget();
    expect(await both()).toEqual([1, 1]);
  });

  it('of our server is nothing that others know without asking', async () => {
    const { stream, disco } = await start();
    const looked: unknown[] = [];
    disco.addLookup((to) => void looked.push(to) as undefined);
    const asked = disco.info(undefined);
    await stream.recvResult(await stream.nextSent(), info());
    await asked;
    expect(looked).toEqual([]);
  });
});

describe('find()', () => {
  it('looks at items of their own, so many as are wanted, and each once', async () => {
    const { stream, disco } = await start();
    const found = disco.find('example.org', { feature: 'urn:a', category: 'conference' }, { maxItems: 2 });
    await stream.recvResult(
      await stream.nextSent(),
      items(
        `<item jid='example.org'/><item jid='a.example.org' node='n'/><item jid='a.example.org'/><item jid='a.example.org'/><item jid='b.example.org'/><item jid='c.example.org'/>`,
      ),
    );
    const told: Record<string, string> = {
      'example.org': features('urn:a'),
      'a.example.org': `<identity category='conference' type='text'/>${features('urn:a')}`,
      'b.example.org': `<identity category='conference' type='text'/>`,
    };
    const asked: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      const sent = await stream.nextSent();
      asked.push(sent.attribute('to'));
      await stream.recvResult(sent, info(told[sent.attribute('to') ?? '']));
    }
    expect([asked, (await found).map(({ jid, info: said }) => [jid.full, said.has('urn:a')])]).toEqual([
      ['example.org', 'a.example.org', 'b.example.org'],
      [['a.example.org', true]],
    ]);
    await stream.expectNothingSent();
  });

  it('asks as the address of a component, and for thirty seconds at most', async () => {
    const { stream, disco } = await start({ kind: 'component', jid: 'gw.example' });
    const found = disco.find('example.org', 'urn:a', { from: 'a@gw.example' });
    const listing = await stream.nextSent();
    await stream.recvResult(listing, items(`<item jid='mute.example.org'/>`));
    const asked = [await stream.nextSent(), await stream.nextSent()];
    expect([listing, ...asked].map((sent) => sent.attribute('from'))).toEqual([
      'a@gw.example',
      'a@gw.example',
      'a@gw.example',
    ]);
    await stream.recvResult(asked[0] as never, info(features('urn:a')));
    await stream.clock.advance(30_000);
    expect((await found).map(({ jid }) => jid.full)).toEqual(['example.org']);
    expect(stream.clock.pending).toEqual([]);
  });
});

describe('what we are', () => {
  it('of a node is what was said of it, else a branch, else what we are anyway', async () => {
    const { disco } = await start();
    disco.addFeature('urn:f', { node: 'feature' });
    disco.addItem({ jid: 'example.org', node: 'below' }, { node: 'branch' });
    disco.addItem({ jid: 'example.org' }, { node: 'leaf' });
    disco.addIdentity({ category: 'x', type: 'y' }, { node: 'leaf' });
    const kinds = async (node: string | undefined) =>
      [...(await disco.ownInfo({ node })).identities].map(({ category, type, name, lang }) =>
        [category, type, name, lang].join(' '),
      );
    expect(await kinds('feature')).toEqual(['client pc Sestina en']);
    expect(await kinds('branch')).toEqual(['hierarchy branch  ']);
    expect(await kinds('leaf')).toEqual(['x y  ']);
    expect(await kinds(undefined)).toEqual(['client pc Sestina en']);
    expect((await disco.ownInfo({ node: '' })).features).toContain(NS_DISCO_ITEMS);
    expect((await disco.ownInfo({ node: 'feature' })).features).toEqual([NS_DISCO_INFO, 'urn:f']);
    expect([disco.ownData({ node: 'none' }), disco.ownData({ node: '' })?.features.includes(NS_DISCO_ITEMS)]).toEqual([
      undefined,
      true,
    ]);
  });

  it.each(['category', 'type', 'name', 'lang'])('has no "<" in it: %s', async (part) => {
    const { disco } = await start();
    const identity = { category: 'a', type: 'b', name: 'c', lang: 'd', [part]: 'x<y' };
    expect(() => disco.addIdentity(identity)).toThrow(ConfigError);
    expect(() => disco.addIdentity(identity)).toThrow('"x<y"');
  });

  it('by a handler has the feature that everybody has, once', async () => {
    const { disco } = await start();
    const given = new DiscoInfo({ features: ['urn:a', NS_DISCO_INFO], node: 'other' });
    disco.answerInfo(() => given);
    const told = await disco.ownInfo({ node: 'n' });
    expect([told.features, told.node]).toEqual([['urn:a', NS_DISCO_INFO], 'n']);
  });

  it('lists what a handler gives for its place, and what was added elsewhere', async () => {
    const { stream, disco } = await start({ kind: 'component', jid: 'gw.example' });
    const list = async (to: string, node = '') => {
      await stream.recv(
        `<iq type='get' id='i' from='${BOB}' to='${to}'><query xmlns='${NS_DISCO_ITEMS}'${node && ` node='${node}'`}/></iq>`,
      );
      return `${(await stream.nextSent()).firstElement}`;
    };
    const handler = disco.answerItems(() => [{ jid: JID.parse('x@gw.example'), node: 'n', name: 'X' }], {
      jid: 'a@gw.example',
    });
    disco.addItem({ jid: 'y@gw.example' });
    expect(await list('a@gw.example', 'm')).toBe(
      `<query xmlns='${NS_DISCO_ITEMS}' node='m'><item jid='x@gw.example' node='n' name='X'/></query>`,
    );
    handler.dispose();
    for (const to of ['a@gw.example', 'b@gw.example']) expect(await list(to)).toContain('y@gw.example');
  });

  it('is told to have changed with the address as one', async () => {
    const { stream, xmpp, disco } = await start({ kind: 'component', jid: 'gw.example' });
    const changed: unknown[] = [];
    xmpp.on('discoInfoChanged', ({ jid, node }) => changed.push([jid?.full, node]));
    disco.infoChanged({ jid: 'A@gw.example', node: 'n' });
    await stream.idle();
    expect(changed).toEqual([['a@gw.example', 'n']]);
  });
});

it('an answer is read by namespace', () => {
  const read = new DiscoInfo(
    parseDocument(info(`<feature xmlns='urn:o' var='urn:a'/><other var='urn:b'/><feature var='urn:c'/>`)),
  );
  expect(['urn:a', 'urn:b', 'urn:c'].map((feature) => read.has(feature))).toEqual([false, false, true]);
  expect(new TooManyItemsError(3, 2)).toMatchObject({
    count: 3,
    limit: 2,
    message: expect.stringContaining('only 2 are allowed'),
  });
});
