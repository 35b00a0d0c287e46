import { attr, element } from '@sestina/core';
import { ScriptedStream } from '@sestina/testing';
import { NS_PUBSUB } from '@sestina/xep-0060';
import { describe, expect, it } from 'vitest';
import { PrivateData } from '../src/index.js';
import {
  ACCOUNT,
  ALL,
  changed,
  disco,
  event,
  form,
  GOOD,
  item,
  Note,
  NS,
  note,
  OWN,
  pubsub,
  useNodes,
} from './helpers.js';

const start = useNodes();

describe('private data', () => {
  it('does not leave where the server would show it to others', async () => {
    for (const [answer, missing] of [
      [`<query xmlns='http://jabber.org/protocol/disco#info'/>`, 'pep'],
      [disco('publish'), 'publish-options'],
    ] as const) {
      const { stream, node } = await start();
      const refused = expect(node.set('a', new Note({ text: 'x' }))).rejects.toMatchObject({
        code: 'ERR_PRIVATE_STORAGE_UNSUPPORTED',
        missing,
      });
      await stream.recvResult(await stream.nextSent(), answer);
      await refused;
      await stream.expectNothingSent();
    }
  });

  it('is stored with what the node has to be like, which is looked at once in a session', async () => {
    const { stream, node } = await start();
    const done = node.set('a', new Note({ text: 'x' }));
    await stream.recvResult(await stream.nextSent(), disco('publish-options'));
    const sent = await stream.nextSent();
    expect(sent.toString()).toContain('whitelist');
    await stream.recvResult(sent);
    // Another program has set something else.
    await stream.recvResult(await stream.nextSent(), form({ ...GOOD, max_items: '1' }));
    const repair = await stream.nextSent();
    expect(repair.toString()).toContain('max');
    expect(repair.toString()).not.toContain('access_model');
    await stream.recvResult(repair);
    await done;
    const again = node.set('b', new Note({ text: 'y' }));
    await stream.recvResult(await stream.nextSent());
    await again;
    await stream.expectNothingSent();
  });

  it('is refused after one repair that came to nothing', async () => {
    const { stream, node } = await start();
    const precondition = (id: string | undefined): string =>
      `<iq type='error' id='${id}' from='${ACCOUNT}'><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><precondition-not-met xmlns='${NS_PUBSUB}#errors'/></error></iq>`;
    const refused = expect(node.set('a', new Note({ text: 'x' }))).rejects.toMatchObject({
      code: 'ERR_NODE_MISCONFIGURED',
      accessModel: 'open',
    });
    await stream.recvResult(await stream.nextSent(), disco('publish-options'));
    await stream.recv(precondition((await stream.nextSent()).attribute('id')));
    await stream.recvResult(await stream.nextSent(), form({ ...GOOD, access_model: 'open' }));
    await stream.recvResult(await stream.nextSent());
    await stream.recv(precondition((await stream.nextSent()).attribute('id')));
    await stream.recvResult(await stream.nextSent(), form({ ...GOOD, access_model: 'open' }));
    await refused;
    await stream.expectNothingSent();
  });

  it('is watched: read once, then told by our account alone', async () => {
    const { stream, xmpp, node, told } = await start();
    await stream.expectNothingSent();
    const watching = node.watch();
    node.watch().dispose();
    await stream.recvResult(
      await stream.expectSent(ALL),
      pubsub(changed(item('a', '1'), item('b', '2'), `<item id='odd'><x xmlns='urn:x'/></item>`)),
    );
    expect([told.splice(0), node.ready]).toEqual([[['ready', 'a', 'b']], true]);
    expect((await node.get('a'))?.text).toBe('1');
    for (const from of ['romeo@montague.net', OWN, 'capulet.com', 'juliet@capulet.com/x']) {
      await stream.recv(event(changed(item('a', 'forged')), from));
      await stream.recv(event(`<purge node='${NS}'/>`, from));
    }
    expect(told).toEqual([]);
    await stream.recv(event(changed(item('a', '3'), item('c', '4'))));
    await stream.recv(event(`<items node='${NS}'><retract id='b'/><retract id='none'/></items>`));
    expect(told.splice(0)).toEqual([
      ['a', '1', '3', true],
      ['c', undefined, '4', true],
      ['removed', 'b', '2'],
    ]);
    await stream.recv(event(`<delete node='${NS}'/>`));
    expect([told.splice(0), node.items.size]).toEqual([
      [
        ['removed', 'a', '3'],
        ['removed', 'c', '4'],
      ],
      0,
    ]);
    watching.dispose();
    expect(stream.errors).toEqual([]);
    expect([node.ready, xmpp.advertised.has(`${NS}+notify`)]).toEqual([false, false]);
    await stream.recv(event(changed(item('a', '5'))));
    expect(told).toEqual([]);
  });

  it('is read anew in each session; what an event says meanwhile counts', async () => {
    const { stream, node, told } = await start();
    node.watch();
    const reading = await stream.expectSent(ALL);
    await stream.recv(event(changed(item('a', 'newer'))));
    await stream.recvResult(reading, pubsub(changed(item('a', 'old'), item('b', '2'))));
    expect([...node.items].map(([id, { text }]) => [id, text])).toEqual([
      ['a', 'newer'],
      ['b', '2'],
    ]);
    await stream.disconnect();
    expect([node.ready, node.items.size]).toEqual([false, 0]);
    await stream.connect();
    await stream.recvError(await stream.expectSent(ALL), 'item-not-found');
    expect([node.ready, told.at(-1)]).toEqual([true, ['ready']]);
    expect(stream.errors).toEqual([]);
  });

  it('is changed one after the other, with all that is unknown in it', async () => {
    const { stream, node } = await start();
    const edit = (value: Note | undefined): Note => (value ?? new Note({})).set({ text: `${value?.text ?? ''}+` });
    const [first, second] = [node.update('a', edit), node.update('a', edit)];
    const unknown = `<x xmlns='urn:x'/>`;
    await stream.recvResult(await stream.nextSent(), pubsub(changed(`<item id='a'>${note('1', unknown)}</item>`)));
    await stream.recvResult(await stream.nextSent(), disco('publish-options'));
    const sent = await stream.nextSent();
    expect(
      sent.child('pubsub', NS_PUBSUB)?.child('publish')?.child('item')?.child('note', NS)?.child('x', 'urn:x'),
    ).toBeDefined();
    await stream.recvResult(sent);
    await stream.recvResult(await stream.nextSent(), form(GOOD));
    expect((await first).text).toBe('1+');
    await stream.recvResult(await stream.nextSent(), pubsub(changed(item('a', '1+'))));
    await stream.recvResult(await stream.nextSent());
    expect((await second).text).toBe('1++');
  });

  it('ends with who has made the node, also what is being read', async () => {
    const { stream, xmpp, node, told } = await start();
    const watching = node.watch();
    const reading = await stream.expectSent(ALL);
    watching.dispose();
    node.dispose();
    await stream.recvResult(reading, pubsub(changed(item('a', '1'))));
    await stream.recv(event(changed(item('a', '2'))));
    expect([told, node.items.size, xmpp.advertised.has(`${NS}+notify`), stream.errors]).toEqual([[], 0, false, []]);
    await stream.disconnect();
    await stream.connect();
    await stream.expectNothingSent();
  });

  it('is bounded, ends with its plugin, and is no component’s', async () => {
    const { stream, node } = await start({ maxBytes: 1_000 });
    const large = expect(node.all()).rejects.toMatchObject({ code: 'ERR_STORED_NODE_TOO_LARGE', limit: 1_000 });
    await stream.recvResult(
      await stream.nextSent(),
      pubsub(changed(item('a', 'x'.repeat(300)), item('b', 'x'.repeat(300)))),
    );
    await large;
    node.watch();
    await stream.recvResult(await stream.nextSent(), pubsub(''));
    for (const id of ['a', 'b', 'c']) await stream.recv(event(changed(item(id, 'x'.repeat(100)))));
    expect([...node.items.keys()]).toEqual(['b', 'c']);
    stream.xmpp.remove(PrivateData);
    expect(stream.xmpp.advertised.has(`${NS}+notify`)).toBe(false);
    await expect(node.all()).rejects.toThrow('xep-0223 was removed');
    await expect(node.set('a', new Note({}))).rejects.toThrow('xep-0223 was removed');
    for (const options of [{ maxItems: 0 }, { maxBytes: Number.NaN }]) {
      expect(() => stream.xmpp.use(PrivateData, options)).toThrow('is a number from 1');
    }
    await expect(ScriptedStream.start({ kind: 'component', plugins: [PrivateData] })).rejects.toThrow('xep-0223');
  });

  it('may have items of several classes', async () => {
    class Other extends element('other', NS, { text: attr('text') }) {}
    const { stream, xmpp } = await start();
    const node = xmpp.plugin(PrivateData).node({ node: NS, payload: [Note, Other] });
    const all = node.all();
    await stream.recvResult(
      await stream.expectSent(ALL),
      pubsub(
        changed(item('a', 'x'), `<item id='b'><other xmlns='${NS}' text='y'/></item>`, `<item id='c'><z/></item>`),
      ),
    );
    expect([...(await all)].map(([id, value]) => [id, value instanceof Other, value.text])).toEqual([
      ['a', false, 'x'],
      ['b', true, 'y'],
    ]);
  });

  it('says where it could not be read, and that is over with the session', async () => {
    const { stream, node, told } = await start();
    node.events.on('failed', ({ error }) => told.push((error as { condition?: string }).condition));
    node.watch();
    await stream.idle();
    await stream.recvError(await stream.expectSent(ALL), 'internal-server-error');
    expect([told, node.ready]).toEqual([['internal-server-error'], false]);
    await stream.drop();
    await stream.connect();
    await stream.recvResult(await stream.expectSent(ALL), pubsub(changed(item('a', 'x'))));
    expect([told.slice(1), node.ready]).toEqual([[['ready', 'a']], true]);
    // Who goes does not call that a failure.
    await stream.drop();
    await stream.connect();
    await stream.drop();
    await stream.idle();
    expect(told).toHaveLength(2);
  });
});
