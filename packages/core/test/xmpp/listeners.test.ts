import type { XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { element } from '../../src/stanza/element.js';
import { attr } from '../../src/stanza/fields.js';
import { Message } from '../../src/stanza/message.js';
import { HandlerIndex } from '../../src/stream/handler-index.js';
import { StanzaListener } from '../../src/xmpp/listeners.js';
import { received } from '../helpers/received.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online } from '../helpers/stream-xmpp.js';
import { gate } from '../helpers/wrapped.js';

watchRejections();

class Receipt extends element('receipt', 'urn:test:receipt', { of: attr('of') }) {}

const BOB = 'bob@example.net/x';
const from = (sender: string | undefined, id: string, more = ''): string =>
  `<message id='${id}'${sender === undefined ? '' : ` from='${sender}'`} ${more}><receipt xmlns='urn:test:receipt' of='${id}'/></message>`;

describe('whom a listener hears', () => {
  it.each([
    ['bob@example.net', ['bare', 'x', 'y']],
    ['bob@example.net/x', ['x']],
    ['BOB@example.net', ['bare', 'x', 'y']],
    ['example.net', []],
    ['account', ['none', 'own']],
    ['server', ['server']],
    [undefined, ['none', 'own', 'phone', 'server', 'bare', 'x', 'y', 'eve']],
  ])('is %s', async (sender, expected) => {
    const xmpp = await online();
    const seen: string[] = [];
    xmpp.onMessage(({ id }) => seen.push(id ?? ''), { from: sender });
    const text =
      from(undefined, 'none') +
      from('alice@example.org', 'own') +
      from('alice@example.org/phone', 'phone') +
      from('example.org', 'server') +
      from('Bob@example.net', 'bare') +
      from(BOB, 'x') +
      from('bob@example.net/y', 'y') +
      from('eve@evil.example/bob@example.net', 'eve');
    await xmpp.receive(text);
    expect(seen).toEqual(expected);
  });

  it('is told which address of ours is meant', async () => {
    const xmpp = await online({ jid: 'component.example.org', component: true });
    const seen: string[] = [];
    const hear = (to: string): void =>
      void xmpp.onPresence(({ id }) => seen.push(`${to} ${id}`), { to, type: ['probe', 'subscribe'] });
    for (const to of ['a@component.example.org', 'a@component.example.org/r', 'b@component.example.org']) hear(to);
    await xmpp.receive(
      `<presence id='1' type='probe' from='${BOB}' to='a@component.example.org/r'/>` +
        `<presence id='2' type='subscribe' from='${BOB}' to='a@component.example.org'/>` +
        `<presence id='3' from='${BOB}' to='b@component.example.org'/>`,
    );
    expect(seen).toEqual(['a@component.example.org 1', 'a@component.example.org/r 1', 'a@component.example.org 2']);
    expect([xmpp.vouches(undefined), xmpp.vouches(xmpp.requestedJid)]).toEqual(['server', 'account']);
  });

  it('costs one look-up, however many rooms are listened to', () => {
    const index = new HandlerIndex();
    let asked = 0;
    const host = { clock: undefined as never, vouches: () => undefined, reportError: () => {} };
    class Counting extends StanzaListener<Message> {
      override matches(stanza: XmlElement): boolean {
        asked += 1;
        return super.matches(stanza);
      }
    }
    for (let i = 0; i < 1_000; i++) {
      index.add(new Counting(host, Message, () => {}, { from: `room${i}@muc.example`, payload: Receipt }));
    }
    const { xml } = received(
      Message,
      `<message xmlns='jabber:client' from='room7@muc.example/nick'><receipt xmlns='urn:test:receipt'/></message>`,
    );
    expect([index.match(xml).length, asked]).toEqual([1, 1]);
    for (const handler of [...index]) index.remove(handler);
    expect(index.match(xml)).toEqual([]);
  });
});

describe('what a listener hears', () => {
  it('is of the types that it names; a message without a type, or of an unknown one, is normal', async () => {
    const xmpp = await online();
    const seen: string[] = [];
    xmpp.onMessage(({ id }) => seen.push(`n${id}`), { type: 'normal' });
    xmpp.onMessage(({ id }) => seen.push(`c${id}`), { type: ['chat', 'error'] });
    await xmpp.receive(
      from(BOB, '1') + from(BOB, '2', "type='odd'") + from(BOB, '3', "type='chat'") + from(BOB, '4', "type='error'"),
    );
    expect(seen).toEqual(['n1', 'n2', 'c3', 'c4']);
  });

  it('brings its payload, and comes once where it is asked for once, whatever else came before', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    xmpp.onMessage((message, { of }) => seen.push([message.id, of]), { payload: Receipt, once: true, name: 'mine' });
    expect(xmpp.handlers).toEqual(['mine']);
    await xmpp.receive(
      `<message id='0' from='${BOB}'/>${from(BOB, 'e', "type='error'")}${from(BOB, '1')}${from(BOB, '2')}`,
    );
    expect([seen, xmpp.handlers]).toEqual([[['1', '1']], []]);
  });

  it('is refused where the callback does not come first, and with options that cannot work', async () => {
    const xmpp = await online();
    expect(() => xmpp.onMessage(Receipt as never, (() => {}) as never)).toThrow(/the callback comes first/);
    for (const wrong of [{ timeout: 0 }, { limit: 0 }, { timeout: Number.NaN }, { limit: -1 }]) {
      expect(() => xmpp.onMessage(() => {}, wrong)).toThrow(ConfigError);
    }
    expect(() => xmpp.onMessage(() => {}, { from: '@' })).toThrow('@');
    expect(xmpp.handlers).toEqual([]);
  });
});

describe('calls of a listener', () => {
  it('wait for the one before of the same key alone', async () => {
    const xmpp = await online();
    const gates = new Map<string, ReturnType<typeof gate<void>>>();
    const seen: string[] = [];
    xmpp.onMessage(
      ({ id }) => {
        seen.push(`${id} begins`);
        const wait = gate<void>();
        gates.set(id ?? '', wait);
        return wait.promise;
      },
      { sequential: ({ from: sender }) => sender?.bare.full },
    );
    await xmpp.receive(from(BOB, 'b1') + from('bob@example.net/y', 'b2') + from('carol@example.org/z', 'c1'));
    expect(seen).toEqual(['b1 begins', 'c1 begins']);
    gates.get('b1')?.fail(new Error('boom'));
    await xmpp.manualClock.idle();
    expect(seen).toEqual(['b1 begins', 'c1 begins', 'b2 begins']);
    expect(xmpp.log.at('error')).toEqual(['handler message: boom']);
  });

  it('have their time, after which the next has its turn', async () => {
    const xmpp = await online();
    const seen: string[] = [];
    xmpp.onMessage(
      ({ id }) => {
        seen.push(id ?? '');
        return new Promise(() => {});
      },
      { sequential: true, timeout: 1_000, name: 'slow' },
    );
    await xmpp.receive(from(BOB, '1') + from(BOB, '2'));
    expect(seen).toEqual(['1']);
    await xmpp.manualClock.advance(1_000);
    expect(seen).toEqual(['1', '2']);
    expect(xmpp.log.at('error')).toEqual([expect.stringMatching(/handler slow: slow.*1000 ms/)]);
  });

  it('are bounded: what is more is not handled, which is said once until there is room', async () => {
    const xmpp = await online();
    const wait = gate<void>();
    const seen: string[] = [];
    xmpp.onMessage(
      ({ id }) => {
        seen.push(id ?? '');
        return id === '9' ? undefined : wait.promise;
      },
      { limit: 2, sequential: ({ from: sender }) => sender },
    );
    await xmpp.receive(['1', '2', '3', '4'].map((id) => from(BOB, id)).join(''));
    expect([seen, xmpp.log.at('error')]).toEqual([['1'], [expect.stringContaining('there are 2 message already')]]);
    wait.open();
    await xmpp.manualClock.idle();
    await xmpp.receive(from(BOB, '9'));
    expect(seen).toEqual(['1', '2', '9']);
  });

  it('say so again where there was room in between', async () => {
    const xmpp = await online();
    const gates = [gate<void>(), gate<void>()];
    let called = 0;
    xmpp.onMessage(() => gates[called++]?.promise, { limit: 1 });
    for (const wait of gates) {
      await xmpp.receive(['1', '2', '3'].map((id) => from(BOB, id)).join(''));
      wait.open();
      await xmpp.manualClock.idle();
    }
    expect([called, xmpp.log.at('error').length]).toEqual([2, 2]);
  });

  it.each(['return', 'throw'])('give their place back where they %s at once', async (how) => {
    const xmpp = await online();
    const seen: string[] = [];
    xmpp.onMessage(
      ({ id }) => {
        seen.push(id ?? '');
        if (how === 'throw') throw new Error('broken');
      },
      { limit: 1 },
    );
    for (const id of ['1', '2', '3']) await xmpp.receive(from(BOB, id));
    expect(seen).toEqual(['1', '2', '3']);
  });

  it('survive a key that cannot be made, which takes no place', async () => {
    const xmpp = await online();
    const seen: string[] = [];
    xmpp.onMessage(({ id }) => seen.push(id ?? ''), {
      limit: 1,
      sequential: ({ id }) => {
        if (id === '1') throw new Error('no key');
        return id;
      },
    });
    await xmpp.receive(from(BOB, '1') + from(BOB, '2'));
    expect([seen, xmpp.log.at('error')]).toEqual([['2'], ['handler message: no key']]);
  });

  it('end with the registration, also those that wait for their turn', async () => {
    const xmpp = await online();
    const wait = gate<void>();
    const seen: string[] = [];
    const registration = xmpp.onMessage(
      ({ id }) => {
        seen.push(id ?? '');
        return wait.promise;
      },
      { sequential: ({ from: sender }) => sender?.full },
    );
    await xmpp.receive(from(BOB, '1') + from(BOB, '2'));
    registration.dispose();
    wait.open();
    await xmpp.manualClock.idle();
    expect(seen).toEqual(['1']);
  });
});
