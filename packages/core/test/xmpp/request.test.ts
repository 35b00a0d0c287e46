import { describe, expect, it } from 'vitest';
import { BusyError, TimeoutError } from '../../src/errors.js';
import { Iq } from '../../src/stanza/iq.js';
import { StanzaError } from '../../src/stanza/stanza-error.js';
import type { SessionOutcome } from '../../src/stream/xml-stream.js';
import { SessionLostError } from '../../src/xmpp/iq/pending-requests.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, record, type TestXMPP } from '../helpers/stream-xmpp.js';
import { answers, BOB, idOf, Ping, ping, Version } from './requests.js';

watchRejections();

describe('request()', () => {
  const ask = (xmpp: TestXMPP, options = {}) =>
    xmpp.request(xmpp.iq({ type: 'get', to: 'example.net' }, new Ping()), options);

  it('resolves with the result, and leaves nothing', async () => {
    const xmpp = await online({ keepAlive: false });
    const asked = ask(xmpp);
    const text = xmpp.wire.take();
    expect(text).toMatch(/^<iq type='get' to='example.net' id='[\w-]{20}'><ping xmlns='urn:xmpp:ping'\/><\/iq>$/);
    expect(xmpp.pendingRequests).toBe(1);
    await xmpp.receive(`<iq type='result' id='${idOf(text)}' from='example.net'/>`);
    expect((await asked).type).toBe('result');
    expect(xmpp.pendingRequests).toBe(0);
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('rejects with the error that came back, with the stack of whoever asked', async () => {
    const xmpp = await online();
    const whoAsked = async () => {
      await ask(xmpp);
    };
    const asked = whoAsked();
    const id = idOf(xmpp.wire.take());
    const failed = asked.catch((error: unknown) => error as StanzaError);
    await xmpp.receive(
      `<iq type='error' id='${id}' from='example.net'><error type='auth'>` +
        `<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    const error = await failed;
    expect(error).toBeInstanceOf(StanzaError);
    expect(error).toMatchObject({ condition: 'forbidden', type: 'auth', stanza: expect.any(Iq) });
    expect((error as StanzaError).stack).toContain('whoAsked');
  });

  it('rejects with undefined-condition where the error says nothing', async () => {
    const xmpp = await online();
    const asked = ask(xmpp);
    const failed = expect(asked).rejects.toMatchObject({ condition: 'undefined-condition' });
    await xmpp.receive(`<iq type='error' id='${idOf(xmpp.wire.take())}' from='example.net'/>`);
    await failed;
  });

  it('F25: rejects after its time; a late answer is ignored', async () => {
    const xmpp = await online({ keepAlive: false, timeout: 5_000 });
    const failed = [
      expect(ask(xmpp)).rejects.toBeInstanceOf(TimeoutError),
      expect(ask(xmpp, { timeout: 1_000 })).rejects.toMatchObject({ timeout: 1_000, retryable: true }),
    ];
    const text = xmpp.wire.take();
    await xmpp.manualClock.advance(1_000);
    await failed[1];
    expect(xmpp.pendingRequests).toBe(1);
    await xmpp.manualClock.advance(4_000);
    await failed[0];
    expect(xmpp.pendingRequests).toBe(0);
    await xmpp.receive(`<iq type='result' id='${idOf(text)}' from='example.net'/>`);
    expect(xmpp.spoofedReplies).toBe(0);
    expect(xmpp.log.lines).toEqual([]);
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('leaves nothing behind after ten thousand timeouts', async () => {
    const xmpp = await online({ keepAlive: false, maxPending: 10_000 });
    const all = Promise.allSettled(Array.from({ length: 10_000 }, () => ask(xmpp, { timeout: 1_000 })));
    const handlers = xmpp.handlers.length;
    expect(xmpp.pendingRequests).toBe(10_000);
    await xmpp.manualClock.idle();
    await xmpp.manualClock.stall(1_000);
    expect((await all).every(({ status }) => status === 'rejected')).toBe(true);
    expect([xmpp.pendingRequests, xmpp.manualClock.pending, xmpp.handlers.length]).toEqual([0, 0, handlers]);
  }, 30_000);

  it('rejects with the signal’s reason, and sends nothing where that came first', async () => {
    const xmpp = await online({ keepAlive: false });
    const controller = new AbortController();
    const asked = ask(xmpp, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    xmpp.wire.take();
    await expect(ask(xmpp, { signal: controller.signal })).rejects.toThrow('enough');
    expect(xmpp.wire.take()).toBe('');
    expect([xmpp.pendingRequests, xmpp.manualClock.pending]).toEqual([0, 0]);
  });

  it('sends nothing where too many are open', async () => {
    const xmpp = await online({ maxPending: 1 });
    void ask(xmpp).catch(() => {});
    xmpp.wire.take();
    await expect(ask(xmpp)).rejects.toBeInstanceOf(BusyError);
    expect(xmpp.wire.take()).toBe('');
  });

  it('sends nothing that is no request', async () => {
    const xmpp = await online();
    await expect(xmpp.request(xmpp.iq({ type: 'result', id: '1' }))).rejects.toBeInstanceOf(TypeError);
    expect(xmpp.wire.take()).toBe('');
  });

  it('F25: rejects when the session is lost, at once, each with an error and a stack of its own', async () => {
    const xmpp = await online();
    const [first, second] = [ask(xmpp), ask(xmpp)].map((asked) => asked.catch((error: unknown) => error as Error));
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    expect(await first).toBeInstanceOf(SessionLostError);
    expect(await second).toBeInstanceOf(SessionLostError);
    expect(await first).not.toBe(await second);
    expect(await first).toHaveProperty('cause.code', 'ERR_CONNECTION_LOST');
    expect(xmpp.pendingRequests).toBe(0);
  });

  it('does not go out in the next session when it was rejected in this one', async () => {
    const xmpp = await online();
    xmpp.wire.ready = false;
    xmpp.sendMessage({ to: BOB, body: 'fills the buffer' }).onState(() => {});
    const asked = expect(ask(xmpp)).rejects.toBeInstanceOf(SessionLostError);
    expect(xmpp.sendQueue.length).toBe(1);
    xmpp.wire.close();
    await asked;
    expect(xmpp.sendQueue.length).toBe(0);
  });

  it('resolves where the answer came before the session was lost', async () => {
    const xmpp = await online();
    const asked = ask(xmpp);
    const id = idOf(xmpp.wire.take());
    xmpp.wire.receive(`<iq type='result' id='${id}' from='example.net'/></stream:stream>`);
    xmpp.wire.close();
    expect((await asked).type).toBe('result');
  });

  it('F25: made while there is no session waits for one', async () => {
    const xmpp = await online();
    xmpp.wire.close();
    const asked = ask(xmpp);
    await xmpp.manualClock.idle();
    expect(xmpp.state).toBe('waiting');
    expect(xmpp.pendingRequests).toBe(1);
    await xmpp.connect();
    await xmpp.manualClock.idle();
    await xmpp.receive(`<iq type='result' id='${idOf(xmpp.wire.take())}' from='example.net'/>`);
    expect((await asked).type).toBe('result');
  });

  it('F25: goes on over a session that is resumed', async () => {
    const outcomes: SessionOutcome[] = ['new', 'resumed'];
    const xmpp = await online({
      negotiate: async (link, _signal, self) => {
        await self.open(link);
        return outcomes.shift() ?? 'new';
      },
    });
    xmpp.keepSession({ keeps: () => true });
    const asked = ask(xmpp);
    const id = idOf(xmpp.wire.take());
    xmpp.wire.close();
    await xmpp.connect();
    await xmpp.receive(`<iq type='result' id='${id}' from='example.net'/>`);
    expect((await asked).type).toBe('result');
  });

  it('rejects where the request cannot be sent', async () => {
    const xmpp = await online();
    const bad = xmpp.iq({ type: 'get', to: 'example.net' }, new Version({ name: '\u0000' }));
    await expect(xmpp.request(bad)).rejects.toMatchObject({ code: 'ERR_SEND', reason: 'invalid' });
    xmpp.addFilter('out', () => undefined);
    await expect(ask(xmpp)).rejects.toMatchObject({ reason: 'dropped' });
    expect(xmpp.pendingRequests).toBe(0);
  });

  it('ignores answers of others, counts them, and still takes the right one', async () => {
    const xmpp = await online();
    const asked = ask(xmpp);
    const id = idOf(xmpp.wire.take());
    for (const from of [" from='mallory@evil.example'", " from='example.net/x'", " from='example.org'", '']) {
      await xmpp.receive(`<iq type='result' id='${id}'${from}/>`);
    }
    expect(xmpp.spoofedReplies).toBe(4);
    expect(xmpp.pendingRequests).toBe(1);
    await xmpp.receive(`<iq type='result' id='${id}' from='example.net'/>`);
    expect((await asked).from?.toString()).toBe('example.net');
  });

  it('is not answered by a message or a request with its id', async () => {
    const xmpp = await online();
    const seen = record(xmpp, 'message');
    const asked = ask(xmpp);
    const id = idOf(xmpp.wire.take());
    await xmpp.receive(`<message id='${id}' from='example.net'><body>x</body></message>`);
    await xmpp.receive(ping(id, 'example.net'));
    expect(seen).toEqual(['message']);
    expect(answers(xmpp.wire.take())).toEqual(['error']);
    expect(xmpp.pendingRequests).toBe(1);
    await xmpp.receive(`<iq type='result' id='${id}' from='example.net'/>`);
    await asked;
  });

  it('takes options without an answer class', async () => {
    const xmpp = await online();
    const got = xmpp.iqGet('example.net', new Version({}), { signal: AbortSignal.abort(new Error('enough')) });
    await expect(got).rejects.toThrow('enough');
    const set = xmpp.iqSet('example.net', new Version({}), { timeout: 5_000 });
    const late = expect(set).rejects.toMatchObject({
      timeout: 5_000,
      message: expect.stringContaining(': no answer within'),
    });
    xmpp.manualClock.advance(5_000);
    await late;
  });

  it('gives the payload to whoever asks for it by class, and says so where it is another', async () => {
    const xmpp = await online();
    const good = xmpp.iqGet('example.net', new Version({}), { answer: Version });
    await xmpp.receive(
      `<iq type='result' id='${idOf(xmpp.wire.take())}' from='example.net'><query xmlns='jabber:iq:version' name='x'/></iq>`,
    );
    expect((await good).name).toBe('x');
    const bad = xmpp.iqSet('example.net', new Version({}), { answer: Version });
    const failed = expect(bad).rejects.toMatchObject({ condition: 'undefined-condition' });
    await xmpp.receive(`<iq type='result' id='${idOf(xmpp.wire.take())}' from='example.net'/>`);
    await failed;
  });
});
