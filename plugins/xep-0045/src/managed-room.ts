import { type BaseXMPP, JID, type RequestOptions, type Sending } from '@sestina/core';
import { type Form, type FormAnswers, Form as FormElement, fillIn } from '@sestina/xep-0004';
import { RoomError } from './errors.js';
import { Occupant } from './occupant.js';
import type { InvitationInit } from './options.js';
import { DestroyRoom, MucOwner, MucRegister } from './owner-elements.js';
import { configured, type RoomConfig } from './room-config.js';
import type { RoomHost } from './room-host.js';
import type { RoomInfo } from './room-info.js';
import type { RoomRequest } from './room-requests.js';
import { type Affiliation, Continue, MucAdmin, MucAdminItem, MucInvite, MucUser, type Role } from './stanza.js';

/** An address and how it is bound to a room. */
export interface AffiliationItem {
  /** Bare, most often. */
  readonly jid: JID;
  readonly affiliation: Affiliation;
  /** The nick that is reserved for it. */
  readonly nick: string | undefined;
  readonly reason: string | undefined;
}

/** A change of how an address is bound to a room. */
export interface AffiliationChange {
  readonly jid: JID | string | Occupant;
  readonly affiliation: Affiliation;
  /** A nick to be reserved for it. */
  readonly nick?: string | undefined;
  readonly reason?: string | undefined;
}

/** What managing a room takes from its connection. */
export type ManagedRoomHost = Pick<RoomHost, 'inviteDirectly' | 'untilRemoved' | 'xmpp'>;

/** A question to a room, with words for those whom it concerns. */
export type ReasonOptions = RequestOptions & { readonly reason?: string | undefined };

/**
 * A room as its moderators, administrators and owners see it: what is done for it needs no presence in it (XEP-0045 §8 to §10). What a
 * room refuses is a `RoomError`.
 */
export class ManagedRoom {
  readonly #xmpp: BaseXMPP;
  readonly #host: ManagedRoomHost;
  /** What the room has said of itself when it was asked last, by `MultiUserChat.info()`; undefined where it was not. */
  info: RoomInfo | undefined;
  /** The address of the room. */
  readonly jid: JID;
  /** The address of a component that acts; undefined on a client. */
  readonly own: JID | undefined;

  /** @internal */
  constructor(host: ManagedRoomHost, jid: JID, own: JID | undefined) {
    this.#xmpp = host.xmpp;
    this.#host = host;
    this.jid = jid;
    this.own = own;
  }

  // Moderating.

  /** Gives an occupant another role. @throws RoomError */
  async setRole(nick: string, role: Role, { reason, ...options }: ReasonOptions = {}): Promise<void> {
    await this.#administer([new MucAdminItem({ nick, role, reason })], `to make ${nick} a ${role}`, options);
  }

  /** Puts an occupant out; it may come back. @throws RoomError */
  kick(nick: string, options?: ReasonOptions): Promise<void> {
    return this.setRole(nick, 'none', options);
  }

  // Administrating.

  /** Binds an address to the room in another way; of an occupant its real address. @throws RoomError */
  setAffiliation(
    jid: JID | string | Occupant,
    affiliation: Affiliation,
    { reason, nick, ...options }: ReasonOptions & { readonly nick?: string | undefined } = {},
  ): Promise<void> {
    return this.setAffiliations([{ jid, affiliation, nick, reason }], options);
  }

  /** The same for several addresses; where the room refuses one of them, nobody knows of the others. @throws RoomError */
  async setAffiliations(changes: Iterable<AffiliationChange>, options: RequestOptions = {}): Promise<void> {
    const items = [...changes].map(({ jid, affiliation, nick, reason }) => {
      const address = jid instanceof Occupant ? jid.realJid : JID.from(jid);
      if (!address) throw new RoomError(this.jid, 'not-found', 'an address that it does not show');
      return new MucAdminItem({ jid: address.bare, affiliation, nick, reason });
    });
    const [first] = items;
    const what = `to make ${first?.jid} ${first?.affiliation}`;
    try {
      await this.#administer(items, what, options);
    } catch (error) {
      if (!(error instanceof RoomError) || error.reason !== 'conflict') throw error;
      // Nobody bans himself, and somebody has to own the room (XEP-0045 §9.1 and §10.4).
      const own = (this.own ?? this.#xmpp.account).bare;
      const reason = items.some(({ jid, affiliation }) => affiliation === 'outcast' && jid?.equals(own));
      throw new RoomError(this.jid, reason ? 'self' : 'last-owner', what, { cause: error.cause });
    }
  }

  /** Puts somebody out who may not come back. @throws RoomError */
  ban(jid: JID | string | Occupant, options?: ReasonOptions): Promise<void> {
    return this.setAffiliation(jid, 'outcast', options);
  }

  /** All addresses that are bound to the room in that way. @throws RoomError */
  async affiliations(affiliation: Affiliation, options: RequestOptions = {}): Promise<AffiliationItem[]> {
    const query = new MucAdmin({ items: [new MucAdminItem({ affiliation })] });
    const answer = await this.#asking(`its list of ${affiliation}s`, options, (ask) =>
      this.#xmpp.iqGet(this.jid, query, { ...ask, from: this.own, answer: MucAdmin }),
    );
    const found: AffiliationItem[] = [];
    for (const { jid, nick, reason, affiliation: own = affiliation } of answer.items) {
      if (jid) found.push({ jid, affiliation: own, nick, reason });
    }
    return found;
  }

  // Owning.

  /** The settings of the room, as a form. @throws RoomError */
  async config(options: RequestOptions = {}): Promise<Form> {
    const query = await this.#asking('its settings', options, (ask) =>
      this.#xmpp.iqGet(this.jid, new MucOwner(), { ...ask, from: this.own, answer: MucOwner }),
    );
    if (!query.form) throw new RoomError(this.jid, 'refused', 'its settings');
    return query.form;
  }

  /**
   * Changes settings; all others stay. A function gets the room's form to fill it in: where it throws, the room is told that nothing
   * comes of it.
   * @throws RoomError; ConfigError for a setting that the room does not have; what the function throws.
   */
  async configure(
    changes: RoomConfig | ((form: Form) => void | Promise<void>),
    options: RequestOptions = {},
  ): Promise<void> {
    const form = await this.config(options);
    let answer: Form;
    try {
      if (typeof changes === 'function') {
        const copy = form.copy();
        await changes(copy);
        answer = fillIn(copy, {});
      } else {
        answer = configured(form, changes);
      }
    } catch (error) {
      this.#own(new MucOwner({ form: form.cancel() })).catch(() => {});
      throw error;
    }
    await this.#asking('other settings', options, (ask) => this.#own(new MucOwner({ form: answer }), ask));
  }

  /** Opens a room that we have founded with the settings of its service. @throws RoomError */
  async open(options: RequestOptions = {}): Promise<void> {
    const form = new FormElement({ type: 'submit' });
    await this.#asking('to be opened', options, (ask) => this.#own(new MucOwner({ form }), ask));
  }

  /** Ends the room, and puts all out. @param options `alternative`: a room to go to, with its `password`. @throws RoomError */
  async destroy(
    options: ReasonOptions & {
      readonly alternative?: JID | string | undefined;
      readonly password?: string | undefined;
    } = {},
  ): Promise<void> {
    const { reason, alternative, password, ...request } = options;
    const jid = alternative === undefined ? undefined : JID.from(alternative);
    const destroy = new DestroyRoom({ password, reason, alternative: jid });
    await this.#asking('to be destroyed', request, (ask) => this.#own(new MucOwner({ destroy }), ask));
  }

  // Asking for something.

  /** Asks the moderators for the right to speak (XEP-0045 §7.13). */
  requestVoice(): Sending {
    const answers = { FORM_TYPE: 'http://jabber.org/protocol/muc#request', 'muc#role': 'participant' };
    return this.#xmpp.sendMessage({
      to: this.jid,
      from: this.own,
      form: fillIn(new FormElement({ type: 'form' }), answers),
    });
  }

  /** Grants a request or refuses it: one that the event `voiceRequested` or `registrationRequested` has told. */
  approve({ form, answer }: RoomRequest, yes: boolean): Sending {
    return this.#xmpp.sendMessage({ to: this.jid, from: this.own, form: fillIn(form, { [answer]: yes }) });
  }

  /** What the room asks of who wants to register with it, and whether we have (XEP-0045 §7.10). @throws RoomError */
  registration(options: RequestOptions = {}): Promise<MucRegister> {
    const query = new MucRegister();
    return this.#asking('its registration', options, (ask) =>
      this.#xmpp.iqGet(this.jid, query, { ...ask, from: this.own, answer: MucRegister }),
    );
  }

  /** Registers us, which reserves a nick: `register({ 'muc#register_roomnick': 'romeo' })`. @throws RoomError */
  async register(answers: FormAnswers, options: RequestOptions = {}): Promise<void> {
    const { form } = await this.registration(options);
    if (!form) throw new RoomError(this.jid, 'refused', 'to be registered with');
    const query = new MucRegister({ form: fillIn(form, answers) });
    await this.#asking('to be registered with', options, (ask) =>
      this.#xmpp.iqSet(this.jid, query, { ...ask, from: this.own }),
    );
  }

  /**
   * Invites somebody: by way of the room (XEP-0045 §7.8.2), which then knows whom to let in; what it refuses comes back as a
   * `messageError`. With `direct` the invitation goes to the person itself, unless the room is known to be for members only.
   * @throws ConfigError for `direct` where XEP-0249's plugin is not installed. JidError
   */
  invite(to: JID | string, { direct = false, ...init }: InvitationInit = {}): Sending {
    const address = JID.from(to);
    if (direct && !this.info?.membersOnly) {
      return this.#host.inviteDirectly(this.jid, address, { ...init, from: this.own });
    }
    const { reason, password, thread } = init;
    const invite = new MucInvite({ to: address, reason });
    if (init.continue || thread !== undefined) invite.continue = new Continue({ thread });
    return this.#xmpp.sendMessage({ to: this.jid, from: this.own, muc: new MucUser({ invites: [invite], password }) });
  }

  async #administer(items: MucAdminItem[], what: string, options: RequestOptions): Promise<void> {
    const query = new MucAdmin({ items });
    await this.#asking(what, options, (ask) => this.#xmpp.iqSet(this.jid, query, { ...ask, from: this.own }));
  }

  #own(query: MucOwner, options: RequestOptions = {}): Promise<unknown> {
    return this.#xmpp.iqSet(this.jid, query, { ...options, from: this.own });
  }

  async #asking<T>(what: string, options: RequestOptions, ask: (options: RequestOptions) => Promise<T>): Promise<T> {
    try {
      return await this.#host.untilRemoved(options.signal, (signal) => ask({ ...options, signal }));
    } catch (error) {
      throw RoomError.from(this.jid, what, error);
    }
  }
}
