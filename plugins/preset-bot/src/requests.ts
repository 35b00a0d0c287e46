import type { BaseXMPP, Message, Storage, Registration as Undo } from '@sestina/core';
import { Registration } from '@sestina/core';
import { follow, within } from '@sestina/core/util';
import type { MessageIndex } from '@sestina/message-index';
import type { MultiUserChat, Room } from '@sestina/xep-0045';
import type { EntityCapabilities } from '@sestina/xep-0115';
import type { FallbackIndication } from '@sestina/xep-0428';
import type { MessageReplies } from '@sestina/xep-0461';
import { addressed } from './addressing.js';
import { AnsweredRequests } from './answered-requests.js';
import { Answers } from './answers.js';
import type { BotOptions } from './options.js';
import { authorKey, isByOccupant, isSaidNow } from './reading.js';
import type { BotRequest, RequestHandler } from './request.js';
import { type Asker, RequestLimits } from './request-limits.js';

/** What requests are read and answered with. */
export interface RequestsHost {
  readonly xmpp: BaseXMPP;
  readonly storage: Storage;
  readonly options: BotOptions;
  readonly lifetime: AbortSignal;
  readonly muc: MultiUserChat;
  readonly index: MessageIndex;
  readonly fallbacks: FallbackIndication;
  readonly replies: MessageReplies;
  readonly capabilities: EntityCapabilities;
}

/** A request on its way to those who do something about it. */
interface Incoming {
  readonly message: Message;
  readonly text: string;
  readonly mentioned: boolean;
  readonly room: Room | undefined;
  readonly asker: Asker;
}

const MAX_PENDING = 200;
const PATIENCE = 5_000;

/** What a bot is asked: what counts of all that it hears, and who does something about it. */
export class Requests {
  readonly #host: RequestsHost;
  readonly #limits: RequestLimits;
  readonly #answers: Answers;
  readonly #answered: AnsweredRequests;
  readonly #handlers = new Set<{ readonly handle: RequestHandler }>();
  /** The last request of each author that has not come to an end. */
  readonly #lanes = new Map<string, Promise<void>>(); // bound: MAX_PENDING
  #pending = 0;

  constructor(host: RequestsHost) {
    this.#host = host;
    const { xmpp, storage, options, lifetime, replies } = host;
    const { clock, logger } = xmpp;
    this.#limits = new RequestLimits(clock, options);
    this.#answers = new Answers(xmpp, options, replies, lifetime);
    const prefix = `preset-bot/${xmpp.requestedJid.bare.full}/`;
    this.#answered = new AnsweredRequests({ storage, clock, logger, lifetime }, prefix);
  }

  on(handle: RequestHandler): Undo {
    const entry = { handle };
    this.#handlers.add(entry);
    return new Registration(() => this.#handlers.delete(entry));
  }

  /** Takes in a message. The promise is that of its end, where it is a request. */
  take(message: Message): Promise<void> | undefined {
    const { xmpp, options, lifetime } = this.#host;
    if (this.#handlers.size === 0 || !isSaidNow(xmpp, message, options)) return undefined;
    const incoming = this.#read(message);
    // From here on it counts; what a server gives twice does so once.
    if (!incoming || !this.#host.index.firstTime(message)) return undefined;
    const { asker } = incoming;
    const verdict = this.#limits.take(asker);
    if (verdict === 'tell') this.#tell(incoming, options.slowDown);
    if (verdict !== 'yes' || lifetime.aborted) return undefined;
    if (this.#pending >= MAX_PENDING) {
      xmpp.logger.warn(`the bot has ${MAX_PENDING} requests in hand, and takes no more`);
      return undefined;
    }
    return this.#enqueue(asker.author, () => this.#work({ ...incoming, message: message.compact() }));
  }

  /** What somebody wants; undefined where it is not for the bot. */
  #read(message: Message): Incoming | undefined {
    const { xmpp, options, muc, fallbacks } = this.#host;
    const { from, to, context, inReplyTo } = message;
    const room = from && context.kind !== 'chat' ? muc.room(from.bare, to) : undefined;
    // What a room says of itself, or somebody of whom we do not know that it is in one.
    if (context.kind !== 'chat' && !(room && isByOccupant(room, message))) return undefined;
    const nick = room?.nick ?? options.nick ?? xmpp.requestedJid.local;
    const { text, mentioned } = addressed(fallbacks.text(message) ?? '', nick, options.prefix);
    if (text === '' && !mentioned) return undefined;
    const isPublic = context.kind === 'room';
    const mayAnswerUs = isPublic && inReplyTo?.to?.resource === room?.nick;
    if (isPublic && !mentioned && !mayAnswerUs && options.listen === 'mentioned') return undefined;
    const account = xmpp.isComponent && to ? to.bare : xmpp.account;
    const isContact = !room && from !== undefined && xmpp.roster.hasContact(account, from.bare);
    const group = room ? `room ${room.jid}` : isContact ? undefined : 'strangers';
    return {
      message,
      text,
      mentioned: mentioned || !isPublic,
      room,
      asker: { author: authorKey(message, room), group },
    };
  }

  /** One author's after the other: what comes behind one that hangs has its turn after a while. */
  #enqueue(author: string, work: () => Promise<void>): Promise<void> {
    const before = this.#lanes.get(author) ?? Promise.resolve();
    this.#pending += 1;
    const run = before.then(work).finally(() => {
      this.#pending -= 1;
      if (this.#lanes.get(author) === run) this.#lanes.delete(author);
    });
    this.#lanes.set(author, run);
    return run;
  }

  /** Never rejects. */
  async #work(incoming: Incoming): Promise<void> {
    const { xmpp, options, lifetime } = this.#host;
    try {
      if (!(await this.#isWanted(incoming)) || lifetime.aborted) return;
      const patience = { what: 'a request of the bot', timeout: options.timeout, signal: lifetime, background: true };
      await within(xmpp.clock, (signal) => this.#handle(incoming, signal), patience);
    } catch (error) {
      if (lifetime.aborted) return;
      xmpp.reportError(error, 'a request of the bot');
      this.#tell(incoming, options.failure);
    }
  }

  async #isWanted({ message, asker, mentioned, room }: Incoming): Promise<boolean> {
    const { options, replies } = this.#host;
    if (options.bots === 'ignore' && (await this.#isBot(message))) return false;
    if (!mentioned && options.listen === 'mentioned') {
      const target = await replies.target(message);
      if (target?.way !== 'out' || !target.peer.equals(room?.jid.bare ?? target.peer)) return false;
    }
    return this.#answered.first(asker.author, message);
  }

  /** Whether its author says that it is a bot, as far as its presence has said where to ask. */
  async #isBot({ from }: Message): Promise<boolean> {
    const { capabilities, lifetime } = this.#host;
    if (!from?.isFull || !capabilities.caps(from)) return false;
    try {
      const info = capabilities.known(from) ?? (await capabilities.info(from, { timeout: PATIENCE, signal: lifetime }));
      return info.identity('client', 'bot') !== undefined;
    } catch {
      // Who does not say is taken for a person.
      return false;
    }
  }

  async #handle(incoming: Incoming, given: AbortSignal): Promise<void> {
    const { message, text, mentioned, room } = incoming;
    const controller = new AbortController();
    const release = follow(given, controller);
    const request: BotRequest = {
      ...{ message, text, mentioned, room, author: message.context.author },
      private: message.context.kind !== 'room',
      signal: controller.signal,
      reply: (body) => this.#reply(incoming, body, controller.signal),
    };
    try {
      for (const { handle } of [...this.#handlers]) await handle(request);
    } finally {
      release();
    }
  }

  #reply({ message, room, asker }: Incoming, body: string, signal: AbortSignal): Promise<void> {
    return this.#answers.say({ message, room }, body, signal, () => this.#limits.answered(asker));
  }

  #tell(incoming: Incoming, text: string): void {
    if (text === '') return;
    const message = incoming.message.compact();
    this.#reply({ ...incoming, message }, text, this.#host.lifetime).catch((error: unknown) =>
      this.#host.xmpp.logger.debug('the bot could not say why it does not answer', { error }),
    );
  }
}
