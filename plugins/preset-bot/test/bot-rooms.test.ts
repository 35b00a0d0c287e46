import { type BaseXMPP, JID, SestinaError } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import type { MultiUserChat, Room } from '@sestina/xep-0045';
import { afterEach, describe, expect, it } from 'vitest';
import { BotRooms } from '../src/bot-rooms.js';
import { BotOptions } from '../src/index.js';

const streams = useStreams(afterEach);
const LAB = 'lab@rooms.example';
const ATTIC = JID.parse('attic@rooms.example');

class Passing extends SestinaError {
  static override readonly name = 'Passing';
  readonly code = 'ERR_PASSING';
  override readonly retryable = true;
}

/** A bot's rooms, where a function is the rooms' answer to who enters. */
async function rooms(
  options: Partial<BotOptions> = {},
  answer: () => Promise<unknown> = async () => ({}),
  kind: 'client' | 'component' = 'client',
) {
  const jid = kind === 'client' ? 'puck@example.org/here' : 'bot.example.org';
  const stream = streams.keep(await ScriptedStream.start({ kind, jid }));
  const joined: [string, Record<string, unknown>][] = [];
  const muc = {
    join: (room: JID, how: Record<string, unknown>) => {
      joined.push([room.full, how]);
      return answer();
    },
  } as unknown as MultiUserChat;
  const controller = new AbortController();
  const settings = Object.assign(new BotOptions(), { nick: 'Puck', ...options });
  const xmpp = stream.xmpp as BaseXMPP;
  const bot = new BotRooms(xmpp, muc, settings, controller.signal);
  const session = xmpp.session as AbortSignal;
  return { stream, xmpp, bot, joined, session, controller };
}
const invite = (room: JID, more = {}) =>
  ({ room, from: JID.parse('romeo@example.org'), to: undefined, password: undefined, direct: true, ...more }) as never;
const gone = (reason: string, error?: Error) => ({ reason, error }) as never;

describe('a room that a bot is to be in', () => {
  it('is entered without what was said before, by its own nick and password, and by another nick where somebody has that', async () => {
    const { bot, joined, session, stream } = await rooms({
      rooms: [LAB, { room: ATTIC.full, nick: 'Robin', password: 'pw' }],
    });
    bot.enterAll(session);
    await stream.idle();
    // Who waits for a room waits as long as the session.
    expect(joined.map(([, { signal }]) => signal === session)).toEqual([true, true]);
    expect(joined.map(([room, { nick, password, history }]) => [room, nick, password, history])).toEqual([
      [LAB, 'Puck', undefined, false],
      [ATTIC.full, 'Robin', 'pw', false],
    ]);
    const onConflict = joined[0]?.[1]['onConflict'] as (nick: string, attempt: number) => string | undefined;
    expect([1, 3, 4].map((attempt) => onConflict('Puck', attempt))).toEqual(['Puck_', 'Puck_', undefined]);
    await bot.join('yard@rooms.example/x', { nick: 'Other' });
    expect(joined.at(-1)).toMatchObject(['yard@rooms.example', { nick: 'Other' }]);
  });

  it('that cannot be entered now is tried again, later each time, and ten minutes at most', async () => {
    const { bot, joined, session, stream } = await rooms({ rooms: [LAB] }, () => Promise.reject(new Passing('busy')));
    bot.enterAll(session);
    await stream.idle();
    const pauses: number[] = [];
    for (let i = 0; i < 14; i++) {
      const [timer] = stream.clock.pending.filter(({ background }) => background);
      const due = (timer?.due ?? 0) - stream.clock.monotonic();
      pauses.push(due);
      await stream.clock.advance(due);
    }
    expect(joined).toHaveLength(15);
    for (const [index, pause] of pauses.entries()) {
      const longest = Math.min(600_000, 30_000 * 2 ** index);
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
      expect(pause).toBeLessThanOrEqual(longest);
    }
    expect(stream.errors).toEqual([]);
    bot.dispose();
    expect(stream.clock.pending.filter(({ background }) => background)).toEqual([]);
  });

  it('that will never let it in is reported, once, and one that it was told to leave is not', async () => {
    const { bot, joined, session, stream } = await rooms({ rooms: [LAB] }, () => Promise.reject(new Error('banned')));
    bot.enterAll(session);
    await stream.idle();
    expect(stream.errors.map(({ error }) => error.message)).toEqual(['banned']);
    bot.enterAll(session);
    bot.leaves(JID.parse(LAB));
    await stream.idle();
    expect([joined.length, stream.errors.length]).toEqual([2, 1]);
    bot.enterAll(session);
    await stream.idle();
    expect(joined).toHaveLength(2);
    // Until somebody says so.
    await bot.join(LAB).catch(() => {});
    bot.enterAll(session);
    await stream.idle();
    expect(joined).toHaveLength(4);
  });

  it('is entered again where it was lost, and not where the bot was thrown out, or the loss will not pass', async () => {
    for (const [reason, error, expected] of [
      ['lost', undefined, 1],
      ['lost', new Passing('gone'), 1],
      ['lost', new Error('gone'), 0],
      ['kicked', undefined, 0],
    ] as const) {
      const { bot, joined, stream } = await rooms({ rooms: [LAB] });
      bot.left({ jid: JID.parse(LAB) } as Room, gone(reason, error));
      bot.left({ jid: ATTIC } as Room, gone(reason, error));
      await stream.clock.advance(30_000);
      expect([reason, joined.length]).toEqual([reason, expected]);
      bot.left({ jid: JID.parse(LAB) } as Room, gone('lost'));
      bot.left({ jid: JID.parse(LAB) } as Room, gone('lost'));
      bot.leaves(JID.parse(LAB));
      await stream.clock.advance(600_000);
      expect(joined).toHaveLength(expected);
    }
  });

  it('is left alone once the session, or the bot, is over', async () => {
    for (const end of ['bot', 'session'] as const) {
      const { bot, joined, session, stream, controller } = await rooms({ rooms: [LAB] }, async () => {
        if (end === 'bot') controller.abort();
        else await stream.disconnect();
        throw new Error('over');
      });
      bot.enterAll(session);
      await stream.clock.advance(700_000);
      expect([joined.length, stream.errors]).toEqual([1, []]);
    }
  });
});

describe('a room that a bot is invited to', () => {
  it('is entered where the invitation is one that it follows, so many at once', async () => {
    const { bot, joined, xmpp, stream } = await rooms({ invites: 'contacts', maxInvited: 1 });
    await bot.invited(invite(ATTIC));
    expect(joined).toEqual([]);
    xmpp.roster.of().apply([{ jid: JID.parse('romeo@example.org'), subscription: 'both' }]);
    await stream.idle();
    await bot.invited(invite(ATTIC, { password: 'pw' }));
    expect(joined).toMatchObject([[ATTIC.full, { password: 'pw', nick: 'Puck' }]]);
    // What the room says of who invites does not count.
    await bot.invited(invite(JID.parse(LAB), { direct: false }));
    await bot.invited(invite(JID.parse(LAB)));
    expect(joined).toHaveLength(1);
    bot.left({ jid: ATTIC } as Room, gone('kicked'));
    await bot.invited(invite(JID.parse(LAB)));
    expect(joined).toHaveLength(2);
  });

  it('counts no more where it could not be entered', async () => {
    const { bot, joined } = await rooms({ invites: 'everybody', maxInvited: 1 }, () => Promise.reject(new Error('no')));
    await bot.invited(invite(ATTIC));
    await bot.invited(invite(JID.parse(LAB)));
    expect(joined).toHaveLength(2);
  });

  it('is entered from the address that was invited on a component, and from no address of its choice on a client', async () => {
    const to = JID.parse('puck@bot.example.org');
    for (const kind of ['client', 'component'] as const) {
      const { bot, joined, controller } = await rooms({ invites: 'everybody' }, undefined, kind);
      await bot.invited(invite(ATTIC, { to }));
      expect(joined).toHaveLength(1);
      expect(joined[0]?.[1]['from']).toBe(kind === 'component' ? to : undefined);
      expect(joined[0]?.[1]['signal']).toBe(controller.signal);
    }
  });
});
