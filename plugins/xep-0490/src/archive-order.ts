import type { JID, Message, MessageContext } from '@sestina/core';
import { LruMap } from '@sestina/core/util';

/** A message, as far as it is said which. */
export interface Place {
  /** The conversation. */
  readonly peer: JID;
  /** Whose archive has it; undefined where that is not said. */
  readonly archive: JID | undefined;
  readonly archiveId: string;
  /** How many messages had come by themselves when it was heard of. */
  readonly heard: number;
}

interface Known {
  /** The number of those that came by themselves; undefined for one that was fetched. */
  live: number | undefined;
  /** When the archive got it, by the archive's clock. */
  stamp: number | undefined;
  /** When it was sent, by whatever clock. */
  sentAt: number | undefined;
  /** The stretch of time in which it was first heard of, without a gap in what comes by itself; undefined where nobody knows of gaps. */
  stretch: number | undefined;
  readonly isStranger: boolean;
}

const MAX_MESSAGES = 20_000;
const MAX_BYTES = 8_388_608;
const ENTRY = 300;

/**
 * The order of messages in their archives, as far as it shows: what comes by itself comes in that order, and what an archive gives has the
 * stamps of that archive. Our clock is never held against another one, but where both are known and nothing else tells.
 */
export class ArchiveOrder {
  readonly #known = new LruMap<string, Known>({
    maxEntries: MAX_MESSAGES,
    maxBytes: MAX_BYTES,
    sizeOf: (_known, key) => ENTRY + 2 * key.length,
    isStranger: ({ isStranger }) => isStranger,
  });
  #stretch = 0;
  #live = 0;

  /** How many messages have come by themselves. */
  get live(): number {
    return this.#live;
  }

  /** From now on something may come that is behind what came by itself before, and does not come by itself. */
  gap(): void {
    this.#stretch += 1;
  }

  has(place: Place): boolean {
    return this.#of(place) !== undefined;
  }

  /** Takes note of a message that an archive has. */
  note({ type }: Message, context: MessageContext, isStranger: boolean): void {
    const { peer, archive, archiveId, source, sentAt } = context;
    // An error says again what was said.
    if (!archive || archiveId === undefined || type === 'error') return;
    // Of a room that is left and entered nobody says here what was missed.
    const stretch = archive.equals(peer) ? undefined : this.#stretch;
    const known = this.#entry(keyOf(peer, archive, archiveId), isStranger, stretch);
    known.sentAt ??= sentAt?.getTime();
    if (source === 'archive' || source === 'history') {
      known.stamp ??= sentAt?.getTime();
    } else if (known.live === undefined && known.stamp === undefined) {
      this.#live += 1;
      known.live = this.#live;
    }
  }

  /** Takes note of when a message was sent that may have come before others were noted. */
  learn({ peer, archive, archiveId }: Place, sentAt: Date | undefined): void {
    if (archive && sentAt) this.#entry(keyOf(peer, archive, archiveId), false, undefined).sentAt ??= sentAt.getTime();
  }

  /** Which of two messages of a conversation is the later one: above zero where `a` is; undefined where that does not show. */
  compare(a: Place, b: Place): number | undefined {
    if (a.archiveId === b.archiveId) return 0;
    const [first, second] = [this.#of(a), this.#of(b)];
    if (first && second) return inArchive(first, second);
    // What is not here came before what came by itself after it was heard of.
    if (first?.live !== undefined && first.live > b.heard) return 1;
    if (second?.live !== undefined && second.live > a.heard) return -1;
    return undefined;
  }

  clear(): void {
    this.#known.clear();
  }

  #of({ peer, archive, archiveId }: Place): Known | undefined {
    return archive && this.#known.get(keyOf(peer, archive, archiveId));
  }

  #entry(key: string, isStranger: boolean, stretch: number | undefined): Known {
    const before = this.#known.get(key);
    if (before) return before;
    const known = { live: undefined, stamp: undefined, sentAt: undefined, stretch, isStranger };
    this.#known.set(key, known);
    return known;
  }
}

function inArchive(a: Known, b: Known): number | undefined {
  if (a.live !== undefined && b.live !== undefined) return a.live - b.live;
  if (a.stamp !== undefined && b.stamp !== undefined) return a.stamp - b.stamp || undefined;
  if (a.live !== undefined && wasBefore(b, a)) return 1;
  if (b.live !== undefined && wasBefore(a, b)) return -1;
  if (a.sentAt === undefined || b.sentAt === undefined) return undefined;
  return a.sentAt - b.sentAt || undefined;
}

/** Whether one was fetched and never came by itself, in the stretch in which the other one did or in one before: then it was there already. */
function wasBefore(fetched: Known, live: Known): boolean {
  const { stamp, stretch } = fetched;
  return stamp !== undefined && stretch !== undefined && live.stretch !== undefined && stretch <= live.stretch;
}

const keyOf = (peer: JID, archive: JID, archiveId: string): string => `${peer.full}\n${archive.full}\n${archiveId}`;
