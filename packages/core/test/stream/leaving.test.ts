import { describe, expect, it } from 'vitest';
import { DisconnectedError } from '../../src/errors.js';
import { expectOver, never, refused } from '../helpers/stream-life.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { MemoryTransport, serve } from '../helpers/stream-transport.js';
import { online, record, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

describe('disconnect()', () => {
  it('says goodbye, waits for the peer’s, and tells in which order it all ended', async () => {
    const xmpp = await online();
    const seen = record(xmpp, 'disconnected', 'sessionEnd', 'reconnectDelay');
    const gone = xmpp.disconnect();
    expect(xmpp.state).toBe('disconnecting');
    await gone;
    // The listeners have been called when it resolves.
    expect(seen).toEqual(['disconnected', 'sessionEnd']);
    expect(xmpp.wire.text).toBe('</stream:stream>');
    expect(xmpp.wire.destroyed).toBe(false);
    await expectOver(xmpp);
  });

  it('does nothing where there is nothing to end', async () => {
    const xmpp = new TestXMPP();
    await xmpp.disconnect();
    await xmpp.disconnect();
    await expectOver(xmpp);
  });

  it('is one, however often it is called', async () => {
    const xmpp = await online();
    const seen = record(xmpp, 'disconnected', 'sessionEnd');
    await Promise.all([xmpp.disconnect(), xmpp.disconnect(), xmpp.disconnect()]);
    await xmpp.disconnect();
    expect(seen).toEqual(['disconnected', 'sessionEnd']);
    expect(xmpp.wire.text).toBe('</stream:stream>');
  });

  it('resolves in time where the peer does not answer', async () => {
    const xmpp = await online({ transport: () => serve(new MemoryTransport({ deaf: true })) });
    xmpp.wire.onWrite = undefined;
    let resolved = false;
    void xmpp.disconnect({ timeout: 4_000 }).then(() => {
      resolved = true;
    });
    await xmpp.manualClock.advance(4_000);
    expect(resolved).toBe(true);
    expect(xmpp.wire.destroyed).toBe(true);
    await expectOver(xmpp);
  });

  it('resolves in time where the transport takes nothing and the peer says nothing', async () => {
    const xmpp = await online({ transport: () => serve(new MemoryTransport({ deaf: true })) });
    xmpp.wire.onWrite = undefined;
    xmpp.wire.ready = false;
    const sendings = ['1', '2'].map((id) => xmpp.sendMessage({ to: 'bob@example.net', id }));
    let resolved = false;
    void xmpp.disconnect({ timeout: 4_000 }).then(() => {
      resolved = true;
    });
    await xmpp.manualClock.advance(1_900);
    expect(resolved).toBe(false);
    await xmpp.manualClock.advance(4_000);
    expect(resolved).toBe(true);
    expect(sendings.map(({ state }) => state)).toEqual(['unknown', 'failed']);
    await expectOver(xmpp);
  });

  it('lets go out what waits, before it says goodbye', async () => {
    const xmpp = await online();
    xmpp.wire.ready = false;
    const sendings = ['1', '2', '3'].map((id) => xmpp.sendMessage({ to: 'bob@example.net', id }));
    const gone = xmpp.disconnect();
    await xmpp.manualClock.idle();
    xmpp.wire.drain();
    await gone;
    await Promise.all(sendings);
    expect(xmpp.wire.text).toMatch(/id='1'.*id='2'.*id='3'.*<\/stream:stream>$/);
    await expectOver(xmpp);
  });

  it('is not undone by a connection that is lost while it waits', async () => {
    const xmpp = await online();
    xmpp.wire.ready = false;
    for (const id of ['1', '2']) xmpp.sendMessage({ to: 'bob@example.net', id }).onState(() => {});
    const gone = xmpp.disconnect();
    await xmpp.manualClock.idle();
    xmpp.wire.close(new Error('cut'));
    await gone;
    await expectOver(xmpp);
    expect(xmpp.attempts).toBe(1);
  });

  it('stops waiting for a reconnection', async () => {
    const xmpp = await online({ transport: (n) => (n > 1 ? Promise.reject(refused()) : serve(new MemoryTransport())) });
    xmpp.wire.close();
    await xmpp.manualClock.advance(30_000);
    expect(xmpp.state).toBe('waiting');
    await xmpp.disconnect();
    await expectOver(xmpp);
  });

  it('stops a reconnection that is on', async () => {
    const xmpp = await online({ transport: (n) => (n > 1 ? never : serve(new MemoryTransport())) });
    xmpp.wire.close();
    await xmpp.manualClock.advance(1_000);
    expect(xmpp.state).toBe('connecting');
    await xmpp.disconnect();
    await expectOver(xmpp);
  });

  it('stops a connect() that waits for the disconnect() before it', async () => {
    const xmpp = await online();
    const gone = xmpp.disconnect();
    const failed = expect(xmpp.connect()).rejects.toBeInstanceOf(DisconnectedError);
    const again = xmpp.disconnect();
    await Promise.all([gone, again]);
    await failed;
    await expectOver(xmpp);
    expect(xmpp.attempts).toBe(1);
  });

  it('can be followed by connect() at once', async () => {
    const xmpp = await online();
    const gone = xmpp.disconnect();
    await xmpp.connect();
    await gone;
    expect(xmpp.state).toBe('online');
    expect(xmpp.attempts).toBe(2);
    await xmpp.disconnect();
    await expectOver(xmpp);
  });

  it('resolves when the listeners have been called, however much was before them', async () => {
    const xmpp = await online();
    xmpp.keepSession({ keeps: () => true });
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    const seen = record(xmpp, 'connecting', 'sessionEnd');
    for (let i = 0; i < 500; i++) xmpp.emit('connecting', {});
    await xmpp.disconnect();
    expect(seen.length).toBe(501);
    expect(seen.at(-1)).toBe('sessionEnd');
  });

  it('works from a listener, a sequential one too', async () => {
    const xmpp = await online();
    let done = false;
    xmpp.on(
      'message',
      async () => {
        await xmpp.disconnect();
        done = true;
      },
      { sequential: true },
    );
    await xmpp.receive("<message from='bob@example.net'><body>stop</body></message>");
    await xmpp.manualClock.idle();
    expect(done).toBe(true);
    await expectOver(xmpp);
  });

  it('ends with the connection that fails meanwhile, as far as it can be told', async () => {
    const xmpp = await online({ transport: () => serve(new MemoryTransport({ deaf: true })) });
    xmpp.wire.onWrite = undefined;
    const gone = xmpp.disconnect();
    await xmpp.manualClock.idle();
    xmpp.abort();
    await gone;
    await expectOver(xmpp);
  });

  it('ends with whatever the transport does when it is destroyed', async () => {
    const xmpp = await online({ transport: () => serve(new MemoryTransport({ closesAtOnce: true })) });
    const seen = record(xmpp, 'disconnected', 'sessionEnd');
    xmpp.abort();
    await xmpp.manualClock.idle();
    expect(seen).toEqual(['disconnected', 'sessionEnd']);
    await expectOver(xmpp);
  });
});

describe('dispose()', () => {
  it('is for good', async () => {
    const xmpp = await online();
    xmpp.schedule('task', 1_000, () => {}, { repeat: true });
    xmpp.on('message', () => {});
    const waiting = expect(xmpp.wait('message')).rejects.toThrow('disposed');
    const seen = record(xmpp, 'disconnected', 'sessionEnd');
    await Promise.all([xmpp.dispose(), xmpp.dispose()]);
    await xmpp.dispose();
    await waiting;
    expect(seen).toEqual(['disconnected', 'sessionEnd']);
    expect(xmpp.scheduled).toEqual([]);
    expect(xmpp.handlers).toEqual([]);
    expect(xmpp.listenerCount('message')).toBe(0);
    await expect(xmpp.connect()).rejects.toBeInstanceOf(DisconnectedError);
    await expectOver(xmpp);
  });

  it('settles what is sent while it runs, whenever that is', async () => {
    for (let turns = 0; turns < 40; turns++) {
      const xmpp = await online();
      const gone = xmpp.dispose();
      for (let turn = 0; turn < turns; turn++) await undefined;
      const sending = xmpp.sendMessage({ to: 'bob@example.net', body: 'x' });
      await gone;
      await xmpp.manualClock.idle();
      expect(sending.state, `${turns} turns`).toMatch(/^(?:written|failed|unknown)$/);
      expect([xmpp.sendQueue.length, xmpp.sendQueue.bytes]).toEqual([0, 0]);
      await sending.then(
        () => {},
        (error: unknown) => expect(error).toMatchObject({ reason: 'disconnected' }),
      );
    }
  });

  it('settles what is sent by those who hear of the end', async () => {
    const xmpp = await online();
    const outcomes: PromiseLike<unknown>[] = [];
    for (const name of ['disconnected', 'sessionEnd'] as const) {
      xmpp.on(name, () => {
        outcomes.push(xmpp.sendMessage({ to: 'bob@example.net', body: name }).then(undefined, (error) => error));
      });
    }
    await xmpp.dispose();
    expect(await Promise.all(outcomes)).toMatchObject([{ reason: 'disconnected' }, { reason: 'disconnected' }]);
  });

  it('F27: ends a reconnection, and no connect() in the meantime brings it back', async () => {
    const xmpp = await online();
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    const gone = xmpp.dispose();
    await expect(xmpp.connect()).rejects.toBeInstanceOf(DisconnectedError);
    await gone;
    await expectOver(xmpp);
  });
});
