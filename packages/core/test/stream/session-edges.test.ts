import { XmlElement } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import type { Link } from '../../src/stream/link.js';
import type { SessionOutcome } from '../../src/stream/xml-stream.js';
import { expectOver, never, refused } from '../helpers/stream-life.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { MemoryTransport, serve } from '../helpers/stream-transport.js';
import { online, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

const BOB = 'bob@example.net/x';
const message = (id: string) => `<message id='${id}' from='${BOB}'><body>x</body></message>`;
const r = () => new XmlElement('r', 'urn:xmpp:sm:3');

describe('the beginning and the end of a session on the wire', () => {
  it('is the first that is written, before what waits and what is read', async () => {
    const outcomes: SessionOutcome[] = ['new', 'resumed'];
    const xmpp = new TestXMPP({
      negotiate: async (link, _signal, self) => {
        await self.open(link);
        self.wire.receive(message('early'));
        return outcomes.shift() ?? 'new';
      },
    });
    xmpp.keepSession({ keeps: () => true });
    const seen: string[] = [];
    xmpp.onArrived(() => seen.push('arrived'));
    xmpp.onBegin((outcome) => {
      seen.push(outcome);
      xmpp.sendElement(r());
      xmpp.send(xmpp.message({ id: '2' } as never));
    });
    xmpp.send(xmpp.message({ id: '1' } as never));
    await xmpp.connect();
    expect(xmpp.wire.take()).toMatch(/<r xmlns='urn:xmpp:sm:3'\/><message id='1'\/><message id='2'\/>$/);
    expect(seen.splice(0)).toEqual(['new', 'arrived']);
    xmpp.wire.close();
    await xmpp.connect();
    expect(xmpp.wire.take()).toMatch(/<r xmlns='urn:xmpp:sm:3'\/><message id='2'\/>$/);
    expect(seen).toEqual(['resumed', 'arrived']);
  });

  it('survives a callback that throws', async () => {
    const xmpp = new TestXMPP();
    xmpp.onBegin(() => {
      throw new Error('boom');
    });
    await xmpp.connect();
    await xmpp.sendMessage({ to: BOB, body: 'x' });
    expect(xmpp.log.at('error')).toEqual(['callback of the beginning of a session: boom']);
  });

  it('ends with what is written when we leave, and not with that when the connection is lost', async () => {
    const xmpp = await online({ reconnect: false });
    xmpp.onLeave(() => xmpp.sendElement(r()));
    xmpp.wire.onWrite = (text) => {
      if (text.includes('</stream:stream>')) xmpp.wire.receive('</stream:stream>');
    };
    xmpp.sendMessage({ to: BOB, id: '1' } as never);
    await xmpp.disconnect();
    expect(xmpp.wire.take()).toMatch(/<message [^>]*\/><r xmlns='urn:xmpp:sm:3'\/><\/stream:stream>$/);
    const other = await online({ reconnect: false });
    let left = 0;
    other.onLeave(() => (left += 1));
    other.wire.close();
    await other.disconnect();
    expect(left).toBe(0);
  });
});

describe('a sign of life', () => {
  it('is asked for in the way that was registered last, and by ping again after that', async () => {
    const xmpp = await online({ keepAlive: { interval: 1_000, timeout: 1_000 } });
    const asked: string[] = [];
    const first = xmpp.proveLife(() => asked.push('first'));
    const second = xmpp.proveLife(() => asked.push('second'));
    const silence = async (): Promise<string> => {
      await xmpp.manualClock.advance(1_000);
      await xmpp.receive(' ');
      return xmpp.wire.take();
    };
    expect(await silence()).toBe('');
    second.dispose();
    expect(await silence()).toBe('');
    first.dispose();
    expect(await silence()).toContain('urn:xmpp:ping');
    expect(asked).toEqual(['second', 'first']);
  });

  it('is missed where nobody asks for it properly', async () => {
    const xmpp = await online({ keepAlive: { interval: 1_000, timeout: 1_000 }, reconnect: false });
    xmpp.proveLife(() => {
      throw new Error('boom');
    });
    await xmpp.manualClock.advance(2_000);
    expect(xmpp.log.at('error')[0]).toBe('asking for a sign of life: boom');
    expect(xmpp.state).toBe('disconnected');
  });

  it('of an old connection is none of the new one', async () => {
    const xmpp = await online({ keepAlive: { interval: 20_000, timeout: 10_000 } });
    const old = xmpp.wire;
    await xmpp.manualClock.advance(20_000);
    xmpp.cut();
    await xmpp.connect();
    expect(xmpp.wire).not.toBe(old);
    await xmpp.manualClock.advance(19_999);
    old.late()?.data(' ');
    old.late()?.drain();
    await xmpp.manualClock.advance(1);
    expect(xmpp.wire.take()).toContain('urn:xmpp:ping');
    old.late()?.data(' ');
    await xmpp.manualClock.advance(10_000);
    expect(xmpp.wire.destroyed).toBe(true);
  });
});

describe('what lasts too long or is too much', () => {
  it('is not waited for by disconnect() beyond its time, whatever a keeper of the session still does', async () => {
    const xmpp = await online();
    xmpp.keepSession({ keeps: () => false, forgotten: () => never });
    let gone = false;
    void xmpp.disconnect({ timeout: 4_000 }).then(() => {
      gone = true;
    });
    await xmpp.manualClock.advance(1_999);
    expect(gone).toBe(false);
    await xmpp.manualClock.advance(1);
    expect(gone).toBe(true);
    await expectOver(xmpp);
  });

  it('is told in the log beside a thousand events, where more stanzas were not sent', async () => {
    const xmpp = new TestXMPP({ queue: { maxStanzas: 1 } });
    let failed = 0;
    xmpp.on('sendFailed', () => {
      failed += 1;
    });
    for (let i = 0; i < 1_001; i++) xmpp.sendMessage({ to: BOB });
    await xmpp.manualClock.idle();
    expect([failed, xmpp.log.lines.length]).toEqual([1_000, 0]);
    for (let i = 0; i < 1_003; i++) xmpp.sendMessage({ to: BOB });
    await xmpp.manualClock.idle();
    expect(failed).toBe(2_000);
    expect(xmpp.log.at('warn')).toEqual(['3 more stanzas were not sent than the event sendFailed was emitted for']);
  });
});

describe('a session that is made again', () => {
  it('counts its attempts from one, as its event tells', async () => {
    const xmpp = await online({
      reconnect: { attempts: 3 },
      transport: (n) => (n > 1 ? Promise.reject(refused()) : serve(new MemoryTransport())),
    });
    const seen: number[] = [];
    xmpp.on('reconnectDelay', ({ attempt }) => seen.push(attempt));
    xmpp.wire.close();
    await xmpp.manualClock.advance(600_000);
    expect(seen).toEqual([1, 2, 3]);
    await expectOver(xmpp);
  });
});

describe('a link that takes the place of another', () => {
  it('closes it, and is the one of the session', async () => {
    const first = serve(new MemoryTransport());
    const second = serve(new MemoryTransport());
    class Redirected extends TestXMPP {
      protected override async negotiateOn(link: Link, signal: AbortSignal, replaced: (link: Link) => void) {
        await this.negotiate(link, signal);
        const next = await this.openLink(second, signal);
        replaced(next);
        return this.negotiate(next, signal);
      }
    }
    const xmpp = new Redirected({ transport: () => first });
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect(xmpp.transport).toBe(second);
    expect([first.closed, second.closed]).toEqual([true, false]);
    expect(xmpp.state).toBe('online');
  });
});

it('says of what is sent past the queue whether it was written', async () => {
  class Direct extends TestXMPP {
    writes(element: XmlElement): boolean {
      return this.sendNow(element);
    }
  }
  const xmpp = new Direct();
  const stanza = new XmlElement('presence', 'jabber:client');
  expect(xmpp.writes(stanza)).toBe(false);
  await xmpp.connect();
  xmpp.wire.take();
  expect(xmpp.writes(stanza)).toBe(true);
  expect(xmpp.wire.take()).toBe('<presence/>');
  xmpp.wire.close();
  expect(xmpp.writes(stanza)).toBe(false);
  await xmpp.disconnect();
});

it('gives events to whoever loops over them, up to the limit that they set', async () => {
  const xmpp = await online();
  const all = xmpp.events('wake');
  const latest = xmpp.events('wake', { limit: 1 });
  xmpp.networkChanged();
  xmpp.becameVisible();
  await xmpp.manualClock.idle();
  expect((await all.next()).value).toEqual({ cause: 'online' });
  expect((await all.next()).value).toEqual({ cause: 'visible' });
  expect((await latest.next()).value).toEqual({ cause: 'visible' });
});
