import type { XmlElement } from '@sestina/xml';
import type { JID } from '../jid/index.js';
import type { Message } from '../stanza/message.js';
import type { Presence } from '../stanza/presence.js';
import type { StreamEvents } from '../stream/stream-events.js';

/** A roster entry has changed. */
export interface RosterChange {
  /** Whose roster. */
  readonly owner: JID;
  /** The contacts that changed. */
  readonly items: readonly JID[];
}

/** Presence of a contact has changed. */
export interface PresenceChange {
  readonly owner: JID;
  readonly jid: JID;
  readonly presence: Presence;
}

/** Presence of ours that goes to all who are subscribed. */
export interface PresenceBroadcast {
  readonly owner: JID;
  readonly presence: Presence;
}

/** Events of an XMPP connection. Plugins add theirs by declaration merging: `declare module '@sestina/core' { interface XMPPEvents { … } }`. */
export interface XMPPEvents extends StreamEvents {
  /** The server has given us our address. */
  sessionBind: { readonly jid: JID };
  /** The plugins have done what they do at the start of a session (`sessionStart`), or have had five seconds for it. */
  sessionReady: Record<never, never>;
  /**
   * A stanza with an address that is none came, as from an occupant of a room whose nick has a character that RFC 7622 forbids. No
   * handler sees it, and nobody may take its addresses for some; it is read-only.
   */
  malformedStanza: { readonly element: XmlElement };
  /** A message with a body, of any type but `error`. For others use `onMessage`. */
  message: Message;
  messageError: Message;
  /** Any presence. */
  presence: Presence;
  presenceAvailable: Presence;
  presenceUnavailable: Presence;
  presenceError: Presence;
  presenceProbe: Presence;
  presenceSubscribe: Presence;
  presenceSubscribed: Presence;
  presenceUnsubscribe: Presence;
  presenceUnsubscribed: Presence;
  /** Any of the four subscription types. */
  changedSubscription: Presence;
  /** Show or status of a resource is not what it was. */
  changedStatus: PresenceChange;
  /** The first resource of a contact is there. Never of our own account, whose other devices tell `presence` and `changedStatus`. */
  gotOnline: PresenceChange;
  /** The last resource of a contact is gone. */
  gotOffline: PresenceChange;
  /**
   * A roster result or push was taken in. One for each push: a contact that takes us out of its roster ends the subscriptions one by
   * one, and some servers push also where nothing is new.
   */
  rosterUpdate: RosterChange;
  /** A contact asks to see our presence, and the policy is to ask: answer with `authorize()` or `unauthorize()` of the roster item. */
  rosterSubscriptionRequest: Presence;
  /** A contact lets us see its presence. */
  rosterSubscriptionAuthorized: Presence;
  /** A contact does not want to see our presence any more. */
  rosterSubscriptionRemove: Presence;
  /** A contact does not let us see its presence any more. */
  rosterSubscriptionRemoved: Presence;
  /** Presence was broadcast to all who are subscribed, or once more since what decorates it has changed. It is as the program made it. */
  presenceBroadcast: PresenceBroadcast;
  /** Our first broadcast presence of the session was written. */
  sentPresence: Presence;
  /** The features that we announce have changed. */
  featuresChanged: { readonly features: readonly string[] };
}
