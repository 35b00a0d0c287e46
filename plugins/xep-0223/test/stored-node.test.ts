import { Logger, parseDocument } from '@sestina/core';
import { NS_PUBSUB } from '@sestina/xep-0060';
import { PersonalEventing } from '@sestina/xep-0163';
import { describe, expect, it } from 'vitest';
import { NodeMisconfiguredError, PrivateData } from '../src/index.js';
import { ACCOUNT, ALL, changed, disco, event, form, GOOD, item, Note, NS, note, pubsub, useNodes } from './helpers.js';

const start = useNodes();
type World = Awaited<ReturnType<typeof start>>;

/** Has the node watched, and these items known. */
async function watched({ stream, node, told }: World, ...items: string[]) {
  const watching = node.watch();
  await stream.recvResult(await stream.nextSent(), pubsub(changed(...items)));
  told.splice(0);
  return watching;
}
const weight = (xml: string): number => 200 + 2 * `${parseDocument(xml)}`.length;

describe('a node that nobody watches', () => {
  it('asks for nothing when a session begins, and when it ends', async () => {
    const { stream } = await start();
    await stream.disconnect();
    await stream.connect();
    await stream.expectNothingSent();
    expect(stream.errors).toEqual([]);
  });

  it('asks for an item, which may not be there', async () => {
    const { stream, node } = await start();
    for (const [inside, text] of [
      [item('a', '1'), '1'],
      ['', undefined],
    ] as const) {
      const got = node.get('a');
      await stream.recvResult(await stream.nextSent(), pubsub(changed(inside)));
      expect((await got)?.text).toBe(text);
    }
  });

  it('tells nothing of what it takes away', async () => {
    const { stream, node, told } = await start();
    const [removed, cleared] = [node.remove('a'), node.clear()];
    await stream.recvResult(await stream.nextSent());
    await stream.recvResult(await stream.nextSent());
    await Promise.all([removed, cleared]);
    expect([told, stream.errors]).toEqual([[], []]);
  });

  it('asks no longer than somebody waits', async () => {
    const { stream, xmpp, node } = await start();
    for (const ask of [
      (signal: AbortSignal) => node.all({ signal }),
      (signal: AbortSignal) => node.get('a', { signal }),
      (signal: AbortSignal) => node.update('a', () => new Note({}), { signal }),
    ]) {
      const controller = new AbortController();
      const given = expect(ask(controller.signal)).rejects.toThrow('enough');
      await stream.nextSent();
      controller.abort(new Error('enough'));
      await given;
      await stream.idle();
      expect(xmpp.pendingRequests).toBe(0);
    }
  });

  it('begins when the session does where it is watched before', async () => {
    const world = await start();
    const { stream, node, told } = world;
    node.events.on('failed', (each) => told.push(each));
    await stream.disconnect();
    stream.skipSent();
    node.watch();
    await stream.idle();
    expect(told).toEqual([]);
    await stream.connect();
    await stream.recvResult(await stream.expectSent(ALL), pubsub(''));
    await stream.expectNothingSent();
    expect(told).toEqual([['ready']]);
  });
});

describe('a node that is watched', () => {
  it('knows what is there and what is not, and is watched until the last one goes', async () => {
    const world = await start();
    const { stream, node, told } = world;
    const first = await watched(world, item('a', '1'));
    const second = node.watch();
    first.dispose();
    first.dispose();
    expect([(await node.get('a'))?.text, await node.get('b'), node.ready]).toEqual(['1', undefined, true]);
    await stream.recv(event(changed(item('a', '2'))) + event(changed(`<item id='a'><x xmlns='urn:x'/></item>`)));
    await stream.recv(event(`<purge node='${NS}'/>`));
    expect(told).toEqual([
      ['a', '1', '2', true],
      ['removed', 'a', '2'],
    ]);
    second.dispose();
    expect([node.ready, stream.errors]).toEqual([false, []]);
  });

  it('tells of what we take away', async () => {
    const world = await start();
    const { stream, node, told } = world;
    await watched(world, item('a', '1'), item('b', '2'), item('c', '3'));
    const owned: boolean[] = [];
    node.events.on('removed', ({ own }) => void owned.push(own));
    const removed = node.remove('a');
    const retract = await stream.nextSent();
    expect(retract.child('pubsub', NS_PUBSUB)?.child('retract')?.firstElement?.attribute('id')).toBe('a');
    await stream.recvResult(retract);
    await removed;
    const cleared = node.clear();
    const purge = await stream.nextSent();
    expect(purge.firstElement?.firstElement?.name).toBe('purge');
    await stream.recvResult(purge);
    await cleared;
    await stream.idle();
    expect([told, owned]).toEqual([
      [
        ['removed', 'a', '1'],
        ['removed', 'b', '2'],
        ['removed', 'c', '3'],
      ],
      [true, true, true],
    ]);
  });

  it('is read anew where all went while it was read', async () => {
    const { stream, node, told } = await start();
    node.watch();
    const first = await stream.expectSent(ALL);
    await stream.recv(event(`<purge node='${NS}'/>`));
    await stream.recvResult(first, pubsub(changed(item('a', '1'))));
    expect([told, node.ready]).toEqual([[], false]);
    await stream.recvResult(await stream.expectSent(ALL), pubsub(changed(item('b', '2'))));
    expect([told, [...node.items.keys()]]).toEqual([[['ready', 'b']], ['b']]);
  });

  it('is read no longer than somebody watches', async () => {
    const { stream, xmpp, node } = await start();
    const watching = node.watch();
    await stream.expectSent(ALL);
    watching.dispose();
    await stream.idle();
    expect([xmpp.pendingRequests, stream.errors]).toEqual([0, []]);
  });

  it('is disposed of with all that watch', async () => {
    const world = await start();
    const { stream, xmpp, node, told } = world;
    await watched(world, item('a', '1'));
    node.dispose();
    expect([xmpp.advertised.has(`${NS}+notify`), node.ready]).toEqual([false, false]);
    await stream.disconnect();
    await stream.connect();
    await stream.expectNothingSent();
    expect(told).toEqual([]);
  });

  it('says in the log why it was not read', async () => {
    const lines: string[] = [];
    class Lines extends Logger {
      debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
        lines.push(`${message} ${fields?.['error']}`);
      }
      info(): void {}
      warn(): void {}
      error(): void {}
    }
    const { stream, node } = await start({}, { options: { logger: new Lines() } });
    node.watch();
    await stream.recvError(await stream.expectSent(ALL), 'internal-server-error');
    expect(
      lines.filter((line) => line.startsWith(`${NS} was not read`) && line.includes('internal-server-error')),
    ).toHaveLength(1);
  });
});

describe('what is kept', () => {
  const one = weight(note('x'));

  it.each([
    [2 * one, ['a', 'b']],
    [2 * one - 1, ['b']],
  ])('has %i bytes', async (maxBytes, kept) => {
    const world = await start({ maxBytes });
    const { stream, node } = world;
    await watched(world);
    // One in the place of another takes no more room, nor does what is gone.
    for (const text of ['y', 'z', 'x']) await stream.recv(event(changed(item('a', text))));
    await stream.recv(event(changed(item('b', 'x'))));
    expect([...node.items.keys()]).toEqual(kept);
    await stream.recv(event(`<items node='${NS}'><retract id='b'/></items>`) + event(changed(item('c', 'x'))));
    expect([...node.items.keys()]).toEqual([...kept.filter((id) => id !== 'b'), 'c']);
  });

  it('is read up to the byte', async () => {
    for (const more of [0, -1]) {
      const { stream, node } = await start({ maxBytes: 2 * one + more });
      const all = node.all().then(
        ({ size }) => size,
        (error: { code?: string }) => error.code,
      );
      await stream.recvResult(await stream.nextSent(), pubsub(changed(item('a', 'x'), item('b', 'x'))));
      expect(await all).toBe(more === 0 ? 2 : 'ERR_STORED_NODE_TOO_LARGE');
    }
  });

  it('has so many items', async () => {
    const world = await start({ maxItems: 2 });
    const { stream, node } = world;
    await watched(world);
    for (const id of ['a', 'b', 'c']) {
      await stream.recv(event(changed(item(id, 'x'))));
      if (id === 'b') expect(node.items.size).toBe(2);
    }
    expect([...node.items.keys()]).toEqual(['b', 'c']);
  });

  it('has bounds that are numbers from 1', async () => {
    const { xmpp } = await start({ maxItems: 1, maxBytes: 1 });
    xmpp.remove(PrivateData);
    expect(() => xmpp.use(PrivateData, { maxItems: '5' as never })).toThrow('maxItems is a number from 1');
  });
});

describe('changing', () => {
  it('is for one id at a time, and waits for no other', async () => {
    const { stream, node } = await start();
    const controller = new AbortController();
    const outcomes = [node.update('a', () => new Note({})), node.update('b', () => new Note({}))];
    for (const each of outcomes) each.catch(() => {});
    const waiting = expect(node.update('a', () => new Note({}), { signal: controller.signal })).rejects.toThrow(
      'enough',
    );
    const asked = [await stream.nextSent(), await stream.nextSent()];
    expect(asked.map((sent) => sent.firstElement?.firstElement?.firstElement?.attribute('id'))).toEqual(['a', 'b']);
    await stream.expectNothingSent();
    controller.abort(new Error('enough'));
    await waiting;
  });

  it.each(['', `<item id='a'><x xmlns='urn:x'/></item>`])(
    'begins with nothing where there is nothing to read: %s',
    async (inside) => {
      const { stream, node } = await start();
      const given: unknown[] = [];
      const done = node.update('a', (value) => {
        given.push(value);
        return new Note({ text: 'new' });
      });
      await stream.recvResult(await stream.nextSent(), pubsub(changed(inside)));
      await stream.recvResult(await stream.nextSent(), disco('publish-options'));
      const sent = await stream.nextSent();
      expect(sent.child('pubsub', NS_PUBSUB)?.child('publish')?.child('item')?.attribute('id')).toBe('a');
      await stream.recvResult(sent);
      await stream.recvResult(await stream.nextSent(), form(GOOD));
      expect([(await done).text, given]).toEqual(['new', [undefined]]);
    },
  );
});

describe('storing', () => {
  it('looks at the node once more in the next session', async () => {
    const { stream, node } = await start();
    for (let session = 0; session < 2; session++) {
      const done = node.set('a', new Note({ text: 'x' }));
      await stream.recvResult(await stream.nextSent(), disco('publish-options'));
      await stream.recvResult(await stream.nextSent());
      await stream.recvResult(await stream.nextSent(), form(GOOD));
      await done;
      await stream.disconnect();
      await stream.connect();
      stream.skipSent();
    }
  });

  it('fails with what the server says, and with why it was not asked', async () => {
    const { stream, node } = await start();
    const refused = expect(node.set('a', new Note({ text: 'x' }))).rejects.toMatchObject({ condition: 'not-allowed' });
    await stream.recvResult(await stream.nextSent(), disco('publish-options'));
    await stream.recvError(await stream.nextSent(), 'not-allowed');
    await refused;
    const other = await start();
    const unsupported = expect(other.node.set('a', new Note({}))).rejects.toMatchObject({
      missing: 'pep',
      cause: { code: 'ERR_PEP_UNSUPPORTED' },
    });
    await other.stream.recvResult(
      await other.stream.nextSent(),
      `<query xmlns='http://jabber.org/protocol/disco#info'/>`,
    );
    await unsupported;
  });

  it('that is refused for its settings says so, also where these are not told', async () => {
    const { stream, node } = await start();
    const precondition = (id: string | undefined): string =>
      `<iq type='error' id='${id}' from='${ACCOUNT}'><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><precondition-not-met xmlns='${NS_PUBSUB}#errors'/></error></iq>`;
    const refused = expect(node.set('a', new Note({ text: 'x' }))).rejects.toMatchObject({
      code: 'ERR_NODE_MISCONFIGURED',
      accessModel: undefined,
      cause: expect.any(Error),
    });
    await stream.recvResult(await stream.nextSent(), disco('publish-options'));
    await stream.recv(precondition((await stream.nextSent()).attribute('id')));
    await stream.recvResult(await stream.nextSent(), form({ ...GOOD, access_model: 'open' }));
    await stream.recvResult(await stream.nextSent());
    await stream.recv(precondition((await stream.nextSent()).attribute('id')));
    await stream.recvError(await stream.nextSent(), 'forbidden');
    await refused;
    const [known, unknown] = ['open', undefined].map((model) => new NodeMisconfiguredError('n', model).message);
    expect([known?.includes('who may read it is "open"'), unknown?.includes('who')]).toEqual([true, false]);
  });
});

it('nobody else is heard of what is private, whoever asks', async () => {
  const { xmpp, node } = await start();
  const eventing = xmpp.plugin(PersonalEventing);
  expect(() => eventing.on(node.definition, () => {}, { from: 'contacts' })).toThrow("our own account's alone");
});
