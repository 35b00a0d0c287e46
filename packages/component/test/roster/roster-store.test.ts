import { SestinaError } from '@sestina/core';
import { FaultyStorage } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { rejection } from '../support.js';
import { BOB, CAROL, KEY, presence, ROMEO, record, type Stored, stored, types } from './stored.js';

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
    const second = await stored(await first.storage.survivor(), { autoAuthorize: 'ask' });
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
        const next = await stored(await storage.survivor());
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
