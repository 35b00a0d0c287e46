import type { VirtualClock } from '@sestina/testing';
import type { Book } from './book.js';
import type { Disk } from './disk.js';
import type { Exchange, Line } from './network.js';
import type { ClientPlan } from './plan.js';
import type { Sabotage } from './sabotage.js';

/** What a client lives in. */
export interface Surroundings {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly book: Book;
  readonly exchange: Exchange;
  readonly sabotage: Sabotage;
}

/** What the processes of one client run on, one after the other. */
export interface Machine {
  readonly index: number;
  readonly plan: ClientPlan;
  readonly line: Line;
  readonly disk: Disk;
  readonly world: Surroundings;
  readonly jid: string;
  /** Processes whose disk has failed. */
  readonly failedDisks: Set<number>;
}
