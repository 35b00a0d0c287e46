import type { JID } from '../../jid/index.js';
import type { Presence } from '../../stanza/presence.js';
import type { Sending, SendOptions } from '../../stream/sending.js';
import type { Subscription } from './roster-item.js';
import type { RosterNode } from './roster-node.js';

/** What is kept of a contact. */
export interface KeptContact {
  readonly jid: JID;
  readonly name: string;
  readonly groups: readonly string[];
  readonly subscription: Subscription;
  /** A subscription request of ours waits for an answer. */
  readonly ask: boolean;
  readonly approved: boolean;
  /** A subscription request of the contact waits for an answer. */
  readonly pendingIn: boolean;
  /** False: only a request is kept. */
  readonly inRoster: boolean;
}

/** What is kept for an owner. */
export interface RosterState {
  readonly contacts: readonly KeptContact[];
  /** What the owner's resources broadcast last, the latest at the end. */
  readonly presences: readonly Presence[];
}

/** Presence that waits until what it tells is kept. */
export interface HeldPresence {
  /** Sends it, in order. */
  release(): void;
  /** Fails it. */
  drop(cause: unknown): void;
}

/**
 * Keeps rosters where no server does, as for the addresses of a component: set it as `roster.keeper`. It gives a node what is kept
 * with `adopt()`, runs changes in `hold()`, and reads what is to be kept then from `state`.
 */
export interface RosterKeeper {
  /**
   * Gives the node what is kept, runs the change, keeps what it changed, and only then lets out what it sends. Changes of one
   * owner run in the order of the calls. Rejects where something fails; then nothing has changed and nothing is sent.
   * @param reads It changes nothing of what is kept, as the answer to a probe.
   */
  commit(node: RosterNode, change: () => void, reads?: boolean): Promise<void>;
  /** Whether changes of that owner are on their way, or what is kept for it was never read. */
  busy(node: RosterNode): boolean;
}

/** Sends presence of which there may be much at once, and for many: set it as `roster.delivery`. */
export interface PresenceDelivery {
  /** Sends it: a copy to each of these, or as it is to whom it is for. What comes back tells what becomes of them all. */
  deliver(presence: Presence, to: readonly JID[] | undefined, options?: SendOptions): Sending;
}
