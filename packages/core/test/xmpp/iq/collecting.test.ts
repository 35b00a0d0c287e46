import { describe, expect, it } from 'vitest';
import { element } from '../../../src/stanza/element.js';
import { attr } from '../../../src/stanza/fields.js';
import type { Collected } from '../../../src/xmpp/iq/collecting.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online, type TestXMPP } from '../../helpers/stream-xmpp.js';

watchRejections();

const NS = 'urn:test:archive';
class Query extends element('query', NS, { q: attr('q') }) {}
class Result extends element('result', NS, { q: attr('q') }) {}

const outcome = <T>(promise: Promise<T>): Promise<T | Error> =>
  promise.then(
    (value) => value,
    (error: Error) => error,
  );
const piece = (id: string, from = '', q = 'a'): string =>
  `<message id='${id}'${from && ` from='${from}'`}><result xmlns='${NS}' q='${q}'/></message>`;

function ask(xmpp: TestXMPP, more: object = {}, to?: string): Promise<Collected | Error> {
  const iq = xmpp.iq({ type: 'set', id: 'q1', to }, new Query({ q: 'a' }));
  return outcome(xmpp.collect(iq, Result, { max: 3, accept: ({ q }) => q === 'a', ...more }));
}
const ids = async (collected: Promise<Collected | Error>): Promise<unknown> => {
  const value = await collected;
  return value instanceof Error ? value : value.pieces.map(({ id }) => id);
};

describe('collect()', () => {
  it('takes what the one who was asked sends before the result, and nothing behind it in the same breath', async () => {
    const xmpp = await online();
    const collected = ask(xmpp);
    await xmpp.receive(
      `${piece('1') + piece('2', 'alice@example.org') + piece('3', 'example.org') + piece('4', 'eve@evil.example')}${piece('5', '', 'b')}` +
        `<message id='6' type='error'><result xmlns='${NS}' q='a'/></message>` +
        `<iq type='result' id='q1'/>${piece('7')}`,
    );
    expect(await ids(collected)).toEqual(['1', '2']);
    expect([xmpp.handlers, xmpp.pendingRequests, xmpp.manualClock.pending]).toEqual([[], 0, 1]);
  });

  it('of a room takes the word of that room alone', async () => {
    const xmpp = await online();
    const collected = ask(xmpp, {}, 'room@muc.example');
    await xmpp.receive(
      `${piece('1', 'room@muc.example') + piece('2', 'room@muc.example/nick') + piece('3')}<iq type='result' id='q1' from='room@muc.example'/>`,
    );
    expect(await ids(collected)).toEqual(['1']);
  });

  it('rejects where more comes than was asked for, in number or in bytes', async () => {
    const xmpp = await online();
    const many = ask(xmpp);
    await xmpp.receive(['1', '2', '3', '4'].map((id) => piece(id)).join(''));
    expect(await many).toMatchObject({ code: 'ERR_TOO_MANY_ANSWERS', limit: 'max', value: 3 });
    const large = ask(xmpp, { maxBytes: 150 });
    await xmpp.receive(piece('1') + piece('2') + piece('3'));
    expect(await large).toMatchObject({ code: 'ERR_TOO_MANY_ANSWERS', limit: 'maxBytes' });
    expect([xmpp.handlers, xmpp.pendingRequests]).toEqual([[], 0]);
  });

  describe('takes a piece that is larger than other stanzas', () => {
    const limits = { maxStanzaBytes: 10_000, maxAnswerBytes: 50_000 };
    const large = (from = '', bytes = 20_000): string =>
      `<message${from && ` from='${from}'`}><result xmlns='${NS}' q='a'>${'x'.repeat(bytes)}</result></message>`;
    const ends = (xmpp: TestXMPP): Promise<Error> =>
      new Promise((resolve) => xmpp.on('disconnected', ({ reason }) => resolve(reason)));

    it('as long as it waits for it', async () => {
      const xmpp = await online({ limits });
      const collected = ask(xmpp);
      await xmpp.receive(`${large()}<iq type='result' id='q1'/>`);
      expect(((await collected) as Collected).pieces).toHaveLength(1);
      expect(xmpp.online).toBe(true);
      const ended = ends(xmpp);
      await xmpp.receive(large());
      expect(await ended).toMatchObject({ code: 'ERR_RECEIVE_LIMIT', option: 'limits.maxStanzaBytes' });
    });

    it.each([
      ['of nobody else', large('eve@evil.example'), 'limits.maxStanzaBytes'],
      ['of no other kind', large().replace(NS, 'urn:other'), 'limits.maxStanzaBytes'],
      ['up to the size of an answer', large('', 60_000), 'limits.maxAnswerBytes'],
    ])('%s', async (_, text, option) => {
      const xmpp = await online({ limits });
      const collected = ask(xmpp);
      const ended = ends(xmpp);
      await xmpp.receive(text);
      expect(await ended).toMatchObject({ code: 'ERR_RECEIVE_LIMIT', option });
      expect(await collected).toMatchObject({ code: 'ERR_SESSION_LOST' });
    });
  });

  it('has its time from the last piece on', async () => {
    const xmpp = await online();
    const collected = ask(xmpp, { timeout: 1_000 });
    for (const id of ['1', '2']) {
      await xmpp.manualClock.advance(900);
      await xmpp.receive(piece(id));
    }
    await xmpp.manualClock.advance(1_000);
    expect(await collected).toMatchObject({ code: 'ERR_TIMEOUT', timeout: 1_000 });
  });

  it('rejects with the error that came, with the signal and with the loss of the session', async () => {
    const xmpp = await online();
    const refused = ask(xmpp);
    await xmpp.receive(
      `${piece('1')}<iq type='error' id='q1'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    expect(await refused).toMatchObject({ condition: 'item-not-found' });
    const controller = new AbortController();
    const aborted = ask(xmpp, { signal: controller.signal });
    controller.abort(new Error('enough'));
    expect(await aborted).toMatchObject({ message: 'enough' });
    const lost = ask(xmpp);
    xmpp.cut();
    await xmpp.manualClock.idle();
    expect(await lost).toMatchObject({ code: 'ERR_SESSION_LOST' });
    expect(xmpp.handlers).toEqual([]);
    await xmpp.dispose();
  });

  it('of one address of a component takes what is for that address', async () => {
    const xmpp = await online({ jid: 'c.example.org', component: true });
    const iq = xmpp.iq({ type: 'set', id: 'q1', from: 'a@c.example.org', to: 'room@muc.example' }, new Query());
    const collected = outcome(xmpp.collect(iq, Result, { max: 3 }));
    const to = (address: string): string =>
      piece(address, 'room@muc.example').replace(' from=', ` to='${address}@c.example.org' from=`);
    await xmpp.receive(`${to('a')}${to('b')}<iq type='result' id='q1' from='room@muc.example' to='a@c.example.org'/>`);
    expect(await ids(collected)).toEqual(['a']);
  });
});
