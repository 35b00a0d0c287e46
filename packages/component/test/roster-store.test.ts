import { type ComponentOptions, type ComponentXMPP, RosterStore, type RosterStoreOptions } from '@sestina/component';
import { ConfigError, MemoryStorage, SendError, SestinaError } from '@sestina/core';
import { ScriptedStream } from '@sestina/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FaultyStorage, survives } from './faulty-storage.js';
import { type Scripted, scripted } from './scripted.js';
import { rejection } from './support.js';

const ROMEO = 'romeo@bot.example.org';
const BOB = 'bob@example.net';
const CAROL = 'carol@example.net';
const KEY = `component-roster/${ROMEO}`;

interface Stored extends Scripted {
  readonly storage: FaultyStorage;
  readonly store: RosterStore;
}

async function stored(
  storage: FaultyStorage = new FaultyStorage(),
  options: Partial<ComponentOptions> = {},
  how: Partial<RosterStoreOptions> = {},
): Promise<Stored> {
  let store: RosterStore | undefined;
  const install = (component: ComponentXMPP): void => {
    store = component.use(RosterStore, how);
  };
  const started = await scripted({ storage, autoAuthorize: true, ...options }, install);
  if (!store) throw new Error('there is no store');
  return { ...started, storage, store };
}

const presence = (type: string, from = BOB, to = ROMEO): string =>
  `<presence from='${from}' to='${to}' type='${type}'/>`;
const types = ({ stream }: Scripted): string[] =>
  stream.sent
    .filter(({ name }) => name === 'presence')
    .map((sent) => `${sent.attribute('type') ?? 'available'} ${sent.attribute('to')}`);
const record = async (storage: MemoryStorage, key = KEY): Promise<Record<string, unknown>> =>
  JSON.parse((await MemoryStorage.prototype.get.call(storage, key)) ?? 'null');

describe('what is stored', () => {
  it('is a record of each address, with the version of its format', async () => {
    const { stream, component, storage } = await stored();
    await stream.recv(presence('subscribe') + presence('subscribe', CAROL));
    await component.roster.of(ROMEO).update(BOB, { name: 'Bob', groups: ['friends'] });
    component.as(ROMEO).sendPresenceSubscription(BOB);
    component.as('juliet@bot.example.org/b').sendPresence({ show: 'away' });
    await stream.idle();
    expect((await storage.keys('')).sort()).toEqual(['component-roster/juliet@bot.example.org', KEY]);
    expect(await record(storage)).toEqual({
      v: 1,
      contacts: {
        [BOB]: { name: 'Bob', groups: ['friends'], subscription: 'from', flags: ['ask'] },
        [CAROL]: { subscription: 'from' },
      },
    });
    const { presences } = await record(storage, 'component-roster/juliet@bot.example.org');
    expect(presences).toEqual([expect.stringMatching(/^<presence [^>]*><show>away<\/show><\/presence>$/)]);
  });

  it('is found by the next process: who is subscribed, who has asked, and what was broadcast', async () => {
    const first = await stored(undefined, { autoAuthorize: 'ask' });
    await first.stream.recv(presence('subscribe') + presence('subscribe', CAROL));
    await first.component.roster.of(ROMEO).authorize(BOB);
    await first.component.as(`${ROMEO}/r`).sendPresence({ show: 'away', status: 'lunch' });
    const second = await stored(await survives(first.storage), { autoAuthorize: 'ask' });
    await second.stream.recv(presence('probe', `${BOB}/x`));
    await second.stream.expectSent(
      `<presence from='${ROMEO}/r' to='${BOB}/x'><show>away</show><status>lunch</status></presence>`,
    );
    const roster = second.component.roster.of(ROMEO);
    await roster.load();
    expect(roster.get(BOB)).toMatchObject({ subscription: 'from', inRoster: true });
    expect(roster.get(CAROL)).toMatchObject({ pendingIn: true, inRoster: false });
    expect([...roster].map(({ jid }) => jid.full)).toEqual([BOB]);
    roster.get(CAROL)?.authorize();
    await second.stream.expectSent(`<presence from='${ROMEO}' to='${CAROL}' type='subscribed'/>`);
    await second.stream.expectSent(
      `<presence from='${ROMEO}/r' to='${CAROL}'><show>away</show><status>lunch</status></presence>`,
    );
    await second.stream.recv(presence('probe', 'mallory@evil.example'));
    await second.stream.expectSent(`<presence from='${ROMEO}' to='mallory@evil.example' type='unsubscribed'/>`);
  });

  it('goes where nothing is left of it', async () => {
    const { stream, component, storage, store } = await stored();
    await stream.recv(presence('subscribe'));
    await component.roster.of(ROMEO).remove(BOB);
    expect(await storage.keys('')).toEqual([]);
    await stream.recv(presence('subscribe'));
    expect(await storage.keys('')).toEqual([KEY]);
    await store.forget(ROMEO);
    expect(await storage.keys('')).toEqual([]);
    expect(component.roster.of(ROMEO).size).toBe(0);
    await stream.recv(presence('unsubscribed', 'nobody@example.net') + presence('probe'));
    expect(await storage.keys('')).toEqual([]);
    // A stranger can do this at any number of addresses.
    await stream.recv(presence('subscribe'));
    expect(await storage.keys('')).toEqual([KEY]);
    await stream.recv(presence('unsubscribe'));
    expect(await storage.keys('')).toEqual([]);
    expect(component.roster.owners).toEqual([]);
  });

  it('has another prefix, and no presence, where that is wanted', async () => {
    const { stream, component, storage } = await stored(undefined, {}, { prefix: 'x:', presence: false });
    const romeo = component.as(ROMEO);
    await stream.recv(presence('subscribe'));
    await romeo.sendPresence({ show: 'away' });
    expect(await record(storage, `x:${ROMEO}`)).toEqual({ v: 1, contacts: { [BOB]: { subscription: 'from' } } });
    stream.skipSent();
    await stream.recv(presence('probe'));
    await stream.expectSent(`<presence from='${ROMEO}' to='${BOB}'><show>away</show></presence>`);
  });

  it('is not written where nothing has changed', async () => {
    const { stream, storage } = await stored();
    await stream.recv(presence('subscribe'));
    const writes = storage.count('set');
    await stream.recv(presence('subscribe') + presence('probe') + presence('subscribed'));
    await stream.recv(`<presence from='${BOB}/x' to='${ROMEO}'/>`);
    expect(storage.count('set')).toBe(writes);
    expect(storage.count('delete')).toBe(0);
  });

  it.each([
    ['half a record', '{"v":1,"contacts":{"bo'],
    ['a later version', '{"v":2,"contacts":{}}'],
    ['something else', '"x"'],
    ['null', 'null'],
    ['no address', '{"v":1,"contacts":{"@":{}}}'],
    ['no subscription', `{"v":1,"contacts":{"${BOB}":{"subscription":"all"}}}`],
    ['no presence', '{"v":1,"contacts":{},"presences":["<message xmlns=\\"jabber:client\\"/>"]}'],
  ])('is left alone where it is %s, and nobody is told anything', async (_name, text) => {
    const storage = new FaultyStorage();
    await storage.set(KEY, text);
    const { stream, component } = await stored(storage);
    stream.skipSent();
    await stream.recv(presence('subscribe') + presence('probe'));
    await stream.expectNothingSent();
    expect(await storage.get(KEY)).toBe(text);
    expect(stream.errors).toMatchObject([
      { error: { code: 'ERR_ROSTER_STORE', retryable: false }, where: `roster of ${ROMEO}` },
    ]);
    expect(await rejection(component.roster.of(ROMEO).update(BOB, { name: 'Bob' }))).toMatchObject({
      code: 'ERR_ROSTER_STORE',
      retryable: false,
    });
    await stream.recv(presence('subscribe', BOB, 'juliet@bot.example.org'));
    await stream.expectSent(`<presence from='juliet@bot.example.org' to='${BOB}' type='subscribed'/>`);
  });
});

describe('what the storage cannot read', () => {
  it('is damaged too: trying again does not help', async () => {
    class Unreadable extends SestinaError {
      readonly code = 'ERR_STORED_VALUE';
    }
    const storage = new FaultyStorage();
    storage.get = () => Promise.reject(new Unreadable('cut off'));
    const { stream, component } = await stored(storage);
    await stream.recv(presence('subscribe'));
    expect(stream.errors).toMatchObject([{ error: { code: 'ERR_ROSTER_STORE', retryable: false } }]);
    const error = await rejection(component.roster.of(ROMEO).load());
    expect(error).toMatchObject({ code: 'ERR_ROSTER_STORE', retryable: false, cause: { code: 'ERR_STORED_VALUE' } });
    expect(error.message).toContain('cannot be read');
  });
});

describe('a change', () => {
  it('is stored before anybody is told of it', async () => {
    const { stream, component, storage } = await stored();
    stream.skipSent();
    storage.at = 1;
    storage.fault = 'hang-then-write';
    await stream.recv(presence('subscribe'));
    expect(storage.calls).toEqual([`get ${KEY}`, `set ${KEY}`]);
    await stream.expectNothingSent();
    // Others need not wait for it.
    await stream.recv(presence('subscribe', BOB, 'juliet@bot.example.org'));
    await stream.expectSent(`<presence from='juliet@bot.example.org' to='${BOB}' type='subscribed'/>`);
    await stream.expectSent(`<presence from='juliet@bot.example.org' to='${BOB}' type='unavailable'/>`);
    await stream.expectNothingSent();
    for (const go of storage.release) go();
    await stream.expectSent(`<presence from='${ROMEO}' to='${BOB}' type='subscribed'/>`);
    expect((await record(storage))['contacts']).toEqual({ [BOB]: { subscription: 'from' } });
    expect(component.roster.of(ROMEO).get(BOB)?.from).toBe(true);
  });

  it('is written once with all that came meanwhile, in order', async () => {
    const { stream, component, storage } = await stored();
    stream.skipSent();
    const roster = component.roster.of(ROMEO);
    const sendings = Array.from({ length: 50 }, (_, i) => roster.subscribe(`s${i}@example.net`));
    expect(await Promise.all(sendings)).toEqual(Array(50).fill('written'));
    expect(storage.calls).toEqual([`get ${KEY}`, `set ${KEY}`]);
    for (let i = 0; i < 50; i++) {
      await stream.expectSent(`<presence from='${ROMEO}' to='s${i}@example.net' type='subscribe'/>`);
    }
    expect(roster.get('s49@example.net')?.ask).toBe(true);
  });

  it('of many addresses is made for each, without waiting for the others', async () => {
    const { stream, component, storage } = await stored();
    const count = 1_000;
    const jid = (i: number): string => `user${i}@bot.example.org`;
    for (let at = 0; at < count; at += 100) {
      await stream.recv(
        Array.from({ length: 100 }, (_, i) => presence('subscribe', `c${at + i}@example.net`, jid(at + i))).join(''),
      );
    }
    await Promise.all(Array.from({ length: count }, (_, i) => component.as(jid(i)).sendPresence({ status: jid(i) })));
    for (let i = 0; i < count; i += 99) {
      const { contacts, presences } = await record(storage, `component-roster/${jid(i)}`);
      expect(contacts).toEqual({ [`c${i}@example.net`]: { subscription: 'from' } });
      expect(presences).toEqual([expect.stringContaining(`<status>${jid(i)}</status>`)]);
    }
    await stream.idle();
    const told = stream.sent.filter((sent) => sent.child('status'));
    expect(told.length).toBe(count);
    for (const sent of told)
      expect(sent.attribute('to')).toBe(`c${/\d+/.exec(sent.child('status')?.text ?? '')}@example.net`);
  });

  it('comes before the presence that follows it', async () => {
    const { stream, component } = await stored(undefined, { autoAuthorize: 'ask' });
    const seen: string[] = [];
    const romeo = component.as(ROMEO);
    for (const name of [
      'presenceSubscribed',
      'rosterSubscriptionAuthorized',
      'gotOnline',
      'presenceAvailable',
    ] as const) {
      romeo.on(name, () => seen.push(`${name} ${romeo.roster.get(BOB)?.subscription}`));
    }
    romeo.sendPresenceSubscription(BOB);
    await stream.recv(`${presence('subscribed')}<presence from='${BOB}/x' to='${ROMEO}'/>`);
    expect(seen).toEqual([
      'presenceSubscribed to',
      'rosterSubscriptionAuthorized to',
      'presenceAvailable to',
      'gotOnline to',
    ]);
  });

  it('by hand, on an item of long ago, starts from what is stored now', async () => {
    const { stream, component, storage } = await stored(undefined, { autoAuthorize: 'ask' });
    await stream.recv(presence('subscribe'));
    const old = component.roster.of(ROMEO).get(BOB);
    await storage.set(KEY, JSON.stringify({ v: 1, contacts: { [CAROL]: { subscription: 'both' } } }));
    await old?.authorize();
    expect((await record(storage))['contacts']).toEqual({
      [CAROL]: { subscription: 'both' },
      [BOB]: { subscription: 'from' },
    });
    await storage.set(KEY, JSON.stringify({ v: 1, contacts: { [BOB]: { subscription: 'both' } } }));
    await old?.unauthorize();
    expect((await record(storage))['contacts']).toEqual({ [BOB]: { subscription: 'to' } });
  });
});

describe('a process that ends between two steps', () => {
  /** What the contacts were told, by contact: the last that counts. */
  const told = (sent: readonly string[]): Map<string, string> => {
    const last = new Map<string, string>();
    for (const text of sent) {
      const [type = '', to = ''] = text.split(' ');
      if (type === 'subscribed' || type === 'unsubscribed') last.set(to, type);
    }
    return last;
  };

  async function scenario({ stream, component }: Stored): Promise<void> {
    await stream.recv(presence('subscribe'));
    await stream.recv(presence('subscribe', CAROL));
    component.roster.of(ROMEO).unauthorize(BOB);
    await stream.idle();
    await stream.recv(presence('subscribe'));
    component.roster.of(ROMEO).unauthorize(CAROL);
    await stream.idle();
    component.as(ROMEO).sendPresence({ status: 'last' });
    await stream.idle();
  }

  it('has told nobody anything that the next one does not know, wherever it ends', async () => {
    const whole = await stored();
    await scenario(whole);
    const steps = whole.storage.calls.length;
    expect(steps).toBeGreaterThan(8);
    for (const fault of ['fail', 'hang'] as const) {
      for (let at = 0; at <= steps; at++) {
        const storage = new FaultyStorage();
        Object.assign(storage, { at, fault, lasting: true });
        const process = await stored(storage);
        await scenario(process);
        const next = await stored(await survives(storage));
        const roster = next.component.roster.of(ROMEO);
        await roster.load();
        for (const [contact, type] of told(types(process))) {
          expect(roster.get(contact)?.from ?? false, `${fault} at ${at}: ${contact} was told ${type}`).toBe(
            type === 'subscribed',
          );
        }
        // And it goes on from there.
        await next.stream.recv(presence('subscribe', 'dave@example.net'));
        expect(types(next)).toContain('subscribed dave@example.net');
      }
    }
  });
});

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
    expect(roster.size).toBe(0);
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
    expect(component.roster.of(ROMEO).get(BOB)?.online).toBe(true);
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
    expect(reason(refused(() => client.xmpp.use(RosterStore)))).toBeInstanceOf(ConfigError);
    const { component } = await scripted();
    expect(reason(refused(() => component.use(RosterStore, { timeout: 0 })))).toBeInstanceOf(ConfigError);
    expect(component.roster.keeper).toBeUndefined();
    await client.close();
  });
});
