import type { Message } from '@sestina/core';
import type { Author } from '@sestina/core/handlers';
import type { Room } from '@sestina/xep-0045';

/** Somebody wants something of the bot. */
export interface BotRequest {
  /** What was said, whole. */
  readonly message: Message;
  /** What is wanted: without quote, without the nick of the bot and without `prefix`. */
  readonly text: string;
  /** Who wants it: in a room the occupant, with what the room vouches for. A nick alone is nobody. */
  readonly author: Author;
  /** The room in which it was said, also where it was said to the bot alone. */
  readonly room: Room | undefined;
  /** Whether nobody else has heard it. */
  readonly private: boolean;
  /** Whether it says that it is for the bot; in private everything is. */
  readonly mentioned: boolean;
  /** Aborts when the bot is removed, and when the request has taken too long. */
  readonly signal: AbortSignal;
  /**
   * Answers in kind: in a chat there; in a room for all to hear, with the nick of who has asked; to an occupant alone where that was said to
   * the bot alone. Resolves once all of it is written. Nothing is thrown where nobody awaits it.
   * @throws RecipientGoneError where the occupant who has asked in private is not there any more; NotInRoomError; SendError; the reason of
   *   `signal`.
   */
  reply(body: string): Promise<void>;
}

/** Does something about a request. What it throws is reported, and its author is told one neutral line. */
export type RequestHandler = (request: BotRequest) => unknown;
