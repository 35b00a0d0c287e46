import { describe, expect, it } from 'vitest';
import { SendError, type Sending } from '../../../src/sending.js';
import type { Message } from '../../../src/stanza/message.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online, type TestXMPP } from '../../helpers/stream-xmpp.js';
import { BOB, CAROL, gate, Note, Secret } from '../../helpers/wrapped.js';

watchRejections();

type Gate = ReturnType<typeof gate<void>>;

/** Encrypts what goes to Bob, when the test says so. */
function encrypting(xmpp: TestXMPP, timeout?: number): Gate[] {
  const gates: Gate[] = [];
  xmpp.messages.transform(
    'out',
    (message) => {
      if (message.to?.local !== 'bob') return message;
      const wait = gate<void>();
      gates.push(wait);
      message.xml.append(new Secret({ text: message.body }).xml);
      message.body = undefined;
      return wait.promise.then(() => message);
    },
    { name: 'encryption', timeout },
  );
  return gates;
}

const reasonOf = (sending: Sending) => sending.then(undefined, (error: unknown) => (error as SendError).reason);
const ids = (xmpp: TestXMPP): string[] => [...xmpp.wire.take().matchAll(/ id='([^']+)'/g)].map(([, id]) => id ?? '');

describe('what is sent', () => {
  it('passes describe, transforms, decorate and the filters, in this order, as a copy', async () => {
    const xmpp = await online();
    const seen: string[] = [];
    const note = (step: string, message: { xml: { child(name: string, ns: string): unknown } }): void => {
      seen.push(`${step}${message.xml.child('note', 'urn:test:note') ? ' with note' : ''}`);
    };
    xmpp.addFilter('out', (stanza) => {
      note('filter', stanza);
      return stanza;
    });
    xmpp.messages.decorate((message) => {
      note('decorate', message);
      message.xml.append(new Note().xml);
    });
    xmpp.messages.transform('out', (message) => {
      note('transform', message);
      return message;
    });
    xmpp.messages.describe((message, context) => {
      note(`describe ${context.way}`, message);
    });
    const message = xmpp.message({ to: BOB, body: 'x' });
    const sending = message.send();
    expect(seen).toEqual(['describe out', 'transform', 'decorate', 'filter with note']);
    expect(sending.state).toBe('written');
    expect([message.xml.child('note', 'urn:test:note'), sending.element.child('note', 'urn:test:note')]).toEqual([
      undefined,
      expect.anything(),
    ]);
  });

  it('is told in the context, with what send() was given', async () => {
    const xmpp = await online();
    const signal = new AbortController().signal;
    const seen: unknown[] = [];
    xmpp.messages.transform('out', (message, { way, kind, peer, options, outer }) => {
      seen.push(way, kind, peer.full, options, outer.body);
      return message;
    });
    xmpp.sendMessage({ to: BOB, body: 'x' }, { signal });
    expect(seen).toEqual(['out', 'chat', 'bob@example.net', { signal }, 'x']);
  });

  it('waits for a transform without holding up others, in the order of its peer, and its Sending tells the end', async () => {
    const xmpp = await online();
    const gates = encrypting(xmpp);
    const send = (to: string, id: string) => xmpp.sendMessage({ to, id, body: id });
    const [first, second, other] = [send(BOB, 'b1'), send('bob@example.net/other', 'b2'), send(CAROL, 'c1')];
    xmpp.sendPresence({ id: 'p1' });
    expect([first, second, other].map(({ state }) => state)).toEqual(['queued', 'queued', 'written']);
    expect(ids(xmpp)).toEqual(['c1', 'p1']);
    gates[0]?.open();
    await xmpp.manualClock.idle();
    expect([gates.length, ids(xmpp)]).toEqual([2, ['b1']]);
    gates[1]?.open();
    expect(await second).toBe('written');
    expect(second.element.child('secret', 'urn:test:secret')?.text).toBe('');
    expect(xmpp.wire.take()).toMatch(/<message[^>]*id='b2'[^>]*><secret xmlns='urn:test:secret'><text>b2</);
  });

  it('keeps the id that send() gave, whatever a transform makes of it', async () => {
    const xmpp = await online();
    xmpp.messages.transform('out', () => xmpp.message({ to: CAROL, body: 'other' }));
    const message = xmpp.message({ to: BOB, body: 'x' });
    message.send();
    expect(ids(xmpp)).toEqual([message.id]);
  });

  it('fails where a transform throws, rejects, gives nothing or takes too long', async () => {
    const xmpp = await online();
    xmpp.messages.transform(
      'out',
      ({ body }) => {
        if (body === 'throw') throw new Error('boom');
        if (body === 'reject') return Promise.reject(new Error('boom'));
        if (body === 'drop-later') return Promise.resolve(undefined);
        return body === 'drop' ? undefined : new Promise<undefined>(() => {});
      },
      { timeout: 5_000 },
    );
    const sendings = ['throw', 'reject', 'drop', 'drop-later', 'hang'].map((body) =>
      xmpp.sendMessage({ to: `${body}@example.net`, body }),
    );
    const outcomes = sendings.map((sending) => sending.then(undefined, (error: unknown) => error));
    await xmpp.manualClock.advance(5_000);
    const errors = (await Promise.all(outcomes)) as SendError[];
    expect(errors.map((error) => [error instanceof SendError, error.reason])).toEqual(Array(5).fill([true, 'dropped']));
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('boom'),
      expect.stringContaining('boom'),
      'a transform of messages dropped it',
      'a transform of messages dropped it',
      expect.stringContaining('5000 ms'),
    ]);
    expect(xmpp.wire.take()).toBe('');
  });

  it('fails where what is to be added to it fails', async () => {
    const xmpp = await online();
    const registration = xmpp.messages.decorate(() => {
      throw new Error('boom');
    });
    await expect(xmpp.sendMessage({ to: BOB })).rejects.toMatchObject({ reason: 'dropped' });
    registration.dispose();
    expect(await xmpp.sendMessage({ to: BOB })).toBe('written');
  });

  it('is bounded in number and bytes while it waits, and gives up with its signal and its ttl', async () => {
    const xmpp = await online({ queue: { maxStanzas: 4, maxBytes: 2_000 } });
    const gates = encrypting(xmpp);
    const controller = new AbortController();
    const aborted = xmpp.sendMessage({ to: BOB, id: 'a' }, { signal: controller.signal });
    const expired = xmpp.sendMessage({ to: BOB, id: 'b' }, { ttl: 1_000 });
    const large = xmpp.sendMessage({ to: BOB, body: 'x'.repeat(1_900) });
    await expect(large).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL', limit: 'maxBytes' });
    const [kept, last] = [xmpp.sendMessage({ to: BOB, id: 'c' }), xmpp.sendMessage({ to: BOB, id: 'd' })];
    const more = xmpp.sendMessage({ to: BOB, id: 'e' });
    await expect(more).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL', limit: 'maxStanzas' });
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toMatchObject({ reason: 'aborted' });
    const late = reasonOf(expired);
    await xmpp.manualClock.advance(1_000);
    expect(await late).toBe('expired');
    gates[0]?.open();
    await xmpp.manualClock.idle();
    // The one whose time was over was not even encrypted.
    expect([gates.length, kept.state, last.state]).toEqual([2, 'queued', 'queued']);
    gates[1]?.open();
    await xmpp.manualClock.idle();
    gates[2]?.open();
    expect([await kept, await last]).toEqual(['written', 'written']);
    expect(ids(xmpp)).toEqual(['c', 'd']);
    expect(xmpp.manualClock.pending).toBe(1);
  });

  it('is waited for by disconnect() for its time, and fails then', async () => {
    const xmpp = await online();
    const gates = encrypting(xmpp);
    const [first, second] = [xmpp.sendMessage({ to: BOB, id: '1' }), xmpp.sendMessage({ to: BOB, id: '2' })];
    const outcome = reasonOf(second);
    const gone = xmpp.disconnect({ timeout: 2_000 });
    gates[0]?.open();
    await xmpp.manualClock.idle();
    expect(await first).toBe('written');
    await xmpp.manualClock.advance(2_000);
    await gone;
    gates[1]?.open();
    expect(await outcome).toBe('disconnected');
    expect(xmpp.sendQueue.length).toBe(0);
  });

  it('fails with the connection object, and nothing of it stays', async () => {
    const xmpp = await online();
    const gates = encrypting(xmpp);
    const sending = xmpp.sendMessage({ to: BOB });
    const outcome = reasonOf(sending);
    const gone = xmpp.dispose();
    await xmpp.manualClock.advance(5_000);
    await gone;
    gates[0]?.open();
    expect([await outcome, xmpp.manualClock.pending]).toEqual(['disconnected', 0]);
  });

  it('tells of what nobody awaits', async () => {
    const xmpp = await online();
    const failed: unknown[] = [];
    xmpp.on('sendFailed', ({ error }) => failed.push(error.reason));
    xmpp.messages.transform('out', async () => undefined);
    xmpp.sendMessage({ to: BOB });
    await xmpp.manualClock.idle();
    expect(failed).toEqual(['dropped']);
  });

  it('is not transformed where it is an error, no message, or of another connection', async () => {
    const [xmpp, other] = [await online(), await online()];
    xmpp.messages.transform('out', () => undefined);
    const got = xmpp.wait('message');
    await xmpp.receive(`<message from='${BOB}' id='m1'><body>x</body></message>`);
    const message: Message = await got;
    expect(await message.errorReply('forbidden').send()).toBe('written');
    expect(await xmpp.sendPresence()).toBe('written');
    expect(await other.sendMessage({ to: BOB })).toBe('written');
    await expect(message.reply('y').send()).rejects.toMatchObject({ reason: 'dropped' });
  });

  it('of one address of a component does not wait for what another one sends to the same peer', async () => {
    const xmpp = await online({ jid: 'component.example.org', component: true });
    encrypting(xmpp);
    xmpp.messages.transform('out', (message) => message);
    xmpp.sendMessage({ from: 'a@component.example.org', to: BOB, id: '1' });
    const gated = xmpp.sendMessage({ from: 'b@component.example.org', to: BOB, id: '2' });
    xmpp.sendMessage({ from: 'b@component.example.org', to: CAROL, id: '3' });
    expect([gated.state, ids(xmpp)]).toEqual(['queued', ['3']]);
  });
});
