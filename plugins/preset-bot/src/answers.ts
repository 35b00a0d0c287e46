import type { BaseXMPP, Message } from '@sestina/core';
import type { Author } from '@sestina/core/handlers';
import { follow } from '@sestina/core/util';
import { sameAuthor } from '@sestina/message-index';
import { NotInRoomError, type Occupant, type Room } from '@sestina/xep-0045';
import type { MessageReplies } from '@sestina/xep-0461';
import { nickBefore } from './addressing.js';
import { RecipientGoneError } from './errors.js';
import type { BotOptions } from './options.js';
import { pause } from './pause.js';
import { splitText } from './split.js';

/** Where an answer goes: to whoever has said that, in that room where it was one. */
export interface Asked {
  readonly message: Message;
  readonly room: Room | undefined;
}

/** What a bot says: cut into parts that rooms take, one answer after the other in each conversation. */
export class Answers {
  readonly #xmpp: BaseXMPP;
  readonly #options: BotOptions;
  readonly #replies: MessageReplies;
  readonly #lifetime: AbortSignal;
  /** The end of what is being said, by conversation. */
  readonly #lanes = new Map<string, Promise<void>>(); // bound: answers to requests, which are limited

  constructor(xmpp: BaseXMPP, options: BotOptions, replies: MessageReplies, lifetime: AbortSignal) {
    this.#xmpp = xmpp;
    this.#options = options;
    this.#replies = replies;
    this.#lifetime = lifetime;
  }

  /** Answers in kind. @param begun Called when the first part is about to be sent. */
  say(asked: Asked, body: string, given: AbortSignal, begun: () => void): Promise<void> {
    const { from, to, context } = asked.message;
    const key = `${to?.bare ?? ''} ${context.kind === 'room' ? context.peer : from}`;
    const before = this.#lanes.get(key) ?? Promise.resolve();
    const controller = new AbortController();
    const releases = [this.#lifetime, given].map((signal) => follow(signal, controller));
    const saying = before
      .catch(() => {})
      .then(() => this.#parts(asked, body, controller.signal, begun))
      .finally(() => {
        for (const release of releases) release();
        if (this.#lanes.get(key) === saying) this.#lanes.delete(key);
      });
    this.#lanes.set(key, saying);
    // Whether anybody waits for it or not.
    saying.catch(() => {});
    return saying;
  }

  async #parts(asked: Asked, body: string, signal: AbortSignal, begun: () => void): Promise<void> {
    const { clock } = this.#xmpp;
    const before = this.#before(asked);
    const parts = splitText(before + String(body), this.#options.maxLength);
    for (const [index, part] of parts.entries()) {
      if (index > 0) await pause(clock, this.#options.pause, signal);
      signal.throwIfAborted();
      if (index === 0) begun();
      await this.#send(asked, part, index === 0);
    }
  }

  #before({ message, room }: Asked): string {
    const isSaid = message.context.kind === 'room' && room && this.#options.answers === 'nick';
    return isSaid ? nickBefore(message.from?.resource) : '';
  }

  async #send({ message, room }: Asked, part: string, isFirst: boolean): Promise<void> {
    const { kind, author } = message.context;
    if (kind === 'chat') {
      await message.reply(part).send();
      return;
    }
    if (!room) throw new RecipientGoneError();
    if (room.signal.aborted) throw room.signal.reason ?? new NotInRoomError(room.jid);
    if (kind === 'room') {
      if (isFirst && this.#options.answers === 'reply' && room.state === 'joined')
        await this.#replyTo(message, room, part);
      else await room.send(part);
      return;
    }
    const nick = message.from?.resource ?? '';
    const now = room.occupants.get(nick);
    if (!now || room.state !== 'joined' || !sameAuthor(author, authorOf(now))) throw new RecipientGoneError();
    await room.whisper(nick, part);
  }

  async #replyTo(message: Message, room: Room, part: string): Promise<void> {
    // Where the room gives no ids, who is meant is said by the nick.
    const refers = message.context.archiveId !== undefined;
    if (refers) await this.#replies.reply(message, part);
    else await room.send(nickBefore(message.from?.resource) + part);
  }
}

function authorOf({ jid, realJid, stay, occupantId }: Occupant): Author {
  return realJid ? { jid, realJid, stay, occupantId } : { jid, stay, occupantId };
}
