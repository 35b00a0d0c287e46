import { type Audience, BaseXMPP, JID, type Message, Plugin, type Sending } from '@sestina/core';
import { audienceOption } from '@sestina/core/connection';
import { MultiUserChat } from '@sestina/xep-0045';
import { DirectInvite, NS_CONFERENCE } from './stanza.js';

/** Options of `DirectInvitations`. */
export class DirectInvitationsOptions {
  /**
   * Whose invitations are told of. Strangers send them as advertisements.
   * @default 'contacts'
   */
  accept: Audience = 'contacts';
}

/** What is in an invitation, and who sends it. */
export interface DirectInvitationInit {
  readonly password?: string | undefined;
  readonly reason?: string | undefined;
  /** The room carries on a conversation of two. */
  readonly continue?: boolean | undefined;
  /** The thread of that. */
  readonly thread?: string | undefined;
  /** The address of a component that invites. */
  readonly from?: JID | string | undefined;
}

/**
 * XEP-0249: Direct MUC Invitations, version 1.2. Invites to rooms without asking these, and tells of such invitations with the event
 * `roomInvite` of XEP-0045. Nobody goes there by itself.
 */
export class DirectInvitations extends Plugin {
  static override readonly id = 'xep-0249';
  static override readonly Options = DirectInvitationsOptions;
  static override readonly inject = [BaseXMPP, MultiUserChat, DirectInvitationsOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #muc: MultiUserChat;
  readonly #accept: Audience;

  /** @throws ConfigError for an audience that is none. */
  constructor(xmpp: BaseXMPP, muc: MultiUserChat, { accept }: DirectInvitationsOptions) {
    super();
    audienceOption('accept', accept);
    this.#xmpp = xmpp;
    this.#muc = muc;
    this.#accept = accept;
    this.own(
      xmpp.advertise(NS_CONFERENCE),
      muc.inviteDirectlyBy((room, to, init) => this.invite(room, to, init)),
      xmpp.messages.classify(DirectInvite, () => 'signal'),
      xmpp.onMessage((message, invite) => this.#take(message, invite), {
        payload: DirectInvite,
        sources: ['stream', 'carbon', 'archive'],
        limit: 100,
      }),
    );
  }

  /**
   * Invites somebody to a room. A room for members only lets in whom its owners have made a member before: there `Room.invite()`, by way
   * of the room, is the better way.
   */
  invite(
    room: JID | string,
    to: JID | string,
    { from, continue: goesOn, ...init }: DirectInvitationInit = {},
  ): Sending {
    const directInvite = new DirectInvite({ room: JID.from(room).bare, ...init });
    if (goesOn || init.thread !== undefined) directInvite.continue = true;
    return this.#xmpp.sendMessage({ to, from, directInvite });
  }

  async #take(message: Message, { room, password, reason, continue: goesOn, thread }: DirectInvite): Promise<void> {
    const { from, to, context } = message;
    if (context.way === 'out' || !from || !room?.isBare || room.local === undefined) return;
    // Inside an invitation by way of the room it is the same once more, and nobody has sent it himself.
    if (message.muc?.invites.at(0) || message.type === 'groupchat') return;
    if (!(await this.#xmpp.admits(this.#accept, from, to))) {
      this.#xmpp.logger.debug(`an invitation of ${from.bare}, who is none of those that are accepted`);
      return;
    }
    this.#muc.invited({ room, from, to, reason, password, direct: true, continue: goesOn, thread, message });
  }
}
