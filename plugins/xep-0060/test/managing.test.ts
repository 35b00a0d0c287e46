import { JID } from '@sestina/core';
import { parseXml, type ScriptedStream, useStreams } from '@sestina/testing';
import { Form } from '@sestina/xep-0004';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_PUBSUB, PubSub, type PubSubServiceClient } from '../src/index.js';
import { configOf, differing, reconfigured } from '../src/node-config.js';
import { field, iq, OWN, owner, pubsub, SERVICE, start as startWith, submit } from './helpers.js';

const streams = useStreams(afterEach);
const start = (...args: Parameters<typeof startWith> extends [unknown, ...infer R] ? R : never) =>
  startWith(streams, ...args);
const form = (...fields: readonly string[]): string =>
  `<x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>${NS_PUBSUB}#node_config</value></field>${fields.join('')}</x>`;
const SETTINGS = form(field('pubsub#title', 'old'), field('pubsub#max_items', '10'));

/** What is sent for some work, which is answered with that. */
async function asked<T>(stream: ScriptedStream, work: Promise<T>, expected: string, answer = ''): Promise<T> {
  work.catch(() => {});
  await stream.recvResult(await stream.expectSent(expected), answer);
  return work;
}
const service = async (): Promise<{ stream: ScriptedStream; client: PubSubServiceClient }> => {
  const { stream, plugin } = await start();
  return { stream, client: plugin.service(SERVICE) };
};

describe('a node', () => {
  it('is made with the settings that are given, or without', async () => {
    const { stream, client } = await service();
    const node = client.node('weather');
    await asked(stream, node.create(), iq('set', pubsub("<create node='weather'/>")));
    await asked(stream, node.create({ title: undefined }), iq('set', pubsub("<create node='weather'/>")));
    await asked(
      stream,
      node.create({ title: 'T', persistItems: true, 'x#own': 'o' }),
      iq(
        'set',
        pubsub(
          `<create node='weather'/><configure>${submit('node_config', { 'pubsub#title': 'T', 'pubsub#persist_items': '1', 'x#own': 'o' })}</configure>`,
        ),
      ),
    );
  });

  it('is there already where somebody has made it, which is no failure for who wants it to be', async () => {
    const { stream, client } = await service();
    const node = client.node('weather');
    for (const [condition, expected] of [
      ['conflict', false],
      ['forbidden', 'ERR_NODE_FORBIDDEN'],
    ] as const) {
      const made = node.getOrCreate().catch(({ code }) => code);
      await stream.recvError(await stream.nextSent(), condition);
      expect(await made).toBe(expected);
    }
    expect(await asked(stream, node.getOrCreate(), iq('set', pubsub("<create node='weather'/>")))).toBe(true);
  });

  it('is named by the service where nobody else does', async () => {
    const { stream, client } = await service();
    const made = await asked(
      stream,
      client.createNode(),
      iq('set', pubsub('<create/>')),
      pubsub("<create node='n1'/>"),
    );
    expect(made.node).toBe('n1');
    const configure = `<configure>${submit('node_config', { 'pubsub#title': 'T' })}</configure>`;
    const other = asked(
      stream,
      client.createNode({ title: 'T' }),
      iq('set', pubsub(`<create/>${configure}`)),
      pubsub(''),
    );
    await expect(other).rejects.toMatchObject({ code: 'ERR_PUBSUB', service: SERVICE, node: undefined });
  });

  it('is deleted, with a place where it is now, and emptied', async () => {
    const { stream, client } = await service();
    const node = client.node('weather');
    await asked(stream, node.delete(), iq('set', owner("<delete node='weather'/>")));
    const redirect = "<delete node='weather'><redirect uri='xmpp:other'/></delete>";
    await asked(stream, node.delete({ redirect: 'xmpp:other' }), iq('set', owner(redirect)));
    await asked(stream, node.purge(), iq('set', owner("<purge node='weather'/>")));
  });

  it('has settings, of which the changed ones are sent, and none that it does not have', async () => {
    const { stream, client } = await service();
    const node = client.node('weather');
    const get = iq('get', owner("<configure node='weather'/>"));
    const settings = owner(`<configure node='weather'>${SETTINGS}</configure>`);
    expect(await asked(stream, node.config(), get, settings)).toEqual({ title: 'old', maxItems: 10 });
    const none = asked(stream, node.config(), get, owner("<configure node='weather'/>"));
    await expect(none).rejects.toMatchObject({ code: 'ERR_PUBSUB', node: 'weather' });
    const changed = node.configure({ title: 'new', maxItems: undefined });
    await stream.recvResult(await stream.expectSent(get), settings);
    const sent = await stream.nextSent();
    expect(`${sent}`).toContain('new');
    expect(`${sent}`).not.toContain('max_items');
    await stream.recvResult(sent);
    await changed;
    const unknown = expect(node.configure({ color: 'red' })).rejects.toMatchObject({
      ...{ code: 'ERR_UNKNOWN_NODE_OPTION', option: 'color' },
      message: expect.stringContaining('pubsub#title, pubsub#max_items'),
    });
    await stream.recvResult(await stream.expectSent(get), settings);
    await unknown;
    await stream.expectNothingSent();
  });

  it('keeps as many items as it can where it cannot keep "max", and gives up where that is not why', async () => {
    const tried = async (conditions: readonly (string | undefined)[], maxItems: number | 'max' = 'max') => {
      const { stream, client } = await service();
      const done = client
        .node('weather')
        .configure({ maxItems })
        .then(
          () => 'done',
          ({ condition }) => condition,
        );
      await stream.recvResult(await stream.nextSent(), owner(`<configure node='weather'>${SETTINGS}</configure>`));
      const values: (string | undefined)[] = [];
      for (const condition of conditions) {
        const request = await stream.nextSent();
        values.push(/max_items[^<]*<value>([^<]*)/.exec(`${request}`)?.[1]);
        await (condition ? stream.recvError(request, condition as never) : stream.recvResult(request));
      }
      await stream.expectNothingSent();
      return [...values, await done];
    };
    expect(await tried(['bad-request', 'not-acceptable', 'resource-constraint', undefined])).toEqual([
      ...['max', '10000', '1000', '256', 'done'],
    ]);
    expect(await tried(['not-acceptable', ...Array(4).fill('bad-request')])).toEqual([
      ...['max', '10000', '1000', '256', '100', 'not-acceptable'],
    ]);
    expect(await tried(['forbidden'])).toEqual(['max', 'forbidden']);
    expect(await tried(['bad-request'], 5)).toEqual(['5', 'bad-request']);
  });

  it('says what it is about', async () => {
    const { stream, client } = await service();
    const node = client.node('weather');
    const ask = iq('get', "<query xmlns='http://jabber.org/protocol/disco#info' node='weather'/>");
    const said = (inside: string) =>
      `<query xmlns='http://jabber.org/protocol/disco#info' node='weather'>${inside}</query>`;
    const meta = `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>${NS_PUBSUB}#meta-data</value></field>${field('pubsub#title', 'T')}</x>`;
    expect(await asked(stream, node.metadata(), ask, said(meta))).toEqual({ title: 'T' });
    expect(await asked(stream, node.metadata(), ask, said(''))).toEqual({});
  });

  it('has subscribers and people with rights, of which those are told that make sense', async () => {
    const { stream, client } = await service();
    const node = client.node('weather');
    const subscriptions = owner("<subscriptions node='weather'/>");
    const some = `<subscription jid='a@b' subscription='subscribed' subid='1'/><subscription jid='@' subscription='none'/><subscription jid='c@d' subscription='odd'/><subscription jid='e@f' subscription='pending'/>`;
    const found = await asked(
      stream,
      node.subscribers(),
      iq('get', subscriptions),
      owner(`<subscriptions node='weather'>${some}</subscriptions>`),
    );
    expect(found.map(({ jid, state, subid }) => [jid.full, state, subid])).toEqual([
      ['a@b', 'subscribed', '1'],
      ['e@f', 'pending', undefined],
    ]);
    expect(await asked(stream, node.subscribers(), iq('get', subscriptions))).toEqual([]);
    const affiliations = owner("<affiliations node='weather'/>");
    const rights = `<affiliation jid='a@b' affiliation='owner'/><affiliation jid='c@d' affiliation='king'/><affiliation affiliation='none'/>`;
    const people = await asked(
      stream,
      node.affiliates(),
      iq('get', affiliations),
      owner(`<affiliations node='weather'>${rights}</affiliations>`),
    );
    expect(people.map(({ jid, affiliation }) => [jid.full, affiliation])).toEqual([['a@b', 'owner']]);
    expect(await asked(stream, node.affiliates(), iq('get', affiliations))).toEqual([]);
    await asked(
      stream,
      node.setSubscribers([{ jid: 'a@b', state: 'none', subid: '1' }]),
      iq(
        'set',
        owner("<subscriptions node='weather'><subscription jid='a@b' subscription='none' subid='1'/></subscriptions>"),
      ),
    );
    await asked(
      stream,
      node.setAffiliates([{ jid: JID.parse('a@b'), affiliation: 'publisher' }]),
      iq('set', owner("<affiliations node='weather'><affiliation jid='a@b' affiliation='publisher'/></affiliations>")),
    );
  });

  it('is subscribed to from our account or an address, with the options that are given', async () => {
    const { stream, client } = await service();
    const node = client.node('weather');
    const account = 'juliet@capulet.com';
    expect(
      await asked(stream, node.subscribe(), iq('set', pubsub(`<subscribe node='weather' jid='${account}'/>`))),
    ).toMatchObject({ node: 'weather', state: 'subscribed', subid: undefined });
    const options = submit('subscribe_options', { 'pubsub#deliver': '1', 'pubsub#digest_frequency': '5', own: 'o' });
    const subscribed = await asked(
      stream,
      node.subscribe({ jid: OWN, options: { deliver: true, digestFrequency: 5, own: 'o', expire: undefined } }),
      iq('set', pubsub(`<subscribe node='weather' jid='${OWN}'/><options>${options}</options>`)),
      pubsub(`<subscription node='weather' jid='${OWN}' subid='s1' subscription='pending'/>`),
    );
    expect({ ...subscribed, jid: subscribed.jid.full }).toEqual({
      ...{ node: 'weather', jid: OWN, state: 'pending', subid: 's1' },
    });
    await asked(stream, node.unsubscribe(), iq('set', pubsub(`<unsubscribe node='weather' jid='${account}'/>`)));
    await asked(
      stream,
      node.unsubscribe({ jid: OWN, subid: 's1' }),
      iq('set', pubsub(`<unsubscribe node='weather' jid='${OWN}' subid='s1'/>`)),
    );
    await asked(
      stream,
      node.setOptions({ subid: 's1', options: { includeBody: false, showValues: ['a', 'b'] } }),
      iq(
        'set',
        pubsub(
          `<options node='weather' jid='${account}' subid='s1'>${submit('subscribe_options', { 'pubsub#include_body': '0', 'pubsub#show-values': 'a' }).replace('<value>a</value>', '<value>a</value><value>b</value>')}</options>`,
        ),
      ),
    );
  });
});

describe('a service', () => {
  const list = (inside: string, node = '') => pubsub(`<subscriptions${node}>${inside}</subscriptions>`);

  it('says which nodes we are subscribed to, and which rights we have', async () => {
    const { stream, client } = await service();
    const some = `<subscription node='weather' jid='a@b' subscription='subscribed'/><subscription node='other' jid='a@b' subscription='none'/><subscription jid='a@b' subscription='pending'/><subscription node='x' subscription='pending'/>`;
    const mine = await asked(stream, client.mySubscriptions(), iq('get', pubsub('<subscriptions/>')), list(some));
    expect(mine.map(({ node, state }) => [node, state])).toEqual([
      ['weather', 'subscribed'],
      ['other', 'none'],
      [undefined, 'pending'],
    ]);
    const ask = iq('get', pubsub("<subscriptions node='weather'/>"));
    const here = await asked(stream, client.node('weather').subscriptions(), ask, list(some, " node='weather'"));
    expect(here.map(({ node, state }) => [node, state])).toEqual([
      ['weather', 'subscribed'],
      ['weather', 'pending'],
    ]);
    expect(await asked(stream, client.mySubscriptions(), iq('get', pubsub('<subscriptions/>')))).toEqual([]);
    const rights = `<affiliation node='weather' affiliation='owner'/><affiliation affiliation='owner'/><affiliation node='x' affiliation='king'/>`;
    const found = await asked(
      stream,
      client.myAffiliations(),
      iq('get', pubsub('<affiliations/>')),
      pubsub(`<affiliations>${rights}</affiliations>`),
    );
    expect([...found]).toEqual([['weather', 'owner']]);
    expect((await asked(stream, client.myAffiliations(), iq('get', pubsub('<affiliations/>')))).size).toBe(0);
  });

  it('may not say more than it should', async () => {
    const { stream, xmpp } = await start({ plugins: [[PubSub, { maxItems: 1 }]] });
    const client = xmpp.plugin(PubSub).service(SERVICE);
    const node = client.node('weather');
    const subscription = "<subscription node='weather' jid='a@b' subscription='none'/>";
    const affiliation = "<affiliation node='weather' jid='a@b' affiliation='owner'/>";
    for (const [ask, answer] of [
      [() => client.mySubscriptions(), (count: number) => list(subscription.repeat(count))],
      [
        () => client.myAffiliations(),
        (count: number) => pubsub(`<affiliations>${affiliation.repeat(count)}</affiliations>`),
      ],
      [() => node.subscriptions(), (count: number) => list(subscription.repeat(count))],
      [
        () => node.subscribers(),
        (count: number) => owner(`<subscriptions node='weather'>${subscription.repeat(count)}</subscriptions>`),
      ],
      [
        () => node.affiliates(),
        (count: number) => owner(`<affiliations node='weather'>${affiliation.repeat(count)}</affiliations>`),
      ],
    ] as const) {
      const one = ask();
      await stream.recvResult(await stream.nextSent(), answer(1));
      await one;
      const two = expect(ask()).rejects.toMatchObject({ code: 'ERR_PUBSUB_LIMIT', limit: 1, service: SERVICE });
      await stream.recvResult(await stream.nextSent(), answer(2));
      await two;
    }
  });

  it('says what it can, which nodes it has, and how new ones are', async () => {
    const { stream, client } = await service();
    const features = `<feature var='${NS_PUBSUB}#publish'/><feature var='urn:other'/><feature var='${NS_PUBSUB}#purge-nodes'/>`;
    const info = "<query xmlns='http://jabber.org/protocol/disco#info'";
    expect([
      ...(await asked(stream, client.features(), iq('get', `${info}/>`), `${info}>${features}</query>`)),
    ]).toEqual([...['publish', 'purge-nodes']]);
    const items = "<query xmlns='http://jabber.org/protocol/disco#items'";
    const nodes = `<item jid='${SERVICE}' node='a'/><item jid='${SERVICE}'/><item jid='${SERVICE}' node='b'/>`;
    expect(await asked(stream, client.nodes(), iq('get', `${items}/>`), `${items}>${nodes}</query>`)).toEqual([
      'a',
      'b',
    ]);
    const ask = iq('get', owner('<default/>'));
    expect(await asked(stream, client.defaults(), ask, owner(`<default>${SETTINGS}</default>`))).toMatchObject({
      ...{ title: 'old', maxItems: 10 },
    });
    await expect(asked(stream, client.defaults(), ask, owner('<default/>'))).rejects.toMatchObject({
      code: 'ERR_PUBSUB',
    });
  });

  it('is our account where none is named, or that is', async () => {
    const { plugin, stream } = await start();
    for (const client of [plugin.service(), plugin.service('juliet@capulet.com')]) {
      expect(client.service).toBeUndefined();
      await asked(stream, client.mySubscriptions(), iq('get', pubsub('<subscriptions/>'), ''));
    }
    const component = await start({ kind: 'component', jid: 'bot.capulet.com' });
    expect(() => component.plugin.service()).toThrow(expect.objectContaining({ option: 'jid' }));
    const subscribed = component.plugin.service(SERVICE, { from: 'a@bot.capulet.com' }).node('n').subscribe();
    const request = await component.stream.nextSent();
    expect(request.attribute('from')).toBe('a@bot.capulet.com');
    expect(`${request}`).toContain("jid='a@bot.capulet.com'");
    await component.stream.recvResult(request);
    await subscribed;
    component.plugin
      .service(SERVICE)
      .mySubscriptions()
      .catch(() => {});
    expect((await component.stream.nextSent()).attribute('from')).toBe('bot.capulet.com');
  });
});

describe('settings of a node', () => {
  const read = (...fields: readonly string[]): Form => new Form(parseXml(form(...fields)));
  const typed = (name: string, type: string, ...values: readonly string[]) =>
    `<field var='${name}' type='${type}'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`;

  it('are read by what they are', () => {
    const config = configOf(
      read(
        ...[typed('pubsub#persist_items', 'boolean', 'true'), typed('pubsub#notify_delete', 'boolean', '1')],
        ...[typed('pubsub#purge_offline', 'boolean', '0'), typed('pubsub#max_items', 'text-single', '007')],
        ...[typed('pubsub#item_expire', 'text-single', 'max'), typed('pubsub#max_payload_size', 'text-single', '-1')],
        ...[typed('pubsub#roster_groups_allowed', 'list-multi', 'a', 'b'), typed('pubsub#children', 'text-multi', 'c')],
        ...[typed('own', 'jid-multi', 'a@b'), typed('text', 'text-multi', 'one', 'two'), typed('note', 'fixed', 'f')],
        ...["<field type='text-single'><value>v</value></field>", typed('empty', 'text-single')],
        typed('long', 'text-single', '1'.repeat(16)),
      ),
    );
    expect(config).toEqual({
      ...{ persistItems: true, notifyDelete: true, purgeOffline: false, maxItems: 7, itemExpire: 'max' },
      ...{ maxPayloadSize: '-1', rosterGroups: ['a', 'b'], children: ['c'], own: ['a@b'], text: 'one\ntwo' },
      long: '1'.repeat(16),
    });
  });

  it('differ where they mean something else', () => {
    const given = read(
      field('pubsub#persist_items', 'true'),
      field('pubsub#title', 'T'),
      field('pubsub#notify_delete', 'false'),
    );
    const wanted = { persistItems: true, notifyDelete: false, title: 'T', description: undefined };
    expect(differing(given, wanted)).toEqual([]);
    expect(differing(given, { persistItems: false, title: 'U', language: 'de' })).toEqual([
      ...['persistItems', 'title', 'language'],
    ]);
  });

  it('are not answered where they are only shown, or not there', () => {
    const shown = read(typed('pubsub#title', 'fixed', 'T'), field('pubsub#language', 'de'));
    expect(() => reconfigured(shown, { title: 'U' }, {})).toThrow(expect.objectContaining({ option: 'title' }));
    const answer = reconfigured(shown, { language: 'fr', title: undefined }, {});
    expect([...answer.fields].map(({ var: name, value }) => [name, value])).toEqual([
      ['FORM_TYPE', `${NS_PUBSUB}#node_config`],
      ['pubsub#language', 'fr'],
    ]);
  });
});
