import { describe, expect, it } from 'vitest';
import { JID } from '../../../src/jid/index.js';
import { type Presence, Presence as PresenceStanza } from '../../../src/stanza/presence.js';
import { PresenceLedger, RosterNode } from '../../../src/xmpp/presence/index.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online } from '../../helpers/stream-xmpp.js';
import { BOB, presence, watched } from './watched.js';

watchRejections();

const ALICE = 'alice@example.org';
const status = (length: number, letter = 'x'): string => `<status>${letter.repeat(length)}</status>`;

/** A roster with room for so many bytes, and what it says of that. */
async function small(bytes: number) {
  const xmpp = await online();
  let full = 0;
  const ledger = new PresenceLedger(1_000, () => (full += 1), bytes);
  const node = new RosterNode(xmpp, JID.parse(ALICE), ledger);
  const arrive = (from: string, text = '', more: Partial<Presence> = {}) =>
    node.arrived(new PresenceStanza({ from, status: text, ...more }));
  return { node, ledger, arrive, full: () => full };
}

describe('presence that is kept', () => {
  it('of a stranger is that of 16 resources, of a contact and of ourselves that of 100', async () => {
    const { xmpp, receive } = await watched();
    const node = xmpp.roster.of();
    node.apply([{ jid: JID.parse(BOB), subscription: 'to' }]);
    for (const from of [BOB, 'mallory@evil.example', ALICE]) {
      const all = Array.from({ length: 150 }, (_, i) => presence(`${from}/r${i}`));
      const seen = await receive(...all);
      expect(seen.filter((name) => name === 'presenceAvailable')).toHaveLength(150);
    }
    expect([BOB, 'mallory@evil.example', ALICE].map((jid) => node.get(jid)?.resources.size)).toEqual([100, 16, 100]);
    // Where a resource is known it may say something else.
    await receive(presence('mallory@evil.example/r3', '', '<show>away</show>'));
    expect(node.presence('mallory@evil.example/r3')?.show).toBe('away');
    expect(xmpp.log.at('warn')).toHaveLength(1);
  });

  it('is whole up to 8 KiB, and beyond that only what the contact is, with a short status', async () => {
    const { xmpp, receive } = await watched();
    const node = xmpp.roster.of();
    await receive(
      presence(`${BOB}/small`, '', `<show>away</show>${status(5_000)}<x xmlns='urn:x'/>`),
      presence(`${BOB}/large`, '', `<show>away</show><priority>7</priority>${status(20_000)}<x xmlns='urn:x'/>`),
      presence(`${BOB}/many`, '', "<x xmlns='urn:x'/>".repeat(100)),
    );
    const resources = node.get(BOB)?.resources;
    expect(resources?.get('small')).toMatchObject({ complete: true, show: 'away' });
    expect(resources?.get('small')?.presence.xml.child('x', 'urn:x')).toBeDefined();
    expect(resources?.get('large')).toMatchObject({
      complete: false,
      show: 'away',
      priority: 7,
      status: 'x'.repeat(256),
    });
    const kept = node.presence(`${BOB}/large`);
    expect(kept?.xml.child('x', 'urn:x')).toBeUndefined();
    expect([kept?.from?.full, kept?.show, kept?.priority]).toEqual([`${BOB}/large`, 'away', 7]);
    expect(resources?.get('many')?.complete).toBe(false);
  });

  it('cuts a status between characters', async () => {
    const { xmpp, receive } = await watched();
    await receive(presence(`${BOB}/x`, '', `<status>${'x'.repeat(255)}${'😀'.repeat(5_000)}</status>`));
    expect(xmpp.roster.of().get(BOB)?.best?.status).toBe('x'.repeat(255));
  });

  it('is a copy that nobody can write to, and the listeners get the stanza itself', async () => {
    const { xmpp, receive } = await watched();
    let heard: Presence | undefined;
    xmpp.on('gotOnline', ({ presence: came }) => {
      heard = came;
    });
    await receive(presence(`${BOB}/x`, '', status(9_000)));
    const kept = xmpp.roster.of().presence(`${BOB}/x`);
    expect(heard?.status).toHaveLength(9_000);
    expect(kept?.xml).not.toBe(heard?.xml);
    expect(() => kept?.set({ status: 'mine' })).toThrow('read-only');
    expect(kept?.copy().set({ status: 'mine' }).status).toBe('mine');
    expect(kept?.stream).toBe(xmpp);
  });

  it('that changed in what is kept of it only as far as it is cut is told as it came', async () => {
    const { receive } = await watched();
    await receive(presence(`${BOB}/x`, '', status(9_000)));
    expect(await receive(presence(`${BOB}/x`, '', `${status(9_000)}<x xmlns='urn:x'/>`))).toEqual([
      'presence',
      'presenceAvailable',
    ]);
    expect(await receive(presence(`${BOB}/x`, '', status(9_000, 'y')))).toContain('changedStatus');
  });
});

describe('the room for presence', () => {
  it('is that of the strangers who came last, and the log says so once', async () => {
    const { node, ledger, arrive, full } = await small(50_000);
    for (let i = 0; i < 200; i++) {
      expect(arrive(`s${i}@evil.example/x`, 'x'.repeat(3_000))).toBeDefined();
      expect(ledger.bytes).toBeLessThanOrEqual(50_000);
    }
    expect(node.get('s0@evil.example')).toBeUndefined();
    expect(node.get('s199@evil.example')?.best?.status).toHaveLength(3_000);
    expect(full()).toBeGreaterThan(0);
  });

  it('goes to strangers by when something came from them last', async () => {
    const { node, arrive } = await small(23_000);
    for (const name of ['a', 'b', 'c', 'a', 'd', 'e']) arrive(`${name}@evil.example/x`, 'x'.repeat(4_000));
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => node.get(`${name}@evil.example`) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  it('is taken from strangers before contacts, and of contacts only what they say beside being there', async () => {
    const { node, ledger, arrive } = await small(100_000);
    node.apply(Array.from({ length: 40 }, (_, i) => ({ jid: JID.parse(`c${i}@example.net`), subscription: 'both' })));
    arrive('s@evil.example/x');
    for (let i = 0; i < 40; i++) arrive(`c${i}@example.net/x`, 'x'.repeat(5_000), { show: 'away' });
    expect(node.get('s@evil.example')).toBeUndefined();
    expect([...node].every(({ online, best }) => online && best?.show === 'away')).toBe(true);
    const complete = [...node].map(({ best }) => best?.complete);
    expect([complete[0], complete[39]]).toEqual([false, true]);
    expect(ledger.bytes).toBeLessThanOrEqual(100_000);
  });

  it('is there for one resource of each contact, however many contacts there are', async () => {
    const { node, ledger, arrive } = await small(50_000);
    ledger.contactRoom = 2_048;
    node.apply(Array.from({ length: 500 }, (_, i) => ({ jid: JID.parse(`c${i}@example.net`), subscription: 'both' })));
    // A few who say that they are there with many come first.
    for (let i = 0; i < 300; i++) arrive(`c${i % 3}@example.net/${i}`, 'x'.repeat(2_000));
    for (let i = 0; i < 500; i++) arrive(`c${i}@example.net/x`, '', { show: 'away' });
    expect([...node].filter(({ online }) => online)).toHaveLength(500);
    expect(node.get('c499@example.net')?.best?.show).toBe('away');
    expect(ledger.bytes).toBeLessThanOrEqual(50_000);
    for (let i = 0; i < 500; i++) arrive(`c${i}@example.net/x`, 'gone soon');
    for (let i = 0; i < 500; i++) node.left(new PresenceStanza({ from: `c${i}@example.net`, type: 'unavailable' }));
    expect([[...node].some(({ online }) => online), ledger.bytes]).toEqual([false, 0]);
  });

  it('ends where contacts are shortened too: what comes then is told and not kept', async () => {
    const { node, ledger, arrive } = await small(20_000);
    node.apply([{ jid: JID.parse(BOB), subscription: 'both' }]);
    const known = Array.from({ length: 100 }, (_, i) => arrive(`${BOB}/${i}`)).filter((arrival) => arrival);
    expect(known.length).toBeGreaterThan(10);
    expect(known.length).toBeLessThan(100);
    expect(node.get(BOB)?.resources.size).toBe(known.length);
    expect(ledger.bytes).toBeLessThanOrEqual(20_000);
  });

  it('of our own devices is theirs whatever others send', async () => {
    const { node, arrive } = await small(20_000);
    for (const device of ['phone', 'desk']) arrive(`${ALICE}/${device}`, 'x'.repeat(3_000));
    for (let i = 0; i < 100; i++) arrive(`s${i}@evil.example/x`, 'x'.repeat(4_000));
    node.apply([{ jid: JID.parse(BOB), subscription: 'both' }]);
    for (let i = 0; i < 100; i++) arrive(`${BOB}/${i}`, 'x'.repeat(4_000));
    const own = node.get(ALICE);
    expect([...(own?.resources.values() ?? [])].map(({ complete }) => complete)).toEqual([true, true]);
  });

  it('is given back by all who go, are forgotten, or are thrown out', async () => {
    const { node, ledger, arrive } = await small(1_000_000);
    node.apply([{ jid: JID.parse(BOB), subscription: 'both' }]);
    for (const from of [`${BOB}/a`, `${BOB}/b`, 's@evil.example/x', 't@evil.example/x', `${ALICE}/x`])
      arrive(from, 'here');
    expect(ledger.bytes).toBeGreaterThan(1_000);
    node.left(new PresenceStanza({ from: `${BOB}/a`, type: 'unavailable' }));
    node.drop(JID.parse(BOB));
    node.left(new PresenceStanza({ from: 's@evil.example', type: 'unavailable' }));
    node.reset();
    expect(ledger.bytes).toBe(0);
    expect([...'st'].map((name) => node.get(`${name}@evil.example`))).toEqual([undefined, undefined]);
  });
});

describe('our own account', () => {
  it('is no contact that comes and goes: its devices are known, and their status is told', async () => {
    const { xmpp, receive } = await watched();
    expect(await receive(presence(`${ALICE}/phone`))).toEqual(['presence', 'presenceAvailable', 'changedStatus']);
    expect([...(xmpp.roster.of().get(ALICE)?.resources.keys() ?? [])]).toEqual(['phone']);
    expect(await receive(presence(`${ALICE}/phone`, 'unavailable'))).toEqual([
      'presence',
      'presenceUnavailable',
      'changedStatus',
    ]);
  });
});
