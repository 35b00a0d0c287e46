import { describe, expect, it } from 'vitest';
import type { Room } from '../src/index.js';
import { type Play, ROOM, usePlays, word } from './play.js';

const start = usePlays();
const OCCUPANTS = 10_000;
const CAPS =
  "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://example.org' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/>";

/** What a room sends of everybody in it, as a server does: many stanzas in one read. */
async function flood(play: Play, stanza: (i: number) => string): Promise<void> {
  const to = play.stream.xmpp.boundJid;
  for (let from = 0; from < OCCUPANTS; from += 500) {
    const stanzas = Array.from({ length: 500 }, (_, i) => stanza(from + i).replace(/^<(\w+) /, `<$1 to='${to}' `));
    await play.stream.recv(stanzas.join(''));
  }
}

const here = (i: number, more = ''): string =>
  `<presence from='${ROOM}/witch${i}' id='p${i}'>${more}${CAPS}${word()}</presence>`;

/** How many events there were of each name. */
function counted(room: Room): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of ['occupantJoined', 'occupantLeft', 'occupantChanged', 'occupantsLoaded', 'nickChanged'] as const) {
    room.on(name, () => void counts.set(name, (counts.get(name) ?? 0) + 1));
  }
  return counts;
}

describe('a room of ten thousand', () => {
  it('is entered, changes, empties; each change is told once, and nothing is asked', async () => {
    const play = await start();
    const { joined } = await play.ask();
    await flood(play, here);
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    const room = await joined;
    expect(room.occupants.size).toBe(OCCUPANTS + 1);
    const counts = counted(room);
    // The room says all of it once more, as after a fault of its own: nobody is told anything.
    await flood(play, here);
    expect(Object.fromEntries(counts)).toEqual({});
    await flood(play, (i) => here(i, '<show>away</show>'));
    expect(Object.fromEntries(counts)).toEqual({ occupantChanged: OCCUPANTS });
    expect(room.occupants.get('witch9999')?.presence.show).toBe('away');
    await flood(play, (i) => `<presence from='${ROOM}/witch${i}' type='unavailable'>${word()}</presence>`);
    expect(Object.fromEntries(counts)).toEqual({ occupantChanged: OCCUPANTS, occupantLeft: OCCUPANTS });
    expect([...room.occupants.keys()]).toEqual(['thirdwitch']);
    await play.stream.expectNothingSent();
  });

  it('keeps no more of them than it may, and has room again once they are gone', async () => {
    const play = await start({ maxOccupants: 9_000, maxOccupantBytes: 10_000_000 });
    const { joined } = await play.ask();
    await flood(play, here);
    await play.here('thirdwitch', word([110]));
    await play.subject('');
    const room = await joined;
    const whole = (): number =>
      [...room.occupants.values()].filter(({ presence }) => presence.xml.child('c', 'http://jabber.org/protocol/caps'))
        .length;
    expect(room.occupants.size).toBe(9_001);
    const kept = whole();
    expect(kept).toBeGreaterThan(5_000);
    expect(kept).toBeLessThan(8_000);
    const texts = [...room.occupants.values()].map(({ presence }) => presence.toString().length);
    expect(texts.reduce((sum, length) => sum + length, 0)).toBeLessThan(5_000_000);
    await flood(play, (i) => `<presence from='${ROOM}/witch${i}' type='unavailable'>${word()}</presence>`);
    expect(room.occupants.size).toBe(1);
    await flood(play, here);
    expect(room.occupants.size).toBe(9_000);
    // We were the last to come before, and take part of it now.
    expect(Math.abs(whole() - kept)).toBeLessThan(50);
  });
});
