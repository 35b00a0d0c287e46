import { describe, expect, it } from 'vitest';
import { Message } from '../../../src/stanza/message.js';
import { declarePlacement, placementOf } from '../../../src/xmpp/messages/placement.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online, type TestXMPP } from '../../helpers/stream-xmpp.js';
import { BOB, gate, listen, message, Note, Secret, takeOut, Wrapped } from '../../helpers/wrapped.js';

watchRejections();

const ALICE = 'alice@example.org/laptop';
const old = (id: string, from = BOB, to = ALICE): Message => new Message({ id, from, to, body: id });
const archive = (xmpp: TestXMPP) => ({ source: 'archive', by: xmpp.requestedJid.bare, history: true }) as const;

describe('adopt()', () => {
  it('gives a message its context and has it described, and tells nobody', async () => {
    const xmpp = await online();
    const described: unknown[] = [];
    xmpp.messages.describe((said, context) => described.push([said.id, context.source]));
    xmpp.messages.transform('in', () => {
      throw new Error('no transform sees it');
    });
    const seen = listen(xmpp);
    const sentAt = new Date(0);
    const kept = xmpp.messages.adopt(old('a1', ALICE, BOB), { ...archive(xmpp), sentAt });
    expect(kept?.context).toMatchObject({ source: 'archive', way: 'out', history: true, class: 'content', sentAt });
    expect([kept?.context.peer.full, kept?.stream === xmpp, kept?.xml.readOnly]).toEqual([
      'bob@example.net',
      true,
      true,
    ]);
    expect([described, seen]).toEqual([[['a1', 'archive']], { event: [], heard: [], errors: [] }]);
  });

  it('refuses what wraps another one, or has an address that cannot be read', async () => {
    const xmpp = await online();
    takeOut(xmpp);
    const wrapping = old('a1');
    wrapping.xml.append(new Wrapped().xml);
    const odd = old('a2');
    odd.xml.setAttribute('from', '@@');
    for (const refused of [wrapping, odd]) expect(xmpp.messages.adopt(refused, archive(xmpp))).toBeUndefined();
    expect(xmpp.messages.dropped).toBe(2);
  });
});

describe('deliver()', () => {
  it('gives a message to those who ask for its source, and resolves when they have been called', async () => {
    const xmpp = await online();
    const seen = listen(xmpp);
    const contexts: unknown[] = [];
    xmpp.onMessage(
      ({ context }) => contexts.push([context.way, context.peer.full, context.by?.full, context.history]),
      {
        sources: ['archive'],
      },
    );
    await xmpp.messages.deliver(old('a1'), archive(xmpp));
    await xmpp.messages.deliver(old('a2', ALICE, BOB), { ...archive(xmpp), sentAt: new Date(0) });
    expect(seen).toEqual({ event: [], heard: ['a1', 'a2'], errors: [] });
    expect(contexts).toEqual([
      ['in', 'bob@example.net', 'alice@example.org', true],
      ['out', 'bob@example.net', 'alice@example.org', true],
    ]);
  });

  it('passes the transforms, behind what waits of that peer, and rejects with what they throw', async () => {
    const xmpp = await online();
    const wait = gate<void>();
    xmpp.messages.transform('in', (said) => {
      if (said.id === 'm1') return wait.promise.then(() => said);
      if (said.id === 'bad') throw new Error('boom');
      return said.id === 'none' ? undefined : said;
    });
    const seen = listen(xmpp);
    await xmpp.receive(message(BOB, 'm1'));
    const delivered = xmpp.messages.deliver(old('a1'), archive(xmpp));
    await xmpp.manualClock.idle();
    expect(seen.heard).toEqual([]);
    wait.open();
    await delivered;
    expect(seen.heard).toEqual(['m1', 'a1']);
    await expect(xmpp.messages.deliver(old('bad'), archive(xmpp))).rejects.toThrow('boom');
    expect(await xmpp.messages.deliver(old('none'), archive(xmpp))).toBeUndefined();
    expect(seen).toEqual({ event: ['m1'], heard: ['m1', 'a1'], errors: [] });
    xmpp.messages.transform('in', () => new Message({ id: 'plain', from: BOB, to: ALICE, body: 'plain' }));
    const said = await xmpp.messages.deliver(old('a2'), archive(xmpp));
    expect([said?.id, said?.context.source, seen.heard.at(-1)]).toEqual(['plain', 'archive', 'plain']);
  });

  it('may be called by who is given a message', async () => {
    const xmpp = await online();
    xmpp.messages.transform('in', async (said) => said);
    const seen = listen(xmpp);
    xmpp.onMessage(
      async ({ id }) => {
        const next = Number(id) + 1;
        if (next < 5) await xmpp.messages.deliver(old(`${next}`), archive(xmpp));
      },
      { sources: ['archive', 'stream'], sequential: true },
    );
    await xmpp.receive(message(BOB, '1'));
    expect(seen.heard).toEqual(['1', '2', '3', '4']);
  });

  it('refuses what wraps another one, and addresses that cannot be read', async () => {
    const xmpp = await online();
    takeOut(xmpp);
    const seen = listen(xmpp);
    const carbon = old('a1');
    carbon.xml.append(new Wrapped().xml);
    const odd = old('a2');
    odd.xml.setAttribute('from', '@@');
    for (const each of [carbon, odd]) await xmpp.messages.deliver(each, archive(xmpp));
    expect([seen.heard, xmpp.messages.dropped]).toEqual([[], 2]);
  });

  it('rejects after dispose(), also what waited then', async () => {
    const xmpp = await online();
    xmpp.messages.transform('in', () => new Promise(() => {}));
    const waiting = [old('a1'), old('a2')].map((each) =>
      xmpp.messages.deliver(each, archive(xmpp)).then(undefined, (error: unknown) => error),
    );
    await xmpp.manualClock.idle();
    await xmpp.dispose();
    expect(await Promise.all(waiting)).toEqual(Array(2).fill(expect.objectContaining({ code: 'ERR_DISCONNECTED' })));
    await expect(xmpp.messages.deliver(old('a3'), archive(xmpp))).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' });
  });
});

describe('declarePlacement()', () => {
  it('says where an element stands under encryption: inside, where nobody says anything', () => {
    declarePlacement(Note, 'outside');
    declarePlacement(Note, 'outside');
    expect([placementOf(new Note().xml), placementOf(new Secret().xml)]).toEqual(['outside', 'inside']);
    expect(() => declarePlacement(Note, 'inside')).toThrow(TypeError);
  });
});
