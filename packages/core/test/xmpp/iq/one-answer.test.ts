import { describe, expect, it } from 'vitest';
import type { Sending } from '../../../src/sending.js';
import { element } from '../../../src/stanza/element.js';
import { Iq } from '../../../src/stanza/iq.js';
import { Callback } from '../../../src/stream/handlers.js';
import { MatchPayload } from '../../../src/stream/matchers.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online, type TestXMPP } from '../../helpers/stream-xmpp.js';

watchRejections();

class Ping extends element('ping', 'urn:xmpp:ping') {}

const BOB = 'bob@example.net/x';
const ME = 'bot@echo.example.org';
const ping = (id: string, { from = BOB, to = ME } = {}) =>
  `<iq type='get' id='${id}' from='${from}' to='${to}'><ping xmlns='urn:xmpp:ping'/></iq>`;
const answers = (xmpp: TestXMPP) =>
  [...xmpp.wire.take().matchAll(/<iq[^>]*? type='(result|error)'[^>]*?>(?:<error[^>]*><([\w-]+))?/g)].map(
    ([, type, condition]) => condition ?? type,
  );
const component = () => online({ component: true, jid: 'echo.example.org', keepAlive: false });
/** An answer that knows nothing of the request. */
const byHand = (xmpp: TestXMPP, iq: Iq, type: 'result' | 'error' = 'result'): Sending =>
  xmpp.iq({ type, id: iq.id, to: iq.from, from: iq.to }).send();
const look = (xmpp: TestXMPP, handle: (iq: Iq) => unknown = () => {}) =>
  xmpp.registerHandler(new Callback<Iq>('see iqs', new MatchPayload(Iq, Ping), handle));

describe('an answer that is not made by reply()', () => {
  it.each<[string, (xmpp: TestXMPP, iq: Iq) => unknown, string[]]>([
    ['is the one answer where the handler returns nothing', (xmpp, iq) => void byHand(xmpp, iq), ['result']],
    [
      'is the one answer where the handler returns something',
      (xmpp, iq) => {
        byHand(xmpp, iq, 'error');
        return new Ping();
      },
      ['error'],
    ],
    [
      'is the one answer where the handler throws',
      (xmpp, iq) => {
        byHand(xmpp, iq);
        throw new Error('boom');
      },
      ['result'],
    ],
    [
      'is the one answer where it takes a while',
      async (xmpp, iq) => {
        await Promise.resolve();
        byHand(xmpp, iq);
      },
      ['result'],
    ],
    [
      'does not go out behind another one',
      (xmpp, iq) => {
        iq.reply().send();
        byHand(xmpp, iq);
        byHand(xmpp, iq, 'error');
      },
      ['result'],
    ],
    [
      'goes out where it is for somebody else',
      (xmpp, iq) => {
        xmpp.iq({ type: 'error', id: iq.id, to: 'eve@example.net', from: iq.to }).send();
        xmpp.iq({ type: 'error', id: 'other', to: iq.from, from: iq.to }).send();
        xmpp.iq({ type: 'error', id: iq.id, to: iq.from, from: 'other@echo.example.org' }).send();
      },
      ['error', 'error', 'error', 'result'],
    ],
  ])('%s', async (_name, handler, expected) => {
    const xmpp = await component();
    xmpp.on('sendFailed', () => {});
    xmpp.onIq('get', Ping, (_ping, iq) => handler(xmpp, iq) as undefined);
    await xmpp.receive(ping('p1'));
    expect(answers(xmpp)).toEqual(expected);
  });

  it('fails as a second reply() does', async () => {
    const xmpp = await component();
    const second: Sending[] = [];
    xmpp.onIq('get', Ping, (_ping, iq) => {
      byHand(xmpp, iq);
      second.push(byHand(xmpp, iq));
    });
    const failed = xmpp.wait('sendFailed');
    await xmpp.receive(ping('p1'));
    expect((await failed).error).toMatchObject({ reason: 'rejected' });
    expect(second.map(({ state }) => state)).toEqual(['failed']);
  });

  it('is for a client whatever it says of itself', async () => {
    const xmpp = await online();
    xmpp.onIq('get', Ping, (_ping, iq) => void xmpp.iq({ type: 'result', id: iq.id, to: iq.from }).send());
    await xmpp.receive(ping('p1', { to: 'alice@example.org/phone' }) + ping('p2', { from: 'BOB@example.net/x' }));
    expect(answers(xmpp)).toEqual(['result', 'result']);
  });

  it('is of the request that is open, where an id comes again', async () => {
    const xmpp = await component();
    look(xmpp, (iq) => void byHand(xmpp, iq));
    for (let i = 0; i < 3; i++) await xmpp.receive(ping('p1'));
    expect(answers(xmpp)).toEqual(['result', 'result', 'result']);
    xmpp.onIq('get', Ping, async (_ping, iq) => void byHand(xmpp, iq));
    await xmpp.receive(ping('p1').repeat(3));
    expect(answers(xmpp)).toEqual(['result', 'result', 'result']);
  });
});

describe('a request that handlers only look at', () => {
  it('is answered after a minute', async () => {
    const xmpp = await component();
    look(xmpp);
    look(xmpp, () => new Promise(() => {}));
    await xmpp.receive(ping('p1'));
    await xmpp.manualClock.advance(30_000);
    await xmpp.receive(ping('p2'));
    await xmpp.manualClock.advance(29_999);
    expect(answers(xmpp)).toEqual([]);
    await xmpp.manualClock.advance(1);
    expect(answers(xmpp)).toEqual(['service-unavailable']);
    await xmpp.manualClock.advance(30_000);
    expect(answers(xmpp)).toEqual(['service-unavailable']);
  });

  it.each<[string, (iq: Iq, xmpp: TestXMPP) => unknown]>([
    ['at once', (iq) => iq.reply().send()],
    ['at once, by hand', (iq, xmpp) => byHand(xmpp, iq)],
    ['later', (iq, xmpp) => void xmpp.schedule('later', 59_000, () => void iq.reply().send())],
    ['later, by hand', (iq, xmpp) => void xmpp.schedule('later', 59_000, () => void byHand(xmpp, iq))],
    ['for a copy of it', (iq) => iq.copy().reply().send()],
  ])('has that one answer where one of them answers %s', async (_when, answer) => {
    const xmpp = await component();
    look(xmpp);
    look(xmpp, (iq) => void answer(iq, xmpp));
    look(xmpp);
    await xmpp.receive(ping('p1'));
    await xmpp.manualClock.advance(600_000);
    expect(answers(xmpp)).toEqual(['result']);
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('has that one answer where the handler runs while the bytes are read', async () => {
    const xmpp = await component();
    const answer = (iq: Iq) => void byHand(xmpp, iq);
    xmpp.registerHandler(new Callback<Iq>('at once', new MatchPayload(Iq, Ping), answer, { inStream: true }));
    await xmpp.receive(ping('p1'));
    await xmpp.manualClock.advance(600_000);
    expect(answers(xmpp)).toEqual(['result']);
  });

  it('has all the time that a handler takes which says that it answers', async () => {
    const xmpp = await component();
    const seen: Iq[] = [];
    look(xmpp);
    xmpp.registerHandler(
      new Callback<Iq>('answers', new MatchPayload(Iq, Ping), (iq) => void seen.push(iq), { answers: true }),
    );
    for (let i = 0; i < 1_100; i++) await xmpp.receive(ping(`p${i}`));
    await xmpp.manualClock.advance(600_000);
    expect(answers(xmpp)).toEqual([]);
    seen[0]?.reply().send();
    expect(answers(xmpp)).toEqual(['result']);
  });

  it('is answered by the handler of onIq where there is one', async () => {
    const xmpp = await component();
    look(xmpp);
    xmpp.onIq('get', Ping, () => {});
    await xmpp.receive(ping('p1'));
    await xmpp.manualClock.advance(600_000);
    expect(answers(xmpp)).toEqual(['result']);
  });

  it('is not answered a second time by one that comes too late', async () => {
    for (const late of [(_xmpp: TestXMPP, iq: Iq) => iq.reply().send(), byHand]) {
      const xmpp = await component();
      const seen: Iq[] = [];
      look(xmpp, (iq) => seen.push(iq));
      await xmpp.receive(ping('p1'));
      await xmpp.manualClock.advance(60_000);
      expect(answers(xmpp)).toEqual(['service-unavailable']);
      const failed = xmpp.wait('sendFailed');
      const sending = late(xmpp, seen[0] as Iq);
      expect(sending.state).toBe('failed');
      expect((await failed).error).toMatchObject({ reason: 'rejected' });
      expect(answers(xmpp)).toEqual([]);
    }
  });

  it('gives way to others where it is that of a stranger, before that of our own account', async () => {
    const xmpp = await component();
    look(xmpp);
    await xmpp.receive(ping('own', { from: ME }));
    for (let i = 0; i < 1_000; i += 100) {
      await xmpp.receive(Array.from({ length: 100 }, (_, j) => ping(`p${i + j}`)).join(''));
    }
    expect(xmpp.wire.take()).toMatch(/^<iq type='error' id='p0'[^>]*>(?:(?!<iq).)*$/);
  });

  it('is answered at once where more than a thousand wait: the memory has an end', async () => {
    const xmpp = await component();
    look(xmpp);
    for (let i = 0; i < 1_500; i += 100) {
      await xmpp.receive(Array.from({ length: 100 }, (_, j) => ping(`p${i + j}`)).join(''));
    }
    expect(answers(xmpp)).toEqual(Array(500).fill('service-unavailable'));
    await xmpp.manualClock.advance(60_000);
    expect(answers(xmpp)).toEqual(Array(1_000).fill('service-unavailable'));
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('leaves no timer behind when the connection object is disposed of', async () => {
    const xmpp = await component();
    look(xmpp);
    await xmpp.receive(ping('p1'));
    expect(xmpp.manualClock.pending).toBe(1);
    xmpp.abort();
    await xmpp.dispose();
    expect(xmpp.manualClock.pending).toBe(0);
  });
});
