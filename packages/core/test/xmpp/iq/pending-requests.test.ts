import { beforeEach, describe, expect, it } from 'vitest';
import { BusyError, ConfigError, TimeoutError } from '../../../src/errors.js';
import { JID } from '../../../src/jid/index.js';
import { Iq } from '../../../src/stanza/iq.js';
import { StanzaError } from '../../../src/stanza/stanza-error.js';
import { type Pending, PendingRequests, SessionLostError } from '../../../src/xmpp/iq/pending-requests.js';
import { FakeClock } from '../../helpers/fake-clock.js';
import { received } from '../../helpers/received.js';

const OWN = JID.parse('romeo@montague.example/orchard');
const ECHO = JID.parse('echo.example');
const client = { boundJid: OWN, serverDomain: 'montague.example', isComponent: false, requestedJid: OWN.bare };
const component = { boundJid: ECHO, serverDomain: 'echo.example', isComponent: true, requestedJid: ECHO };

let clock: FakeClock;
let requests: PendingRequests;

beforeEach(() => {
  clock = new FakeClock();
  requests = new PendingRequests(clock, client, 1_000);
  waiting = [];
});

let waiting: Pending[] = [];

/** Gives up on all of them. */
function failAll(reason: Error): void {
  for (const { reject } of waiting) reject(reason);
}

function ask(
  init: { id?: string; to?: string | undefined; from?: string } = {},
  options: { signal?: AbortSignal } = {},
) {
  const iq = new Iq({ id: 'r1', type: 'get', ...init });
  const outcome: { answer?: Iq; error?: unknown } = {};
  const done = requests
    .open(iq, 30_000, options.signal, (pending) => waiting.push(pending))
    .then(
      (answer) => {
        outcome.answer = answer;
      },
      (error: unknown) => {
        outcome.error = error;
      },
    );
  return { outcome, done };
}

function answer(
  attributes: { from?: string | undefined; to?: string | undefined; id?: string; type?: string } = {},
): Iq {
  const all: Record<string, string | undefined> = { id: 'r1', type: 'result', to: OWN.full, ...attributes };
  const text = Object.entries(all).map(([name, value]) => (value === undefined ? '' : ` ${name}='${value}'`));
  return received(Iq, `<iq xmlns='jabber:client'${text.join('')}/>`);
}

describe('who may answer', () => {
  const SENDERS = {
    nobody: undefined,
    'own bare': 'romeo@montague.example',
    'own full': 'romeo@montague.example/orchard',
    'own other resource': 'romeo@montague.example/tower',
    domain: 'montague.example',
    other: 'juliet@capulet.example/balcony',
    'other bare': 'juliet@capulet.example',
    stranger: 'mallory@evil.example/x',
  } as const;
  type Sender = keyof typeof SENDERS;

  // RFC 6120 §8.1.2.1 and §10.3.3: what has no `to` is for our account, which our server answers in its own name, in the
  // account's or in none. Only that server can leave `from` out.
  const MATRIX: [asked: string, to: string | undefined, may: Sender[]][] = [
    ['nobody', undefined, ['nobody', 'own bare', 'own full', 'domain']],
    ['own bare', SENDERS['own bare'], ['nobody', 'own bare']],
    ['domain', SENDERS.domain, ['nobody', 'domain']],
    ['own full', SENDERS['own full'], ['own full']],
    ['other', SENDERS.other, ['other']],
  ];

  const CASES = MATRIX.flatMap(([asked, to, may]) =>
    (Object.keys(SENDERS) as Sender[]).map((sender) => ({ asked, to, sender, may: may.includes(sender) })),
  );

  it.each(CASES)('asked $asked, answered by $sender: $may', async ({ to, sender, may }) => {
    const { outcome, done } = ask({ to });
    const reply = answer({ from: SENDERS[sender] });
    requests.find(reply)?.answer();
    if (may) {
      await done;
      expect([outcome.answer, requests.size, requests.spoofed]).toEqual([reply, 0, 0]);
      return;
    }
    // It still waits, and the right answer still counts.
    expect([requests.find(reply), requests.size, requests.spoofed]).toEqual([undefined, 1, 2]);
    const right = answer({ from: to ?? SENDERS.domain });
    requests.find(right)?.answer();
    await done;
    expect(outcome.answer).toBe(right);
  });

  it('compares addresses, not texts', async () => {
    const { outcome, done } = ask({ to: 'Juliet@Capulet.Example/balcony' });
    requests.find(answer({ from: 'JULIET@capulet.example/balcony' }))?.answer();
    await done;
    expect(outcome.answer).toBeInstanceOf(Iq);
  });

  it('takes a look-alike for somebody else', () => {
    ask({ to: 'bob@montague.example' });
    expect(requests.find(answer({ from: 'bоb@montague.example' }))).toBeUndefined();
    expect(requests.spoofed).toBe(1);
  });

  it('takes a malformed sender for somebody else', () => {
    ask();
    expect(requests.find(answer({ from: 'a b@c' }))).toBeUndefined();
    expect(requests.spoofed).toBe(1);
  });

  it('before there is an address of our own is the server or nobody', () => {
    requests = new PendingRequests(clock, { ...client, boundJid: undefined }, 10);
    ask();
    expect(requests.find(answer({ from: OWN.full }))).toBeUndefined();
    expect(requests.find(answer({ from: 'montague.example' }))).toBeDefined();
    expect(requests.find(answer())).toBeDefined();
  });
});

describe('whom the answer is for', () => {
  it('is the address of a component that asked', () => {
    requests = new PendingRequests(clock, component, 10);
    ask({ from: 'a@echo.example', to: 'x@y' });
    for (const to of ['b@echo.example', 'echo.example', 'a@echo.example/r', undefined, 'a b@c']) {
      expect(requests.find(answer({ from: 'x@y', to }))).toBeUndefined();
    }
    expect(requests.spoofed).toBe(5);
    expect(requests.find(answer({ from: 'x@y', to: 'a@echo.example' }))).toBeDefined();
  });

  it('tells apart the addresses of a component that ask with one id', async () => {
    requests = new PendingRequests(clock, component, 10);
    const froms = ['a@echo.example', 'b@echo.example', undefined];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const asked = froms.map((from) => ask(from === undefined ? { to: 'x@y' } : { from, to: 'x@y' }));
      expect(requests.size).toBe(3);
      expect(requests.find(answer({ from: 'x@y', to: 'c@echo.example' }))).toBeUndefined();
      for (const index of order) {
        const reply = answer({ from: 'x@y', to: froms[index] ?? 'Echo.example' });
        requests.find(reply)?.answer();
        await asked[index]?.done;
        expect(asked[index]?.outcome.answer).toBe(reply);
        expect(requests.find(reply)).toBeUndefined();
      }
      expect([requests.size, clock.pending]).toEqual([0, 0]);
    }
  });

  it('is the component itself where its request did not say another', () => {
    requests = new PendingRequests(clock, component, 10);
    ask({ to: 'x@y' });
    expect(requests.find(answer({ from: 'x@y', to: 'a@echo.example' }))).toBeUndefined();
    expect(requests.find(answer({ from: 'x@y', to: 'echo.example' }))).toBeDefined();
  });

  it('ends alone where one of several with one id is given up', async () => {
    requests = new PendingRequests(clock, component, 10);
    const asked = ['a', 'b', 'c'].map((local) => ask({ from: `${local}@echo.example`, to: 'x@y' }));
    waiting[1]?.reject(new SessionLostError('gone'));
    await asked[1]?.done;
    expect(requests.size).toBe(2);
    expect(requests.find(answer({ from: 'x@y', to: 'b@echo.example' }))).toBeUndefined();
    for (const index of [0, 2]) {
      requests.find(answer({ from: 'x@y', to: `${'abc'[index]}@echo.example` }))?.answer();
      await asked[index]?.done;
      expect(asked[index]?.outcome.answer).toBeInstanceOf(Iq);
    }
    expect([requests.size, clock.pending]).toEqual([0, 0]);
  });

  it('is another one where the same address asks twice with one id: that is refused', async () => {
    requests = new PendingRequests(clock, component, 10);
    ask({ from: 'a@echo.example', to: 'x@y' });
    ask({ to: 'x@y' });
    for (const from of ['A@echo.example', 'echo.example']) {
      const second = ask({ from, to: 'z@y' });
      await second.done;
      expect(second.outcome.error).toBeInstanceOf(TypeError);
    }
    requests = new PendingRequests(clock, client, 10);
    ask({ to: 'x@y' });
    const second = ask({ from: OWN.full, to: 'x@y' });
    await second.done;
    expect(second.outcome.error).toBeInstanceOf(TypeError);
  });

  it('does not free a component from looking at the sender', () => {
    requests = new PendingRequests(clock, component, 10);
    ask({ from: 'a@echo.example', to: 'x@y' });
    expect(requests.find(answer({ from: 'x@z', to: 'a@echo.example' }))).toBeUndefined();
  });

  it.each([OWN.full, OWN.bare.full])('is a client whatever it said of itself (%s)', (from) => {
    ask({ from, to: 'x@y' });
    for (const to of [OWN.full, OWN.bare.full, undefined]) {
      expect(requests.find(answer({ from: 'x@y', to }))).toBeDefined();
    }
    expect(requests.find(answer({ from: 'x@y', to: 'other@montague.example' }))).toBeUndefined();
  });
});

describe('what counts as an answer', () => {
  it.each(['get', 'set', 'banana'])('is no iq of type %s', (type) => {
    ask();
    expect(requests.find(answer({ type }))).toBeUndefined();
    expect([requests.size, requests.spoofed]).toEqual([1, 0]);
  });

  it('is nothing with another id, and none that is a name of Object.prototype', () => {
    ask();
    expect(['r2', '__proto__', 'constructor', ''].map((id) => requests.find(answer({ id })))).toEqual(
      Array(4).fill(undefined),
    );
    expect(requests.spoofed).toBe(0);
  });

  it('is awaited where it is the result from who was asked, and is not taken by asking so', () => {
    ask({ to: 'x@y' });
    expect(requests.awaits(answer({ from: 'x@y' }))).toBe(true);
    for (const other of [{ from: 'x@z' }, { from: 'x@y', type: 'error' }, { from: 'x@y', id: 'r2' }]) {
      expect(requests.awaits(answer(other))).toBe(false);
    }
    expect([requests.size, requests.spoofed]).toEqual([1, 0]);
  });

  it('is the first one only', async () => {
    const { outcome, done } = ask();
    const [first, second] = [answer(), answer({ type: 'error' })];
    const found = [requests.find(first), requests.find(second)];
    for (const one of found) one?.answer();
    await done;
    expect(outcome).toEqual({ answer: first });
    expect(requests.find(answer())).toBeUndefined();
  });

  it('is an error as a rejection', async () => {
    const { outcome, done } = ask();
    const reply = received(
      Iq,
      "<iq xmlns='jabber:client' type='error' id='r1'><error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
    );
    requests.find(reply)?.answer();
    await done;
    expect(outcome.error).toBeInstanceOf(StanzaError);
    expect(outcome.error).toMatchObject({ condition: 'resource-constraint', type: 'wait', stanza: reply });
  });

  it('is an error without <error/> too', async () => {
    const { outcome, done } = ask();
    requests.find(answer({ type: 'error' }))?.answer();
    await done;
    expect(outcome.error).toMatchObject({ condition: 'undefined-condition' });
  });
});

describe('waiting', () => {
  it('ends with a TimeoutError that says who did not answer', async () => {
    const { outcome, done } = ask({ to: 'x@y/z' });
    clock.advance(29_999);
    expect(requests.size).toBe(1);
    clock.advance(1);
    await done;
    expect(outcome.error).toBeInstanceOf(TimeoutError);
    expect(outcome.error).toMatchObject({
      code: 'ERR_TIMEOUT',
      retryable: true,
      timeout: 30_000,
      message: 'answer of x@y/z to iq r1: no answer within 30000 ms',
    });
    expect([requests.size, requests.find(answer({ from: 'x@y/z' }))]).toEqual([0, undefined]);
  });

  it('keeps nothing of ten thousand requests that failed together', async () => {
    requests = new PendingRequests(clock, client, 10_000);
    const all = Array.from({ length: 10_000 }, (_, i) => ask({ id: `r${i}` }).done);
    expect([requests.size, clock.pending]).toEqual([10_000, 10_000]);
    failAll(new SessionLostError('gone'));
    await Promise.all(all);
    expect([requests.size, clock.pending]).toEqual([0, 0]);
  });

  it('keeps nothing after ten thousand timeouts', async () => {
    let left = 0;
    for (let i = 0; i < 10_000; i++) {
      const { done } = ask({ id: `r${i}` });
      clock.advance(30_000);
      await done;
      left += requests.size + clock.pending;
    }
    expect(left).toBe(0);
  });

  it.each([new RangeError('enough'), 'enough'])('ends with the reason of the signal (%s)', async (reason) => {
    const controller = new AbortController();
    const { outcome, done } = ask({}, { signal: controller.signal });
    controller.abort(reason);
    await done;
    expect(outcome.error).toBe(reason);
    expect([requests.size, clock.pending]).toEqual([0, 0]);
  });

  it('does not begin with a signal that has aborted', async () => {
    const { outcome, done } = ask({}, { signal: AbortSignal.abort('before') });
    await done;
    expect([outcome.error, requests.size, clock.pending]).toEqual(['before', 0, 0]);
  });

  it('lets go of the signal and the timer once it is answered', async () => {
    const listeners = new Set<unknown>();
    const signal = {
      aborted: false,
      addEventListener: (_name: string, listener: unknown) => listeners.add(listener),
      removeEventListener: (_name: string, listener: unknown) => listeners.delete(listener),
    } as unknown as AbortSignal;
    const { done } = ask({}, { signal });
    expect([listeners.size, clock.pending]).toEqual([1, 1]);
    requests.find(answer())?.answer();
    await done;
    expect([listeners.size, clock.pending]).toEqual([0, 0]);
  });

  it('ends for one, or for all', async () => {
    const [one, other] = [ask({ id: 'a' }), ask({ id: 'b' })];
    const reason = new SessionLostError('gone');
    for (let i = 0; i < 2; i++) waiting[0]?.reject(reason);
    await one.done;
    expect([one.outcome.error, requests.size]).toEqual([reason, 1]);
    failAll(reason);
    await other.done;
    expect(other.outcome.error).toBe(reason);
    expect(reason).toMatchObject({ code: 'ERR_SESSION_LOST', retryable: true });
  });
});

describe('what cannot be asked', () => {
  it('is one more than the limit', async () => {
    requests = new PendingRequests(clock, client, 2);
    ask({ id: 'a' });
    const second = ask({ id: 'b' });
    const { outcome, done } = ask({ id: 'c' });
    await done;
    expect(outcome.error).toBeInstanceOf(BusyError);
    expect(outcome.error).toMatchObject({ code: 'ERR_BUSY', what: 'open requests', limit: 2, retryable: true });
    requests.find(answer({ id: 'b' }))?.answer();
    await second.done;
    const fourth = ask({ id: 'd' });
    expect([requests.size, fourth.outcome.error]).toEqual([2, undefined]);
  });

  it('is a second one with the id of an open one, which goes on', async () => {
    const first = ask();
    const second = ask();
    await second.done;
    expect(second.outcome.error).toBeInstanceOf(TypeError);
    requests.find(answer())?.answer();
    await first.done;
    expect(first.outcome.answer).toBeInstanceOf(Iq);
    expect(clock.pending).toBe(0);
  });

  it('is one without an id', async () => {
    await expect(requests.open(new Iq({ type: 'get' }), 1_000, undefined)).rejects.toThrow(/needs an id/);
  });

  it('is one with a malformed address: that rejects, and does not throw', async () => {
    const iq = received(Iq, "<iq xmlns='jabber:client' type='get' id='r1' to='a b@c'/>");
    await expect(requests.open(iq, 1_000, undefined)).rejects.toThrow(/expected a JID/);
  });

  it.each([Number.NaN, -1, '5', null])('is one with the timeout %s', async (timeout) => {
    await expect(requests.open(new Iq({ type: 'get', id: 'a' }), timeout as number, undefined)).rejects.toThrow(
      ConfigError,
    );
    expect(requests.size).toBe(0);
  });

  it('takes 0 for no time at all', async () => {
    const waiting = requests.open(new Iq({ type: 'get', id: 'a' }), 0, undefined);
    clock.advance(0);
    await expect(waiting).rejects.toThrow(TimeoutError);
  });

  it.each([0, -1, Number.NaN, '5'])('takes %s for no limit, and refuses it', (limit) => {
    expect(() => new PendingRequests(clock, client, limit as number)).toThrow(ConfigError);
  });
});
