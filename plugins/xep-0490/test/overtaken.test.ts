import { JID, MemoryStorage, type XmlElement } from '@sestina/core';
import { MemoryMessageIndex, type MessageFacts } from '@sestina/message-index';
import { useStreams } from '@sestina/testing';
import { NS_PUBSUB } from '@sestina/xep-0060';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_DISPLAYED_SYNC } from '../src/index.js';
import { ACCOUNT, device, event, item, items, OWN, ROMEO, type Setup, says, upTo } from './device.js';

const MERCUTIO = 'mercutio@verona.example';
const streams = useStreams(afterEach);

async function start(setup: Setup = {}) {
  const started = await device(setup);
  streams.keep(started.stream);
  return started;
}

/** An index that takes its time with the message `a`. */
function slow() {
  let answer: (found: undefined) => void = () => {};
  class Slow extends MemoryMessageIndex {
    override find(...args: Parameters<MemoryMessageIndex['find']>): ReturnType<MemoryMessageIndex['find']> {
      if ((args[1] as { id?: string }).id !== 'a') return super.find(...args);
      return new Promise((resolve) => {
        answer = resolve;
      });
    }
  }
  return { index: Slow, answer: () => answer(undefined) };
}

describe('an item whose message is still looked for', () => {
  it('is overtaken by a newer one', async () => {
    const { index, answer } = slow();
    const { stream, told, at } = await start({ known: [item(ROMEO, upTo('a'))], index });
    await stream.recv(event(item(ROMEO, upTo('b'))));
    expect(at()).toBe('b');
    answer();
    await stream.idle();
    expect([at(), told]).toEqual(['b', [[ROMEO, 'b', undefined, false]]]);
  });

  it('counts no more where it was taken back', async () => {
    const { index, answer } = slow();
    const { stream, told, at } = await start({ known: [item(ROMEO, upTo('a'))], index });
    await stream.recv(event(`<retract id='${ROMEO}'/>`));
    answer();
    await stream.idle();
    expect([at(), told]).toEqual([undefined, []]);
  });

  it('disturbs no message that comes meanwhile', async () => {
    const { index, answer } = slow();
    const { stream, messages, at } = await start({ known: [item(ROMEO, upTo('a'))], index });
    await stream.recv(says('z'));
    answer();
    await stream.idle();
    expect([messages.map(({ body }) => body), at(), stream.errors]).toEqual([['z'], 'a', []]);
  });
});

describe('the word of another device', () => {
  it('is told with its message once that decides, and only once', async () => {
    const { stream, archived, told } = await start({ known: [] });
    await archived('b', 10);
    await stream.recv(event(item(ROMEO, upTo('b'))));
    await stream.recv(event(item(ROMEO, upTo('x'))));
    // The offline store gives it once more.
    await stream.recv(says('b'));
    expect(told).toEqual([[ROMEO, 'b', 'm-b', false]]);
    await archived('x', 15);
    expect(told.slice(1)).toEqual([[ROMEO, 'x', 'm-x', false]]);
  });

  it('that comes while the storage is read is not taken for one of before', async () => {
    let go: () => void = () => {};
    class Held extends MemoryStorage {
      override async get(key: string): Promise<string | undefined> {
        if (key.startsWith('xep-0490/')) {
          await new Promise<void>((resolve) => {
            go = resolve;
          });
        }
        return super.get(key);
      }
    }
    const { stream, show, later, published, at } = await start({ known: [], storage: new Held() });
    await stream.recv(says('m'));
    show('m');
    await stream.recv(event(item(ROMEO, upTo('x'))));
    go();
    await later();
    await later();
    expect([published, at()]).toEqual([[], 'm']);
  });

  it('is nothing where an item that said nothing is taken back', async () => {
    const { stream, told } = await start({ known: [item(MERCUTIO, upTo('b', 'eve@evil.example'))] });
    await stream.recv(event(`<retract id='${MERCUTIO}'/>`));
    expect([told, stream.errors]).toEqual([[], []]);
  });
});

describe('what is published', () => {
  async function two(setup: Setup = {}) {
    const started = await start({ known: [], ...setup });
    await started.stream.recv(says('a') + says('m', { from: `${MERCUTIO}/x` }));
    return started;
  }

  /** The server's node is not as it has to be, though it says that it is. */
  async function refuse({ stream }: Awaited<ReturnType<typeof two>>, id: string): Promise<void> {
    const field = (name: string, value: string) => `<field var='pubsub#${name}'><value>${value}</value></field>`;
    const form = `<x xmlns='jabber:x:data' type='form'>${field('access_model', 'whitelist')}${field('persist_items', '1')}</x>`;
    let refused = 0;
    for (let asked = stream.sent.at(-1), last: XmlElement | undefined; asked && asked !== last; ) {
      const text = `${asked}`;
      if (text.includes('<publish ')) {
        if (!text.includes(`id='${id}'`)) break;
        refused += 1;
        await stream.recv(
          `<iq type='error' id='${asked.attribute('id')}' to='${OWN}'><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><precondition-not-met xmlns='${NS_PUBSUB}#errors'/></error></iq>`,
        );
      } else {
        await stream.recvResult(
          asked,
          `<pubsub xmlns='${NS_PUBSUB}#owner'><configure node='${NS_DISPLAYED_SYNC}'>${form}</configure></pubsub>`,
        );
      }
      last = asked;
      await stream.idle();
      asked = stream.sent.at(-1);
    }
    expect(refused).toBe(2);
  }

  it('ends in this session with the first that the server would not keep private', async () => {
    const started = await two();
    const { stream, show, later, published } = started;
    show('a');
    show('m');
    await stream.clock.advance(3_000);
    await refuse(started, 'a');
    await later(10);
    await later(100_000);
    expect(published.map(([id]) => id)).not.toContain(MERCUTIO);
    await stream.drop();
    await stream.connect();
    for (let i = 0; i < 3; i++) await later();
    expect(published.slice(-2)).toEqual([
      [ROMEO, 'a'],
      [MERCUTIO, 'm'],
    ]);
  });

  it('is not refused any more once the node has told of it', async () => {
    const started = await two();
    const { stream, show, later, published } = started;
    show('a');
    await stream.clock.advance(3_000);
    await stream.recv(event(item(ROMEO, upTo('a'))));
    await refuse(started, 'a');
    await later(10);
    show('m');
    await later();
    expect(published.at(-1)).toEqual([MERCUTIO, 'm']);
  });

  it('goes out again in the next session where the connection was lost under it', async () => {
    const { stream, show, later, published } = await two();
    show('a');
    await stream.clock.advance(3_000);
    expect(published).toEqual([]);
    const before = stream.sent.length;
    expect(`${stream.sent[before - 1]}`).toContain('<publish');
    await stream.drop();
    await stream.connect();
    const again = () => stream.sent.slice(before).filter((xml) => `${xml}`.includes('<publish node')).length;
    await later();
    await later();
    await later();
    expect(again()).toBe(1);
  });

  it('waits in each session for all items, also where those of the last could not be read', async () => {
    const { stream, show, later, asked, published } = await start();
    await stream.recvError(asked[0] as XmlElement, 'internal-server-error');
    await stream.drop();
    await stream.connect();
    await later();
    await stream.recv(says('a'));
    show('a');
    await later();
    expect([asked.length, published]).toEqual([2, []]);
    await stream.recvResult(asked[1] as XmlElement, items());
    await later();
    await later();
    expect(published).toEqual([[ROMEO, 'a']]);
  });
});

describe('positions are kept', () => {
  const shown = (sync: Awaited<ReturnType<typeof start>>['sync'], peer: string): void => {
    const facts = { kind: 'chat', peer: JID.parse(peer), archive: JID.parse(ACCOUNT), archiveId: 'a' };
    sync.displayed(peer, facts as unknown as MessageFacts);
  };

  it('of ten thousand conversations', async () => {
    const { sync } = await start({ known: [] });
    for (let i = 0; i < 10_000; i++) shown(sync, `u${i}@verona.example`);
    expect(sync.position('u0@verona.example')?.archiveId).toBe('a');
    shown(sync, 'u10000@verona.example');
    const [first, second] = ['u0@verona.example', 'u1@verona.example'].map((peer) => sync.position(peer)?.archiveId);
    expect([first, second]).toEqual([undefined, 'a']);
  });

  it('of fewer where their addresses are long', async () => {
    const { sync } = await start({ known: [] });
    const peer = (i: number) => `${String(i).padStart(1_000, 'x')}@verona.example`;
    // Each is kept under its address, is called so, and has an id of one character.
    const fit = Math.floor(16_777_216 / (1_000 + 2 * (2 * peer(0).length + 2)));
    for (let i = 0; i < fit; i++) shown(sync, peer(i));
    expect(sync.position(peer(0))?.archiveId).toBe('a');
    shown(sync, peer(fit));
    expect([sync.position(peer(0)), sync.position(peer(1))?.archiveId]).toEqual([undefined, 'a']);
  });
});
