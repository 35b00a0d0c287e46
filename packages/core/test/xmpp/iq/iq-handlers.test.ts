import type { XmlElement } from '@sestina/xml';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors.js';
import { int } from '../../../src/stanza/codec.js';
import { element } from '../../../src/stanza/element.js';
import { attr } from '../../../src/stanza/fields.js';
import { Iq } from '../../../src/stanza/iq.js';
import { ErrorElement, StanzaError } from '../../../src/stanza/stanza-error.js';
import { type IqAnswer, IqHandlers } from '../../../src/xmpp/iq/iq-handlers.js';
import { FakeClock } from '../../helpers/fake-clock.js';
import { received } from '../../helpers/received.js';
import { online } from '../../helpers/stream-xmpp.js';

const NS = 'urn:example:ask';

class Ask extends element('ask', NS, { count: attr('count', int()) }) {}
class Told extends element('told', NS, { what: attr('what') }) {}

const request = (from = 'a@b/c', count = '1', type = 'get'): Iq =>
  received(
    Iq,
    `<iq xmlns='jabber:client' type='${type}' id='1' from='${from}'><ask xmlns='${NS}' count='${count}'/></iq>`,
  );

let handlers: IqHandlers;
let reported: unknown[];

beforeEach(() => {
  handlers = new IqHandlers();
  reported = [];
});

/** What the sender gets. */
function run(iq: Iq): Promise<Iq | undefined> {
  const payload = iq.xml.firstElement as XmlElement;
  const entry = handlers.find(iq.type, payload);
  if (!entry) throw new Error('no handler');
  return handlers.answer(entry, payload, iq, (error) => reported.push(error));
}

async function answerTo(iq: Iq, handler: (payload: Ask, iq: Iq) => IqAnswer | Promise<IqAnswer>): Promise<string> {
  using _registration = handlers.add('get', Ask, handler);
  return String(await run(iq));
}

describe('the answer', () => {
  it('is what the handler returns, now or later', async () => {
    const expected = `<iq xmlns='jabber:client' type='result' id='1' to='a@b/c'><told xmlns='${NS}' what='1'/></iq>`;
    expect(await answerTo(request(), ({ count }) => new Told({ what: String(count) }))).toBe(expected);
    expect(await answerTo(request(), async ({ count }) => new Told({ what: String(count) }))).toBe(expected);
  });

  it('is an empty result where the handler returns nothing', async () => {
    const expected = "<iq xmlns='jabber:client' type='result' id='1' to='a@b/c'/>";
    expect(await answerTo(request(), () => undefined)).toBe(expected);
    expect(await answerTo(request(), async () => {})).toBe(expected);
    expect(await answerTo(request(), () => null as never)).toBe(expected);
  });

  it('is the answer that the handler made of the request', async () => {
    expect(await answerTo(request(), (_payload, iq) => iq.reply(new Told()))).toBe(
      `<iq xmlns='jabber:client' type='result' id='1' to='a@b/c'><told xmlns='${NS}'/></iq>`,
    );
    expect(await answerTo(request(), (_payload, iq) => iq.errorReply('forbidden'))).toContain('<forbidden ');
    expect(await answerTo(request(), (_payload, iq) => iq.copy().reply())).toContain("type='result'");
  });

  it.each([
    ['another iq', () => new Iq({ type: 'result' })],
    ['an answer to another request', () => request('x@y').reply()],
    ['the request itself', (_payload: Ask, iq: Iq) => iq],
    ['a text', () => 'x' as never],
    ['raw XML', () => new Told().xml as never],
  ])('is an error where the handler returns %s', async (_name, handler) => {
    expect(await answerTo(request(), handler)).toContain('<internal-server-error ');
    expect(reported).toEqual([expect.any(TypeError)]);
  });

  it('is the StanzaError that the handler throws', async () => {
    const text = await answerTo(request(), () => {
      throw new StanzaError('item-not-found', { text: 'no such thing' });
    });
    expect(text).toContain("type='error' id='1' to='a@b/c'");
    expect(text).toContain('<item-not-found ');
    expect(text).toContain('no such thing');
    expect(await answerTo(request(), () => Promise.reject(new StanzaError('conflict')))).toContain('<conflict ');
    expect(reported).toEqual([]);
  });

  it('does not pass on what somebody else told us, which is reported', async () => {
    const other = received(Iq, "<iq xmlns='jabber:client' type='error'><error type='auth'/></iq>");
    const error = ErrorElement.of(other);
    const text = await answerTo(request(), () => {
      throw error;
    });
    expect(text).toContain('<internal-server-error ');
    expect(text).not.toContain('auth');
    expect(reported).toEqual([error]);
  });

  it('is bad-request where the request has a value that cannot be read', async () => {
    const text = await answerTo(request('a@b/c', 'many'), ({ count }) => new Told({ what: String(count) }));
    expect(text).toContain("<error type='modify'><bad-request ");
    expect(text).toContain('expected an integer, got "many"');
    expect(reported).toEqual([]);
  });

  it('is not the fault of the sender where another stanza has one', async () => {
    const other = request('x@y', 'many');
    const text = await answerTo(request(), () => {
      void other.payload(Ask)?.count;
    });
    expect(text).toContain('<internal-server-error ');
    expect(reported).toHaveLength(1);
  });

  it('F26: says nothing of what goes wrong here, which is reported', async () => {
    const error = new Error('password: 1234');
    const text = await answerTo(request(), () => {
      throw error;
    });
    expect(text).toContain('<internal-server-error ');
    expect(text).not.toContain('1234');
    expect(reported).toEqual([error]);
  });
});

describe('exactly one answer', () => {
  // What BaseXMPP does when an answer is sent.
  const send = (answer: Iq): void => {
    const asked = answer.xml.origin?.request;
    if (asked) asked.answered = true;
  };

  it.each([
    ['itself', (iq: Iq) => iq],
    ['by a copy', (iq: Iq) => iq.copy()],
  ])('is left to the handler that answers %s', async (_name, of) => {
    handlers.add('get', Ask, (_payload, iq) => {
      send(of(iq).reply());
      return new Told();
    });
    expect(await run(request())).toBeUndefined();
  });

  it('is left to the handler that answers and then throws, which is reported', async () => {
    handlers.add('get', Ask, (_payload, iq) => {
      send(iq.reply());
      throw new StanzaError('conflict');
    });
    expect(await run(request())).toBeUndefined();
    expect(reported).toEqual([expect.any(StanzaError)]);
  });
});

describe('the handler', () => {
  it('is found by type, name and namespace', () => {
    const registration = handlers.add('get', Ask, () => {});
    const payload = request().xml.firstElement as XmlElement;
    expect(handlers.find('get', payload)).toBeDefined();
    expect(handlers.find('set', payload)).toBeUndefined();
    expect(handlers.find('get', new Told().xml)).toBeUndefined();
    registration.dispose();
    expect(handlers.find('get', payload)).toBeUndefined();
  });

  it('that was added last comes first, and the one before is back after it', async () => {
    const told = async (): Promise<string | undefined> => (await run(request()))?.payload(Told)?.what;
    handlers.add('get', Ask, () => new Told({ what: 'first' }));
    const second = handlers.add('get', Ask, () => new Told({ what: 'second' }));
    const third = handlers.add('get', Ask, () => new Told({ what: 'third' }));
    expect(await told()).toBe('third');
    second.dispose();
    expect(await told()).toBe('third');
    third.dispose();
    third.dispose();
    expect(await told()).toBe('first');
  });

  it('that was taken out does not take out one that came later', () => {
    const first = handlers.add('get', Ask, () => {});
    first.dispose();
    handlers.add('get', Ask, () => {});
    first.dispose();
    expect(handlers.find('get', request().xml.firstElement as XmlElement)).toBeDefined();
  });

  it('is none for names of Object.prototype', () => {
    class Odd extends element('constructor', '__proto__') {}
    expect(handlers.find('get', new Odd().xml)).toBeUndefined();
  });
});

describe('the limits', () => {
  /** A handler that waits until it is told. */
  function waiting(): () => void {
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    handlers.add('get', Ask, () => gate);
    return open;
  }

  const conditions = async (answers: Promise<Iq | undefined>[]): Promise<(string | undefined)[]> =>
    (await Promise.all(answers)).map((answer) => answer?.error?.condition);

  it('are 20 requests of one bare JID', async () => {
    const open = waiting();
    const first = Array.from({ length: 20 }, (_, i) => run(request(`a@b/${i}`)));
    const over = await run(request('a@b/20'));
    expect(over?.error).toMatchObject({ condition: 'resource-constraint', type: 'wait' });
    const other = run(request('x@y'));
    open();
    expect(await conditions([...first, other])).toEqual(Array(21).fill(undefined));
    // All of them are free again.
    const again = Array.from({ length: 20 }, () => run(request('a@b/0')));
    expect(await conditions(again)).toEqual(Array(20).fill(undefined));
  });

  it('are 100 requests in all', async () => {
    const open = waiting();
    const first = Array.from({ length: 100 }, (_, i) => run(request(`a${i}@b`)));
    expect((await run(request('new@b')))?.error?.condition).toBe('resource-constraint');
    open();
    expect(await conditions(first)).toEqual(Array(100).fill(undefined));
    expect(await conditions([run(request('new@b'))])).toEqual([undefined]);
  });

  it('are apart for our own account and server: no stranger takes their place', async () => {
    handlers = new IqHandlers({ total: 2, perSender: 1 }, undefined, (from) =>
      from?.domain === 'own' ? 'server' : undefined,
    );
    const open = waiting();
    const strangers = [run(request('a@b')), run(request('c@d'))];
    expect((await run(request('e@f')))?.error?.condition).toBe('resource-constraint');
    const ours = [run(request('own')), run(request('me@own'))];
    expect((await run(request('you@own')))?.error?.condition).toBe('resource-constraint');
    open();
    expect(await conditions([...strangers, ...ours])).toEqual(Array(4).fill(undefined));
  });

  it('are given back by handlers that throw', async () => {
    handlers.add('get', Ask, () => {
      throw new Error('no');
    });
    for (let i = 0; i < 25; i++) await run(request());
    expect(reported).toHaveLength(25);
  });

  it('are given back by a handler that never ends, and whoever asked gets an answer', async () => {
    const clock = new FakeClock();
    handlers = new IqHandlers({ total: 1, perSender: 1 }, clock);
    handlers.add('get', Ask, () => new Promise<never>(() => {}));
    const first = run(request());
    expect((await run(request()))?.error?.condition).toBe('resource-constraint');
    await clock.advance(60_000);
    expect((await first)?.error?.condition).toBe('internal-server-error');
    expect(reported).toMatchObject([{ code: 'ERR_TIMEOUT' }]);
    const again = run(request());
    await clock.advance(60_000);
    expect((await again)?.error?.condition).toBe('internal-server-error');
  });

  it('count a malformed sender like any other, and do not throw', async () => {
    handlers = new IqHandlers({ total: 2, perSender: 1 });
    const open = waiting();
    const first = run(request('a b@c'));
    expect((await run(request('a b@c')))?.error?.condition).toBe('resource-constraint');
    open();
    expect((await first)?.type).toBe('result');
  });

  it('may be others, which can be seen', async () => {
    const xmpp = await online({ maxRequests: { perSender: 2 } });
    expect(xmpp.maxRequests).toEqual({ total: 100, perSender: 2 });
    expect((await online()).maxRequests).toEqual({ total: 100, perSender: 20 });
    xmpp.onIq('get', Ask, () => new Promise(() => {}));
    for (const id of ['1', '2', '3']) {
      await xmpp.receive(`<iq type='get' id='${id}' from='a@b/c'><ask xmlns='${NS}'/></iq>`);
    }
    expect(xmpp.wire.take()).toMatch(/^<iq type='error' id='3'.*<resource-constraint [^>]*\/>.*<\/iq>$/);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5'])('cannot be %s', (limit) => {
    expect(() => new IqHandlers({ total: limit as number, perSender: 1 })).toThrow(ConfigError);
    expect(() => new IqHandlers({ total: 1, perSender: limit as number })).toThrow(ConfigError);
  });
});
