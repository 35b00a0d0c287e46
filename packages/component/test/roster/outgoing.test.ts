import { RosterStore } from '@sestina/component';
import { JID, MemoryStorage } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { BOB, BOT, component, presence, to } from './watched.js';

const CAROL = 'carol@example.net';
const OTHER = 'other@echo.example.org';

async function subscribed(store = false) {
  const storage = new MemoryStorage();
  const watched = await component({ autoAuthorize: true, storage }, (made) => {
    if (store) made.use(RosterStore);
  });
  await watched.receive(to('subscribe'), to('subscribe', CAROL), to('subscribe', BOB, OTHER));
  await watched.sent();
  return watched;
}

describe.each([['in memory'], ['in a store']])('presence of an address with its roster %s', (where) => {
  it('is decorated once for all who are subscribed, for those who come later, and for those who ask', async () => {
    const { xmpp, receive, sent } = await subscribed(where === 'in a store');
    const purposes: string[] = [];
    xmpp.decoratePresence((copy, purpose) => {
      purposes.push(purpose);
      copy.priority = 5;
    });
    await xmpp.as(BOT).sendPresence({ show: 'away' });
    const inside = '<show>away</show><priority>5</priority>';
    expect(await sent()).toEqual([
      `<presence from='${BOT}' to='${BOB}'>${inside}</presence>`,
      `<presence from='${BOT}' to='${CAROL}'>${inside}</presence>`,
    ]);
    expect(purposes.splice(0)).toEqual(['broadcast']);
    await receive(to('probe', `${BOB}/x`), to('subscribe', 'dave@example.net'));
    expect(await sent()).toEqual([
      `<presence from='${BOT}' to='${BOB}/x'>${inside}</presence>`,
      `<presence from='${BOT}' to='dave@example.net' type='subscribed'/>`,
      `<presence from='${BOT}' to='dave@example.net'>${inside}</presence>`,
    ]);
    expect(purposes.splice(0)).toEqual(['broadcast', 'broadcast']);
    xmpp.as(BOT).sendPresence({ to: 'eve@example.net' });
    expect(await sent()).toEqual([
      `<presence from='${BOT}' id='*' to='eve@example.net'><priority>5</priority></presence>`,
    ]);
    xmpp.claim('garden@rooms.example.net', { kind: 'room', owner: BOT });
    for (const from of [BOT, OTHER]) xmpp.as(from).sendPresence({ to: 'garden@rooms.example.net/bot' });
    expect(purposes.splice(0)).toEqual(['directed', 'room', 'directed']);
    expect(xmpp.roster.of(BOT).lastPresence?.priority).toBe(0);
  });

  it('is sent again to those who see it when what decorates it changes, of one address or of all', async () => {
    const { xmpp, sent } = await subscribed(where === 'in a store');
    let value = 1;
    xmpp.decoratePresence((copy) => {
      copy.priority = value;
    });
    await xmpp.as(`${BOT}/a`).sendPresence({ show: 'away' });
    await xmpp.as(`${BOT}/b`).sendPresence({ show: 'dnd' });
    await xmpp.as(OTHER).sendPresence();
    await sent();
    const told: string[] = [];
    xmpp.on('presenceBroadcast', ({ owner, presence: { from } }) => told.push(`${owner.local} ${from?.resource}`));
    value = 2;
    xmpp.presenceChanged(BOT);
    xmpp.presenceChanged(`${BOT}/a`);
    const again = await sent();
    expect(again.map((text) => text.replace(/<\/?(presence|show|priority)>?/g, ''))).toEqual(
      [
        ` from='${BOT}/a' to='${BOB}'>away2>`,
        ` from='${BOT}/a' to='${CAROL}'>away2>`,
        ` from='${BOT}/b' to='${BOB}'>dnd2>`,
        ` from='${BOT}/b' to='${CAROL}'>dnd2>`,
      ].map((text) => text.slice(0, -1)),
    );
    expect(told).toEqual(['bot a', 'bot b']);
    value = 3;
    xmpp.presenceChanged();
    expect(await sent()).toHaveLength(5);
    await xmpp.as(BOT).sendPresence({ type: 'unavailable' });
    await sent();
    xmpp.presenceChanged();
    expect(await sent()).toEqual([`<presence from='${OTHER}' to='${BOB}'><priority>3</priority></presence>`]);
  });
});

describe('a room that one address of a component has claimed', () => {
  const ROOM = 'garden@rooms.example.net';

  it('is somebody like all others for another address', async () => {
    const { xmpp, receive } = await subscribed();
    const got: string[] = [];
    xmpp.claim(ROOM, { kind: 'room', owner: BOT, presence: ({ to: own }) => got.push(String(own?.bare)) });
    expect(await receive(presence(`${ROOM}/x`, '', '', `${BOT}/r`))).toEqual(['presence', 'presenceAvailable']);
    expect(await receive(presence(`${ROOM}/x`, '', '', OTHER))).toContain('gotOnline');
    expect(got).toEqual([BOT]);
    expect(xmpp.roster.of(BOT).get(ROOM)).toBeUndefined();
    const jid = JID.parse(ROOM);
    expect([xmpp.claimOf(jid), xmpp.claimOf(jid, JID.parse(OTHER)), xmpp.claimOf(jid, JID.parse(BOT))?.kind]).toEqual([
      undefined,
      undefined,
      'room',
    ]);
  });

  it('is dropped at that address, or at all where all claim it, and reads no store', async () => {
    const { xmpp, receive } = await subscribed();
    await receive(presence(`${ROOM}/x`), presence(`${ROOM}/x`, '', '', OTHER));
    xmpp.claim(ROOM, { kind: 'room', owner: OTHER });
    expect([xmpp.roster.of(BOT).get(ROOM)?.online, xmpp.roster.of(OTHER).get(ROOM)]).toEqual([true, undefined]);
    xmpp.claim(ROOM, { kind: 'room' });
    expect(xmpp.roster.of(BOT).get(ROOM)).toBeUndefined();
  });
});

describe('who may know of an address', () => {
  it('are those who see its presence, which is read first', async () => {
    const storage = new MemoryStorage();
    await storage.set(`component-roster/${BOT}`, `{"v":1,"contacts":{"${BOB}":{"subscription":"from"}}}`);
    const { xmpp } = await component({ storage }, (made) => made.use(RosterStore));
    const admits = (from: string, owner = BOT) => xmpp.admits('contacts', JID.parse(from), JID.parse(owner));
    expect(await admits(`${BOB}/x`)).toBe(true);
    expect(await admits(`${CAROL}/x`)).toBe(false);
    expect(await admits(`${BOB}/x`, OTHER)).toBe(false);
    expect(await admits(BOT)).toBe(true);
    // To have been asked about makes no owner.
    expect(xmpp.roster.owners).toEqual([]);
  });
});
