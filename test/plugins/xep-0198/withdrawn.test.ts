import { FaultyStorage } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { ModelServer } from './model-server.js';

const persist = { persist: true };

describe.each([
  ['by itself', false],
  ['within the login', true],
])('what is kept of a session that is over, resumed %s', (_how, inline) => {
  const model = (): ModelServer => new ModelServer([], { inline });

  /** A process whose store takes its time for what comes next, and which has lost its connection with a stanza that is kept and not written. */
  async function keptUnwritten(signal?: AbortSignal) {
    const server = model();
    const storage = new FaultyStorage();
    const process = await server.start({ ...persist, timeout: 60_000 }, storage).run(2);
    Object.assign(storage, { at: storage.calls.length, fault: 'hang-then-write', lasting: true });
    server.away = true;
    const sending = process.client.sendMessage({ to: 'b@x', id: 'm2', body: 'x' }, { signal });
    sending.onState(() => {});
    await server.clock.advance(1);
    server.drop();
    await server.clock.advance(1);
    for (const release of storage.release.splice(0)) release();
    await server.clock.advance(1);
    expect([sending.state, (await storage.keys('')).some((key) => key.includes('/out/'))]).toEqual(['queued', true]);
    const next = async (): Promise<readonly string[]> => {
      const left = await storage.survivor();
      server.away = false;
      const second = await server.start(persist, left).run(0);
      await second.kill();
      return server.taken;
    };
    const letGo = async (): Promise<void> => {
      Object.assign(storage, { at: Number.POSITIVE_INFINITY });
      for (const release of storage.release.splice(0)) release();
      await server.clock.advance(10);
    };
    return { server, storage, process, sending, next, letGo };
  }

  it('is forgotten before disconnect() tells that anything of it failed, and before it comes to its end', async () => {
    const { server, process, sending, next, letGo } = await keptUnwritten();
    let over = false;
    const gone = process.client.disconnect().then(() => {
      over = true;
    });
    await server.clock.advance(1_000);
    expect([sending.state, over]).toEqual(['queued', false]);
    await letGo();
    await gone;
    expect([sending.state, sending.error?.reason]).toEqual(['failed', 'disconnected']);
    expect(await next()).not.toContain('m2');
  });

  it('does not keep disconnect() for longer than its time where the store cannot forget it', async () => {
    const { server, process, sending } = await keptUnwritten();
    const gone = process.client.disconnect({ timeout: 4_000 });
    let over = false;
    void gone.then(() => {
      over = true;
    });
    await server.clock.advance(1_999);
    expect(over).toBe(false);
    await server.clock.advance(2);
    expect([over, sending.state]).toEqual([true, 'queued']);
    await server.clock.advance(61_000);
    expect([sending.state, sending.error?.reason]).toEqual(['unknown', 'disconnected']);
  });

  it('is forgotten at another attempt where the store fails, and unknown where it fails for too long', async () => {
    for (const [lasting, expected] of [
      [false, 'failed'],
      [true, 'unknown'],
    ] as const) {
      const { server, storage, process, sending, next } = await keptUnwritten();
      Object.assign(storage, { at: storage.calls.length, fault: 'fail', lasting });
      const gone = process.client.disconnect();
      await server.clock.advance(100);
      expect(sending.state).toBe('queued');
      await server.clock.advance(62_000);
      await gone;
      expect([sending.state, sending.error?.reason]).toEqual([expected, 'disconnected']);
      const sent = await next();
      if (lasting) expect(sent).toContain('m2');
      else expect(sent).not.toContain('m2');
    }
  });

  it('is killed before the store has forgotten it: the next process sends what was not told to be failed', async () => {
    const { server, process, sending, next } = await keptUnwritten();
    void process.client.disconnect();
    await server.clock.advance(1_000);
    expect(sending.state).toBe('queued');
    expect(await next()).toContain('m2');
  });

  it('has nothing of a stanza any more that was given up, before that is told', async () => {
    const controller = new AbortController();
    const { server, sending, next, letGo } = await keptUnwritten(controller.signal);
    controller.abort();
    await server.clock.advance(1_000);
    expect(sending.state).toBe('queued');
    await letGo();
    expect([sending.state, sending.error?.reason]).toEqual(['failed', 'aborted']);
    expect(await next()).not.toContain('m2');
  });

  it('keeps those behind a stanza that was given up with the numbers that they have then', async () => {
    const server = model();
    const storage = new FaultyStorage();
    const process = await server.start({ ...persist, timeout: 60_000 }, storage).run(2);
    Object.assign(storage, { at: storage.calls.length, fault: 'hang-then-write' });
    server.away = true;
    const controller = new AbortController();
    const send = (id: string, signal?: AbortSignal) =>
      process.client.sendMessage({ to: 'b@x', id, body: 'x' }, { signal });
    const sendings = [send('m2'), send('m3', controller.signal), send('m4'), send('m5', controller.signal), send('m6')];
    for (const sending of sendings) sending.onState(() => {});
    await server.clock.advance(1);
    server.drop();
    await server.clock.advance(1);
    for (const release of storage.release.splice(0)) release();
    await server.clock.advance(100);
    controller.abort();
    await server.clock.advance(100);
    expect(sendings.map(({ state }) => state)).toEqual(['queued', 'failed', 'queued', 'failed', 'queued']);
    server.away = false;
    await process.run(0);
    expect(server.taken).toEqual(['m0', 'm1', 'm2', 'm4', 'm6']);
    expect(sendings.map(({ state }) => state)).toEqual(['acked', 'failed', 'acked', 'failed', 'acked']);
    const left = await storage.survivor();
    await process.kill();
    const second = await server.start(persist, left).run(8, 7);
    expect(second.events).toEqual(['sessionRestored']);
    expect(server.taken).toEqual(['m0', 'm1', 'm2', 'm4', 'm6', 'm7']);
    await second.kill();
  });

  it.each(['fail', 'hang'] as const)(
    'is told of once, in the same process, where the store could not find it at first (%s)',
    async (fault) => {
      const server = model();
      const storage = new FaultyStorage();
      const first = server.start({ ...persist, requestEvery: 100, requestAfter: 60_000 }, storage);
      await first.run(2);
      const left = Object.assign(await storage.survivor(), { at: 0, fault, lasting: true });
      await first.kill();
      const second = await server.start(persist, left).run(3, 2);
      expect([second.events, second.unknown]).toEqual([['sessionStart'], []]);
      Object.assign(left, { at: Number.POSITIVE_INFINITY });
      await second.run(5, 3);
      await second.run(7, 5);
      expect(second.unknown.map(({ element }) => element.attribute('id'))).toEqual(['m0', 'm1']);
      expect(await left.keys('')).toEqual([]);
      await second.kill();
    },
  );
});
