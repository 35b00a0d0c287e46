import { StanzaError, TimeoutError } from '@sestina/core';
import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  definePubSubNode,
  NodeForbiddenError,
  NodeNotFoundError,
  PreconditionNotMetError,
  PublishOptionsUnsupportedError,
  PubSub,
  PubSubUnsupportedError,
} from '../src/index.js';
import {
  DISCO,
  disco,
  field,
  iq,
  item,
  NS,
  owner,
  pubsub,
  SERVICE,
  start,
  submit,
  WEATHER,
  Weather,
} from './helpers.js';

const streams = useStreams(afterEach);

const ACCOUNT = 'juliet@capulet.com';
const publish = (inside: string, options = ''): string =>
  pubsub(`<publish node='weather'>${inside}</publish>${options}`);
const withOptions = (fields: Readonly<Record<string, string>>): string =>
  `<publish-options>${submit('publish-options', fields)}</publish-options>`;
const refused = (
  iqElement: { attribute(name: string): string | undefined },
  condition: string,
  pubsubCondition: string,
): string =>
  `<iq type='error' id='${iqElement.attribute('id')}' from='${iqElement.attribute('to') ?? ACCOUNT}'><error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>${pubsubCondition}</error></iq>`;
const precondition = `<precondition-not-met xmlns='http://jabber.org/protocol/pubsub#errors'/>`;

describe('publishing', () => {
  it('sends one item under the id that is given, that the definition has, or a random one', async () => {
    const { stream, plugin } = await start(streams);
    const node = plugin.service(SERVICE).node(WEATHER);
    const first = node.publish(new Weather({ degrees: '1' }), { id: 'a' });
    await stream.recvResult(await stream.expectSent(iq('set', publish(item('a')))), publish(`<item id='a'/>`));
    expect(await first).toBe('a');
    const second = node.publish(new Weather({ degrees: '1' }));
    const sent = await stream.expectSent(iq('set', publish(item('*'))));
    await stream.recvResult(sent);
    expect(await second).toMatch(/^[\w-]{20}$/);
    const current = definePubSubNode({ node: 'weather', payload: Weather, itemId: ({ degrees }) => `d${degrees}` });
    const third = plugin
      .service(SERVICE)
      .node(current)
      .publish(new Weather({ degrees: '1' }));
    await stream.recvResult(await stream.expectSent(iq('set', publish(item('d1')))), publish(`<item id='given'/>`));
    expect(await third).toBe('given');
    const nothing = node.publish(undefined);
    await stream.recvResult(await stream.expectSent(iq('set', publish(''))));
    expect(await nothing).toBe('');
  });

  it('sends nothing where who may read it would not be looked at', async () => {
    const { stream, plugin } = await start(streams);
    const node = plugin.service().node(WEATHER);
    const value = new Weather({ degrees: '1' });
    const held = expect(node.publish(value, { options: { accessModel: 'whitelist' } })).rejects.toBeInstanceOf(
      PublishOptionsUnsupportedError,
    );
    await stream.recvResult(await stream.expectSent(DISCO(ACCOUNT)), disco('publish'));
    await held;
    await stream.expectNothingSent();
    const open = node.publish(value, { id: 'a', options: { maxItems: 3 } });
    await stream.recvResult(await stream.expectSent(iq('set', publish(item('a')), '')));
    expect(await open).toBe('a');
  });

  const WANTED = { accessModel: 'whitelist', maxItems: 5, title: 'W' } as const;
  const ALL = { 'pubsub#access_model': 'whitelist', 'pubsub#max_items': '5', 'pubsub#title': 'W' };

  async function conflict(onConflict: 'configure' | 'fail' | 'ignore') {
    const made = await start(streams);
    const { stream, plugin } = made;
    const result = plugin
      .service()
      .node(WEATHER)
      .publish(new Weather({ degrees: '1' }), { id: 'a', options: WANTED, onConflict });
    const settled = result.then(
      (id) => id,
      (error: unknown) => error,
    );
    await stream.recvResult(await stream.expectSent(DISCO(ACCOUNT)), disco('publish-options'));
    const sent = await stream.expectSent(iq('set', publish(item('a'), withOptions(ALL)), ''));
    return { ...made, settled, sent };
  }

  it('tells of a node with other settings, or does not mind them', async () => {
    const failing = await conflict('fail');
    await failing.stream.recv(refused(failing.sent, 'conflict', precondition));
    expect(await failing.settled).toBeInstanceOf(PreconditionNotMetError);
    expect(await failing.settled).toMatchObject({
      pubsub: 'precondition-not-met',
      condition: 'conflict',
      node: 'weather',
    });
    const ignoring = await conflict('ignore');
    await ignoring.stream.recv(refused(ignoring.sent, 'conflict', precondition));
    await ignoring.stream.recvResult(await ignoring.stream.expectSent(iq('set', publish(item('a')), '')));
    expect(await ignoring.settled).toBe('a');
  });

  const FORM = `<configure node='weather'><x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#node_config</value></field>${field('pubsub#access_model', 'open')}${field('pubsub#max_items', '5')}${field('vendor#x', 'y')}</x></configure>`;

  it('changes what differs, nothing else, and publishes again, once', async () => {
    const { stream, settled, sent } = await conflict('configure');
    await stream.recv(refused(sent, 'conflict', precondition));
    const get = await stream.expectSent(iq('get', owner(`<configure node='weather'/>`), ''));
    await stream.recvResult(get, owner(FORM));
    const set = await stream.expectSent(
      iq(
        'set',
        owner(
          `<configure node='weather'>${submit('node_config', { 'pubsub#access_model': 'whitelist' }).replace("<field var='pubsub#access_model'>", "<field var='pubsub#access_model' type='text-single'>")}</configure>`,
        ),
        '',
      ),
    );
    await stream.recvResult(set);
    const again = await stream.expectSent(
      iq('set', publish(item('a'), withOptions({ 'pubsub#access_model': 'whitelist' })), ''),
    );
    await stream.recv(refused(again, 'conflict', precondition));
    expect(await settled).toBeInstanceOf(PreconditionNotMetError);
    await stream.expectNothingSent();
  });

  it('creates the node where it is not there, and gives up where the service says so for ever', async () => {
    const { stream, settled, sent } = await conflict('configure');
    await stream.recv(refused(sent, 'conflict', precondition));
    await stream.recvError(await stream.nextSent(), 'item-not-found');
    const create = await stream.expectSent(
      iq('set', pubsub(`<create node='weather'/><configure>${submit('node_config', ALL)}</configure>`), ''),
    );
    await stream.recvError(create, 'not-acceptable');
    const few = await stream.expectSent(
      iq(
        'set',
        pubsub(
          `<create node='weather'/><configure>${submit('node_config', { 'pubsub#access_model': 'whitelist' })}</configure>`,
        ),
        '',
      ),
    );
    await stream.recvResult(few);
    await stream.recvError(await stream.nextSent(), 'item-not-found');
    expect(await settled).toBeInstanceOf(NodeNotFoundError);
    await stream.expectNothingSent();
  });

  it('of a service that takes few settings with an item sets the others before, once in a session', async () => {
    const { stream, plugin, settled, sent } = await conflict('configure');
    await stream.recvError(sent, 'resource-constraint');
    await stream.recvResult(await stream.nextSent(), owner(FORM));
    await stream.recvResult(await stream.nextSent());
    const essential = iq('set', publish(item('a'), withOptions({ 'pubsub#access_model': 'whitelist' })), '');
    await stream.recvResult(await stream.expectSent(essential));
    expect(await settled).toBe('a');
    const node = plugin.service().node(WEATHER);
    const again = node.publish(new Weather({ degrees: '1' }), { id: 'a', options: WANTED, onConflict: 'configure' });
    await stream.recvResult(await stream.expectSent(essential));
    expect(await again).toBe('a');
  });

  it('refuses what is too large, and waits no longer than it should', async () => {
    const { stream, plugin } = await start(streams);
    const node = plugin.service(SERVICE).node('weather');
    const { xml } = new Weather({ degrees: 'ü'.repeat(140_000) });
    await expect(node.publish(xml)).rejects.toMatchObject({ code: 'ERR_PAYLOAD_TOO_LARGE', limit: 262_144 });
    await stream.expectNothingSent();
    const late = expect(node.publish(new Weather({}).xml, { timeout: 500 })).rejects.toBeInstanceOf(TimeoutError);
    await stream.clock.advance(500);
    await late;
    const reason = new Error('enough');
    await expect(node.publish(new Weather({}).xml, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(plugin.service(SERVICE).features({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('a refusal', () => {
  it('is an error for what a caller can do about it', async () => {
    const { stream, plugin } = await start(streams);
    const node = plugin.service(SERVICE).node('weather');
    const cases = [
      ['item-not-found', '', NodeNotFoundError, undefined],
      ['forbidden', '', NodeForbiddenError, undefined],
      [
        'not-authorized',
        `<presence-subscription-required xmlns='http://jabber.org/protocol/pubsub#errors'/>`,
        NodeForbiddenError,
        'presence-subscription-required',
      ],
      [
        'feature-not-implemented',
        `<unsupported xmlns='http://jabber.org/protocol/pubsub#errors' feature='purge-nodes'/>`,
        PubSubUnsupportedError,
        'unsupported',
      ],
      ['service-unavailable', '', PubSubUnsupportedError, undefined],
      [
        'bad-request',
        `<a&#xE9; xmlns='http://jabber.org/protocol/pubsub#errors'/>`.replace('&#xE9;', 'é'),
        Error,
        'aé',
      ],
    ] as const;
    for (const [condition, more, cls, said] of cases) {
      const failed = node.purge().then(
        () => undefined,
        (error: unknown) => error,
      );
      await stream.recv(refused(await stream.expectSent(iq('set', owner(`<purge node='weather'/>`))), condition, more));
      const error = await failed;
      expect(error).toBeInstanceOf(cls);
      expect(error).toMatchObject({ condition, pubsub: said, service: SERVICE, node: 'weather' });
      expect((error as Error).cause).toBeInstanceOf(StanzaError);
    }
  });

  it('of options is one before anything is done', async () => {
    expect(() => definePubSubNode({ node: '', payload: Weather })).toThrow('node is the name of a node');
    expect(() => definePubSubNode({ node: 'a', payload: undefined as never })).toThrow('payload is a class');
    expect(() => definePubSubNode({ node: 'a', payload: Weather, maxItems: 0 })).toThrow('maxItems');
    const { xmpp, plugin } = await start(streams);
    expect(() => plugin.service('a@b@c')).toThrow();
    xmpp.remove(PubSub);
    for (const options of [{ maxItems: 0 }, { maxItems: Number.NaN }, { maxPayload: 0 }, { maxPayload: Number.NaN }]) {
      expect(() => xmpp.use(PubSub, options)).toThrow('is a number from 1');
    }
  });
});

describe('reading', () => {
  const page = (ids: readonly string[], count: number): string =>
    pubsub(
      `<items node='weather'>${ids.map((id) => item(id)).join('')}</items><set xmlns='http://jabber.org/protocol/rsm'><first>${ids[0] ?? ''}</first><last>${ids.at(-1) ?? ''}</last><count>${count}</count></set>`,
    );
  const ask = (set: string): string =>
    iq('get', pubsub(`<items node='weather'/><set xmlns='http://jabber.org/protocol/rsm'>${set}</set>`));

  async function drain(items: AsyncIterable<{ readonly id: string }>): Promise<unknown> {
    const found: string[] = [];
    try {
      for await (const { id } of items) found.push(id);
      return found;
    } catch (error) {
      return error;
    }
  }

  it('goes on where the service gives pages, and ends where they repeat', async () => {
    const { stream, plugin } = await start(streams);
    const node = plugin.service(SERVICE).node(WEATHER);
    const all = drain(node.items({ pageSize: 2 }));
    await stream.recvResult(await stream.expectSent(ask('<max>2</max>')), page(['a', 'b'], 3));
    await stream.recvResult(await stream.expectSent(ask('<max>2</max><after>b</after>')), page(['c'], 3));
    await stream.recvResult(
      await stream.expectSent(ask('<max>2</max><after>c</after>')),
      pubsub(`<items node='weather'/>`),
    );
    expect(await all).toEqual(['a', 'b', 'c']);
    const circle = drain(node.items({ pageSize: 2 }));
    for (let i = 0; i < 3; i++) {
      const sent = await stream.nextSent().catch(() => undefined);
      if (sent) await stream.recvResult(sent, page(['a', 'b'], 9));
    }
    expect(await circle).toMatchObject({ code: 'ERR_PAGING' });
  });

  it('ends with more than it should be, and with an item that is too large', async () => {
    const { stream, plugin } = await start(streams);
    const few = plugin.service(SERVICE).node(definePubSubNode({ node: 'weather', payload: Weather, maxItems: 2 }));
    const many = drain(few.items());
    await stream.recvResult(
      await stream.nextSent(),
      pubsub(`<items node='weather'>${item('a')}${item('b')}${item('c')}</items>`),
    );
    expect(await many).toMatchObject({ code: 'ERR_PUBSUB_LIMIT', limit: 2 });
    const large = drain(few.items());
    await stream.recvResult(
      await stream.nextSent(),
      pubsub(
        `<items node='weather'><item id='a'><weather xmlns='${NS}'>${'x'.repeat(262_200)}</weather></item></items>`,
      ),
    );
    expect(await large).toMatchObject({ code: 'ERR_PAYLOAD_TOO_LARGE' });
  });

  it('of one item says that it is not there, and takes no other for it', async () => {
    const { stream, plugin } = await start(streams);
    const node = plugin.service(SERVICE).node(WEATHER);
    const missing = node.item('a');
    await stream.recvError(
      await stream.expectSent(iq('get', pubsub(`<items node='weather'><item id='a'/></items>`))),
      'item-not-found',
    );
    expect(await missing).toBeUndefined();
    const other = node.item('a');
    await stream.recvResult(await stream.nextSent(), pubsub(`<items node='weather'>${item('b')}</items>`));
    expect(await other).toBeUndefined();
    const last = drain(node.items({ last: 3 }));
    await stream.recvResult(
      await stream.expectSent(iq('get', pubsub(`<items node='weather' max_items='3'/>`))),
      pubsub(''),
    );
    expect(await last).toEqual([]);
  });
});
