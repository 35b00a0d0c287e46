import { BaseXMPP, Message, type MessageSources, Plugin, type RequestOptions } from '@sestina/core';
import type { Author } from '@sestina/core/handlers';
import { LruMap } from '@sestina/core/util';
import { CannotReferError, type MessageFacts, MessageIndex, TargetFinder } from '@sestina/message-index';
import { MultiUserChat, type Room, RoomError } from '@sestina/xep-0045';
import { ApplyTo, LegacyRetraction, MessageRetraction, Retracted, Retraction } from '@sestina/xep-0424';
import { LegacyModerate, LegacyModerated, Moderate, type Moderated, NS_MODERATE, NS_MODERATE_0 } from './stanza.js';

/** A moderator of a room has taken back a message. */
export interface MessageModerated {
  readonly room: Room;
  /** What is known of the message; undefined where it is not known yet. */
  readonly facts: MessageFacts | undefined;
  /** Who has done it, as the room says; undefined where it does not. */
  readonly by: Author | undefined;
  /** Why, for people. */
  readonly reason: string | undefined;
  /** Whether the room has the message no more, and says that here was one (XEP-0425 §4). */
  readonly tombstone: boolean;
  /** The message that says so, or the tombstone. */
  readonly message: Message;
  /** The way on which it came. */
  readonly source: keyof MessageSources;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A moderator of a room has taken back a message (XEP-0425). Where the message is known, `messageRetracted` tells of it, too. */
    messageModerated: MessageModerated;
  }
}

/** What a room says of a moderation. */
interface Said {
  readonly id: string | undefined;
  readonly moderated: Moderated | LegacyModerated;
  readonly reason: string | undefined;
}

const SOURCES = ['stream', 'archive', 'history'] as const;
const NS_OCCUPANT_ID = 'urn:xmpp:occupant-id:0';
/** Milliseconds that a room may take to say what it announces. */
const PATIENCE = 30_000;
const WHAT = 'to take back a message';

/** XEP-0425: Moderated Message Retraction, version 0.3.0. Takes back messages of others in rooms that we moderate, and tells of it. */
export class MessageModeration extends Plugin {
  static override readonly id = 'xep-0425';
  static override readonly inject = [BaseXMPP, MultiUserChat, MessageRetraction, MessageIndex] as const;
  readonly #xmpp: BaseXMPP;
  readonly #muc: MultiUserChat;
  readonly #retraction: MessageRetraction;
  readonly #index: MessageIndex;
  readonly #finder: TargetFinder;
  /** Moderations that were told: one comes by several ways. */
  readonly #told = new LruMap<string, true>({ maxEntries: 1_000 });

  constructor(xmpp: BaseXMPP, muc: MultiUserChat, retraction: MessageRetraction, index: MessageIndex) {
    super();
    this.#xmpp = xmpp;
    this.#muc = muc;
    this.#retraction = retraction;
    this.#index = index;
    this.#finder = this.own(new TargetFinder(xmpp, index));
    const inOrder = { ...this.#finder.inOrder, sources: SOURCES };
    this.own(
      muc.beforeEntering((room, signal) => muc.info(room.jid, { from: room.own, signal })),
      xmpp.messages.classify(ApplyTo, (_message, { moderated }) => (moderated ? 'annotation' : undefined)),
      xmpp.messages.classify(LegacyModerated, () => 'annotation'),
      xmpp.onMessage(
        (message, { id, moderated, reason }) => {
          if (moderated) return this.#arrived(message, { id, moderated, reason });
        },
        { ...inOrder, payload: Retraction },
      ),
      xmpp.onMessage(
        (message, { id, moderated }) => {
          if (moderated?.retraction) return this.#arrived(message, { id, moderated, reason: moderated.reason });
        },
        { ...inOrder, payload: ApplyTo },
      ),
      xmpp.onMessage(
        (message, { moderated, reason }) => {
          if (moderated) return this.#buried(message, { id: undefined, moderated, reason });
        },
        { ...inOrder, payload: Retracted },
      ),
      xmpp.onMessage(
        (message, moderated) => {
          if (moderated.retracted) return this.#buried(message, { id: undefined, moderated, reason: moderated.reason });
        },
        { ...inOrder, payload: LegacyModerated },
      ),
    );
  }

  /** Which version a room announces; `none` also where it was not asked. */
  supported({ info }: Room): 'none' | 0 | 1 {
    if (info?.features.has(NS_MODERATE)) return 1;
    return info?.features.has(NS_MODERATE_0) ? 0 : 'none';
  }

  /**
   * Asks a room to take back a message of somebody. Resolves when the room says that it has; everybody hears of it by `messageModerated`.
   * @param reason Why, for all to read.
   * @throws RoomError: `forbidden` where we may not, `not-found` where the room has no such message, `refused` also where it does not know
   *   moderation; CannotReferError for a message that the room calls nothing; what `request()` of the connection throws.
   */
  retract(room: Room, message: Message | MessageFacts, reason?: string, options: RequestOptions = {}): Promise<void> {
    return this.untilRemoved(options.signal, async (signal) => {
      const facts = message instanceof Message ? this.#index.note(message) : message;
      const { archive, archiveId: id } = facts;
      if (id === undefined || !archive?.equals(room.jid)) throw new CannotReferError('moderation');
      const how = { ...options, signal };
      if (!room.info) await this.#muc.info(room.jid, { ...how, from: room.own });
      const version = this.supported(room);
      if (version === 'none') throw new RoomError(room.jid, 'refused', `${WHAT}: it does not announce XEP-0425`);
      const payload =
        version === 1 ? new Moderate({ id, retraction: new Retraction(), reason }) : legacyRequest(id, reason);
      try {
        await this.#xmpp.request(this.#xmpp.iq({ type: 'set', to: room.jid, from: room.own }, payload), how);
      } catch (error) {
        throw RoomError.from(room.jid, WHAT, error);
      }
    });
  }

  /** The word of a room, by itself or as it was kept. From an occupant it would be an invention. */
  async #arrived(message: Message, said: Said): Promise<void> {
    const { id } = said;
    const room = id ? await this.#roomOf(message) : undefined;
    if (!room || !id || !message.from?.isBare) return;
    const target = { ref: { kind: 'stanza', id, by: room.jid } } as const;
    const facts = await this.#finder.find(message, target);
    if (this.lifetime.aborted) return;
    this.#tell(message, room, said, facts);
    if (!facts) this.#finder.later(message, target, (kept, found) => this.#tell(kept, room, said, found));
  }

  async #buried(message: Message, said: Said): Promise<void> {
    const { source } = message.context;
    const room = source === 'stream' ? undefined : await this.#roomOf(message);
    if (!room) return;
    const facts = await this.#index.original(this.#index.note(message));
    if (!this.lifetime.aborted) this.#tell(message, room, said, facts, true);
  }

  /** The room whose own word a message is, where that announces that it knows moderation. */
  async #roomOf({ from, to, type, context }: Message): Promise<Room | undefined> {
    if (!from || type !== 'groupchat' || context.kind !== 'room') return undefined;
    const room = this.#muc.room(from, to);
    // What another archive has kept of the room is that one's word.
    if (!room || (context.source === 'archive' && !context.by?.equals(room.jid))) return undefined;
    if (!room.info)
      await this.#muc.info(room.jid, { from: room.own, signal: room.signal, timeout: PATIENCE }).catch(() => {});
    return this.supported(room) === 'none' ? undefined : room;
  }

  #tell(message: Message, room: Room, { moderated, reason }: Said, facts?: MessageFacts, tombstone = false): void {
    const key = `${this.#index.note(message).key} ${facts !== undefined}`;
    if (this.#told.has(key)) return;
    this.#told.set(key, true);
    const by = authorOf(moderated, room);
    const { source } = message.context;
    this.#xmpp.emit('messageModerated', { room, facts, by, reason, tombstone, message, source });
    if (facts) this.#retraction.accept(message, facts, { by, tombstone });
  }
}

function legacyRequest(id: string, reason: string | undefined): ApplyTo {
  const request = new ApplyTo({ id });
  request.moderate = new LegacyModerate({ retraction: new LegacyRetraction(), reason });
  return request;
}

/** The moderator, by occupant id where the room vouches for these. */
function authorOf({ by, xml }: Moderated | LegacyModerated, room: Room): Author | undefined {
  const announced = room.info?.features.has(NS_OCCUPANT_ID) === true;
  const occupantId = announced ? xml.child('occupant-id', NS_OCCUPANT_ID)?.attribute('id') : undefined;
  if (!by && occupantId === undefined) return undefined;
  const jid = by ?? room.jid;
  return occupantId === undefined ? { jid } : { jid, occupantId };
}
