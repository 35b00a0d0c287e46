import type { XmlElement } from '@sestina/core';
import { ScriptedStream } from '@sestina/testing';
import { MultiUserChat, type Room } from '@sestina/xep-0045';
import { Ping } from '@sestina/xep-0199';
import { afterEach, describe, expect, it } from 'vitest';
import { MucSelfPing, type MucSelfPingOptions } from '../src/index.js';

const ROOM = 'room@chat.example';
const IDLE = 100_000;
const streams: ScriptedStream[] = [];

afterEach(async () => {
  for (const stream of streams.splice(0)) {
    expect(stream.errors).toEqual([]);
    await stream.close();
  }
});

const word = (codes = ''): string =>
  `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/>${codes}</x>`;

class Play {
  constructor(readonly stream: ScriptedStream) {}

  static async start(options: Partial<MucSelfPingOptions> = {}): Promise<Play> {
    const stream = await ScriptedStream.start({
      plugins: [
        [MultiUserChat, { joinRate: 10_000 }],
        [Ping, { answer: 'nobody' }],
        [MucSelfPing, { idle: IDLE, timeout: 10_000, jitter: 0, ...options }],
      ],
    });
    streams.push(stream);
    return new Play(stream);
  }

  get plugin(): MucSelfPing {
    return this.stream.xmpp.plugin(MucSelfPing);
  }

  recv(xml: string): Promise<void> {
    return this.stream.recv(xml.replace(/^<(\w+) /, `<$1 to='${this.stream.xmpp.boundJid}' `));
  }

  async letIn(room = ROOM, nick = 'me'): Promise<void> {
    await this.recv(`<presence from='${room}/${nick}'>${word("<status code='110'/>")}</presence>`);
    await this.recv(`<message from='${room}' type='groupchat'><subject/></message>`);
  }

  async join(room = ROOM): Promise<Room> {
    const joined = this.stream.xmpp.plugin(MultiUserChat).join(room, { nick: 'me' });
    await this.stream.nextSent();
    await this.letIn(room);
    return joined;
  }

  /** Lets time pass until a room is asked. */
  async asked(ms = IDLE, nick = 'me'): Promise<XmlElement> {
    await this.stream.expectNothingSent();
    await this.stream.clock.advance(ms);
    return this.stream.expectSent(`<iq type='get' id='*' to='${ROOM}/${nick}'><ping xmlns='urn:xmpp:ping'/></iq>`);
  }
}

describe('what an answer means (XEP-0410 §3.2)', () => {
  it.each([
    ['result', 'joined'],
    ['service-unavailable', 'joined'],
    ['feature-not-implemented', 'joined'],
    ['item-not-found', 'joined'],
    ['not-acceptable', 'not-joined'],
    ['not-allowed', 'not-joined'],
    ['bad-request', 'not-joined'],
    ['remote-server-not-found', 'unknown'],
    ['remote-server-timeout', 'unknown'],
    ['none', 'unknown'],
  ] as const)('%s: %s', async (answer, meaning) => {
    const play = await Play.start();
    const room = await play.join();
    const found = play.plugin.check(room);
    const ping = await play.stream.nextSent();
    if (answer === 'result') await play.stream.recvResult(ping);
    else if (answer === 'none') await play.stream.clock.advance(10_000);
    else await play.stream.recvError(ping, answer);
    expect(await found).toBe(meaning);
    expect(room.state).toBe('joined');
  });

  it('an end of the session is no answer', async () => {
    const play = await Play.start();
    const room = await play.join();
    const found = expect(play.plugin.check(room)).rejects.toMatchObject({ code: 'ERR_SESSION_LOST' });
    await play.stream.nextSent();
    await play.stream.drop();
    await found;
  });

  it('an answer of somebody else means nothing', async () => {
    const play = await Play.start();
    const room = await play.join();
    const found = play.plugin.check(room, { timeout: 5_000 });
    const ping = await play.stream.nextSent();
    await play.recv(
      `<iq type='error' id='${ping.attribute('id')}' from='other@chat.example/me'><error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    await play.stream.clock.advance(5_000);
    expect(await found).toBe('unknown');
  });
});

describe('a silent room', () => {
  it('is asked after a while, and again after another', async () => {
    const play = await Play.start();
    const room = await play.join();
    await play.stream.clock.advance(IDLE - 1);
    await play.stream.expectNothingSent();
    await play.stream.recvResult(await play.asked(1));
    await play.stream.clock.advance(IDLE - 1);
    await play.stream.recvResult(await play.asked(1));
    expect(room.state).toBe('joined');
  });

  it('is not silent where anybody in it says something', async () => {
    const play = await Play.start();
    await play.join();
    await play.stream.clock.advance(IDLE - 1);
    await play.recv(`<message from='${ROOM}/other' type='groupchat'><body>b</body></message>`);
    await play.stream.clock.advance(IDLE - 1);
    await play.recv(`<presence from='${ROOM}/other'>${word()}</presence>`);
    await play.stream.clock.advance(IDLE - 1);
    await play.stream.expectNothingSent();
    await play.asked(1);
  });

  it('that has forgotten us is entered again', async () => {
    const play = await Play.start();
    const room = await play.join();
    const events: string[] = [];
    for (const name of ['unreachable', 'joined', 'left'] as const) room.on(name, () => void events.push(name));
    await play.stream.recvError(await play.asked(), 'not-acceptable');
    expect(room.state).toBe('unreachable');
    await play.stream.clock.advance(4_000);
    expect((await play.stream.nextSent()).attribute('to')).toBe(`${ROOM}/me`);
    await play.letIn();
    expect(events).toEqual(['unreachable', 'joined']);
    await play.stream.recvResult(await play.asked());
  });

  it('that has banned us meanwhile is left, and not asked any more', async () => {
    const play = await Play.start();
    const room = await play.join();
    await play.stream.recvError(await play.asked(), 'not-acceptable');
    await play.stream.clock.advance(4_000);
    await play.stream.nextSent();
    await play.recv(
      `<presence from='${ROOM}/me' type='error'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>`,
    );
    expect(room.state).toBe('left');
    await play.stream.clock.advance(10 * IDLE);
    await play.stream.expectNothingSent();
  });

  it('whose service cannot be reached is asked again, less and less often, and not entered', async () => {
    const play = await Play.start({ idle: 1_000_000 });
    const room = await play.join();
    await play.stream.recvError(await play.asked(1_000_000), 'remote-server-timeout');
    for (const pause of [60_000, 120_000, 240_000, 480_000, 960_000, 1_000_000, 1_000_000]) {
      await play.stream.clock.advance(pause - 1);
      await play.stream.recvError(await play.asked(1), 'remote-server-not-found');
    }
    expect(room.state).toBe('joined');
    // Who says something can be reached.
    await play.recv(`<message from='${ROOM}/other' type='groupchat'><body>b</body></message>`);
    await play.stream.recvResult(await play.asked(1_000_000));
    await play.stream.clock.advance(999_999);
    await play.stream.expectNothingSent();
  });

  it('is not asked again while it is waited for, nor before it has let us in again', async () => {
    const play = await Play.start({ timeout: 5 * IDLE });
    const room = await play.join();
    const ping = await play.asked();
    await play.stream.clock.advance(4 * IDLE);
    await play.stream.expectNothingSent();
    await play.stream.recvError(ping, 'not-acceptable');
    await play.stream.clock.advance(4_000);
    expect((await play.stream.nextSent()).name).toBe('presence');
    const before = play.stream.sent.length;
    await play.stream.clock.advance(2 * IDLE);
    expect(room.state).not.toBe('joined');
    expect(play.stream.sent.slice(before).filter(({ name }) => name === 'iq')).toEqual([]);
    play.stream.skipSent();
  });

  it('is asked after a while, too, where it was entered before the plugin was there', async () => {
    const play = await Play.start();
    await play.join();
    play.stream.xmpp.remove(MucSelfPing);
    play.stream.xmpp.use(MucSelfPing, { idle: IDLE, jitter: 0 });
    await play.stream.clock.advance(IDLE - 1);
    await play.asked(1);
  });

  it('is asked by the nick that it has given us', async () => {
    const play = await Play.start();
    const joined = play.stream.xmpp.plugin(MultiUserChat).join(ROOM, { nick: 'me' });
    await play.stream.nextSent();
    await play.letIn(ROOM, 'me2');
    await joined;
    await play.stream.recvResult(await play.asked(IDLE, 'me2'));
  });

  it('is not asked while our nick changes', async () => {
    const play = await Play.start();
    const room = await play.join();
    await play.stream.clock.advance(IDLE - 1);
    const changed = room.changeNick('you');
    await play.stream.nextSent();
    await play.stream.clock.advance(1_000);
    await play.stream.expectNothingSent();
    const next = `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant' nick='you'/><status code='303'/></x>`;
    await play.recv(`<presence from='${ROOM}/me' type='unavailable'>${next}</presence>`);
    await play.recv(`<presence from='${ROOM}/you'>${word("<status code='110'/>")}</presence>`);
    await changed;
    await play.stream.recvResult(await play.asked(IDLE, 'you'));
  });
});

describe('many rooms', () => {
  it('are asked at different times, up to a tenth before or behind', async () => {
    const play = await Play.start({ jitter: 0.1 });
    const begin = play.stream.clock.monotonic();
    for (let i = 0; i < 30; i++) await play.join(`room${i}@chat.example`);
    const times: number[] = [];
    const before = play.stream.sent.length;
    for (let at = play.stream.clock.monotonic() - begin; at < 120_000; at += 100) {
      await play.stream.clock.advance(100);
      for (const ping of play.stream.sent.slice(before + times.length)) {
        times.push(play.stream.clock.monotonic() - begin);
        await play.stream.recvResult(ping);
      }
      if (times.length === 30) break;
    }
    play.stream.skipSent();
    expect(times).toHaveLength(30);
    expect(times[0]).toBeGreaterThan(89_000);
    expect(times[0]).toBeLessThan(95_000);
    expect(times.at(-1)).toBeGreaterThan(105_000);
    expect(times.at(-1)).toBeLessThan(117_000);
  });

  it('that are silent alike are asked a fifth of a second apart', async () => {
    const play = await Play.start();
    const pings = (): number => play.stream.sent.filter(({ name }) => name === 'iq').length;
    const [one] = [await play.join('a@chat.example'), await play.join('b@chat.example')];
    await play.stream.clock.advance(IDLE);
    expect(pings()).toBe(1);
    await play.stream.clock.advance(199);
    expect(pings()).toBe(1);
    await play.stream.clock.advance(1);
    expect(pings()).toBe(2);
    play.stream.skipSent();
    void one.leave();
    await play.stream.idle();
    play.stream.skipSent();
  });

  it('leave no timer behind when they are left', async () => {
    const play = await Play.start();
    const room = await play.join();
    const left = room.leave();
    await play.stream.nextSent();
    const none =
      "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='none'/><status code='110'/></x>";
    await play.recv(`<presence from='${ROOM}/me' type='unavailable'>${none}</presence>`);
    await left;
    expect(play.stream.clock.pending).toEqual([]);
  });

  it('have one timer, and are asked one after the other', async () => {
    const play = await Play.start({ jitter: 0.1 });
    for (let i = 0; i < 200; i++) await play.join(`room${i}@chat.example`);
    // It keeps no process alive.
    expect(play.stream.clock.pending).toEqual([expect.objectContaining({ background: true })]);
    const before = play.stream.sent.length;
    let most = 0;
    for (let second = 0; second < 150; second++) {
      const sent = play.stream.sent.length;
      await play.stream.clock.advance(1_000);
      most = Math.max(most, play.stream.sent.length - sent);
      for (const ping of play.stream.sent.slice(sent)) await play.stream.recvResult(ping);
    }
    expect(most).toBeLessThanOrEqual(5);
    expect(play.stream.sent.length - before).toBeGreaterThanOrEqual(200);
    play.stream.skipSent();
  });

  it('nothing is asked without a session, or once the plugin is removed', async () => {
    const play = await Play.start();
    await play.join();
    await play.stream.drop();
    await play.stream.clock.advance(10 * IDLE);
    await play.stream.expectNothingSent();
    await play.stream.connect();
    await play.stream.nextSent();
    await play.letIn();
    const ping = await play.asked();
    play.stream.xmpp.remove(MucSelfPing);
    await play.stream.recvError(ping, 'not-acceptable');
    await play.stream.clock.advance(10 * IDLE);
    await play.stream.expectNothingSent();
    expect(play.stream.clock.pending).toEqual([]);
  });
});

it('options are numbers that can be', async () => {
  for (const wrong of [
    { idle: 0 },
    { idle: Number.NaN },
    { idle: '5' as never },
    { timeout: -1 },
    { jitter: 1.1 },
    { jitter: -0.1 },
    { jitter: Number.NaN },
  ]) {
    await expect(Play.start(wrong)).rejects.toMatchObject({ name: 'ConfigError', option: Object.keys(wrong)[0] });
  }
  expect((await Play.start({ jitter: 1 })).plugin).toBeInstanceOf(MucSelfPing);
});
