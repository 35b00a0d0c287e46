import type { JID, MessageContext } from '@sestina/core';
import { LruMap } from '@sestina/core/util';

/** A message, as far as it is said which. */
export interface Place {
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
  /** The session in which it was first heard of. */
  session: number;
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
  #session = 0;
  #live = 0;

  /** How many messages have come by themselves. */
  get live(): number {
    return this.#live;
  }

  /** From now on it is another session: what was not heard before may be behind what was. */
  begin(): void {
    this.#session += 1;
  }

  has({ archive, archiveId }: Place): boolean {
    return archive !== undefined && this.#known.has(keyOf(archive, archiveId));
  }

  /** Takes note of a message that an archive has. */
  note({ archive, archiveId, source, sentAt }: MessageContext, isStranger: boolean): void {
    if (!archive || archiveId === undefined) return;
    const known = this.#entry(archive, archiveId, isStranger);
    known.sentAt ??= sentAt?.getTime();
    if (source === 'archive' || source === 'history') {
      known.stamp ??= sentAt?.getTime();
    } else if (known.live === undefined) {
      this.#live += 1;
      known.live = this.#live;
      known.session = this.#session;
    }
  }

  /** Takes note of when a message was sent that came before this one was asked. */
  learn({ archive, archiveId }: Place, sentAt: Date | undefined): void {
    if (archive && sentAt) this.#entry(archive, archiveId, false).sentAt ??= sentAt.getTime();
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

  #of({ archive, archiveId }: Place): Known | undefined {
    return archive && this.#known.get(keyOf(archive, archiveId));
  }

  #entry(archive: JID, archiveId: string, isStranger: boolean): Known {
    const key = keyOf(archive, archiveId);
    const before = this.#known.get(key);
    if (before) return before;
    const known = { live: undefined, stamp: undefined, sentAt: undefined, session: this.#session, isStranger };
    this.#known.set(key, known);
    return known;
  }
}

function inArchive(a: Known, b: Known): number | undefined {
  if (a.live !== undefined && b.live !== undefined) return a.live - b.live;
  if (a.stamp !== undefined && b.stamp !== undefined) return a.stamp - b.stamp || undefined;
  // What was fetched and never came by itself was there before what did, in that session and in later ones.
  if (a.live !== undefined && b.stamp !== undefined && b.session <= a.session) return 1;
  if (b.live !== undefined && a.stamp !== undefined && a.session <= b.session) return -1;
  if (a.sentAt === undefined || b.sentAt === undefined) return undefined;
  return a.sentAt - b.sentAt || undefined;
}

const keyOf = (archive: JID, archiveId: string): string => `${archive.full}\n${archiveId}`;
