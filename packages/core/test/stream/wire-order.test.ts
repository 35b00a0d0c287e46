import { XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { element } from '../../src/stanza/element.js';
import { StanzaError } from '../../src/stanza/stanza-error.js';
import { Callback } from '../../src/stream/handlers.js';
import { MatchPath } from '../../src/stream/matchers.js';
import { Seeded } from '../helpers/seeded.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

const BOB = 'bob@example.net/x';
const message = (id: string, body = 'x') => `<message id='${id}' from='${BOB}'><body>${body}</body></message>`;
const r = () => new XmlElement('r', 'urn:xmpp:sm:3');

/** What is told of the stanzas of a connection, by id. */
function followed(xmpp: TestXMPP) {
  const arrived: (string | undefined)[] = [];
  const handled: (string | undefined)[] = [];
  const registrations = [
    xmpp.onArrived((stanza) => arrived.push(stanza.attribute('id'))),
    xmpp.onHandled((stanza) => handled.push(stanza.attribute('id'))),
  ];
  return { arrived, handled, registrations };
}

function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('what arrives', () => {
  it('is every stanza, also one that is refused or dropped, and nothing else', async () => {
    const xmpp = await online();
    const { arrived, handled } = followed(xmpp);
    xmpp.addFilter('in', (stanza) => (stanza.xml.attribute('id') === 'filtered' ? undefined : stanza));
    xmpp.addFilter('in', (stanza) => {
      if (stanza.xml.attribute('id') === 'broken') throw new Error('boom');
      return stanza;
    });
    const ids = ['1', 'bad', 'no', 'filtered', 'broken', 'presence', 'error', 'unasked'];
    await xmpp.receive(
      `${message('1')}<r xmlns='urn:xmpp:sm:3'/><message id='bad' from='@'/>` +
        `<iq type='get' id='no' from='${BOB}'/><stream:features/>${message('filtered')}${message('broken')} ` +
        `<presence id='presence' from='${BOB}'/><message id='error' type='error' from='${BOB}'/>` +
        `<iq type='result' id='unasked' from='${BOB}'/>`,
    );
    expect(arrived).toEqual(ids);
    expect(handled).toEqual(ids);
  });

  it('is told before anything is done with it, and to all even where one throws', async () => {
    const xmpp = await online();
    const seen: string[] = [];
    xmpp.registerHandler(new Callback('now', new MatchPath('message'), () => seen.push('handler'), { inStream: true }));
    xmpp.onArrived(() => {
      throw new Error('boom');
    });
    const registration = xmpp.onArrived(() => seen.push('arrived'));
    await xmpp.receive(message('1'));
    expect(seen).toEqual(['arrived', 'handler']);
    registration.dispose();
    await xmpp.receive(message('2'));
    expect(seen).toEqual(['arrived', 'handler', 'handler']);
    expect(xmpp.log.at('error')).toContain('callback of a stanza that arrived: boom');
  });
});

describe('what was handled', () => {
  it('is told in wire order: one slow handler holds back what came behind it', async () => {
    const xmpp = await online();
    const { arrived, handled } = followed(xmpp);
    const slow = gate();
    xmpp.onMessage(({ id }) => (id === '2' ? slow.opened : undefined));
    await xmpp.receive(['1', '2', '3', '4'].map((id) => message(id)).join(''));
    expect(arrived).toEqual(['1', '2', '3', '4']);
    expect(handled).toEqual(['1']);
    slow.open();
    await xmpp.manualClock.idle();
    expect(handled).toEqual(['1', '2', '3', '4']);
  });

  it('is handled where its handlers throw or reject', async () => {
    const xmpp = await online();
    const { handled } = followed(xmpp);
    xmpp.onMessage(() => {
      throw new Error('boom');
    });
    xmpp.onMessage(() => Promise.reject(new Error('boom later')));
    await xmpp.receive(message('1') + message('2'));
    expect(handled).toEqual(['1', '2']);
    expect(xmpp.log.at('error').length).toBe(4);
  });

  it('waits for listeners of events, for the answer to a request, and for what a handler queues', async () => {
    const xmpp = await online();
    const { handled } = followed(xmpp);
    const gates = [gate(), gate(), gate()];
    xmpp.on('message', ({ id }) => (id === 'event' ? gates[0]?.opened : undefined));
    xmpp.onIq('get', element('slow', 'urn:x'), () => gates[1]?.opened);
    xmpp.onPresence(() => xmpp.emit('noSuch' as never, {} as never));
    xmpp.on('noSuch' as never, () => gates[2]?.opened);
    await xmpp.receive(
      `${message('event')}<iq type='get' id='iq' from='${BOB}'><slow xmlns='urn:x'/></iq>` +
        `<presence id='presence' from='${BOB}'/>${message('last')}`,
    );
    expect(handled).toEqual([]);
    for (const [index, ids] of [['event'], ['event', 'iq'], ['event', 'iq', 'presence', 'last']].entries()) {
      gates[index]?.open();
      await xmpp.manualClock.idle();
      expect(handled).toEqual(ids);
    }
    expect(xmpp.wire.take()).toContain("type='result' id='iq'");
  });

  it('waits for a message that is still being transformed, and then for those who listen', async () => {
    const xmpp = await online();
    const { handled } = followed(xmpp);
    const transform = gate();
    const listener = gate();
    xmpp.messages.transform('in', async (said) => {
      await transform.opened;
      return said;
    });
    const heard: unknown[] = [];
    xmpp.onMessage(({ id }) => {
      heard.push(id);
      return listener.opened;
    });
    await xmpp.receive(message('1') + message('2'));
    expect([heard, handled]).toEqual([[], []]);
    transform.open();
    await xmpp.manualClock.idle();
    expect([heard, handled]).toEqual([['1', '2'], []]);
    listener.open();
    await xmpp.manualClock.idle();
    expect(handled).toEqual(['1', '2']);
  });

  it('goes on behind a handler that never ends', async () => {
    const xmpp = await online();
    const { handled } = followed(xmpp);
    xmpp.onMessage(({ id }) => (id === '1' ? new Promise(() => {}) : undefined));
    await xmpp.receive(message('1') + message('2'));
    expect(handled).toEqual([]);
    await xmpp.manualClock.advance(60_000);
    expect(handled).toEqual(['1', '2']);
  });

  it('is told of stanzas that arrive from then on, as long as somebody listens', async () => {
    const xmpp = await online();
    const slow = gate();
    xmpp.onMessage(() => slow.opened);
    const early: unknown[] = [];
    xmpp.onHandled((stanza) => early.push(stanza.attribute('id')));
    await xmpp.receive(message('1'));
    const { handled, registrations } = followed(xmpp);
    await xmpp.receive(message('2') + message('3'));
    slow.open();
    registrations[1]?.dispose();
    await xmpp.manualClock.idle();
    expect(early).toEqual(['1', '2', '3']);
    expect(handled).toEqual([]);
  });

  it('is told once of each stanza and in order, whatever its handlers do (random)', async () => {
    const random = new Seeded();
    for (let round = 0; round < 50; round++) {
      const xmpp = await online({ maxUnhandled: 1_000 });
      const { arrived, handled } = followed(xmpp);
      const waiting: (() => void)[] = [];
      const act = (): unknown => {
        switch (random.int(0, 4)) {
          case 0:
            throw new StanzaError('forbidden');
          case 1:
            return Promise.reject(new Error('later'));
          case 2:
            return new Promise<void>((resolve) => waiting.push(resolve));
          case 3:
            return xmpp.emit('wake', { cause: 'clock' });
          default:
            return undefined;
        }
      };
      xmpp.on('wake', act);
      xmpp.on('error', () => {});
      xmpp.onMessage(act, { sequential: random.chance() });
      xmpp.registerHandler(new Callback('any', new MatchPath('*'), act, { sequential: random.chance() }));
      if (random.chance()) xmpp.messages.transform('in', async (said) => (random.chance() ? said : undefined));
      const ids = Array.from({ length: 20 }, (_, index) => `${round}.${index}`);
      for (const id of ids) {
        const stanzas = [
          message(id),
          `<presence id='${id}' from='${BOB}'/>`,
          `<iq type='get' id='${id}' from='${BOB}'/>`,
        ];
        xmpp.wire.receive(random.pick(stanzas));
        if (random.chance()) await xmpp.manualClock.idle();
        if (random.chance()) waiting.shift()?.();
      }
      await xmpp.manualClock.idle();
      while (waiting.length > 0) {
        waiting.shift()?.();
        await xmpp.manualClock.idle();
        expect(handled, `seed ${random.seed}`).toEqual(ids.slice(0, handled.length));
      }
      expect(arrived).toEqual(ids);
      expect(handled, `seed ${random.seed}`).toEqual(ids);
    }
  });
});

describe('what is written', () => {
  it('is every stanza in order, the ping of the stream and its answers too', async () => {
    const xmpp = await online({ keepAlive: { interval: 1_000, timeout: 1_000 } });
    const written: string[] = [];
    xmpp.onWritten(({ element, state }) => written.push(`${element.name} ${element.attribute('type')} ${state}`));
    xmpp.sendMessage({ to: BOB, body: 'x' });
    xmpp.sendElement(r());
    await xmpp.receive(`<iq type='get' id='1' from='${BOB}'><x xmlns='urn:x'/></iq>`);
    await xmpp.receive(`<iq type='get' id='2' from='${BOB}'/>`);
    await xmpp.manualClock.advance(1_000);
    expect(written).toEqual(['message undefined written', 'iq error written', 'iq error written', 'iq get written']);
    expect(xmpp.wire.take().match(/<(?:iq|message|r)\b/g)?.length).toBe(5);
  });

  it('has a ping that becomes unknown with its session like anything else', async () => {
    const xmpp = await online({ keepAlive: { interval: 1_000, timeout: 5_000 }, reconnect: false });
    const states: string[] = [];
    xmpp.onWritten((sending) => void sending.acked().catch(() => states.push(sending.state)));
    await xmpp.manualClock.advance(1_000);
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    expect(states).toEqual(['unknown']);
  });
});

describe('an element that is no stanza', () => {
  const sent = (xmpp: TestXMPP) => xmpp.wire.take().match(/<(?:r|message id='\d')/g) ?? [];
  const send = (xmpp: TestXMPP, id: string) => xmpp.send(xmpp.message({ id } as never));

  it('goes out behind what was written, also from a callback of that', async () => {
    const xmpp = await online();
    let asks = 0;
    xmpp.onWritten(() => {
      if (++asks % 2 === 0) xmpp.sendElement(r());
    });
    for (const id of ['1', '2', '3', '4']) send(xmpp, id);
    expect(sent(xmpp)).toEqual([
      "<message id='1'",
      "<message id='2'",
      '<r',
      "<message id='3'",
      "<message id='4'",
      '<r',
    ]);
  });

  it('keeps its place where the transport is busy', async () => {
    const xmpp = await online();
    xmpp.wire.ready = false;
    send(xmpp, '1');
    send(xmpp, '2');
    expect(xmpp.sendElement(r())).toBe(true);
    send(xmpp, '3');
    expect(sent(xmpp)).toEqual(["<message id='1'"]);
    xmpp.wire.drain();
    expect(sent(xmpp)).toEqual(["<message id='2'", '<r', "<message id='3'"]);
    expect(xmpp.sendQueue.bytes).toBe(0);
  });

  it('is forgotten with its connection, and is not taken without one', async () => {
    const xmpp = await online();
    xmpp.keepSession({ keeps: () => true });
    xmpp.wire.ready = false;
    send(xmpp, '1');
    send(xmpp, '2');
    expect(xmpp.sendElement(r())).toBe(true);
    const bytes = xmpp.sendQueue.bytes;
    xmpp.wire.close();
    expect(xmpp.sendQueue.length).toBe(1);
    expect(xmpp.sendQueue.bytes).toBeLessThan(bytes);
    expect(xmpp.sendElement(r())).toBe(false);
    await xmpp.connect();
    expect(sent(xmpp)).toEqual(["<message id='2'"]);
    expect(new TestXMPP().sendElement(r())).toBe(false);
  });

  it('is not taken where the peer has not read for far too long', async () => {
    const xmpp = await online({ queue: { maxStanzas: 2 } });
    xmpp.wire.ready = false;
    send(xmpp, '1');
    let taken = 0;
    while (xmpp.sendElement(r())) taken += 1;
    expect(taken).toBe(5);
    xmpp.wire.drain();
    expect(xmpp.sendElement(r())).toBe(true);
  });

  it('is no stanza, and can be written', async () => {
    const xmpp = await online();
    for (const name of ['message', 'presence', 'iq']) {
      expect(() => xmpp.sendElement(new XmlElement(name, 'jabber:client'))).toThrow(TypeError);
    }
    expect(() => xmpp.sendElement(r().append('\u0000'))).toThrow();
    expect(xmpp.wire.take()).toBe('');
  });
});
