import { type BaseXMPP, JID, type Message } from '@sestina/core';
import { VirtualClock } from '@sestina/testing';
import type { Room } from '@sestina/xep-0045';
import type { MessageReplies } from '@sestina/xep-0461';
import { describe, expect, it } from 'vitest';
import { Answers } from '../src/answers.js';
import { BotOptions } from '../src/index.js';

const LAB = JID.parse('lab@rooms.example');
const ROMEO = JID.parse('lab@rooms.example/romeo');

function answers(options: Partial<BotOptions> = {}) {
  const clock = new VirtualClock();
  const said: string[] = [];
  const replies = {
    reply: async (_message: Message, text: string) => void said.push(`reply ${text}`),
  } as unknown as MessageReplies;
  const lifetime = new AbortController();
  const settings = Object.assign(new BotOptions(), { maxLength: 12, ...options });
  const bot = new Answers({ clock } as unknown as BaseXMPP, settings, replies, lifetime.signal);
  const over = new AbortController();
  const room = (more: object = {}): Room =>
    ({
      ...{ jid: LAB, state: 'joined', signal: over.signal, occupants: new Map() },
      send: async (text: string) => void said.push(`room ${text}`),
      whisper: async (nick: string, text: string) => void said.push(`whisper ${nick} ${text}`),
      ...more,
    }) as unknown as Room;
  const message = (context: object = {}, from = ROMEO): Message =>
    ({
      ...{ from, to: undefined, context: { kind: 'room', peer: LAB, author: { jid: from, stay: 1 }, ...context } },
      reply: (text: string) => ({ send: async () => void said.push(`chat ${text}`) }),
    }) as unknown as Message;
  let begun = 0;
  const say = (asked: { message: Message; room: Room | undefined }, body: string, signal = lifetime.signal) => {
    const saying = bot.say(asked, body, signal, () => {
      begun += 1;
      said.push('begun');
    });
    saying.catch(() => {});
    return saying;
  };
  return { clock, said, lifetime, over, room, message, say, begun: () => begun };
}

describe('an answer in a room', () => {
  it('refers to what was asked with its first part alone, where the room gives ids', async () => {
    const { clock, said, room, message, say } = answers({ answers: 'reply' });
    const saying = say({ message: message({ archiveId: 'a' }), room: room() }, 'good morrow to you');
    await clock.advance(5_000);
    await saying;
    expect(said).toEqual(['begun', 'reply good morrow', 'room to you']);
  });

  it('begins with the nick where the room gives none, or the bot is not to refer to it', async () => {
    for (const [options, context] of [
      [{ answers: 'reply', maxLength: 100 }, {}],
      [{ answers: 'nick', maxLength: 100 }, { archiveId: 'a' }],
    ] as const) {
      const { said, room, message, say } = answers(options);
      await say({ message: message(context), room: room() }, 'well');
      expect(said).toEqual(['begun', 'room romeo: well']);
    }
  });

  it('is said as it is while the room is being entered', async () => {
    const { said, room, message, say } = answers({ answers: 'reply' });
    await say({ message: message({ archiveId: 'a' }), room: room({ state: 'joining' }) }, 'well');
    expect(said).toEqual(['begun', 'room well']);
  });

  it('comes to nothing where the bot has left, for the reason of that', async () => {
    const { said, over, room, message, say } = answers();
    await expect(say({ message: message(), room: undefined }, 'well')).rejects.toMatchObject({
      code: 'ERR_RECIPIENT_GONE',
    });
    over.abort(new Error('left'));
    await expect(say({ message: message(), room: room() }, 'well')).rejects.toThrow('left');
    expect(said).toEqual(['begun', 'begun']);
  });

  it('is one after the other in a room, whoever has asked, and waits for no other room', async () => {
    const { clock, said, room, message, say } = answers({ answers: 'reply' });
    const juliet = JID.parse('lab@rooms.example/juliet');
    const attic = JID.parse('attic@rooms.example/puck');
    void say({ message: message({ archiveId: 'a' }), room: room() }, 'one one one one');
    void say({ message: message({ archiveId: 'b' }, juliet), room: room() }, 'two');
    void say({ message: message({ archiveId: 'c', peer: attic.bare }, attic), room: room() }, 'three');
    await clock.advance(0);
    expect(said.filter((line) => line !== 'begun')).toEqual(['reply one one one', 'reply three']);
    await clock.advance(1_000);
    expect(said.slice(-3)).toEqual(['room one', 'begun', 'reply two']);
  });
});

describe('an answer', () => {
  it('begins once, and ends with its request or with the bot, between two of its parts', async () => {
    for (const whose of ['request', 'bot'] as const) {
      const { clock, said, room, message, say, lifetime, begun } = answers();
      const request = new AbortController();
      const saying = say(
        { message: message({ kind: 'chat' }), room: room() },
        'one two three four five',
        request.signal,
      );
      await clock.advance(1_000);
      (whose === 'bot' ? lifetime : request).abort(new Error('enough'));
      await expect(saying).rejects.toThrow('enough');
      await clock.advance(5_000);
      expect([said, begun()]).toEqual([['begun', 'chat one two', 'chat three four'], 1]);
      expect(clock.pending).toEqual([]);
    }
  });

  it('is not begun where its request is over before', async () => {
    const { said, room, message, say } = answers();
    await expect(
      say({ message: message(), room: room() }, 'well', AbortSignal.abort(new Error('late'))),
    ).rejects.toThrow('late');
    expect(said).toEqual([]);
    // What fails keeps nobody behind it from an answer.
    await say({ message: message({ kind: 'chat' }), room: undefined }, 'well');
    expect(said).toEqual(['begun', 'chat well']);
  });

  it('to a whisper goes to the same occupant, and to nobody else', async () => {
    const whispered = { kind: 'private', author: { jid: ROMEO, stay: 1 } };
    const there = (more: object = {}) => new Map([['romeo', { jid: ROMEO, stay: 1, ...more }]]);
    const { said, room, message, say } = answers();
    await say({ message: message(whispered), room: room({ occupants: there() }) }, 'well');
    expect(said).toEqual(['begun', 'whisper romeo well']);
    for (const more of [
      { occupants: new Map() },
      { occupants: there({ stay: 2 }) },
      { occupants: there(), state: 'joining' },
    ])
      await expect(say({ message: message(whispered), room: room(more) }, 'well')).rejects.toMatchObject({
        code: 'ERR_RECIPIENT_GONE',
      });
  });
});
