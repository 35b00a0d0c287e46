import { describe, expect, it } from 'vitest';
import { BusyError, DisconnectedError, TimeoutError } from '../../src/errors.js';
import { element } from '../../src/stanza/element.js';
import { attr } from '../../src/stanza/fields.js';
import { Iq } from '../../src/stanza/iq.js';
import type { Message } from '../../src/stanza/message.js';
import { StanzaError } from '../../src/stanza/stanza-error.js';
import { Callback } from '../../src/stream/handlers.js';
import { MatchPath } from '../../src/stream/matchers.js';
import type { SessionOutcome } from '../../src/stream/xml-stream.js';
import { BaseXMPP } from '../../src/xmpp/base-xmpp.js';
import { SessionLostError } from '../../src/xmpp/iq/pending-requests.js';
import { Plugin } from '../../src/xmpp/plugins/plugin.js';
import { Seeded } from '../helpers/seeded.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, record, type TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

const BOB = 'bob@example.net/x';
class Ping extends element('ping', 'urn:xmpp:ping') {}
class Version extends element('query', 'jabber:iq:version', { name: attr('name') }) {}
class Query extends element('query', 'jabber:iq:roster', { ver: attr('ver') }) {}

const ping = (id: string, from = BOB) => `<iq type='get' id='${id}' from='${from}'><ping xmlns='urn:xmpp:ping'/></iq>`;
const idOf = (text: string) => /<iq[^>]* id='([^']+)'/.exec(text)?.[1] ?? expect.unreachable(text);
const answers = (text: string) => [...text.matchAll(/<iq[^>]*? type='(result|error)'[^>]*>/g)].map((m) => m[1]);

describe('requests of others', () => {
  it('are answered with what the handler returns, an empty result where that is nothing', async () => {
    const xmpp = await online();
    xmpp.onIq('get', Version, () => new Version({ name: 'Sestina' }));
    xmpp.onIq('get', Ping, async () => {});
    await xmpp.receive(
      `<iq type='get' id='v1' from='${BOB}' to='alice@example.org/phone'><query xmlns='jabber:iq:version'/></iq>`,
    );
    expect(xmpp.wire.take()).toBe(
      "<iq type='result' id='v1' to='bob@example.net/x'><query xmlns='jabber:iq:version' name='Sestina'/></iq>",
    );
    await xmpp.receive(ping('p1'));
    expect(xmpp.wire.take()).toBe("<iq type='result' id='p1' to='bob@example.net/x'/>");
  });

  it('are answered by a component from the address that was asked', async () => {
    const xmpp = await online({ jid: 'echo.example.org', component: true });
    xmpp.onIq('get', Ping, () => {});
    await xmpp.receive(ping('p1').replace('from=', "to='bot@echo.example.org' from="));
    expect(xmpp.wire.take()).toBe("<iq type='result' id='p1' to='bob@example.net/x' from='bot@echo.example.org'/>");
  });

  it('are refused with the StanzaError that the handler throws, which is no failure of ours', async () => {
    const xmpp = await online();
    xmpp.onIq('get', Ping, () => {
      throw new StanzaError('forbidden', { text: 'not you' });
    });
    await xmpp.receive(ping('p1'));
    expect(xmpp.wire.take()).toMatch(/type='error' id='p1'.*<error type='auth'><forbidden .*not you/);
    expect(xmpp.log.lines).toEqual([]);
  });

  it('are answered with internal-server-error where the handler fails, which is reported', async () => {
    const xmpp = await online();
    xmpp.onIq('get', Ping, () => Promise.reject(new Error('secret detail')));
    await xmpp.receive(ping('p1'));
    const text = xmpp.wire.take();
    expect(text).toContain('<internal-server-error');
    expect(text).not.toContain('secret detail');
    expect(xmpp.log.at('error')).toEqual(['handler of iq get {urn:xmpp:ping}ping: secret detail']);
  });

  it('are answered once by service-unavailable where nobody takes them', async () => {
    const xmpp = await online();
    await xmpp.receive(ping('p1'));
    const text = xmpp.wire.take();
    expect(answers(text)).toEqual(['error']);
    expect(text).toContain('<service-unavailable');
  });

  it('are not answered by default where a handler has taken them', async () => {
    const xmpp = await online();
    xmpp.registerHandler(new Callback('own', new MatchPath('iq/{urn:xmpp:ping}ping'), () => {}));
    await xmpp.receive(ping('p1'));
    expect(xmpp.wire.take()).toBe('');
  });

  describe('get exactly one answer', () => {
    const ways: [string, (iq: Iq) => unknown, string[]][] = [
      ['by hand', (iq) => void iq.reply().send(), ['result']],
      [
        'by hand, twice',
        (iq) => {
          iq.reply().send();
          iq.errorReply('conflict').send();
        },
        ['result'],
      ],
      [
        'by hand, then by return',
        (iq) => {
          iq.reply().send();
          return new Ping();
        },
        ['result'],
      ],
      [
        'by hand, then by throw',
        (iq) => {
          iq.reply().send();
          throw new Error('after');
        },
        ['result'],
      ],
      [
        'by hand with an error, then by return',
        (iq) => {
          iq.errorReply('forbidden').send();
          return undefined;
        },
        ['error'],
      ],
      ['by return', () => new Ping(), ['result']],
      [
        'by throw',
        () => {
          throw new StanzaError('conflict');
        },
        ['error'],
      ],
    ];
    it.each(ways)('%s', async (_how, handler, expected) => {
      const xmpp = await online();
      xmpp.onIq('get', Ping, (_ping, iq) => handler(iq) as undefined);
      await xmpp.receive(ping('p1'));
      expect(answers(xmpp.wire.take())).toEqual(expected);
    });

    it('and the second one made by hand has failed, which is told where nobody awaits it', async () => {
      const xmpp = await online();
      let second: ReturnType<Iq['send']> | undefined;
      xmpp.onIq('get', Ping, (_ping, iq) => {
        iq.reply().send();
        second = iq.reply().send();
      });
      const failed = xmpp.wait('sendFailed');
      await xmpp.receive(ping('p1'));
      expect(second?.state).toBe('failed');
      expect((await failed).error).toMatchObject({ reason: 'rejected' });
    });

    it('also by a callback handler that throws', async () => {
      const xmpp = await online();
      const fail = () => {
        throw new Error('boom');
      };
      xmpp.registerHandler(new Callback('own', new MatchPath('iq/{urn:xmpp:ping}ping'), fail));
      xmpp.registerHandler(new Callback('other', new MatchPath('iq/{urn:xmpp:ping}ping'), fail));
      await xmpp.receive(ping('p1'));
      expect(answers(xmpp.wire.take())).toEqual(['error']);
      expect(xmpp.log.at('error')).toEqual(['handler own: boom', 'handler other: boom']);
    });

    it.each([
      ['cannot be written as XML', 'nul \u0000'],
      ['is dropped by a filter', 'x'],
      ['is too large', 'x'.repeat(1_000)],
    ])('also where the one that was meant %s', async (how, name) => {
      const xmpp = await online({ queue: { maxStanzaBytes: 500 } });
      if (how.includes('filter')) xmpp.addFilter('out', dropVersions);
      xmpp.onIq('get', Version, () => new Version({ name }));
      await xmpp.receive(`<iq type='get' id='v1' from='${BOB}'><query xmlns='jabber:iq:version'/></iq>`);
      const text = xmpp.wire.take();
      expect(answers(text)).toEqual(['error']);
      expect(text).toMatch(/id='v1' to='bob@example.net\/x'.*<internal-server-error/);
    });

    function dropVersions<T extends { xml: { child(name: string, namespace: string): unknown } }>(
      stanza: T,
    ): T | undefined {
      return stanza.xml.child('query', 'jabber:iq:version') ? undefined : stanza;
    }
  });
});

describe('iqs that are wrong', () => {
  const wrong = (inside: string) => `<iq ${inside} from='${BOB}'>`;
  it.each([
    ['without a type', `${wrong("id='1'")}<ping xmlns='urn:xmpp:ping'/></iq>`, 'bad-request'],
    ['of an unknown type', `${wrong("id='1' type='put'")}<ping xmlns='urn:xmpp:ping'/></iq>`, 'bad-request'],
    ['without a payload', `${wrong("id='1' type='get'")}</iq>`, 'bad-request'],
    ['with two payloads', `${wrong("id='1' type='set'")}<a xmlns='urn:1'/><b xmlns='urn:1'/></iq>`, 'bad-request'],
    ['without an id', `${wrong("type='get'")}<ping xmlns='urn:xmpp:ping'/></iq>`, undefined],
    ['with an empty id', `${wrong("type='get' id=''")}<ping xmlns='urn:xmpp:ping'/></iq>`, undefined],
  ])('%s', async (_what, text, condition) => {
    const xmpp = await online();
    let calls = 0;
    xmpp.onIq('get', Ping, () => {
      calls += 1;
    });
    await xmpp.receive(text);
    const answer = xmpp.wire.take();
    if (condition) {
      expect(answers(answer)).toEqual(['error']);
      expect(answer).toContain(`<${condition}`);
    } else {
      expect(answer).toBe('');
    }
    expect(calls).toBe(0);
    expect(xmpp.state).toBe('online');
  });

  it('are never answered where they are answers themselves', async () => {
    const xmpp = await online();
    await xmpp.receive(
      `<iq type='result' id='1' from='${BOB}'/><iq type='error' id='2' from='${BOB}'/>` +
        `<iq type='result' id='__proto__' from='${BOB}'/><iq type='result' from='${BOB}'/>` +
        `<message type='error' id='3' from='${BOB}'><body>x</body></message><presence type='error' from='${BOB}'/>`,
    );
    expect(xmpp.wire.take()).toBe('');
    expect(xmpp.state).toBe('online');
  });

  it('with a malformed address are dropped, like any stanza, and the next one is read', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    xmpp.on('message', ({ id }) => seen.push(id));
    for (const address of ['@', 'a b@example.org', `${'x'.repeat(1_100)}@example.org`, 'example.org/']) {
      await xmpp.receive(ping('p1', address));
      await xmpp.receive(`<message id='bad' from='${address}'><body>x</body></message>`);
      await xmpp.receive(`<message id='bad' from='${BOB}' to='${address}'><body>x</body></message>`);
    }
    await xmpp.receive(`<message id='good' from='${BOB}'><body>x</body></message>`);
    expect(xmpp.wire.take()).toBe('');
    expect(seen).toEqual(['good']);
    // One line for each kind; the others are counted.
    expect(xmpp.log.at('warn')).toEqual([
      'a <iq/> with a malformed address was dropped',
      'a <message/> with a malformed address was dropped',
    ]);
  });
});

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

  it('rejects after its time; a late answer is ignored', async () => {
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

  it('rejects when the session is lost, at once, each with an error and a stack of its own', async () => {
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

  it('made while there is no session waits for one', async () => {
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

  it('goes on over a session that is resumed', async () => {
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

describe('messages', () => {
  it('are events where they have a body, of every type but error', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    const errors: unknown[] = [];
    const listened: unknown[] = [];
    xmpp.on('message', ({ id }) => seen.push(id));
    xmpp.on('messageError', ({ id }) => errors.push(id));
    xmpp.onMessage(({ id }) => listened.push(id));
    await xmpp.receive(
      `<message id='1' from='${BOB}'><body>x</body></message>` +
        `<message id='2' from='${BOB}' type='chat'><body/></message>` +
        `<message id='3' from='${BOB}' type='groupchat'><subject>x</subject></message>` +
        `<message id='4' from='${BOB}' type='error'><body>x</body></message>` +
        `<message id='5' from='${BOB}' type='banana'><body>x</body></message>` +
        `<message id='6' from='${BOB}'><body xmlns='urn:other'>x</body></message>`,
    );
    expect(seen).toEqual(['1', '2', '5']);
    expect(errors).toEqual(['4']);
    expect(listened).toEqual(['1', '2', '3', '5', '6']);
  });

  it('go to those who want their payload, or their type', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    xmpp.onMessage(({ id }, version) => seen.push([id, version.name]), { payload: Version });
    xmpp.onMessage(({ id }) => seen.push(id), { type: 'error' });
    await xmpp.receive(
      `<message id='1' from='${BOB}'><query xmlns='jabber:iq:version' name='x'/></message>` +
        `<message id='2' from='${BOB}'/><message id='3' type='error' from='${BOB}'><query xmlns='jabber:iq:version'/></message>`,
    );
    expect(seen).toEqual([['1', 'x'], '3']);
  });

  it('are shared by all handlers and read-only', async () => {
    const xmpp = await online();
    const got: Message[] = [];
    xmpp.on('message', (message) => got.push(message));
    xmpp.onMessage((message) => got.push(message));
    await xmpp.receive(`<message id='1' from='${BOB}'><body>x</body></message>`);
    expect(got[0]).toBe(got[1]);
    const [message] = got;
    expect(() => {
      if (message) message.body = 'y';
    }).toThrow(/copy\(\)/);
    expect(message?.copy().set({ body: 'y' }).body).toBe('y');
    expect(message?.stream).toBe(xmpp);
  });

  it('get an id when they are sent, presence does not', async () => {
    const xmpp = await online();
    xmpp.sendMessage({ to: BOB, body: 'x' });
    expect(xmpp.wire.take()).toMatch(/^<message to='bob@example.net\/x' id='[\w-]{20}'>/);
    xmpp.sendPresence();
    expect(xmpp.wire.take()).toBe('<presence/>');
  });

  it('that were received can be sent on as they are', async () => {
    const xmpp = await online();
    const got = xmpp.wait('message');
    await xmpp.receive(`<message from='${BOB}' id='7'><body>x</body></message>`);
    expect(await xmpp.send(await got)).toBe('written');
    expect(xmpp.wire.take()).toContain("id='7'");
  });
});

describe('first-level elements that are no stanza', () => {
  it.each([
    ['unknown in our namespace', '<subscribe/>', 'unsupported-stanza-type'],
    ['a message in another', "<message xmlns='jabber:server' from='boss@example.org'/>", 'invalid-namespace'],
    ['a message in none', "<message xmlns=''/>", 'invalid-namespace'],
    ['an iq in another', "<iq xmlns='jabber:component:accept' type='get' id='1'/>", 'invalid-namespace'],
    ['a stream in the stream', '<stream:stream/>', 'bad-format'],
  ])('end the stream: %s', async (_what, text, condition) => {
    const xmpp = await online();
    const lost = xmpp.wait('disconnected');
    await xmpp.receive(text);
    expect(xmpp.wire.text).toMatch(new RegExp(`^<stream:error><${condition} .*</stream:stream>$`));
    expect((await lost).reason).toMatchObject({ condition, origin: 'local' });
    // What one stanza did must not keep us away for ever.
    expect((await lost).willReconnect).toBe(true);
  });

  it.each([
    ['one of a protocol that nobody knows', "<x xmlns='http://server.example/own'/>"],
    ['one that looks like a stream error', "<stream:error xmlns:stream='http://etherx.jabber.org/streams/'/>"],
    ['late features', "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>"],
    ['enabled that nobody asked for', "<enabled xmlns='urn:xmpp:sm:3' id='x' resume='true'/>"],
    ['success that nobody asked for', "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
    ['proceed that nobody asked for', "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
  ])('are ignored: %s', async (_what, text) => {
    const xmpp = await online();
    const seen = record(xmpp, 'message');
    await xmpp.receive(`${text}<message from='${BOB}'><body>after</body></message>`);
    expect(seen).toEqual(['message']);
    expect(xmpp.wire.take()).toBe('');
    expect(xmpp.state).toBe('online');
  });

  it('are taken by a handler that was registered for them', async () => {
    const xmpp = await online();
    const seen: string[] = [];
    const matcher = new MatchPath('{urn:example}thing');
    xmpp.registerHandler(new Callback('thing', matcher, (stanza) => seen.push(stanza.xml.name)));
    await xmpp.receive("<thing xmlns='urn:example'/>");
    expect(seen).toEqual(['thing']);
    expect(xmpp.state).toBe('online');
  });
});

describe('a roster fetch against roster pushes', () => {
  it('ends with the newest state in ten thousand interleavings', async () => {
    const random = new Seeded();
    const xmpp = await online({ keepAlive: false });
    let shown = '';
    const update = xmpp.onIq('set', Query, (query) => {
      shown = query.ver ?? '';
    });
    for (let round = 0; round < 10_000; round++) {
      shown = 'nothing';
      const fetch = async () => {
        const query = await xmpp.iqGet(undefined, new Query({}), { answer: Query });
        shown = query.ver ?? '';
      };
      // As deep in promises as a program may have it.
      const nested = random.chance() ? fetch() : (async () => (async () => await fetch())())();
      const id = idOf(xmpp.wire.take());
      const before = random.int(0, 3);
      const after = random.int(0, 3);
      const texts: string[] = [];
      for (let ver = 0; ver <= before + after; ver++) {
        const query = `<query xmlns='jabber:iq:roster' ver='${ver}'/>`;
        texts.push(
          ver === before
            ? `<iq type='result' id='${id}'>${query}</iq>`
            : `<iq type='set' id='push${ver}'>${query}</iq>`,
        );
        if (random.chance()) texts.push(`<message from='${BOB}'><body>x</body></message>`);
      }
      // In one piece, in pieces of any size, with or without a turn between them.
      let text = texts.join('');
      while (text !== '') {
        const size = random.chance() ? text.length : random.int(1, text.length);
        xmpp.wire.receive(text.slice(0, size));
        text = text.slice(size);
        if (random.int(0, 3) === 0) await Promise.resolve();
        if (random.int(0, 9) === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await nested;
      for (let i = 0; shown !== `${before + after}` && i < 50; i++)
        await new Promise((resolve) => setImmediate(resolve));
      expect(shown, `seed ${random.seed}, round ${round}`).toBe(`${before + after}`);
      xmpp.wire.take();
    }
    update.dispose();
  }, 60_000);
});

describe('what a plugin registers', () => {
  class Greedy extends Plugin {
    static override readonly id = 'greedy';
    static override readonly inject = [BaseXMPP] as const;
    static fails = false;

    constructor(xmpp: BaseXMPP) {
      super();
      this.own(
        xmpp.on('message', () => {}),
        xmpp.once('presence', () => {}),
        xmpp.onIq('get', Ping, () => {}),
        xmpp.onMessage(() => {}, { payload: Version }),
        xmpp.onPresence(() => {}),
        xmpp.registerHandler(new Callback('greedy', new MatchPath('message'), () => {})),
        xmpp.registerStanza(Version),
        xmpp.advertise('urn:example:greedy'),
        xmpp.schedule('greedy', 1_000, () => {}, { repeat: true }),
        xmpp.addFilter('in', () => undefined),
        xmpp.addFilter('out', () => undefined),
        xmpp.addFilter('outSync', () => undefined),
        xmpp.keepSession({ keeps: () => true }),
        xmpp.onWritten(() => {}),
      );
      if (Greedy.fails) throw new Error('constructor');
    }
  }

  const inventory = (xmpp: TestXMPP) => ({
    handlers: xmpp.handlers,
    features: [...xmpp.advertised],
    scheduled: xmpp.scheduled,
    listeners: (['message', 'presence'] as const).map((name) => xmpp.listenerCount(name)),
    timers: xmpp.manualClock.pending,
    plugins: xmpp.plugins.ids,
  });

  /** A message comes in, one goes out, a ping is asked: as if there had never been a filter or a handler. */
  async function expectUntouched(xmpp: TestXMPP): Promise<void> {
    xmpp.wire.take();
    const seen = record(xmpp, 'message');
    await xmpp.receive(`<message from='${BOB}'><body>x</body></message>${ping('p1')}`);
    expect(seen).toEqual(['message']);
    expect(xmpp.wire.take()).toContain('<service-unavailable');
    expect(await xmpp.sendMessage({ to: BOB, body: 'x' })).toBe('written');
    const ended = xmpp.wait('sessionEnd');
    xmpp.wire.close();
    await ended;
  }

  it('is gone when it is removed', async () => {
    const xmpp = await online();
    const before = inventory(xmpp);
    Greedy.fails = false;
    xmpp.use(Greedy);
    expect(inventory(xmpp)).not.toEqual(before);
    expect(xmpp.remove(Greedy)).toBe(true);
    expect(xmpp.remove(Greedy)).toBe(false);
    expect(inventory(xmpp)).toEqual(before);
    await expectUntouched(xmpp);
  });

  it('is gone where its constructor throws', async () => {
    const xmpp = await online();
    const before = inventory(xmpp);
    Greedy.fails = true;
    expect(() => xmpp.use(Greedy)).toThrow('constructor');
    Greedy.fails = false;
    expect(inventory(xmpp)).toEqual(before);
    await expectUntouched(xmpp);
  });

  it('is gone when the connection object is disposed of', async () => {
    const xmpp = await online();
    Greedy.fails = false;
    xmpp.use(Greedy);
    await xmpp.dispose();
    expect(() => xmpp.use(Greedy)).toThrow(DisconnectedError);
    expect(inventory(xmpp)).toEqual({
      handlers: [],
      features: [],
      scheduled: [],
      listeners: [0, 0],
      timers: 0,
      plugins: [],
    });
  });
});

describe('names that JavaScript knows', () => {
  it('are data and nothing else', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    xmpp.on('message', ({ id }) => seen.push(id));
    for (const name of Object.getOwnPropertyNames(Object.prototype)) {
      const attribute = name.replace(/[^\w]/g, '');
      await xmpp.receive(
        `<message from='${BOB}' id='${name}' ${attribute}='x'><body>x</body><${attribute} xmlns='urn:x'/></message>` +
          `<iq type='result' id='${name}' from='${BOB}'/><iq type='${name}' id='1' from='${BOB}'><x xmlns='urn:x'/></iq>` +
          `<presence type='${name}' from='${BOB}'/>`,
      );
    }
    expect(seen).toEqual(Object.getOwnPropertyNames(Object.prototype));
    expect(xmpp.state).toBe('online');
    expect(xmpp.log.at('error')).toEqual([]);
  });
});
