import {
  type BaseXMPP,
  DisconnectedError,
  type JID,
  type Message,
  type MessageContext,
  type Registration,
} from '@sestina/core';
import type { Unwrapped } from '@sestina/core/handlers';
import { weightOf } from '@sestina/core/util';
import { isAccount } from './open-queries.js';

/** Messages that are held back at most; more of them go on as they come. */
const MAX_HELD = 1_000;
/** Bytes of them, estimated. */
const MAX_SIZE = 2_097_152;

/** Who holds messages back. */
export interface LiveHoldHost {
  /** Called for each message that is held back. */
  heldBack(message: Message, context: MessageContext): void;
  /** When a message was sent that comes now. */
  sentAt(message: Message): Date;
}

interface Held {
  readonly message: Message;
  readonly known: Omit<Unwrapped, 'message'>;
}

/**
 * Holds back what is said live while what was said before is fetched, so that everything is heard in its order. Held messages are told
 * when it is released; where there are too many, or it takes too long, they are told before their turn, and none is lost.
 */
export class LiveHold {
  readonly #xmpp: BaseXMPP;
  readonly #archive: JID;
  readonly #host: LiveHoldHost;
  readonly #held: Held[] = []; // bound: MAX_HELD and MAX_SIZE
  /** Those that pass now. */
  readonly #passing = new WeakSet<Message>();
  readonly #registration: Registration;
  readonly #endTimer: () => void;
  #size = 0;
  #released: Promise<void> | undefined;

  /** @param timeout Milliseconds after which it is released in any case. */
  constructor(xmpp: BaseXMPP, archive: JID, timeout: number, host: LiveHoldHost) {
    this.#xmpp = xmpp;
    this.#archive = archive;
    this.#host = host;
    this.#registration = xmpp.messages.transform('in', (message, context) => this.#take(message, context), {
      name: 'xep-0313: live messages',
    });
    const timer = xmpp.clock.setTimer(timeout, () => void this.release(), { background: true });
    this.#endTimer = () => timer.cancel();
  }

  /** Tells what is held, in its order, and holds nothing more. Never rejects. */
  release(): Promise<void> {
    this.#endTimer();
    this.#released ??= this.#tell();
    return this.#released;
  }

  async #tell(): Promise<void> {
    // At once, so that what comes from now on is behind them.
    const told = this.#held.splice(0).map(async ({ message, known }) => {
      this.#passing.add(message);
      try {
        await this.#xmpp.messages.deliver(message, known);
      } catch (error) {
        if (!(error instanceof DisconnectedError)) this.#xmpp.reportError(error, 'message that was held back');
      }
    });
    this.#registration.dispose();
    await Promise.all(told);
  }

  #take(message: Message, context: MessageContext): Message | undefined {
    if (this.#passing.has(message) || !this.#isOf(message, context)) return message;
    if (this.#held.length >= MAX_HELD || this.#size >= MAX_SIZE) {
      void this.release();
      return message;
    }
    this.#size += 500 + weightOf(message.xml);
    this.#host.heldBack(message, context);
    const sentAt = context.sentAt ?? this.#host.sentAt(message);
    this.#held.push({ message, known: { ...context, kind: context.kind, sentAt } });
    return undefined;
  }

  /** Whether the archive has it, too, or will have. */
  #isOf({ from }: Message, { source, kind }: MessageContext): boolean {
    if (source !== 'stream' && source !== 'carbon') return false;
    if (isAccount(this.#xmpp, this.#archive)) return kind !== 'room';
    return kind === 'room' && from?.bare.equals(this.#archive) === true;
  }
}
