import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { PubSub } from '../src/index.js';
import { iq, item, message, NS, OWN, published, pubsub, SERVICE, start, submit, summary, WEATHER } from './helpers.js';

const streams = useStreams(afterEach);

describe('an event', () => {
  it('goes to those who listen to that node of that service, in its order, and to nobody else', async () => {
    const { stream, plugin, heard, note } = await start(streams);
    const node = plugin.service(SERVICE).node(WEATHER);
    for (const kind of ['published', 'retracted', 'purged', 'deleted', 'configured', 'subscription'] as const) {
      node.on(kind, note);
    }
    plugin
      .service(SERVICE)
      .node('other')
      .on('published', () => heard.push('other'));
    await stream.recv(message(published(item('a', '1'), item('b', '2'))));
    await stream.recv(message(`<items node='weather'><retract id='a'/><retract id='b'/></items>`));
    await stream.recv(message(`<items node='weather'>${item('c', '3')}<retract id='b'/></items>`));
    await stream.recv(message(`<purge node='weather'/>`));
    await stream.recv(message(`<configuration node='weather'/>`));
    await stream.recv(message(`<subscription node='weather' jid='${OWN}' subscription='subscribed'/>`));
    await stream.recv(message(`<delete node='weather'><redirect uri='xmpp:b.example?;node=w'/></delete>`));
    expect(heard).toEqual([
      [SERVICE, 'a=1', 'b=2'],
      [SERVICE, 'retracted', 'a', 'b'],
      [SERVICE, 'c=3'],
      [SERVICE, 'retracted', 'b'],
      [SERVICE, 'purged'],
      [SERVICE, 'configured'],
      [SERVICE, 'subscription'],
      [SERVICE, 'deleted'],
    ]);
    expect([plugin.strayEvents, stream.errors]).toEqual([0, []]);
  });

  it('of anybody else goes nowhere, and is counted', async () => {
    const { stream, xmpp, plugin, heard, note } = await start(streams);
    plugin.service(SERVICE).node(WEATHER).on('published', note);
    plugin.service().node(WEATHER).on('published', note);
    xmpp.on('pubsubEvent', () => heard.push('pubsubEvent'));
    const forged = [
      'tybalt@capulet.com',
      'tybalt@capulet.com/x',
      `${SERVICE}/x`,
      'x@pubsub.capulet.com',
      OWN,
      'juliet@capulet.com/other',
      'capulet.com',
    ];
    for (const from of forged) await stream.recv(message(published(item('a')), { from }));
    expect([heard, plugin.strayEvents]).toEqual([[], forged.length]);
    await stream.recv(message(published(item('mine')), { from: '' }));
    await stream.recv(message(published(item('mine')), { from: 'juliet@capulet.com' }));
    expect(heard.filter((each) => each !== 'pubsubEvent')).toEqual([
      ['juliet@capulet.com', 'mine=1'],
      ['juliet@capulet.com', 'mine=1'],
    ]);
  });

  it('in an error, a carbon or a forward is none', async () => {
    const { stream, plugin, heard, note } = await start(streams);
    plugin.service(SERVICE).node(WEATHER).on('published', note);
    await stream.recv(message(published(item('a')), { type: 'error' }));
    const copy = message(published(item('a'))).replace('<message', `<message xmlns='jabber:client'`);
    await stream.recv(
      `<message from='juliet@capulet.com' to='${OWN}'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${copy}</forwarded></received></message>`,
    );
    expect(heard).toEqual([]);
  });

  it('has what is unknown of its items as XML, and what the stanza says beside it', async () => {
    const { stream, plugin } = await start(streams);
    const node = plugin.service(SERVICE).node(WEATHER);
    const next = node.wait('published');
    await stream.idle();
    const more =
      `<delay xmlns='urn:xmpp:delay' stamp='2020-01-02T03:04:05Z'/>` +
      `<headers xmlns='http://jabber.org/protocol/shim'><header name='SubID'>s1</header><header name='subid'>s2</header></headers>` +
      `<addresses xmlns='http://jabber.org/protocol/address'><address type='replyto' jid='a@b.example/c'/></addresses>`;
    await stream.recv(message(published(`<item id='a' publisher='@'><storm xmlns='${NS}'/></item>`), { more }));
    const event = await next;
    expect(event.items).toMatchObject([{ id: 'a', value: undefined, publisher: undefined }]);
    expect(event.items[0]?.xml?.name).toBe('storm');
    expect([event.subids, event.delay?.getTime(), event.replyTo?.full, event.notification]).toEqual([
      ['s1', 's2'],
      Date.UTC(2020, 0, 2, 3, 4, 5),
      'a@b.example/c',
      false,
    ]);
    const bare = node.wait('published');
    await stream.idle();
    await stream.recv(message(published(`<item id='b'/>`)));
    expect(await bare).toMatchObject({ notification: true, items: [{ id: 'b', xml: undefined }] });
    const transient = node.wait('published');
    await stream.idle();
    await stream.recv(message(`<items node='weather'/>`));
    expect(await transient).toMatchObject({ notification: true, items: [] });
  });

  it('with an item that is too large, or with nothing that makes sense, harms nobody', async () => {
    const { stream, plugin, heard, note } = await start(streams);
    plugin.service(SERVICE).node(WEATHER).on('published', note);
    await stream.recv(
      message(published(`<item id='a'><weather xmlns='${NS}'>${'ü'.repeat(140_000)}</weather></item>`)),
    );
    for (const odd of [
      '',
      '<items/>',
      '<purge/>',
      `<items node='weather'><item/></items>`,
      `<items node='weather'>x</items>`,
    ]) {
      await stream.recv(message(odd));
    }
    expect(heard).toEqual([[SERVICE, '=undefined'], [SERVICE]]);
    expect(stream.errors).toEqual([]);
  });

  it('is no message to people, unless the option says so', async () => {
    for (const bodies of [false, true]) {
      const { stream, xmpp, heard } = await start(streams, { plugins: [[PubSub, { bodies }]] as never });
      xmpp.on('message', ({ body }) => heard.push(body));
      await stream.recv(message(published(item('a')), { more: '<body>21 degrees</body>', type: 'normal' }));
      await stream.recv(`<message from='romeo@montague.net/a' to='${OWN}' type='chat'><body>hi</body></message>`);
      expect(heard).toEqual(bodies ? ['21 degrees', 'hi'] : ['hi']);
    }
  });

  it('of a service that was asked is told to everybody', async () => {
    const { stream, xmpp, plugin, heard } = await start(streams);
    xmpp.on('pubsubEvent', (event) => heard.push(summary(event as never)));
    const subscribed = plugin.service(SERVICE).node('weather').subscribe();
    const asked = await stream.expectSent(iq('set', pubsub(`<subscribe node='weather' jid='juliet@capulet.com'/>`)));
    await stream.recvResult(
      asked,
      pubsub(`<subscription node='weather' jid='juliet@capulet.com' subscription='pending' subid='7'/>`),
    );
    expect(await subscribed).toMatchObject({ node: 'weather', state: 'pending', subid: '7' });
    await stream.recv(message(`<purge node='weather'/>`));
    expect(heard).toEqual([[SERVICE, 'purged']]);
  });

  it('is iterated, and heard no more once the loop is left, the listener is gone, or the plugin is removed', async () => {
    const { stream, xmpp, plugin, heard, note } = await start(streams);
    const node = plugin.service(SERVICE).node(WEATHER);
    const events = node.events();
    await stream.recv(message(published(item('a'))));
    for await (const event of events) {
      heard.push(summary(event));
      break;
    }
    const listening = node.on('published', note);
    await stream.recv(message(published(item('b'))));
    listening.dispose();
    await stream.recv(message(published(item('c'))));
    expect([heard.splice(0), plugin.strayEvents]).toEqual([
      [
        [SERVICE, 'a=1'],
        [SERVICE, 'b=1'],
      ],
      1,
    ]);
    node.on('published', note);
    const waiting = expect(node.wait('published')).rejects.toThrow('xep-0060 was removed');
    await stream.idle();
    const iterating = node.events();
    xmpp.remove(PubSub);
    await waiting;
    expect((await iterating.next()).done).toBe(true);
    await stream.recv(message(published(item('d'))));
    expect(heard).toEqual([]);
    await expect(node.publish(undefined)).rejects.toThrow('xep-0060 was removed');
  });

  it('is brought to its one listener among ten thousand nodes', async () => {
    const { stream, plugin, heard } = await start(streams);
    const service = plugin.service(SERVICE);
    for (let index = 0; index < 10_000; index++) {
      service.node(`n${index}`).on('published', ({ node }) => heard.push(node));
    }
    await stream.recv(message(`<items node='n7777'>${item('a')}</items>`));
    expect([heard, plugin.strayEvents]).toEqual([['n7777'], 0]);
  });

  it('of a component is for the address of it that listens', async () => {
    const stream = await ScriptedStream.start({ kind: 'component', jid: 'bot.capulet.com', plugins: [PubSub] });
    streams.keep(stream);
    const plugin = stream.xmpp.plugin(PubSub);
    expect(() => plugin.service()).toThrow('a component has no personal eventing of its own');
    const heard: unknown[] = [];
    plugin
      .service(SERVICE, { from: 'a@bot.capulet.com' })
      .node(WEATHER)
      .on('published', () => heard.push('a'));
    plugin
      .service(SERVICE)
      .node(WEATHER)
      .on('published', () => heard.push('domain'));
    await stream.recv(message(published(item('x')), { to: 'a@bot.capulet.com' }));
    await stream.recv(message(published(item('x')), { to: 'b@bot.capulet.com' }));
    await stream.recv(message(published(item('x')), { to: 'bot.capulet.com' }));
    expect([heard, plugin.strayEvents]).toEqual([['a', 'domain'], 1]);
  });
});

describe('a request for a subscription', () => {
  const form = (from = SERVICE): string =>
    `<message from='${from}' to='${OWN}' id='r1'><x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#subscribe_authorization</value></field>` +
    `<field var='pubsub#node' type='text-single'><value>weather</value></field><field var='pubsub#subscriber_jid' type='jid-single'><value>romeo@montague.net</value></field><field var='pubsub#allow' type='boolean'><value>0</value></field></x></message>`;

  it('is told of a service that we deal with, and answered under its id', async () => {
    const { stream, xmpp, plugin } = await start(streams);
    const requests: string[] = [];
    xmpp.on('pubsubRequest', (request) => {
      requests.push(`${request.service} ${request.node} ${request.jid}`);
      request.approve();
    });
    await stream.recv(form());
    expect(requests).toEqual([]);
    const purged = plugin.service(SERVICE).node('weather').purge();
    await stream.recvResult(await stream.nextSent());
    await purged;
    await stream.recv(form('tybalt@capulet.com'));
    await stream.recv(form());
    expect(requests).toEqual([`${SERVICE} weather romeo@montague.net`]);
    const fields = { 'pubsub#node': 'weather', 'pubsub#subscriber_jid': 'romeo@montague.net', 'pubsub#allow': '1' };
    const [sent] = stream.sent.slice(-1);
    expect([sent?.attribute('id'), sent?.attribute('to')]).toEqual(['r1', SERVICE]);
    for (const [name, value] of Object.entries(fields)) {
      const answers = sent?.child('x', 'jabber:x:data')?.childrenNamed('field') ?? [];
      expect(answers.find((each) => each.attribute('var') === name)?.child('value')?.text).toBe(value);
    }
    expect(submit('subscribe_authorization', {})).toContain('subscribe_authorization');
  });
});
