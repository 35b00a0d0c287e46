import { type Audience, ConfigError, JID } from '@sestina/core';
import { audienceOption, checkOption, isObject, isOneOf } from '@sestina/core/connection';
import type { CommandInit } from '@sestina/xep-0050';
import type { SoftwareVersionOptions } from '@sestina/xep-0092';

/** A room that a bot is in. */
export interface BotRoom {
  readonly room: JID | string;
  /**
   * What it is called there.
   * @default the option `nick`
   */
  readonly nick?: string | undefined;
  readonly password?: string | undefined;
}

/** A command that a bot offers (XEP-0050). Who may run it has to be said. */
export interface BotCommand extends CommandInit {
  readonly allow: Audience;
}

/** Options of `Bot`. */
export class BotOptions {
  /**
   * What the bot is called in rooms, where the room does not say otherwise.
   * @default the local part of our address
   */
  nick: string | undefined = undefined;
  /**
   * Rooms that it enters by itself, and enters again after each fault. From one that it was kicked out of it stays out.
   * @default none
   */
  rooms: readonly (BotRoom | JID | string)[] = [];
  /**
   * What it listens to in rooms: to what begins with its nick or with `prefix`, mentions it as `@nick`, or answers something that it has
   * said; or to everything.
   * @default 'mentioned'
   */
  listen: 'all' | 'mentioned' = 'mentioned';
  /**
   * What makes a message in a room one for the bot, such as `!`.
   * @default none
   */
  prefix: string | undefined = undefined;
  /**
   * How it answers in rooms: with the nick of who has asked in front, or with a reply to the message (XEP-0461) where the room gives ids.
   * @default 'nick'
   */
  answers: 'nick' | 'reply' = 'nick';
  /**
   * Commands that others may run, with forms (XEP-0050).
   * @default none
   */
  commands: readonly BotCommand[] = [];
  /**
   * What it says it is to those who ask (XEP-0092).
   * @default nobody is told
   */
  version: Partial<SoftwareVersionOptions> | undefined = undefined;
  /**
   * Whether it says at the beginning of each session that it is there.
   * @default true
   */
  presence = true;
  /**
   * Milliseconds after which a message is too old to be answered.
   * @default 60_000
   */
  maxAge = 60_000;
  /**
   * What becomes of a message that corrects another one: nothing, or it is a request of its own.
   * @default 'ignore'
   */
  corrections: 'ignore' | 'rerun' = 'ignore';
  /**
   * Whether it answers other bots: those that say what they are (`client/bot`).
   * @default 'ignore'
   */
  bots: 'answer' | 'ignore' = 'ignore';
  /**
   * Answers to one author within 10 seconds each of which is answered within two seconds: then nothing of that author counts, until it was
   * silent for 10 seconds.
   * @default 3
   */
  loop = 3;
  /**
   * Requests of one author within 10 seconds.
   * @default 5
   */
  perAuthor = 5;
  /**
   * Requests within 10 seconds: of contacts, and of all others together. One room, and all strangers, have half of the latter.
   * @default 50
   */
  total = 50;
  /**
   * What an author is told, once, who asks more often than that; an empty text: nothing.
   * @default 'Not so fast, please.'
   */
  slowDown = 'Not so fast, please.';
  /**
   * What an author is told whose request was not answered because of an error; an empty text: nothing.
   * @default 'Something went wrong.'
   */
  failure = 'Something went wrong.';
  /**
   * Milliseconds that a request may take, before the next one of its author has its turn.
   * @default 120_000
   */
  timeout = 120_000;
  /**
   * UTF-16 units of a message at most: what is longer is cut at lines.
   * @default 2_000
   */
  maxLength = 2_000;
  /**
   * Milliseconds between the parts of an answer.
   * @default 1_000
   */
  pause = 1_000;
  /**
   * Whose invitations to rooms it follows. One that comes by way of a room counts as the word of the room.
   * @default 'nobody'
   */
  invites: Audience = 'nobody';
  /**
   * Rooms that it is in because of invitations.
   * @default 20
   */
  maxInvited = 20;
  /**
   * Who may see whether it is there; the others are refused. `ask` leaves that to who listens to `rosterSubscriptionRequest`.
   * @default 'nobody'
   */
  subscriptions: Audience | 'ask' = 'nobody';
}

const COUNTS = ['loop', 'perAuthor', 'total', 'timeout', 'maxLength', 'maxInvited'] as const;

/** @throws ConfigError that names the one that cannot be meant. */
export function checkBotOptions(options: BotOptions): void {
  const { rooms, listen, answers, commands, version, presence, corrections, bots } = options;
  for (const name of ['nick', 'prefix'] as const) {
    const value = options[name];
    checkOption(name, value, typeof value === 'string' && value !== '', 'a text that is not empty');
  }
  checkOption('listen', listen, isOneOf(listen, 'all', 'mentioned'), "'all' or 'mentioned'");
  checkOption('answers', answers, isOneOf(answers, 'nick', 'reply'), "'nick' or 'reply'");
  checkOption('corrections', corrections, isOneOf(corrections, 'ignore', 'rerun'), "'ignore' or 'rerun'");
  checkOption('bots', bots, isOneOf(bots, 'answer', 'ignore'), "'answer' or 'ignore'");
  checkOption('version', version, isObject(version), 'an object');
  checkOption('presence', presence, typeof presence === 'boolean', 'true or false');
  for (const name of ['slowDown', 'failure'] as const)
    checkOption(name, options[name], typeof options[name] === 'string', 'a text');
  for (const name of [...COUNTS, 'maxAge', 'pause'] as const) {
    const least = isOneOf(name, ...COUNTS) ? 1 : 0;
    const value = options[name];
    // A pause for ever, and no bound at all on what is kept, are not meant either.
    const fits = typeof value === 'number' && value >= least && (name === 'maxAge' || Number.isFinite(value));
    checkOption(name, value, fits, `a number from ${least}`);
  }
  audienceOption('invites', options.invites);
  if (options.subscriptions !== 'ask') audienceOption('subscriptions', options.subscriptions);
  checkOption('commands', commands, Array.isArray(commands), 'a list of commands');
  for (const { node, allow } of commands)
    if (allow === undefined) throw new ConfigError(`who may run the command "${node}"? Give allow`, 'commands');
  checkOption('rooms', rooms, Array.isArray(rooms), 'a list of rooms');
  rooms.forEach(roomOf);
}

/** A room of the options. @throws ConfigError for what is none. */
export function roomOf(given: BotRoom | JID | string): BotRoom & { readonly room: JID } {
  const entry = typeof given === 'string' || given instanceof JID ? { room: given } : given;
  const room = isObject(entry) ? JID.tryParse(String(entry.room)) : undefined;
  if (!room || room.local === undefined)
    throw new ConfigError('rooms has addresses of rooms, such as lab@rooms.example', 'rooms');
  return { ...entry, room: room.bare };
}
