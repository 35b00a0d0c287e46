import type { JID, Presence, Sending, SendOptions } from '@sestina/core';
import type { Subscription } from '@sestina/core/connection';

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

/** What waits until a change is kept. */
export interface HeldPresence {
  /** Sends it, and tells of it, in order. */
  release(): void;
  /** Fails it. */
  drop(cause: unknown): void;
}

/** A roster as a keeper sees it. */
export interface KeptRoster {
  /** Bare JID. */
  readonly owner: JID;
  /** What is to be kept. */
  readonly state: RosterState;
  /** Takes in what is kept, in place of what was here. */
  adopt(state: RosterState): void;
  /** Runs a change, and holds back what it sends. */
  hold(change: () => void): HeldPresence;
}

/**
 * Keeps the rosters of a component's addresses: set it as `roster.keeper`. It gives a roster what is kept with `adopt()`, runs
 * changes in `hold()`, and reads what is to be kept then from `state`.
 */
export interface RosterKeeper {
  /**
   * Gives the roster what is kept, runs the change, keeps what it changed, and only then lets out what it sends. Changes of one
   * owner run in the order of the calls. Rejects where something fails; then nothing has changed and nothing is sent.
   * @param reads It changes nothing of what is kept, as the answer to a probe.
   */
  commit(roster: KeptRoster, change: () => void, reads?: boolean): Promise<void>;
  /** Whether changes of that roster are on their way, or what is kept for it was never read. */
  busy(roster: KeptRoster): boolean;
  /** Whether what is kept for it was read. */
  knows(roster: KeptRoster): boolean;
}

/** Sends presence of which there may be much at once, and for many: set it as `roster.delivery`. */
export interface PresenceDelivery {
  /** Sends it: a copy to each of these, or as it is to whom it is for. What comes back tells what becomes of them all. */
  deliver(presence: Presence, to: readonly JID[] | undefined, options?: SendOptions): Sending;
}
