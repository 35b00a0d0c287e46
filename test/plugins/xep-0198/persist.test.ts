import { ClientXMPP } from '@sestina/client';
import { ConfigError, MemoryStorage } from '@sestina/core';
import { FaultyStorage } from '@sestina/testing';
import { StreamManagement } from '@sestina/xep-0198';
import { describe, expect, it } from 'vitest';
import { ModelServer } from './model-server.js';

const ids = (letter: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${letter}${at}`);
const persist = { persist: true };

/** A process that was killed after a dialogue of three, and what is left of it. */
async function killed(server: ModelServer) {
  const storage = new FaultyStorage();
  const first = await server.start(persist, storage).run(3);
  const left = await storage.survivor();
  await first.kill();
  return { server, first, left };
}

describe.each([
  ['by itself', false],
  ['within the login', true],
])('a session that outlives its process, resumed %s', (_how, inline) => {
  const ADDRESS = inline ? 'a@example.org/q' : 'a@example.org/p';
  const HEAD = `xep-0198/${inline ? 'a@example.org' : ADDRESS}/session`;
  const model = (): ModelServer => new ModelServer([], { inline });

  it('goes on in the next one, in which nothing is lost and nothing comes twice', async () => {
    const { server, first, left } = await killed(model());
    const second = await server.start(persist, left).run(6, 3);
    expect(second.events).toEqual(['sessionRestored']);
    expect(second.client.boundJid?.toString()).toBe(ADDRESS);
    expect(second.management).toMatchObject({ enabled: true, resumable: true, unacked: [] });
    expect(server.taken).toEqual(ids('m', 6));
    expect([...first.heard, ...second.heard]).toEqual(ids('s', 6));
    expect(server.lies).toEqual([]);
    await second.kill();
  });

  it.each([1, 3])(
    'F23: is the same wherever the process was killed: what was written is taken once, all of the server is heard (%d at once)',
    async (atOnce) => {
      const whole = new FaultyStorage();
      await (await model().start(persist, whole).run(9, 0, atOnce)).kill();
      const calls = whole.calls.length;
      expect(calls).toBeGreaterThan(15);
      let restored = 0;
      const at = async (call: number): Promise<void> => {
        const server = model();
        const storage = Object.assign(new FaultyStorage(), { at: call, fault: 'hang' as const, lasting: true });
        // Less than the store may take for one thing: the process is killed while it waits.
        const first = server.start({ ...persist, timeout: 60_000 }, storage);
        await first.run(9, 0, atOnce);
        const written = first.sendings.filter(({ state }) => state !== 'queued').length;
        const left = await storage.survivor();
        const taken = server.taken.length;
        await first.kill();
        const what = `killed at call ${call}, ${storage.calls[call]}`;
        expect(server.lies, what).toEqual([]);
        const second = await server.start(persist, left).run(12, Math.max(written, taken), atOnce);
        expect(second.unknown, what).toEqual([]);
        expect(server.taken, what).toEqual(ids('m', 12));
        expect(new Set([...first.heard, ...second.heard]), what).toEqual(new Set(ids('s', 12)));
        expect(server.lies, what).toEqual([]);
        if (second.events.includes('sessionRestored')) restored += 1;
        await second.kill();
      };
      await Promise.all(Array.from({ length: calls }, (_, call) => at(call)));
      expect(restored).toBeGreaterThan(calls / 2);
    },
  );

  it('F23: is told of once where the server does not know it any more: what may have arrived is unknown', async () => {
    const server = model();
    const storage = new FaultyStorage();
    const first = server.start({ ...persist, requestEvery: 100, requestAfter: 60_000 }, storage);
    await first.run(3);
    expect(first.sendings.map(({ state }) => state)).toEqual(['written', 'written', 'written']);
    const left = await storage.survivor();
    await first.kill();
    server.forget();
    const second = await server.start(persist, left).run(4, 3);
    expect(second.events).toEqual(['smFailed', 'smUnknown', 'sessionStart']);
    expect(second.unknown.map(({ element }) => element.attribute('id'))).toEqual(ids('m', 3));
    const next = await left.survivor();
    await second.kill();
    const third = await server.start(persist, next).run(5, 4);
    expect(third.unknown).toEqual([]);
    await third.kill();
  });

  it.each([
    ['its head is cut off', (value: string) => [HEAD, value.slice(0, 20)]],
    ['its head is of before', (value: string) => [HEAD, value.replace('"handled":3', '"handled":1')]],
    ['it is of another account', () => [HEAD, undefined]],
    ['it is no text of ours', () => [HEAD, 'hello']],
  ])('F24: is not gone on with where %s', async (_what, change) => {
    const { server, left } = await killed(model());
    const [key = '', value] = change((await left.get(HEAD)) ?? '');
    await (value === undefined ? left.delete(key) : left.set(key, value));
    const second = await server.start(persist, left).run(4, 3);
    expect(second.events).toContain('sessionStart');
    expect(second.events).not.toContain('sessionRestored');
    expect(server.taken.slice(0, 4)).toEqual(ids('m', 4));
    await second.kill();
  });

  it('is gone on with where the store is older than it should be: the server knows better', async () => {
    const server = model();
    const storage = new FaultyStorage();
    const first = server.start(persist, storage);
    await first.run(1);
    const old = await storage.survivor();
    first.client.sendMessage({ to: 'b@x', id: 'm1', body: 'x' });
    first.client.sendMessage({ to: 'b@x', id: 'm2', body: 'x' });
    await server.clock.advance(5_000);
    await first.kill();
    const second = await server.start(persist, old).run(5, 3);
    expect(second.events).toEqual(['sessionRestored']);
    expect(server.taken).toEqual(ids('m', 5));
    expect(second.management.unacked).toEqual([]);
    await second.kill();
  });

  it('has no more stanzas than may wait for their acknowledgement, however many are sent at once', async () => {
    const server = model();
    const storage = new FaultyStorage();
    const silent = { ...persist, maxUnacked: 8, requestEvery: 100, requestAfter: 60_000 };
    const first = await server.start(silent, storage).run(12, 0, 12);
    expect(first.management.unacked.length).toBe(6);
    const left = await storage.survivor();
    await first.kill();
    server.forget();
    const second = await server.start(persist, left).run(12, 12);
    expect(second.unknown.length).toBeGreaterThanOrEqual(6);
    expect(second.unknown.length).toBeLessThanOrEqual(8);
    await second.kill();
  });

  it('is not gone on with where stanzas are missing: those that are left are unknown', async () => {
    const server = model();
    const storage = new FaultyStorage();
    const first = await server.start({ ...persist, requestEvery: 100, requestAfter: 60_000 }, storage).run(4);
    const left = await storage.survivor();
    await first.kill();
    const keys = (await left.keys('')).filter((key) => key.includes('/out/')).sort();
    expect(keys).toHaveLength(4);
    await left.set(keys[1] ?? '', ((await left.get(keys[1] ?? '')) ?? '').replace('m1', 'mX'));
    const second = await server.start(persist, left).run(5, 4);
    expect(second.unknown.map(({ element }) => element.attribute('id'))).toEqual(['m0', 'm2', 'm3']);
    expect(second.events).toEqual(['smUnknown', 'sessionStart']);
    await second.kill();
  });

  it('F24: has one writer: who comes second has a session of its own, and says that it is not kept', async () => {
    const server = model();
    const storage = new FaultyStorage();
    const first = await server.start(persist, storage).run(2);
    const before = storage.calls.length;
    const second = server.start(persist, storage);
    const warnings: string[] = [];
    Object.assign(second.client.logger, { warn: (text: string) => warnings.push(text) });
    await second.run(4, 2);
    expect(second.events).toEqual(['sessionStart']);
    expect(warnings).toEqual([expect.stringContaining('in use by another connection')]);
    expect(storage.calls.slice(before).filter((call) => call.includes('xep-0198'))).toEqual([]);
    await first.kill();
    await second.kill();
  });

  it('leaves nothing behind where it was ended', async () => {
    const storage = new MemoryStorage();
    const server = model();
    const process = await server.start(persist, storage).run(3);
    expect(await storage.keys('')).not.toEqual([]);
    await process.management.forget();
    expect(await storage.keys('')).toEqual([]);
    await process.kill();
    const other = await server.start(persist, storage).run(6, 3);
    expect(await storage.keys('')).not.toEqual([]);
    const left = other.client.disconnect();
    await server.clock.advance(10_000);
    await left;
    expect(await storage.keys('')).toEqual([]);
  });

  it.each(['fail', 'hang'] as const)(
    'is not told of again in the process that ended it, where the store cannot forget it (%s)',
    async (fault) => {
      const storage = new FaultyStorage();
      const server = model();
      const silent = { ...persist, requestEvery: 100, requestAfter: 60_000 };
      const process = await server.start(silent, storage).run(2);
      Object.assign(storage, { at: storage.calls.length, fault, lasting: true });
      server.forget();
      const gone = process.client.disconnect();
      await server.clock.advance(60_000);
      await gone;
      const told = process.unknown.length;
      Object.assign(storage, { at: Number.POSITIVE_INFINITY });
      await process.run(4, 2);
      expect(process.events.filter((name) => name === 'sessionStart')).toHaveLength(2);
      expect(process.unknown).toHaveLength(told);
      expect(server.taken).toEqual(ids('m', 4));
      await process.kill();
    },
  );

  it('is free again where it was ended while what a failing store had of it was being forgotten', async () => {
    const storage = new FaultyStorage();
    const server = model();
    const first = await server.start({ ...persist, timeout: 60_000 }, storage).run(2);
    // What is being forgotten takes until it is released.
    Object.assign(storage, { at: storage.calls.length, fault: 'fail' });
    first.client.sendMessage({ to: 'b@x', id: 'm2', body: 'x' });
    while (storage.calls.length <= storage.at) await Promise.resolve();
    Object.assign(storage, { at: storage.calls.length, fault: 'hang-then-write' });
    const gone = first.client.disconnect();
    await server.clock.advance(10_000);
    await gone;
    expect(storage.release).toHaveLength(1);
    for (const release of storage.release) release();
    await server.clock.advance(10_000);
    expect(await storage.keys('')).toEqual([]);
    const second = await server.start(persist, storage).run(4, 3);
    expect(await storage.keys('')).toContain(HEAD);
    await second.kill();
    await first.kill();
  });

  it('is forgotten later where the store could not when it failed', async () => {
    const storage = new FaultyStorage();
    const server = model();
    const process = await server.start(persist, storage).run(2);
    expect(await storage.keys('')).not.toEqual([]);
    Object.assign(storage, { at: storage.calls.length, lasting: true });
    await process.run(3, 2);
    expect(await storage.keys('')).not.toEqual([]);
    Object.assign(storage, { at: Number.POSITIVE_INFINITY });
    await process.run(4, 3);
    expect(await storage.keys('')).toEqual([]);
    expect(process.sendings.map(({ state }) => state)).toEqual(['acked', 'acked', 'acked', 'acked']);
    await process.kill();
  });

  it('is left alone by a process that never came to the server, and is free again where one has ended it', async () => {
    const { server, left } = await killed(model());
    const before = await left.keys('');
    const second = server.start(persist, left);
    await second.kill();
    expect(await left.keys('')).toEqual(before);
    const third = await server.start(persist, left).run(4, 3);
    expect(third.events).toEqual(['sessionRestored']);
    const gone = third.client.disconnect();
    await server.clock.advance(10_000);
    await gone;
    const fourth = await server.start(persist, left).run(5, 4);
    expect(fourth.events).toEqual(['sessionStart']);
    expect(await left.keys('')).toContain(HEAD);
    await fourth.kill();
    await third.kill();
  });

  it('says in the log what may have arrived where nobody listens', async () => {
    const server = model();
    const storage = new FaultyStorage();
    const first = await server.start({ ...persist, requestEvery: 100, requestAfter: 60_000 }, storage).run(2);
    const left = await storage.survivor();
    await first.kill();
    server.forget();
    const second = server.start(persist, left);
    second.listening.dispose();
    const warnings: string[] = [];
    Object.assign(second.client.logger, { warn: (text: string) => warnings.push(text) });
    await second.run(0);
    expect(warnings).toEqual([expect.stringContaining('2 stanzas of a process that is gone may have arrived')]);
    await second.kill();
  });

  it('keeps its id where secrets are, and nowhere else', async () => {
    const { left } = await killed(model());
    for (const key of await left.keys('')) {
      const value = (await left.get(key)) ?? '';
      if (key.startsWith('secret/')) expect(value).toBe('i0');
      else expect(value).not.toContain('i0');
    }
  });

  it('F24: does not keep anybody from talking where the store fails, at whatever call', async () => {
    const whole = new FaultyStorage();
    await (await model().start(persist, whole).run(3)).kill();
    const run = async (at: number, fault: 'fail' | 'hang'): Promise<void> => {
      const server = model();
      const storage = Object.assign(new FaultyStorage(), { at, fault, lasting: true });
      const process = await server.start(persist, storage).run(3);
      const what = `${fault} at call ${at}`;
      expect(server.taken, what).toEqual(ids('m', 3));
      expect(process.heard, what).toEqual(ids('s', 3));
      expect(new Set(process.sendings.map(({ state }) => state)), what).toEqual(new Set(['acked']));
      await process.kill();
    };
    const calls = Array.from({ length: whole.calls.length }, (_, at) => at);
    await Promise.all(calls.flatMap((at) => [run(at, 'fail'), run(at, 'hang')]));
  });

  it('needs a place for secrets', () => {
    const client = new ClientXMPP({ jid: 'a@example.org', password: 'x' });
    expect(() => client.use(StreamManagement, persist)).toThrow(ConfigError);
  });
});
