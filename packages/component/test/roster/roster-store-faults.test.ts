import { RosterNotLoadedError, RosterStore, type RosterStoreOptions } from '@sestina/component';
import { ConfigError, MemoryStorage, SendError } from '@sestina/core';
import { FaultyStorage, ScriptedStream } from '@sestina/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Scripted, scripted } from '../scripted.js';
import { rejection } from '../support.js';
import { BOB, CAROL, KEY, presence, ROMEO, record, type Stored, stored, types } from './stored.js';

describe('a storage that fails', () => {
  it('changes nothing, tells the application once, and can be asked again', async () => {
    const storage = new FaultyStorage();
    const { stream, component } = await stored(storage);
    const seen: string[] = [];
    component.on('presenceSubscribe', () => seen.push('presenceSubscribe'));
    component.on('rosterUpdate', () => seen.push('rosterUpdate'));
    stream.skipSent();
    Object.assign(storage, { at: 1, fault: 'fail' });
    await stream.recv(presence('subscribe') + presence('subscribe', CAROL));
    await stream.expectNothingSent();
    expect(component.roster.of(ROMEO).get(BOB)?.from ?? false).toBe(false);
    expect(seen).toEqual(['presenceSubscribe', 'presenceSubscribe']);
    expect(stream.errors).toMatchObject([
      { error: { code: 'ERR_ROSTER_STORE', retryable: true }, where: `roster of ${ROMEO}` },
    ]);
    expect(stream.errors[0]?.error.message).toContain('the storage fails at call 1');
    await stream.recv(presence('subscribe'));
    await stream.expectSent(`<presence from='${ROMEO}' to='${BOB}' type='subscribed'/>`);
  });

  it('fails what waits for it, with the reason', async () => {
    const storage = new FaultyStorage();
    const { stream, component } = await stored(storage);
    Object.assign(storage, { at: 0, fault: 'fail', lasting: true });
    const roster = component.roster.of(ROMEO);
    const error = await rejection(Promise.resolve(roster.subscribe(BOB)));
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ reason: 'dropped', cause: { code: 'ERR_ROSTER_STORE' } });
    expect(await rejection(roster.update(BOB, { name: 'Bob' }))).toMatchObject({ code: 'ERR_ROSTER_STORE' });
    expect(await rejection(roster.load())).toMatchObject({ code: 'ERR_ROSTER_STORE' });
    expect(stream.errors).toEqual([]);
    // Nobody awaits this one.
    roster.subscribe(BOB);
    component.as(ROMEO).sendPresence();
    await stream.idle();
    expect(stream.errors.length).toBe(1);
    expect(() => roster.size).toThrow(RosterNotLoadedError);
    expect(roster.lastPresence).toBeUndefined();
  });

  it('does not keep presence from being seen', async () => {
    const storage = new FaultyStorage();
    Object.assign(storage, { at: 0, fault: 'fail', lasting: true });
    const { stream, component } = await stored(storage);
    const online: string[] = [];
    component.on('gotOnline', ({ jid }) => online.push(jid.full));
    await stream.recv(`<presence from='${BOB}/x' to='${ROMEO}'/>`);
    expect(online).toEqual([BOB]);
    expect(component.roster.of(ROMEO).presence(BOB)).toBeDefined();
  });

  it('and has not begun what was given up never begins it', async () => {
    const storage = new FaultyStorage();
    // The first write hangs, so that the second one waits for it.
    Object.assign(storage, { at: 1, fault: 'hang' });
    const { stream, component } = await stored(storage, {}, { timeout: 2_000, maxCalls: 1 });
    const first = rejection(component.roster.of(ROMEO).update(BOB));
    await stream.idle();
    const other = rejection(component.roster.of('juliet@bot.example.org').update(CAROL));
    await stream.clock.advance(2_000);
    await Promise.all([first, other]);
    const { length } = storage.calls;
    for (const go of storage.release) go();
    await stream.idle();
    expect(storage.calls.length).toBe(length);
    await component.roster.of('juliet@bot.example.org').update(CAROL);
    expect(storage.calls.slice(length).map((call) => call.split(' ', 1)[0])).toEqual(['get', 'set']);
  });

  it('or never answers is given up after the timeout', async () => {
    const storage = new FaultyStorage();
    Object.assign(storage, { at: 0, fault: 'hang' });
    const { stream, component, store } = await stored(storage, {}, { timeout: 2_000 });
    const failed = rejection(component.roster.of(ROMEO).load());
    await stream.clock.advance(1_999);
    expect(stream.errors).toEqual([]);
    await stream.clock.advance(1);
    expect(await failed).toMatchObject({ code: 'ERR_ROSTER_STORE', cause: { code: 'ERR_TIMEOUT', timeout: 2_000 } });
    await component.roster.of(ROMEO).load();
    await store.idle();
    expect(stream.clock.pending).toEqual([]);
  });

  it('and may still write what was given up is not written to meanwhile: the late write would undo it', async () => {
    const storage = new FaultyStorage();
    Object.assign(storage, { at: 1, fault: 'hang-then-write' });
    const { stream, component } = await stored(storage, {}, { timeout: 2_000 });
    stream.skipSent();
    await stream.recv(presence('subscribe'));
    await stream.clock.advance(2_000);
    expect(stream.errors.length).toBe(1);
    const calls = storage.calls.length;
    await stream.recv(presence('subscribe', CAROL));
    await stream.clock.advance(2_000);
    expect(storage.calls.length).toBe(calls);
    expect(stream.errors.length).toBe(2);
    await stream.expectNothingSent();
    for (const go of storage.release) go();
    await stream.idle();
    await stream.recv(presence('subscribe', CAROL));
    expect(types({ stream, component })).toEqual([`subscribed ${CAROL}`, `unavailable ${CAROL}`]);
    expect((await record(storage))['contacts']).toEqual({
      [BOB]: { subscription: 'from' },
      [CAROL]: { subscription: 'from' },
    });
  });
});

describe('a storage that strangers keep busy', () => {
  /** One that answers when it is told to. */
  class SlowStorage extends MemoryStorage {
    readonly waiting: (() => void)[] = [];
    most = 0;

    override async get(key: string): Promise<string | undefined> {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        this.most = Math.max(this.most, this.waiting.length);
      });
      return super.get(key);
    }
  }

  async function slow(how: Partial<RosterStoreOptions>) {
    const storage = new SlowStorage();
    const started = await scripted({ storage, autoAuthorize: true }, (component) => {
      component.use(RosterStore, how);
    });
    const probes = (count: number, round = 0): string =>
      Array.from({ length: count }, (_, i) => presence('probe', BOB, `u${round}x${i}@bot.example.org`)).join('');
    return { ...started, storage, probes };
  }

  it('is asked no more than so many things at once, and for all of them in the end', async () => {
    const { stream, storage, probes } = await slow({ maxCalls: 10 });
    stream.skipSent();
    await stream.recv(probes(95));
    while (storage.waiting.length > 0) {
      for (const go of storage.waiting.splice(0)) go();
      await stream.idle();
    }
    expect(storage.most).toBe(10);
    const asked = stream.sent.filter((sent) => sent.attribute('type') === 'unsubscribed');
    expect(new Set(asked.map((sent) => sent.attribute('from'))).size).toBe(95);
  });

  it('and never answers has no more calls to remember however long that lasts', async () => {
    const { stream, component, storage, probes } = await slow({ maxCalls: 10, timeout: 1_000 });
    for (let round = 0; round < 20; round++) {
      await stream.recv(probes(50, round));
      await stream.clock.advance(1_000);
    }
    expect(storage.waiting.length).toBe(10);
    const roster = component.roster.of(ROMEO);
    const failed = rejection(roster.load());
    await stream.clock.advance(1_000);
    expect(await failed).toMatchObject({ code: 'ERR_ROSTER_STORE', retryable: true, cause: { code: 'ERR_TIMEOUT' } });
    // It comes back to life.
    for (const go of storage.waiting.splice(0)) go();
    await stream.idle();
    const loaded = roster.load();
    await stream.idle();
    expect(storage.waiting.length).toBe(1);
    for (const go of storage.waiting.splice(0)) go();
    await loaded;
  });
});

describe('two processes with one storage', () => {
  it('know at once what the other has done', async () => {
    const storage = new FaultyStorage();
    const [one, two] = [await stored(storage), await stored(storage)];
    await two.component.roster.of(ROMEO).load();
    await one.stream.recv(presence('subscribe'));
    await one.component.as(ROMEO).sendPresence({ show: 'dnd' });
    two.stream.skipSent();
    await two.stream.recv(presence('probe'));
    await two.stream.expectSent(`<presence from='${ROMEO}' to='${BOB}'><show>dnd</show></presence>`);
    await two.stream.recv(presence('unsubscribe'));
    await two.stream.expectSent(`<presence from='${ROMEO}' to='${BOB}' type='unavailable'/>`);
    one.stream.skipSent();
    await one.component.as(ROMEO).sendPresence({ show: 'away' });
    await one.stream.expectNothingSent();
    await one.stream.recv(presence('probe'));
    await one.stream.expectSent(`<presence from='${ROMEO}' to='${BOB}' type='unsubscribed'/>`);
  });

  it('do not lose what each of them adds', async () => {
    const storage = new FaultyStorage();
    const both = [await stored(storage), await stored(storage)] as const;
    for (let i = 0; i < 20; i++)
      await both[i % 2 === 0 ? 0 : 1].stream.recv(presence('subscribe', `c${i}@example.net`));
    const { contacts } = await record(storage);
    expect(Object.keys(contacts as object).length).toBe(20);
  });
});

describe('memory', () => {
  it('holds only those addresses at which somebody is there, or that are there themselves', async () => {
    const { stream, component } = await stored();
    for (let i = 0; i < 100; i++) await stream.recv(presence('subscribe', BOB, `user${i}@bot.example.org`));
    expect(component.roster.owners).toEqual([]);
    const available = `<presence from='${BOB}/x' to='user7@bot.example.org'/>`;
    await stream.recv(available);
    await component.as('user8@bot.example.org').sendPresence();
    expect(component.roster.owners.map(({ local }) => local).sort()).toEqual(['user7', 'user8']);
    await stream.recv(available.replace('/>', " type='unavailable'/>"));
    await component.as('user8@bot.example.org').sendPresence({ type: 'unavailable' });
    expect(component.roster.owners).toEqual([]);
    const roster = component.roster.of('user7@bot.example.org');
    await roster.load();
    expect(roster.get(BOB)?.from).toBe(true);
  });
});

describe('a large roster', () => {
  const CONTACTS = 5_000;

  /** Counts how often the record is read, and written: every contact of it. */
  async function large(options: Partial<RosterStoreOptions> = {}): Promise<Stored & { parsed(): number }> {
    const storage = new FaultyStorage();
    const contacts = Object.fromEntries(
      Array.from({ length: CONTACTS }, (_, i) => [`c${i}@example.net`, { subscription: 'from' }]),
    );
    await MemoryStorage.prototype.set.call(storage, KEY, JSON.stringify({ v: 1, contacts }));
    const parse = vi.spyOn(JSON, 'parse');
    onTestFinished(() => parse.mockRestore());
    return { ...(await stored(storage, {}, options)), parsed: () => parse.mock.calls.length };
  }

  it('is parsed once, and not written, however many ask whether the address is there', async () => {
    const { stream, storage, parsed } = await large();
    const serialized = vi.spyOn(JSON, 'stringify');
    onTestFinished(() => serialized.mockRestore());
    for (let part = 0; part < 10; part++) {
      await stream.recv(Array.from({ length: 100 }, () => presence('probe', 'mallory@evil.example/x')).join(''));
    }
    expect(types({ stream } as Scripted).filter((type) => type.startsWith('unsubscribed'))).toHaveLength(1_000);
    expect([parsed(), serialized.mock.calls.length, storage.count('set')]).toEqual([1, 0, 0]);
  });

  it('is written together with all that comes in one turn', async () => {
    const { stream, storage, parsed } = await large();
    const burst = Array.from({ length: 500 }, (_, i) => presence('subscribe', `new${i}@example.net`)).join('');
    await stream.recv(burst);
    expect(Object.keys((await record(storage))['contacts'] as object)).toHaveLength(CONTACTS + 500);
    expect(storage.count('set')).toBeLessThan(50);
    // Its own text is known: once at the start, and here once by the test.
    expect(parsed()).toBe(2);
  });

  it('is read again where another process has written it, and after a write that failed', async () => {
    const { stream, component, storage } = await large();
    const roster = component.roster.of(ROMEO);
    await roster.load();
    await MemoryStorage.prototype.set.call(
      storage,
      KEY,
      '{"v":1,"contacts":{"bob@example.net":{"subscription":"from"}}}',
    );
    stream.skipSent();
    await stream.recv(presence('probe', 'c7@example.net') + presence('probe'));
    await stream.expectSent(`<presence from='${ROMEO}' to='c7@example.net' type='unsubscribed'/>`);
    await stream.expectSent(`<presence from='${ROMEO}' to='${BOB}' type='unavailable'/>`);
    Object.assign(storage, { at: storage.calls.length + 1, fault: 'fail' });
    await stream.recv(presence('unsubscribe'));
    expect(roster.get(BOB)?.from).toBe(true);
    await stream.recv(presence('unsubscribe'));
    expect(await storage.get(KEY)).toBeUndefined();
  });

  it.each([true, false])('keeps what was broadcast where a change fails (stored: %s)', async (kept) => {
    const { component, storage } = await large({ presence: kept });
    const romeo = component.as(ROMEO);
    await romeo.sendPresence({ status: 'one' });
    Object.assign(storage, { at: storage.calls.length + 1, fault: 'fail' });
    await rejection(romeo.roster.update(BOB, { name: 'Bob' }));
    expect(romeo.roster.lastPresence?.status).toBe('one');
    expect(romeo.roster.has(BOB)).toBe(false);
  });
});

describe('the plugin', () => {
  it('goes without a trace, and the rosters are in memory from then on', async () => {
    const { stream, component, storage, store } = await stored();
    expect(component.roster.keeper).toBe(store);
    component.remove(RosterStore);
    expect(component.roster.keeper).toBeUndefined();
    const before = storage.calls.length;
    await stream.recv(presence('subscribe'));
    expect(types({ stream, component })).toContain(`subscribed ${BOB}`);
    expect(storage.calls.length).toBe(before);
  });

  it('is for components, and needs a timeout', async () => {
    const client = await ScriptedStream.start();
    const refused = (use: () => unknown): Error => {
      try {
        use();
      } catch (error) {
        return error as Error;
      }
      throw new Error('it should have been refused');
    };
    const reason = (error: Error): unknown => (error instanceof ConfigError ? error : error.cause);
    expect(refused(() => client.xmpp.use(RosterStore))).toMatchObject({ code: 'ERR_PLUGIN_KIND' });
    const { component } = await scripted();
    expect(reason(refused(() => component.use(RosterStore, { timeout: 0 })))).toBeInstanceOf(ConfigError);
    expect(component.roster.keeper).toBeUndefined();
    await client.close();
  });
});
