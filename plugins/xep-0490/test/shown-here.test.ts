import type { Message, XmlElement } from '@sestina/core';
import { MemoryStorage } from '@sestina/core';
import { MemoryMessageIndex, MessageIndex } from '@sestina/message-index';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { MultiUserChat } from '@sestina/xep-0045';
import { NS_PUBSUB } from '@sestina/xep-0060';
import { DisplayedMarkers } from '@sestina/xep-0333';
import { afterEach, describe, expect, it } from 'vitest';
import { DisplayedSync, NS_DISPLAYED_SYNC, NS_SERVER_ASSIST } from '../src/index.js';
import { ACCOUNT, device, event, item, items, NS_MARKERS, ROMEO, ROOM, type Setup, says, upTo } from './device.js';

const NS_DISCO = 'http://jabber.org/protocol/disco#info';
const streams = useStreams(afterEach);

async function start(setup: Setup = {}) {
  const started = await device(setup);
  streams.keep(started.stream);
  return started;
}

describe('what was shown here', () => {
  it('is published once for all that was shown, under the bare address, and never for less than before', async () => {
    const { stream, show, later, published, told, at } = await start({ known: [] });
    for (const id of ['a', 'b', 'c']) await stream.recv(says(id));
    for (const id of ['a', 'c', 'b']) show(id);
    expect(at()).toBe('c');
    await later();
    expect(published).toEqual([[ROMEO, 'c']]);
    expect(told).toEqual([[ROMEO, 'c', 'm-c', true]]);
    show('b');
    await later(10_000);
    expect(published).toHaveLength(1);
  });

  it('says nothing that the node says already, nor the echo of what it was told', async () => {
    const { stream, show, later, published, told } = await start({ known: [] });
    await stream.recv(says('a') + says('b'));
    await stream.recv(event(item(ROMEO, upTo('b'))));
    show('b');
    show('a');
    await later(10_000);
    expect(published).toEqual([]);
    expect(told).toEqual([[ROMEO, 'b', 'm-b', false]]);
    await stream.recv(says('c'));
    show('c');
    await later();
    await stream.recv(event(item(ROMEO, upTo('c'))));
    expect([published, told.slice(1)]).toEqual([[[ROMEO, 'c']], [[ROMEO, 'c', 'm-c', true]]]);
  });

  it('waits for what the other devices have shown, however long that takes', async () => {
    const { stream, sync, show, later, published, asked, at, answer } = await start();
    let isReady = false;
    void sync.ready.then(() => {
      isReady = true;
    });
    await stream.recv(says('a') + says('b'));
    show('a');
    await later(20_000);
    expect([published, isReady, at()]).toEqual([[], false, 'a']);
    await stream.recvResult(asked[0] as XmlElement, items(item(ROMEO, upTo('b'))));
    await answer();
    await later(10_000);
    expect([published, isReady, at()]).toEqual([[], true, 'b']);
  });

  it('is published behind a seed that came late, and is of before', async () => {
    const { stream, show, later, published, asked, at, answer } = await start();
    await stream.recv(says('a'));
    show('a');
    await later(5_000);
    await stream.recvResult(asked[0] as XmlElement, items(item(ROMEO, upTo('unknown'))));
    await answer();
    await later();
    expect([published, at()]).toEqual([[[ROMEO, 'a']], 'a']);
  });
});

describe('a conversation', () => {
  it('with an occupant of a room is not that of the room, which has its own archive', async () => {
    const { stream, xmpp, sync, show, later, published, at } = await start({ known: [], plugins: [MultiUserChat] });
    xmpp.claim(ROOM, { kind: 'room' });
    const nurse = `${ROOM}/nurse`;
    await stream.recv(says('g', { from: nurse, by: ROOM, type: 'groupchat' }) + says('p', { from: nurse }));
    show('g');
    show('p');
    expect([at(ROOM), at(nurse), at(`${ROOM}/other`)]).toEqual(['g', 'p', undefined]);
    expect(sync.position(ROOM)?.archive.full).toBe(ROOM);
    await later();
    expect(published).toEqual([
      [ROOM, 'g'],
      [nurse, 'p'],
    ]);
  });

  it('keeps the name under which another program has written it', async () => {
    const { stream, show, later, published } = await start({ known: [item('Romeo@Montague.net', upTo('a'))] });
    await stream.recv(says('a') + says('b'));
    show('b');
    await later();
    expect(published).toEqual([['Romeo@Montague.net', 'b']]);
  });

  it('is not shown by what no archive has, by errors, nor by messages of another one', async () => {
    const { stream, xmpp, sync, messages, later, published } = await start({ known: [] });
    await stream.recv(says('a', { by: 'eve@evil.example' }) + says('b') + says('c', { type: 'headline' }));
    for (const message of messages) {
      if (message.body !== 'b') sync.displayed(message.context.peer, message);
      if (message.type === 'chat') {
        expect(() => sync.displayed('eve@evil.example', message)).toThrow(/context.peer/);
      }
    }
    expect(() => sync.displayed('@', messages[0] as Message)).toThrow();
    const index = xmpp.plugin(MessageIndex);
    sync.displayed(ROMEO, { ...index.note(messages[1] as Message), archiveId: undefined });
    await later();
    expect(published).toEqual([]);
    sync.displayed(`${ROMEO}/x`, index.note(messages[1] as Message));
    await later();
    expect(published).toEqual([[ROMEO, 'b']]);
  });
});

describe('what could not be published', () => {
  it('is in the next session, where nobody has gone on meanwhile', async () => {
    for (const [inBetween, expected] of [
      ['a', [[ROMEO, 'b']]],
      ['elsewhere', []],
    ] as const) {
      const storage = new MemoryStorage();
      const first = await start({ storage, known: [item(ROMEO, upTo('a'))] });
      await first.stream.recv(says('b'));
      first.show('b');
      await first.stream.clock.advance(1_000);
      await first.stream.drop();
      expect(await storage.keys('')).toContain(`xep-0490/${ACCOUNT}`);
      const second = await start({ storage, known: [item(ROMEO, upTo(inBetween))] });
      await second.later();
      expect(second.published).toEqual(expected);
      expect(second.at()).toBe('b');
      if (inBetween === 'a') {
        await second.later();
        expect((await storage.keys('')).filter((key) => key.startsWith('xep-0490/'))).toEqual([]);
      }
    }
  });

  it('is published after a reconnection in the same process', async () => {
    const { stream, show, later, published } = await start({ known: [item(ROMEO, upTo('a'))] });
    await stream.recv(says('b'));
    show('b');
    await stream.drop();
    await stream.clock.advance(10_000);
    expect(published).toEqual([]);
    await stream.connect();
    await later();
    await later();
    expect(published).toEqual([[ROMEO, 'b']]);
  });

  it('is read also where the session has begun without it, since others are asked for long', async () => {
    const storage = new MemoryStorage();
    await storage.set(`xep-0490/${ACCOUNT}`, JSON.stringify([[ROMEO, ACCOUNT, 'b', 'a']]));
    const { at } = await start({ storage, known: [item(ROMEO, upTo('a'))], isSilent: true });
    expect(at()).toBe('b');
    const blind = await start({ storage });
    await blind.stream.recvError(blind.asked[0] as XmlElement, 'internal-server-error');
    await blind.later();
    await blind.stream.recvResult(blind.asked[1] as XmlElement, items(item(ROMEO, upTo('a'))));
    await blind.later(10);
    expect(blind.published).toEqual([[ROMEO, 'b']]);
  });

  it('is published where it shows only later that the ids of our archive count, and not where they do not', async () => {
    for (const [features, expected] of [
      [['urn:xmpp:sid:0'], [[ROMEO, 'a']]],
      [[], []],
    ] as const) {
      const { stream, show, published, later, at } = await start({ known: [], isSilent: true });
      await stream.recv(says('a'));
      show('a');
      await later();
      expect([published, at()]).toEqual([[], undefined]);
      const feature = features.map((each) => `<feature var='${each}'/>`).join('');
      const own = `<query xmlns='${NS_DISCO}'><identity category='pubsub' type='pep'/><feature var='${NS_PUBSUB}#publish-options'/>${feature}</query>`;
      for (const asked of stream.sent.filter((each) => each.child('query', NS_DISCO)))
        await stream.recvResult(asked, own);
      await later();
      await later();
      expect(published).toEqual(expected);
    }
  });

  it('is tried again where the server cannot take it now, and given up where it never will', async () => {
    for (const [refusal, expected] of [
      ['remote-server-timeout', 2],
      ['internal-server-error', 1],
      ['forbidden', 1],
    ] as const) {
      const { stream, show, later, published } = await start({ known: [], refusals: [refusal] });
      await stream.recv(says('a'));
      show('a');
      await later();
      await later(70_000);
      await later(10_000);
      expect([refusal, published.length]).toEqual([refusal, expected]);
    }
  });

  it('ends with what is no list, and with a storage that says nothing', async () => {
    const storage = new MemoryStorage();
    await storage.set(`xep-0490/${ACCOUNT}`, '[["@","x","y"],[1],null,["a@b","c@d"]]');
    const { stream, show, later, published } = await start({ storage, known: [] });
    await stream.recv(says('a'));
    show('a');
    await later();
    expect(published).toEqual([[ROMEO, 'a']]);
    class Silent extends MemoryStorage {
      override get(): Promise<string | undefined> {
        return new Promise(() => {});
      }
    }
    const other = await start({ storage: new Silent(), known: [] });
    await other.stream.recv(says('a'));
    other.show('a');
    await other.later();
    expect(other.published).toEqual([]);
    await other.later(60_000);
    expect(other.published).toEqual([[ROMEO, 'a']]);
  });
});

it('is published also where an index of messages says nothing, after half a minute in all', async () => {
  class Silent extends MemoryMessageIndex {
    override find(): Promise<undefined> {
      return new Promise(() => {});
    }
  }
  const many = Array.from({ length: 100 }, (_, i) => item(`u${i}@verona.example`, upTo('x')));
  const { stream, sync, show, later, published, told } = await start({ known: many, index: Silent });
  let isReady = false;
  void sync.ready.then(() => {
    isReady = true;
  });
  await stream.recv(says('a'));
  show('a');
  await later(29_000);
  expect([isReady, published]).toEqual([false, []]);
  await later(2_000);
  await later();
  expect([isReady, published]).toEqual([true, [[ROMEO, 'a']]]);
  expect([told.length, stream.errors.length]).toEqual([101, 1]);
});

describe('with displayed markers', () => {
  const markable = `<markable xmlns='${NS_MARKERS}'/>`;
  const markersIn = (sent: readonly XmlElement[]): XmlElement[] =>
    sent.filter((xml) => xml.child('displayed', NS_MARKERS));

  it('one call tells the sender and our devices', async () => {
    const { stream, show, later, published } = await start({ known: [], plugins: [DisplayedMarkers] });
    await stream.recv(says('a', { more: markable }));
    show('a');
    await later();
    const [marker, ...more] = markersIn(stream.sent);
    expect(marker?.child('displayed', NS_MARKERS)?.attribute('id')).toBe('m-a');
    expect(marker?.child('displayed', NS_DISPLAYED_SYNC)).toBeUndefined();
    expect([more, published]).toEqual([[], [[ROMEO, 'a']]]);
  });

  it('a server that helps makes the item of what stands beside a marker, to a bare address alone', async () => {
    const features = [NS_SERVER_ASSIST];
    for (const serverAssist of [true, false]) {
      const { stream, xmpp, show, later, published, told } = await start({
        ...{ features, serverAssist, known: [] },
        plugins: [DisplayedMarkers],
      });
      await stream.recv(says('a', { more: markable }));
      show('a');
      const marker = (to: string) =>
        xmpp.sendMessage({ to, type: 'chat', chatMarker: { kind: 'displayed', id: 'other' } });
      // An occupant is a conversation of its own, whose address is not bare.
      xmpp.claim(ROOM, { kind: 'room' });
      const nurse = `${ROOM}/nurse`;
      await stream.recv(says('p', { from: nurse }));
      show('p');
      marker(nurse);
      marker(`${ROMEO}/x`);
      marker('mercutio@verona.example');
      xmpp.sendMessage({ to: ROMEO, type: 'chat', body: 'x' });
      await later(1_000);
      const taken = stream.sent.filter((xml) => xml.child('displayed', NS_DISPLAYED_SYNC));
      expect(taken.map((xml) => [xml.attribute('to'), xml.child('displayed', NS_MARKERS)?.attribute('id')])).toEqual(
        serverAssist ? [[ROMEO, 'm-a']] : [],
      );
      if (serverAssist) {
        expect(taken[0]?.toString()).toContain(`by='${ACCOUNT}'`);
        await stream.recv(event(item(ROMEO, upTo('a'))));
        expect(told).toEqual([[ROMEO, 'a', 'm-a', true]]);
      }
      await later(10_000);
      expect(published).toEqual(
        serverAssist
          ? [[`${ROOM}/nurse`, 'p']]
          : [
              [ROMEO, 'a'],
              [`${ROOM}/nurse`, 'p'],
            ],
      );
    }
  });

  it('nothing is taken along before it is known what the other devices have shown', async () => {
    const { stream, show, later } = await start({ features: [NS_SERVER_ASSIST], plugins: [DisplayedMarkers] });
    await stream.recv(says('a', { more: markable }));
    show('a');
    await later();
    expect(markersIn(stream.sent).map((xml) => xml.child('displayed', NS_DISPLAYED_SYNC))).toEqual([undefined]);
  });
});

it('is removed with all that waits, and nothing is published then', async () => {
  const { stream, xmpp, sync, show, messages, later, published, asked } = await start();
  await stream.recv(says('a'));
  show('a');
  const over = expect(sync.ready).rejects.toThrow(/removed/);
  xmpp.remove(DisplayedSync);
  await over;
  await stream.recvResult(asked[0] as XmlElement, items());
  await later(60_000);
  expect([published, stream.errors]).toEqual([[], []]);
  expect(() => sync.displayed(ROMEO, messages[0] as Message)).toThrow(/removed/);
});

it('refuses options that cannot be, and a component', async () => {
  const stream = await ScriptedStream.start({ kind: 'component', plugins: [MemoryMessageIndex] });
  streams.keep(stream);
  expect(() => stream.xmpp.use(DisplayedSync)).toThrow(/client/);
  const client = await ScriptedStream.start({ plugins: [MemoryMessageIndex] });
  streams.keep(client);
  for (const options of [{ delay: -1 }, { delay: Number.NaN }, { serverAssist: 1 as never }]) {
    expect(() => client.xmpp.use(DisplayedSync, options)).toThrow();
  }
});
