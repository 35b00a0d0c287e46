import type { JID } from '../../jid/index.js';
import type { Sending, SendOptions } from '../../sending.js';
import type { Logger } from '../../services/logger.js';
import type { ElementView } from '../../stanza/element.js';
import type { Presence } from '../../stanza/presence.js';
import type { PresenceInit } from '../stanza-init.js';
import type { XMPPEvents } from '../xmpp-events.js';
import type { OutgoingPresence } from './outgoing-presence.js';

/** What is done when somebody asks to see our presence: let them, refuse, or ask (the `rosterSubscriptionRequest` event). */
export type SubscriptionPolicy = 'ask' | boolean;

/** Policies for owners that have none of their own. */
export interface RosterPolicies {
  readonly autoAuthorize: SubscriptionPolicy;
  /** Whether a contact that we let see our presence is asked for the same. */
  readonly autoSubscribe: boolean;
}

/** What rosters ask of their connection. */
export interface RosterHost {
  readonly boundJid: JID | undefined;
  readonly requestedJid: JID;
  readonly logger: Logger;
  readonly outgoing: OutgoingPresence;
  presence(init?: PresenceInit): Presence;
  send(stanza: ElementView, options?: SendOptions): Sending;
  sendPresence(init?: PresenceInit, options?: SendOptions): Sending;
  /** Sends what is decorated already. */
  sendDecorated(presence: Presence, options?: SendOptions): Sending;
  emit<K extends keyof XMPPEvents>(name: K, data: XMPPEvents[K], options?: { direct?: boolean }): void;
  reportError(error: unknown, where: string): void;
}

/** Tells of an event, now or once what it tells is kept. */
export type Tell = <K extends keyof XMPPEvents>(name: K, data: XMPPEvents[K]) => void;
