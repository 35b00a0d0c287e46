import { BaseXMPP, type Message, type MessageContext, Plugin } from '@sestina/core';
import { MultiUserChat, type Occupant, type Room } from '@sestina/xep-0045';
import { NS_OCCUPANT_ID, OccupantId, rawIdIn } from './stanza.js';

declare module '@sestina/core/handlers' {
  interface Author {
    /** Who that is in the room, whatever the nick, as the room vouches for; the same id in another room is somebody else (XEP-0421). */
    readonly occupantId?: string | undefined;
  }
}

declare module '@sestina/xep-0045' {
  interface Occupant {
    /** Who that is in the room, whatever the nick, as the room vouches for; the same id in another room is somebody else (XEP-0421). */
    readonly occupantId?: string | undefined;
  }
}

/**
 * XEP-0421: Occupant identifiers for semi-anonymous MUCs, version 1.0.1. Tells who an occupant is when it comes back by another nick: of
 * those rooms that vouch for it. Each room is asked what it announces before it is entered.
 */
export class OccupantIds extends Plugin {
  static override readonly id = 'xep-0421';
  static override readonly inject = [BaseXMPP, MultiUserChat] as const;
  readonly #muc: MultiUserChat;

  constructor(xmpp: BaseXMPP, muc: MultiUserChat) {
    super();
    this.#muc = muc;
    this.own(
      muc.beforeEntering((room, signal) => muc.info(room.jid, { from: room.own, signal })),
      muc.describeOccupants((occupant, { xml }, room) => {
        if (this.announced(room)) (occupant as { occupantId?: string | undefined }).occupantId = rawIdIn(xml);
      }),
      xmpp.messages.describe((message, context) => this.#describe(message, context)),
      // A copy of what was said in a room tells nobody who has said it.
      xmpp.messages.decorate(({ xml }) => {
        for (const id of xml.childrenNamed(OccupantId.tag, NS_OCCUPANT_ID)) xml.remove(id);
      }),
    );
  }

  /** Rooms that were entered before this was installed are asked now. */
  override async sessionStart(signal: AbortSignal): Promise<void> {
    const unknown = [...this.#muc.rooms].filter(({ info, state }) => !info && state === 'joined');
    await Promise.allSettled(unknown.map(({ jid, own }) => this.#muc.info(jid, { from: own, signal })));
  }

  /** Whether a room vouches for occupant ids: without that, they are what anybody has written (XEP-0421 §5). */
  announced(room: Room): boolean {
    return room.info?.features.has(NS_OCCUPANT_ID) === true;
  }

  /** The occupants of a room that have that id: one may be there by several nicks. */
  byId(room: Room, id: string): Occupant[] {
    return [...room.occupants.values()].filter(({ occupantId }) => occupantId === id);
  }

  #describe(message: Message, context: MessageContext): void {
    const { kind, author, source, by, way } = context;
    if (kind === 'chat' || message.type === 'error') return;
    const isSent = way === 'out' && source === 'stream' && !message.from?.bare.equals(author.jid.bare);
    const raw = isSent ? undefined : rawIdIn(message.xml);
    if (!isSent && raw === undefined) return;
    const room = this.#muc.room(author.jid.bare, isSent ? message.from : message.to);
    // What we send goes out as ours before the room writes who we are.
    const id = isSent ? room?.me?.occupantId : raw;
    if (!room || id === undefined || !this.announced(room)) return;
    // What another archive has kept of the room is that one's word.
    if (source === 'archive' && !by?.equals(room.jid)) return;
    context.author = { ...author, occupantId: id };
  }
}
