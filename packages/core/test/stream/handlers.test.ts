import { describe, expect, it } from 'vitest';
import { DisconnectedError, TimeoutError } from '../../src/errors.js';
import { Callback, Collector, Waiter } from '../../src/stream/handlers.js';
import { MatchPath } from '../../src/stream/matchers.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, type TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

const matcher = new MatchPath('message@type=chat');
const message = (id: string) => `<message type='chat' id='${id}' from='bob@example.net/x'><body>${id}</body></message>`;
const idOf = (stanza: { xml: { attribute(name: string): string | undefined } }) => stanza.xml.attribute('id');

function waiterOn(xmpp: TestXMPP): Waiter {
  const waiter = new Waiter('an answer', matcher, xmpp.clock);
  xmpp.registerHandler(waiter);
  return waiter;
}

describe('Callback', () => {
  it('is called in stream order until it is disposed of', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    const registration = xmpp.registerHandler(new Callback('cb', matcher, (stanza) => seen.push(idOf(stanza))));
    await xmpp.receive(`${message('1')}${message('2')}<message id='other' from='bob@example.net'/>`);
    registration.dispose();
    await xmpp.receive(message('3'));
    expect(seen).toEqual(['1', '2']);
    expect(xmpp.handlers).toEqual([]);
  });

  it('is not called for what was matched before it was taken out', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    xmpp.registerHandler(new Callback('first', matcher, () => second.dispose()));
    const second = xmpp.registerHandler(new Callback('second', matcher, (stanza) => seen.push(idOf(stanza))));
    await xmpp.receive(message('1'));
    expect(seen).toEqual([]);
  });

  it('can be once, sequential and in-stream', async () => {
    const xmpp = await online();
    const seen: string[] = [];
    xmpp.registerHandler(new Callback('once', matcher, (s) => seen.push(`once ${idOf(s)}`), { once: true }));
    xmpp.registerHandler(new Callback('now', matcher, (s) => seen.push(`now ${idOf(s)}`), { inStream: true }));
    xmpp.registerHandler(
      new Callback(
        'slow',
        matcher,
        async (s) => {
          seen.push(`slow ${idOf(s)}`);
          await new Promise((resolve) => setImmediate(resolve));
          seen.push(`done ${idOf(s)}`);
        },
        { sequential: true },
      ),
    );
    await xmpp.receive(message('1') + message('2'));
    await xmpp.manualClock.idle();
    expect(seen).toEqual(['now 1', 'now 2', 'once 1', 'slow 1', 'done 1', 'slow 2', 'done 2']);
  });

  it('stays when it throws or rejects, which is reported once by name', async () => {
    const xmpp = await online();
    const errors: string[] = [];
    const seen: unknown[] = [];
    xmpp.on('error', ({ error, where }) => errors.push(`${where}: ${error.message}`));
    xmpp.registerHandler(
      new Callback('throws', matcher, () => {
        throw new Error('boom');
      }),
    );
    xmpp.registerHandler(new Callback('rejects', matcher, () => Promise.reject(new Error('late'))));
    xmpp.registerHandler(new Callback('other', matcher, (stanza) => seen.push(idOf(stanza))));
    await xmpp.receive(message('1'));
    expect(errors.sort()).toEqual(['handler rejects: late', 'handler throws: boom']);
    expect(seen).toEqual(['1']);
    expect(xmpp.handlers).toEqual(['throws', 'rejects', 'other']);
  });

  it('is found and removed by its name', async () => {
    const xmpp = await online();
    xmpp.registerHandler(new Callback('a', matcher, () => {}));
    xmpp.registerHandler(new Callback('a', matcher, () => {}));
    expect(xmpp.removeHandler('b')).toBe(false);
    expect(xmpp.removeHandler('a')).toBe(true);
    expect(xmpp.handlers).toEqual([]);
  });
});

describe('Waiter', () => {
  it('resolves with the first that matches, and takes itself out', async () => {
    const xmpp = await online();
    const found = waiterOn(xmpp).wait();
    await xmpp.receive(message('1') + message('2'));
    expect(idOf(await found)).toBe('1');
    expect(xmpp.handlers).toEqual([]);
    expect(xmpp.manualClock.pending).toBe(1);
  });

  it('remembers what came before anybody waited', async () => {
    const xmpp = await online();
    const waiter = waiterOn(xmpp);
    await xmpp.receive(message('early'));
    expect(idOf(await waiter.wait())).toBe('early');
  });

  it('rejects after its time and leaves no handler and no timer', async () => {
    const xmpp = await online({ keepAlive: false });
    const found = waiterOn(xmpp).wait({ timeout: 1_000 });
    const failed = expect(found).rejects.toBeInstanceOf(TimeoutError);
    await xmpp.manualClock.advance(1_000);
    await failed;
    expect(xmpp.handlers).toEqual([]);
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('rejects with the signal’s reason and leaves no handler', async () => {
    const xmpp = await online();
    const controller = new AbortController();
    const found = waiterOn(xmpp).wait({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(found).rejects.toThrow('enough');
    const other = waiterOn(xmpp).wait({ signal: AbortSignal.abort(new Error('before')) });
    await expect(other).rejects.toThrow('before');
    expect(xmpp.handlers).toEqual([]);
  });

  it('rejects when it is taken out, also before anybody waited', async () => {
    const xmpp = await online();
    const waiter = new Waiter('an answer', matcher, xmpp.clock);
    const registration = xmpp.registerHandler(waiter);
    const found = waiter.wait();
    registration.dispose();
    await expect(found).rejects.toBeInstanceOf(DisconnectedError);
    await expect(waiter.wait()).rejects.toBeInstanceOf(DisconnectedError);
  });

  it('rejects when the connection object is disposed of', async () => {
    const xmpp = await online();
    const failed = expect(waiterOn(xmpp).wait()).rejects.toThrow('disposed');
    await xmpp.dispose();
    await failed;
    expect(xmpp.manualClock.pending).toBe(0);
  });
});

describe('Collector', () => {
  it('gives what matches in order, and ends when it is closed', async () => {
    const xmpp = await online();
    const collector = new Collector('all', matcher);
    xmpp.registerHandler(collector);
    const seen: unknown[] = [];
    const loop = (async () => {
      for await (const stanza of collector) seen.push(idOf(stanza));
    })();
    await xmpp.receive(message('1'));
    await xmpp.receive(message('2') + message('3'));
    collector.close();
    await loop;
    expect(seen).toEqual(['1', '2', '3']);
    expect(xmpp.handlers).toEqual([]);
  });

  it('takes itself out when the loop is left', async () => {
    const xmpp = await online();
    const collector = new Collector('all', matcher);
    xmpp.registerHandler(collector);
    await xmpp.receive(message('1') + message('2'));
    for await (const stanza of collector) {
      expect(idOf(stanza)).toBe('1');
      break;
    }
    expect(xmpp.handlers).toEqual([]);
  });

  it('drops the oldest beyond its limit, and counts them', async () => {
    const xmpp = await online();
    const collector = new Collector('all', matcher, 2);
    const registration = xmpp.registerHandler(collector);
    await xmpp.receive(message('1') + message('2') + message('3'));
    registration.dispose();
    const seen: unknown[] = [];
    for await (const stanza of collector) seen.push(idOf(stanza));
    expect(seen).toEqual(['2', '3']);
    expect(collector.dropped).toBe(1);
  });

  it('ends with its signal and with the connection object', async () => {
    const xmpp = await online();
    const controller = new AbortController();
    const first = new Collector('first', matcher, 10, controller.signal);
    const second = new Collector('second', matcher);
    xmpp.registerHandler(first);
    xmpp.registerHandler(second);
    const drain = async (collector: Collector) => {
      for await (const _stanza of collector) expect.unreachable();
    };
    const loops = [drain(first), drain(second)];
    controller.abort();
    await loops[0];
    expect(xmpp.handlers).toEqual(['second']);
    await xmpp.dispose();
    await loops[1];
  });
});
