import type { XmlElement } from '@sestina/core';
import { useStreams } from '@sestina/testing';
import { MultiUserChat } from '@sestina/xep-0045';
import { afterEach, describe, expect, it } from 'vitest';
import { ACCOUNT, device, event, item, items, NS_MARKERS, OWN, ROMEO, ROOM, type Setup, says, upTo } from './device.js';

const streams = useStreams(afterEach);

async function start(setup: Setup = {}) {
  const started = await device(setup);
  streams.keep(started.stream);
  return started;
}

describe('what our other devices have shown', () => {
  it('only goes forward, in the order of the archive', async () => {
    const { stream, told, at } = await start({ known: [item(ROMEO, upTo('a'))] });
    // By their stamps they are the wrong way round.
    const note = (year: number) => `<delay xmlns='urn:xmpp:delay' from='capulet.com' stamp='${year}-01-01T00:00:00Z'/>`;
    await stream.recv(says('a') + says('b', { more: note(2025) }) + says('c', { more: note(2020) }));
    await stream.recv(event(item(ROMEO, upTo('c'))) + event(item(ROMEO, upTo('b'))) + event(item(ROMEO, upTo('a'))));
    expect(at()).toBe('c');
    expect(told).toEqual([
      [ROMEO, 'a', undefined, false],
      [ROMEO, 'a', 'm-a', false],
      [ROMEO, 'c', 'm-c', false],
    ]);
  });

  it('waits where its message is not known, and is decided for when that comes', async () => {
    for (const [seconds, expected] of [
      [5, 'b'],
      [15, 'x'],
    ] as const) {
      const { stream, archived, told, at } = await start({ known: [] });
      await archived('b', 10);
      await stream.recv(event(item(ROMEO, upTo('b'))));
      await stream.recv(event(item(ROMEO, upTo('x'))));
      expect([at(), told]).toEqual(['b', [[ROMEO, 'b', 'm-b', false]]]);
      await archived('x', seconds);
      expect([at(), told.length]).toEqual([expected, expected === 'x' ? 2 : 1]);
    }
  });

  it('is before what came by itself behind it, also where its message stays unknown', async () => {
    const { stream, show, later, published } = await start({ known: [item(ROMEO, upTo('gone'))] });
    await stream.recv(says('a'));
    show('a');
    await later();
    expect(published).toEqual([[ROMEO, 'a']]);
  });

  it('may be behind what came by itself before it, and is once its message comes', async () => {
    const { stream, show, later, published, at } = await start({ known: [] });
    await stream.recv(says('a'));
    await stream.recv(event(item(ROMEO, upTo('x'))));
    show('a');
    await later();
    expect([published, at()]).toEqual([[], 'a']);
    await stream.recv(says('x'));
    await later();
    expect([published, at()]).toEqual([[], 'x']);
  });

  it('is not pushed back by what an archive gave of long ago', async () => {
    const { stream, archived, show, later, published, at } = await start({ known: [] });
    await stream.recv(says('b'));
    show('b');
    await later();
    await archived('a', 10);
    show('a');
    await later(10_000);
    expect([published, at()]).toEqual([[[ROMEO, 'b']], 'b']);
  });

  it('is unknown where the archive gives something else, until that shows which is the later', async () => {
    const { archived, show, later, published, at } = await start({ known: [item(ROMEO, upTo('seed'))] });
    await archived('a', 10);
    show('a');
    await later(10_000);
    expect([published, at()]).toEqual([[], 'a']);
    await archived('seed', 5);
    await later();
    expect([published, at()]).toEqual([[[ROMEO, 'a']], 'a']);
  });

  it('is put right once where another device was late, and the two come to an end', async () => {
    const { stream, show, later, published, at } = await start({ known: [] });
    await stream.recv(says('a') + says('b'));
    show('b');
    await later();
    for (let i = 0; i < 3; i++) {
      await stream.recv(event(item(ROMEO, upTo('a'))));
      await later();
    }
    expect([published, at()]).toEqual([
      [
        [ROMEO, 'b'],
        [ROMEO, 'b'],
      ],
      'b',
    ]);
  });

  it('is the word of our account alone, of one message of one of the two archives', async () => {
    const { stream, told, at } = await start({ known: [item(ROMEO, upTo('a'))] });
    await stream.recv(says('a') + says('b'));
    const before = told.length;
    for (const from of [ROMEO, `${ROMEO}/x`, OWN, 'capulet.com', `${ACCOUNT}.evil.example`]) {
      await stream.recv(event(item(ROMEO, upTo('b')), from));
      await stream.recv(event(`<retract id='${ROMEO}'/>`, from));
    }
    const two = upTo('b').replace(
      '</displayed>',
      `<stanza-id xmlns='urn:xmpp:sid:0' by='${ACCOUNT}' id='a'/></displayed>`,
    );
    for (const inside of [
      two,
      upTo('b', 'eve@evil.example'),
      upTo('b', ''),
      upTo(''),
      upTo('b', `${ROMEO}/x`),
      '<x/>',
    ]) {
      await stream.recv(event(item(ROMEO, inside)));
    }
    await stream.recv(event(`${item('@', upTo('b'))}${item('', upTo('b'))}<item>${upTo('b')}</item>`));
    expect([at(), told.length, stream.errors]).toEqual(['a', before, []]);
    await stream.recv(event(item(ROMEO, upTo('b'))));
    expect(at()).toBe('b');
  });

  it('is nothing that stands in a message of somebody', async () => {
    const { stream, told, at } = await start({ known: [] });
    await stream.recv(says('a', { more: upTo('a') }) + says('b', { from: OWN, more: upTo('a') }));
    expect([at(), told]).toEqual([undefined, []]);
  });

  it('is unknown where the item was taken back', async () => {
    const { stream, show, later, published, at } = await start({ known: [item(ROMEO, upTo('b'))] });
    await stream.recv(says('a') + says('b'));
    await stream.recv(event(`<retract id='${ROMEO}'/>`));
    expect(at()).toBeUndefined();
    show('a');
    await later();
    expect([published, at()]).toEqual([[[ROMEO, 'a']], 'a']);
  });

  it('is read in the older form, and written anew once it is known which archive is meant', async () => {
    const old = `<displayed xmlns='${NS_MARKERS}' id='a'/>`;
    const { stream, later, published, told, at } = await start({
      known: [item(ROMEO, old), item(`eve@evil.example`, old)],
    });
    await later();
    expect([published, at()]).toEqual([[], undefined]);
    await stream.recv(says('a'));
    await later();
    await later();
    expect([published, at()]).toEqual([[[ROMEO, 'a']], 'a']);
    expect(told).toContainEqual([ROMEO, 'a', 'm-a', false]);
  });

  it('is asked for one by one where all at once cannot be read', async () => {
    const { stream, show, later, published, asked, at } = await start();
    await stream.recvError(asked[0] as XmlElement, 'internal-server-error');
    await stream.recv(says('a') + says('b'));
    show('a');
    await later();
    expect(published).toEqual([]);
    expect(asked[1]?.toString()).toContain(`id='${ROMEO}'`);
    await stream.recvResult(asked[1] as XmlElement, items(item(ROMEO, upTo('b'))));
    await later(10_000);
    expect([published, at()]).toEqual([[], 'b']);
  });

  it('is nothing by a message of another conversation', async () => {
    const { stream, at } = await start({ known: [item('mercutio@verona.example', upTo('m'))] });
    await stream.recv(says('m', { from: 'mercutio@verona.example/x' }) + says('r'));
    await stream.recv(event(item('mercutio@verona.example', upTo('r'))));
    expect(at('mercutio@verona.example')).toBe('m');
  });

  it('is in no order by what an error says again, nor by what comes once more', async () => {
    const { stream, archived, show, at } = await start({ known: [] });
    await archived('a', 10);
    await archived('b', 20);
    await stream.recv(says('c'));
    // The offline store gives what the archive has given.
    await stream.recv(says('a'));
    await stream.recv(says('b', { type: 'error' }));
    show('c');
    await stream.recv(event(item(ROMEO, upTo('a'))) + event(item(ROMEO, upTo('b'))));
    expect(at()).toBe('c');
  });
});

describe('what was missed in between', () => {
  it('is behind what came by itself before, in a room that was left and where we were not there', async () => {
    const { stream, xmpp, archived, show, later, published } = await start({ known: [], plugins: [MultiUserChat] });
    xmpp.claim(ROOM, { kind: 'room' });
    const nurse = `${ROOM}/nurse`;
    await stream.recv(says('g1', { from: nurse, by: ROOM, type: 'groupchat' }) + says('c1'));
    show('g1');
    show('c1');
    await later();
    // A year later, by the clock of the archive.
    await archived('g2', 40_000_000, nurse);
    show('g2');
    await later();
    expect(published.at(-1)).toEqual([ROOM, 'g2']);
    xmpp.sendPresence({ type: 'unavailable' });
    await stream.idle();
    await archived('c2', 40_000_000);
    show('c2');
    await later();
    expect(published.slice(2)).toEqual([
      [ROOM, 'g2'],
      [ROMEO, 'c2'],
    ]);
  });

  it('is behind it also where the last session has ended', async () => {
    const { stream, archived, show, later, published } = await start({ known: [] });
    await stream.recv(says('c1'));
    show('c1');
    await later();
    await stream.drop();
    await stream.connect();
    await later();
    await archived('c2', 40_000_000);
    show('c2');
    await later();
    expect(published.at(-1)).toEqual([ROMEO, 'c2']);
  });
});

it('is kept within bounds, and a room that is full of words pushes out nobody’s', async () => {
  const { stream, xmpp, archived, at } = await start({ known: [] });
  xmpp.claim(ROOM, { kind: 'room' });
  await archived('a', 10);
  await archived('b', 20);
  await stream.recv(event(item(ROMEO, upTo('b'))));
  for (let i = 0; i < 210; i++) {
    const many = Array.from({ length: 100 }, (_, j) =>
      says(`${i}-${j}`, { from: `${ROOM}/n`, by: ROOM, type: 'groupchat' }),
    );
    await stream.recv(many.join(''));
  }
  await stream.recv(event(item(ROMEO, upTo('a'))));
  expect(at()).toBe('b');
}, 60_000);
