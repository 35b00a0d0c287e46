import { JID, Presence } from '@sestina/core';
import { expectXml, ScriptedStream, useStreams } from '@sestina/testing';
import { LastActivity } from '@sestina/xep-0012';
import { afterEach, describe, expect, it } from 'vitest';
import { IdleTime, NS_IDLE } from '../src/index.js';

const OWN = 'alice@example.org/desk';
const ROMEO = 'romeo@montague.net/orchard';
const streams = useStreams(afterEach);
const MINUTE = 60_000;

async function start(options = {}, more: readonly unknown[] = []) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [[IdleTime, options], ...more] as never });
  streams.keep(stream);
  const { xmpp, clock } = stream;
  xmpp.roster.of().apply([{ jid: JID.from(ROMEO).bare, subscription: 'both' }]);
  await stream.idle();
  stream.skipSent();
  const idle = xmpp.plugin(IdleTime);
  /** What the presences say that were sent so far. */
  const said = (): (string | undefined)[] =>
    stream.sent
      .filter(({ name }) => name === 'presence')
      .map((presence) => presence.child('idle', NS_IDLE)?.attribute('since'));
  const iso = (time: number): string => new Date(Math.floor(time / MINUTE) * MINUTE).toISOString();
  return { stream, xmpp, clock, idle, said, iso };
}

describe('our device', () => {
  it('is idle five minutes after the last touch, and two presences say so, however often it is touched', async () => {
    const { stream, xmpp, clock, idle, said, iso } = await start({ broadcast: true });
    xmpp.sendPresence();
    await clock.advance(10 * MINUTE);
    expect([idle.since, said(), stream.errors]).toEqual([undefined, [undefined], []]);
    for (let n = 0; n < 1_000; n++) {
      idle.touch();
      await clock.advance(100);
    }
    const last = clock.now() - 100;
    expect(said()).toEqual([undefined]);
    await clock.advance(5 * MINUTE);
    expect(idle.since?.getTime()).toBe(last);
    expect(
      said()
        .slice(1)
        .map((each) => each && Date.parse(each)),
    ).toEqual([Date.parse(iso(last))]);
    await clock.advance(60 * MINUTE);
    idle.touch();
    idle.touch();
    await stream.idle();
    expect([idle.since, said().length, said().at(-1)]).toEqual([undefined, 3, undefined]);
  });

  it('says so in no room, in nothing that a program has stored, and only where it is wanted', async () => {
    const { stream, xmpp, idle, said, clock, iso } = await start({ broadcast: true });
    xmpp.claim('club@rooms.example', { kind: 'room' });
    idle.setIdle(new Date(clock.now() + 10 * MINUTE));
    expect(idle.since?.getTime()).toBe(clock.now());
    const stored = xmpp.presence({ show: 'away' });
    xmpp.send(stored);
    xmpp.sendPresence({ to: 'club@rooms.example/a' });
    xmpp.sendPresence({ to: 'romeo@montague.net' });
    xmpp.sendPresence({ to: 'romeo@montague.net', type: 'subscribe' });
    await stream.idle();
    const since = said();
    expect(since.map((each) => each !== undefined)).toEqual([true, false, true, false]);
    expect(Date.parse(since[0] ?? '')).toBe(Date.parse(iso(clock.now())));
    idle.setIdle(undefined);
    await stream.idle();
    xmpp.send(stored);
    await stream.idle();
    expect(said().slice(4)).toEqual([undefined, undefined]);
    const silent = await start();
    silent.xmpp.sendPresence();
    silent.idle.setIdle(new Date(0));
    await silent.stream.idle();
    expect(silent.said()).toEqual([undefined]);
    const rooms = await start({ broadcast: true, inRooms: true });
    rooms.xmpp.claim('club@rooms.example', { kind: 'room' });
    rooms.idle.setIdle(new Date(0));
    rooms.xmpp.sendPresence({ to: 'club@rooms.example/a' });
    await rooms.stream.idle();
    expect(rooms.said()[0]).toMatch(/^1970-01-01T00:00:00/);
  });

  it('is idle as long as the platform says so, whatever the timer would', async () => {
    const { stream, clock, idle } = await start({ after: 1 });
    idle.touch();
    idle.setIdle(new Date(clock.now() - MINUTE));
    const since = idle.since?.getTime();
    await clock.advance(10);
    expect(idle.since?.getTime()).toBe(since);
    idle.touch();
    expect([idle.since, clock.pending]).toEqual([undefined, [expect.objectContaining({ background: true })]]);
    await clock.advance(1);
    expect(idle.since?.getTime()).toBe(clock.now() - 1);
    await stream.expectNothingSent();
  });

  it('says once in a minute what has changed, and what a program says itself stands', async () => {
    const { stream, xmpp, clock, idle, said } = await start({ broadcast: true });
    xmpp.sendPresence();
    const minute = Math.floor(clock.now() / MINUTE) * MINUTE;
    for (const behind of [2, 2.5, 2, 3]) {
      idle.setIdle(new Date(minute - behind * MINUTE));
      await stream.idle();
    }
    expect(said().map((each) => each && Date.parse(each) - minute)).toEqual([
      undefined,
      ...[-2, -3, -2, -3].map((n) => n * MINUTE),
    ]);
    idle.setIdle(new Date(minute - 2.4 * MINUTE));
    await stream.idle();
    expect(said()).toHaveLength(5);
    xmpp.sendPresence({ to: ROMEO, idleSince: new Date(0) });
    await stream.idle();
    expect(said().at(-1)).toMatch(/^1970-01-01T00:00:00/);
  });

  it('is told to who asks for the last activity, where that is installed', async () => {
    const { stream, idle, clock } = await start({}, [[LastActivity, { answer: 'contacts' }]]);
    const ask = async (): Promise<string | undefined> => {
      await stream.recv(`<iq type='get' id='q1' from='${ROMEO}' to='${OWN}'><query xmlns='jabber:iq:last'/></iq>`);
      const answer = await stream.nextSent();
      return answer.child('query', 'jabber:iq:last')?.attribute('seconds');
    };
    expect(await ask()).toBeUndefined();
    idle.setIdle(new Date(clock.now() - 90_000));
    expect(await ask()).toBe('90');
  });

  it('leaves no timer behind', async () => {
    const { xmpp, idle, clock } = await start();
    idle.touch();
    xmpp.remove(IdleTime);
    await clock.advance(10 * MINUTE);
    expect(idle.since).toBeUndefined();
    expect(() => idle.touch()).toThrow('xep-0319');
    for (const bad of [
      { after: 0 },
      { after: Number.NaN },
      { maxKept: 0 },
      { maxKept: '5' },
      { broadcast: 1 },
      { inRooms: 1 },
    ])
      expect(() => xmpp.use(IdleTime, bad as never)).toThrow(Object.keys(bad)[0]);
    expect(() => idle.setIdle(new Date(0))).toThrow('xep-0319');
  });
});

describe('the device of somebody', () => {
  it('is idle since when it says, in either notation, and never in the future', async () => {
    const { stream, xmpp, idle, clock } = await start();
    const told: unknown[] = [];
    xmpp.on('idleChanged', ({ jid, since }) =>
      told.push([jid.full, since && Math.round((clock.now() - since.getTime()) / 1_000)]),
    );
    const at = (seconds: number): string => new Date(clock.now() - seconds * 1_000).toISOString();
    const since = (text: string): string => `<idle xmlns='${NS_IDLE}' since='${text}'/>`;
    const last = (seconds: string, more = ''): string => `<query xmlns='jabber:iq:last' seconds='${seconds}'/>${more}`;
    const presence = (inside: string, from = ROMEO): string =>
      `<presence from='${from}' to='${OWN}'>${inside}</presence>`;
    const delay = `<delay xmlns='urn:xmpp:delay' stamp='${at(100)}'/>`;
    await stream.recv(presence(since(at(600))));
    await stream.recv(presence(since(at(600))));
    expect(idle.of(ROMEO)?.toISOString()).toBe(at(600));
    await stream.recv(presence('<show>dnd</show>'));
    await stream.recv(presence(since(at(-600))));
    await stream.recv(presence(since('nonsense')));
    await stream.recv(presence(`<show>away</show>${last('60')}`));
    await stream.recv(presence(`<show>xa</show>${last('60', delay)}`));
    await stream.recv(presence(`<show>xa</show>${last('60', since(at(7)))}`));
    // When it was online last.
    await stream.recv(presence(last('86511')));
    await stream.recv(presence(`<show>away</show>${last('-1')}`));
    await stream.recv(presence(`<show>dnd</show>${last('60')}`));
    await stream.recv(
      presence(since(at(60)), 'romeo@montague.net/away').replace('<presence', "<presence type='unavailable'"),
    );
    expect(idle.of('romeo@montague.net/away')).toBeUndefined();
    expect(told).toEqual([600, undefined, 0, undefined, 60, 160, 7, undefined].map((seconds) => [ROMEO, seconds]));
    told.length = 0;
    await stream.recv(presence(since(at(5))) + presence(since('nonsense')));
    expect(told.splice(0)).toEqual([
      [ROMEO, 5],
      [ROMEO, undefined],
    ]);
    await stream.recv(presence(since(at(60))));
    await stream.recv(presence(since(at(60)), 'romeo@montague.net'));
    await stream.recv(presence(since(at(60)), OWN));
    await stream.recv(`<presence from='${ROMEO}' to='${OWN}' type='unavailable'/>`);
    expect([told, idle.of(ROMEO), idle.of(OWN)]).toEqual([
      [
        [ROMEO, 60],
        [ROMEO, undefined],
      ],
      undefined,
      undefined,
    ]);
    await stream.recv(presence(`<show>xa</show>${last('60', `<delay xmlns='urn:xmpp:delay' stamp='${at(-100)}'/>`)}`));
    await stream.recv(presence(`<show>xa</show>${last('70', "<delay xmlns='urn:xmpp:delay'/>")}`));
    expect(told.slice(2)).toEqual([
      [ROMEO, 60],
      [ROMEO, 70],
    ]);
    await stream.drop();
    expect(idle.of(ROMEO)).toBeUndefined();
  });

  it('is read, and written in one notation alone', () => {
    const presence = new Presence({ idleSince: new Date(0) });
    presence.idleSince = new Date(1_000);
    expectXml(
      presence.xml,
      `<presence xmlns='jabber:client'><idle xmlns='${NS_IDLE}' since='1970-01-01T00:00:01Z'/></presence>`,
    );
    presence.idleSince = undefined;
    presence.lastActivity = undefined;
    expectXml(presence.xml, `<presence xmlns='jabber:client'/>`);
    expect(presence.lastActivity).toBeUndefined();
    expect(() => new Presence({ lastActivity: 5 })).toThrow('write idleSince');
  });

  it('is forgotten for that of a contact, of many strangers', async () => {
    const { stream, idle } = await start({ maxKept: 10 });
    const presence = (from: string): string =>
      `<presence from='${from}' to='${OWN}'><idle xmlns='${NS_IDLE}' since='2000-01-01T00:00:00Z'/></presence>`;
    await stream.recv(presence(ROMEO));
    for (let n = 0; n < 100; n++) await stream.recv(presence(`s${n}@example.net/x`));
    expect([idle.of(ROMEO), idle.of('s50@example.net/x')]).toEqual([new Date('2000-01-01T00:00:00Z'), undefined]);
  });
});
