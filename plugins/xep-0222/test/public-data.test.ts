import { attr, element, JidError } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { NS_PUBSUB, NS_PUBSUB_EVENT } from '@sestina/xep-0060';
import { StoredNodeTooLargeError } from '@sestina/xep-0223';
import { afterEach, describe, expect, it } from 'vitest';
import { PublicData } from '../src/index.js';

const OWN = 'juliet@capulet.com/chamber';
const NS = 'urn:example:recipe';
class Recipe extends element('recipe', NS, { title: attr('title') }) {}
const OTHER = 'friar@verona.example';

const streams = useStreams(afterEach);
const item = (id: string, title: string): string => `<item id='${id}'><recipe xmlns='${NS}' title='${title}'/></item>`;
const items = (...inside: string[]): string =>
  `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS}'>${inside.join('')}</items></pubsub>`;
const event = (from: string, ...inside: string[]): string =>
  `<message from='${from}' to='${OWN}'><event xmlns='${NS_PUBSUB_EVENT}'><items node='${NS}'>${inside.join('')}</items></event></message>`;
const DISCO = `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/><feature var='${NS_PUBSUB}#publish-options'/></query>`;

async function start(options = {}) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [[PublicData, options]] as never });
  streams.keep(stream);
  const node = stream.xmpp.plugin(PublicData).node({ node: NS, payload: Recipe, access: 'open' });
  return { stream, xmpp: stream.xmpp, node };
}

describe('public data', () => {
  it('is not stored where the node is for others than it should be, and that is not changed in passing', async () => {
    const { stream, node } = await start();
    const refused = expect(node.set('a', new Recipe({ title: 'x' }))).rejects.toMatchObject({
      code: 'ERR_NODE_MISCONFIGURED',
      accessModel: 'presence',
    });
    await stream.recvResult(await stream.nextSent(), DISCO);
    const sent = await stream.nextSent();
    expect(sent.toString()).toContain('<value>open</value>');
    await stream.recv(
      `<iq type='error' id='${sent.attribute('id')}' from='juliet@capulet.com'><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><precondition-not-met xmlns='${NS_PUBSUB}#errors'/></error></iq>`,
    );
    const form = `<pubsub xmlns='${NS_PUBSUB}#owner'><configure node='${NS}'><x xmlns='jabber:x:data' type='form'><field var='pubsub#access_model'><value>presence</value></field></x></configure></pubsub>`;
    const asked = await stream.nextSent();
    expect(asked.attribute('type')).toBe('get');
    await stream.recvResult(asked, form);
    await refused;
    await stream.expectNothingSent();
    const access = node.access();
    await stream.recvResult(await stream.nextSent(), form);
    expect(await access).toBe('presence');
  });

  it('of somebody else is what that account says, and nobody else', async () => {
    const { stream, node } = await start({ maxItemsOfOthers: 2 });
    const theirs = node.of(`${OTHER}/cell`);
    const told: unknown[] = [];
    theirs.events.on('changed', ({ id, value, own }) => told.push([id, value.title, own]));
    theirs.watch();
    const asked = await stream.nextSent();
    expect(asked.attribute('to')).toBe(OTHER);
    await stream.recvResult(asked, items(item('a', '1')));
    for (const from of ['romeo@montague.net', 'juliet@capulet.com', `${OTHER}/cell`]) {
      await stream.recv(event(from, item('a', 'forged')));
    }
    await stream.recv(event(OTHER, item('a', '2')));
    expect(told).toEqual([['a', '2', false]]);
    const many = expect(theirs.all()).rejects.toMatchObject({ code: 'ERR_PUBSUB_LIMIT', limit: 2 });
    await stream.recvResult(await stream.nextSent(), items(item('a', '1'), item('b', '1'), item('c', '1')));
    await many;
  });

  it('says with what it stores who may read it, and how much is kept', async () => {
    const { stream, xmpp } = await start();
    const fields = async (init: object): Promise<Record<string, string[]>> => {
      const node = xmpp.plugin(PublicData).node({ node: NS, payload: Recipe, ...init });
      void node.set('a', new Recipe({ title: 'x' })).catch(() => {});
      let sent = await stream.nextSent();
      if (sent.attribute('type') === 'get') {
        await stream.recvResult(sent, DISCO);
        sent = await stream.nextSent();
      }
      const form = sent.child('pubsub', NS_PUBSUB)?.child('publish-options')?.firstElement;
      return Object.fromEntries(
        [...(form?.elements() ?? [])].map((field) => [
          field.attribute('var')?.replace('pubsub#', ''),
          [...field.elements()].map(({ text }) => text),
        ]),
      );
    };
    expect(await fields({})).toMatchObject({
      access_model: ['presence'],
      persist_items: ['1'],
      max_items: ['max'],
      send_last_published_item: ['never'],
    });
    expect(await fields({ access: 'roster', groups: ['Friends', 'Cooks'], maxItems: 7 })).toMatchObject({
      access_model: ['roster'],
      roster_groups_allowed: ['Friends', 'Cooks'],
      max_items: ['7'],
    });
  });

  it('changes who may read it where that is asked for', async () => {
    const { stream, node } = await start();
    const done = node.setAccess();
    const owner = (type: string, value: string): string =>
      `<pubsub xmlns='${NS_PUBSUB}#owner'><configure node='${NS}'><x xmlns='jabber:x:data' type='${type}'><field var='FORM_TYPE' type='hidden'><value>${NS_PUBSUB}#node_config</value></field><field var='pubsub#access_model' type='text-single'><value>${value}</value></field></x></configure></pubsub>`;
    await stream.recvResult(await stream.nextSent(), owner('form', 'presence'));
    const sent = await stream.expectSent(`<iq type='set' id='*'>${owner('submit', 'open')}</iq>`);
    await stream.recvResult(sent);
    await done;
  });

  it('of somebody else is kept in bytes, too', async () => {
    const { stream, node } = await start({ maxBytes: 2_000 });
    const many = expect(node.of(OTHER).all()).rejects.toBeInstanceOf(StoredNodeTooLargeError);
    await stream.recvResult(await stream.nextSent(), items(item('a', 'x'.repeat(2_000))));
    await many;
    expect(() => node.of('@')).toThrow(JidError);
  });

  it('ends with its plugin, and is no component’s', async () => {
    const { xmpp, node } = await start();
    node.watch();
    expect(xmpp.advertised.has(`${NS}+notify`)).toBe(true);
    xmpp.remove(PublicData);
    expect(xmpp.advertised.has(`${NS}+notify`)).toBe(false);
    await expect(node.set('a', new Recipe({}))).rejects.toThrow('xep-0222 was removed');
    for (const options of [{ maxItems: 0 }, { maxBytes: Number.NaN }, { maxItemsOfOthers: -1 }]) {
      expect(() => xmpp.use(PublicData, options)).toThrow('is a number from 1');
    }
    await expect(ScriptedStream.start({ kind: 'component', plugins: [PublicData] })).rejects.toThrow('xep-0222');
  });
});
