import { LruMap } from '@sestina/core/util';
import type { MessageRef } from '@sestina/xep-0359';
import { type Entry, NOTHING_SAID } from './entry.js';
import type { FindOptions } from './message-index.js';
import { sameAuthor } from './same-author.js';

type IdField = 'id' | 'originId';

// As long as somebody may send the same again by mistake, or a server give it by another way.
const SAME_WORDS = 600_000;

/** The messages of a conversation, by all that they are called. */
export class Conversation {
  /** In the order in which they were noted. */
  readonly entries: LruMap<Entry, true>;
  /** By what the archive calls it: a conversation is in one, that of the account or of the room. */
  readonly #byArchive = new Map<string, Entry>(); // bound: `entries`
  readonly #byId: Readonly<Record<IdField, Map<string, Entry[]>>> = { id: new Map(), originId: new Map() }; // bound: `entries`

  /** @param dropped Told of an entry that had to make room. */
  constructor(maxEntries: number, dropped: (entry: Entry) => void) {
    this.entries = new LruMap({
      maxEntries,
      // Those of all conversations are counted together.
      sizeOf: () => 0,
      dropped: (entry) => {
        this.#unindex(entry);
        dropped(entry);
      },
    });
  }

  add(entry: Entry): void {
    this.entries.set(entry, true);
    this.#index(entry);
  }

  delete(entry: Entry): void {
    if (this.entries.delete(entry)) this.#unindex(entry);
  }

  #index(entry: Entry): void {
    if (entry.archiveId !== undefined) this.#byArchive.set(entry.archiveId, entry);
    for (const field of ['id', 'originId'] as const) {
      const name = entry[field];
      if (name === undefined) continue;
      const others = this.#byId[field].get(name);
      if (others) others.push(entry);
      else this.#byId[field].set(name, [entry]);
    }
  }

  #unindex(entry: Entry): void {
    const { archiveId } = entry;
    if (archiveId !== undefined && this.#byArchive.get(archiveId) === entry) this.#byArchive.delete(archiveId);
    for (const field of ['id', 'originId'] as const) {
      const name = entry[field];
      const left = name === undefined ? undefined : this.#byId[field].get(name)?.filter((other) => other !== entry);
      if (name === undefined || !left) continue;
      if (left.length > 0) this.#byId[field].set(name, left);
      else this.#byId[field].delete(name);
    }
  }

  /** The one that was noted before, and is the same message. */
  sameAs(entry: Entry): Entry | undefined {
    const archived = entry.archiveId === undefined ? undefined : this.#byArchive.get(entry.archiveId);
    if (archived && isSameArchive(entry, archived)) return archived;
    for (const other of this.#called(entry)) if (isSame(entry, other)) return other;
    return undefined;
  }

  /** What a copy of a message says of its archive, and what a room calls what we have said, which the first one did not. */
  learn(entry: Entry, { id, archive, archiveId, author, way, sentAt }: Entry): void {
    entry.sentAt ??= sentAt;
    const isReflected = entry.way === 'out' && entry.kind === 'room';
    // Who we are there is the room's word. Another archive does not know it.
    if (isReflected && way === 'out') entry.author = author;
    const isRenamed = isReflected && id !== undefined && id !== entry.id;
    if (!isRenamed && (entry.archiveId !== undefined || archiveId === undefined)) return;
    this.#unindex(entry);
    if (isRenamed) {
      entry.originId ??= entry.id;
      entry.id = id;
    }
    if (entry.archiveId === undefined) {
      entry.archive = archive;
      entry.archiveId = archiveId;
    }
    this.#index(entry);
  }

  find(ref: MessageRef | string, options: FindOptions): Entry | undefined {
    const { id, kind, by } = typeof ref === 'string' ? { id: ref, kind: undefined, by: undefined } : ref;
    const archived = kind === undefined || kind === 'stanza' ? this.#byArchive.get(id) : undefined;
    if (archived && this.#fits(archived, options) && (!by || archived.archive?.equals(by.bare))) return archived;
    if (kind === 'stanza') return undefined;
    for (const field of kind === 'origin' ? (['originId', 'id'] as const) : (['id', 'originId'] as const)) {
      const found = this.#fitting(this.#byId[field].get(id) ?? [], options);
      if (found.length > 0) return likeliest(found);
    }
    return undefined;
  }

  /** Those that fit, in their order: of one author, what stands before one that is no longer among the last is not either. */
  #fitting(entries: readonly Entry[], options: FindOptions): readonly Entry[] {
    if (options.last === undefined || !options.author) return entries.filter((entry) => this.#fits(entry, options));
    const found = entries.filter((entry) => this.#fits(entry, { ...options, last: undefined }));
    let first = found.length;
    for (let entry = found[first - 1]; entry && this.#isAmongLast(entry, options.last); entry = found[first - 1])
      first -= 1;
    return found.slice(first);
  }

  #fits(entry: Entry, { author, not, last }: FindOptions): boolean {
    if (entry.key === not?.key || (author && !sameAuthor(entry.author, author))) return false;
    return last === undefined || this.#isAmongLast(entry, last);
  }

  #isAmongLast(entry: Entry, count: number): boolean {
    let behind = 0;
    for (const other of this.entries.keys()) {
      if (other === entry) behind = 1;
      else if (behind > 0 && isSaid(other) && sameAuthor(entry.author, other.author)) behind += 1;
    }
    return behind <= count;
  }

  #called({ id, originId }: Entry): readonly Entry[] {
    const names = [...(id === undefined ? [] : [id]), ...(originId === undefined ? [] : [originId])];
    return names.flatMap((name) => [...(this.#byId.id.get(name) ?? []), ...(this.#byId.originId.get(name) ?? [])]);
  }
}

const isSameArchive = (a: Entry, b: Entry): boolean => a.archive !== undefined && b.archive?.equals(a.archive) === true;

/** Whether two that are called the same are the same message: an id alone makes none, since bots give the same one to many. */
function isSame(entry: Entry, other: Entry): boolean {
  const bothArchived = entry.archiveId !== undefined && other.archiveId !== undefined;
  const isTwice = bothArchived && isSameArchive(entry, other) && entry.archiveId !== other.archiveId;
  // Sent once more after a session was lost, by who could not know that it had arrived: the archive has both.
  if (isTwice && !(isResent(entry, other) && entry.noted - other.noted <= SAME_WORDS)) return false;
  if (entry.said !== other.said) return false;
  const isOurs = entry.way === 'out' || other.way === 'out';
  // A room gives back what we have said, as said by an occupant.
  if (isOurs && entry.kind === 'room') return true;
  return entry.author.jid.equals(other.author.jid) && (isOurs || entry.noted - other.noted <= SAME_WORDS);
}

/** Whether its sender has given both the id that no other message has (XEP-0359 §3.1). */
function isResent({ originId }: Entry, other: Entry): boolean {
  return originId !== undefined && originId === other.originId;
}

/** Whether it is a message of its own: no correction, and nothing about another one. */
const isSaid = ({ said, replaces }: Entry): boolean => said !== NOTHING_SAID && replaces === undefined;

/** The newest of several. A bridge may give a correction the id of what it corrects: that is what is meant. */
function likeliest(entries: readonly Entry[]): Entry | undefined {
  const last = entries.filter(({ replaces }) => replaces === undefined).at(-1) ?? entries.at(-1);
  return last && entries.length > 1 ? { ...last, ambiguous: true } : last;
}
