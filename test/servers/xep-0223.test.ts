import { attr, element } from '@sestina/core';
import { PubSub, PubSubError } from '@sestina/xep-0060';
import { PrivateData } from '@sestina/xep-0223';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

const NS = 'urn:example:note';
class Note extends element('note', NS, { text: attr('text') }) {}

describe.each(KINDS)('private data by personal eventing with %s', (kind) => {
  const bench = useServer({ kind });

  it('is seen by all devices of the account, and by nobody else', async () => {
    const user = await bench.account();
    const stranger = await bench.online();
    const watching = bench.client({ jid: user.jid, password: user.password });
    const told: [id: string, text: string | undefined][] = [];
    const theirs = watching.use(PrivateData).node({ node: NS, payload: Note });
    theirs.events.on('changed', ({ id, value }) => told.push([id, value.text]));
    theirs.watch();
    const ready = theirs.events.wait('ready');
    await watching.connect();
    watching.sendPresence();
    expect((await ready).items.size).toBe(0);

    const client = await bench.online(user);
    const mine = client.use(PrivateData).node({ node: NS, payload: Note });
    // A server that has not asked yet what the other device wants to hear tells it nothing.
    const heard = async (): Promise<number> => {
      await mine.set('n0', new Note({ text: 'n0' }));
      return told.length;
    };
    await expect.poll(heard, { timeout: 20_000, interval: 200 }).toBeGreaterThan(0);
    await mine.set('n0', new Note({ text: 'the last' }));
    await expect.poll(() => theirs.items.get('n0')?.text, { timeout: 10_000 }).toBe('the last');
    told.length = 0;
    const ids = Array.from({ length: 15 }, (_, index) => `n${index}`);
    for (const id of ids) await mine.set(id, new Note({ text: id }));
    expect([...(await mine.all()).keys()].sort()).toEqual([...ids].sort());
    // ejabberd may send the last item once more, when it learns what the other device wants to hear.
    const toldOf = (): string[] => [...new Set(told.map(([id]) => id))].sort();
    await expect.poll(toldOf, { timeout: 10_000 }).toEqual([...ids].sort());
    expect(theirs.items.size).toBe(ids.length);
    await mine.update('n0', (value) => new Note({ text: `${value?.text}!` }));
    expect((await mine.get('n0'))?.text).toBe('n0!');
    expect(await mine.node.config()).toMatchObject({ accessModel: 'whitelist', persistItems: true });
    const spied = stranger.use(PubSub).service(user.jid).node(NS);
    await expect(spied.items().next()).rejects.toBeInstanceOf(PubSubError);
    await mine.remove('n1');
    expect((await mine.all()).has('n1')).toBe(false);
    await mine.clear();
    expect((await mine.all()).size).toBe(0);
  });

  it('is made private again where another program had opened the node, with room for one', async () => {
    const client = await bench.online();
    const node = client.use(PubSub).service().node(NS);
    await node.create({ accessModel: 'open', maxItems: 1, persistItems: true });
    const mine = client.use(PrivateData).node({ node: NS, payload: Note });
    for (const id of ['a', 'b', 'c']) await mine.set(id, new Note({ text: id }));
    expect((await node.config()).accessModel).toBe('whitelist');
    expect([...(await mine.all()).keys()].sort()).toEqual(['a', 'b', 'c']);
  });
});
