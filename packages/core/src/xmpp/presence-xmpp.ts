import { JID } from '../jid/index.js';
import type { Registration } from '../registration.js';
import type { Sending, SendOptions } from '../sending.js';
import type { ElementView } from '../stanza/element.js';
import { Presence } from '../stanza/presence.js';
import { type StreamServices, XMLStream } from '../stream/xml-stream.js';
import { type Audience, admits } from './audience.js';
import {
  type Claim,
  type ClaimOptions,
  OutgoingPresence,
  type PresenceDecorator,
  Roster,
  type RosterPolicies,
} from './presence/index.js';
import type { PresenceInit } from './stanza-init.js';
import { vouches } from './vouches.js';
import type { XMPPEvents } from './xmpp-events.js';
import type { XMPPOptions } from './xmpp-options.js';

/** What a connection knows of addresses and presence: who it is itself, who is there, who may know that it is. */
export abstract class PresenceXMPP extends XMLStream<XMPPEvents> {
  /** The address that was asked for. */
  readonly requestedJid: JID;
  readonly isComponent: boolean = false;
  /** Rosters and presence, by owner. */
  readonly roster: Roster;
  /** For rosters: the presence that leaves. */
  readonly outgoing: OutgoingPresence;
  #boundJid: JID | undefined;

  constructor(jid: JID | string, options: XMPPOptions, services: StreamServices) {
    super(options, services);
    this.requestedJid = JID.from(jid);
    this.outgoing = new OutgoingPresence({
      clock: this.clock,
      online: () => this.online,
      announced: (owner) => this.roster.announced(owner),
      sendAgain: (owner) => this.roster.of(owner).sendAgain(),
      reportError: (error, where) => this.reportError(error, where),
    });
    this.roster = this.createRoster({
      autoAuthorize: options.autoAuthorize ?? 'ask',
      autoSubscribe: options.autoSubscribe ?? false,
    });
  }

  /** The rosters of this kind of connection; called by the constructor of this class. */
  protected createRoster(policies: RosterPolicies): Roster {
    return new Roster(this, policies);
  }

  /** The address that the server gave us; undefined before the first session. */
  get boundJid(): JID | undefined {
    return this.#boundJid;
  }

  protected setBoundJid(jid: JID): void {
    this.#boundJid = jid;
    this.emit('sessionBind', { jid });
  }

  /** The domain of the server, or of the component. */
  get serverDomain(): string {
    return this.requestedJid.domain;
  }

  // Who is who.

  /** Our own bare address; a component's is its domain. What the server has bound counts, as soon as it has. */
  get account(): JID {
    return (this.#boundJid ?? this.requestedJid).bare;
  }

  /**
   * Whose word a stanza from there is: that of our account, of our server, or of somebody else, as another device of ours is. Without a
   * sender it is our account's (RFC 6120 §8.1.2.1).
   * @param to The address of a component that it came for, whose account is meant.
   */
  vouches(from: JID | undefined, to?: JID): 'account' | 'server' | undefined {
    return vouches(this, from, to);
  }

  /**
   * Whether that one belongs to an audience. The roster of a component's address is read first, and that of a client fetched where
   * that was not done. Never rejects: what cannot be found out is a no, and an `error` event.
   * @param to Which address of a component is asked.
   */
  admits(audience: Audience, from: JID | undefined, to?: JID): Promise<boolean> {
    return admits(this, audience, from, to);
  }

  /**
   * Takes a room or a gateway out of the contacts: its presence goes to who claims it, makes no roster item and no `gotOnline`, and
   * what was known of it is dropped.
   */
  claim(bare: JID | string, options: ClaimOptions): Registration {
    return this.registered(this.roster.claim(bare, options));
  }

  /** What an address, or the bare one of it, is claimed as; on a component also for that address of ours alone. */
  claimOf(jid: JID, owner?: JID): Claim | undefined {
    return this.roster.claims.of(jid, owner);
  }

  // Presence that leaves.

  /** A presence of this connection. */
  presence(init: PresenceInit = {}): Presence {
    return new Presence(init).bind(this);
  }

  /** Makes a presence and sends it; without `to` it goes to all who are subscribed. */
  sendPresence(init: PresenceInit = {}, options?: SendOptions): Sending {
    return this.send(this.presence(init), options);
  }

  /** Asks a contact for a subscription, or sends another of the four subscription types. Goes to the bare JID. */
  sendPresenceSubscription(
    to: JID | string,
    type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed' = 'subscribe',
    init: PresenceInit = {},
  ): Sending {
    return this.sendPresence({ ...init, to: JID.from(to).bare, type });
  }

  /** Puts something into every available presence that leaves, by a synchronous function with values that are at hand. */
  decoratePresence(decorate: PresenceDecorator): Registration {
    return this.registered(this.outgoing.add(decorate));
  }

  /**
   * What decorates our presence has changed: it is broadcast again, once for all changes of a turn, where it was broadcast in this
   * session.
   * @param scope One address of a component. Default: all that there are.
   */
  presenceChanged(scope?: JID | string): void {
    this.outgoing.changed(scope === undefined ? undefined : JID.from(scope).bare);
  }

  /** Sends a stanza; presence with what decorates it. */
  override send(stanza: ElementView, options?: SendOptions): Sending {
    if (!(stanza instanceof Presence)) return super.send(stanza, options);
    const sending = super.send(this.outgoing.decorate(stanza, this.roster.purposeOf(stanza)), options);
    this.roster.sent(stanza, sending);
    return sending;
  }

  /** For rosters: sends a presence that is complete. */
  sendDecorated(presence: Presence, options?: SendOptions): Sending {
    return super.send(presence, options);
  }
}
