import { parseDocument, type Storage, type XmlElement } from '@sestina/core';
import type { Secrets, StorageChange } from '@sestina/core/storage';
import { WRAP } from './stanza.js';

/** A stanza that was about to be written, and when by `clock.now()`. */
export interface KeptStanza {
  readonly element: XmlElement;
  readonly at: number;
}

/** A session as another process left it. */
export interface Kept {
  /** The full address. */
  readonly jid: string;
  /** What resumes it; undefined where what is kept of it does not fit together. */
  readonly id: string | undefined;
  readonly max: number | undefined;
  /** How many stanzas of the server were handled. */
  readonly handled: number;
  /** How many of ours it has acknowledged. */
  readonly acked: number;
  /** Those behind them, oldest first. */
  readonly stanzas: readonly KeptStanza[];
  /** Those of a session before it. */
  readonly older: readonly KeptStanza[];
}

interface Head {
  readonly jid: string;
  readonly sum: string;
  readonly max?: number | undefined;
  readonly handled: number;
  readonly acked: number;
}

interface Segment {
  /** Of which session it is. */
  readonly sum: string;
  /** The number of its first stanza. */
  readonly first: number;
  readonly stanzas: readonly (readonly [text: string, at: number])[];
}

/** When a change is made among those that are made together. */
type Turn = 'head' | 'gone' | 'added' | 'replaced' | 'over';

interface Change {
  readonly value: string | undefined;
  readonly turn: Turn;
}

/**
 * Wherever the process is killed between two changes, what is kept fits together: stanzas go once it is known that they arrived, or that
 * others take their place; the head goes last.
 */
const TURNS: readonly Turn[] = ['head', 'gone', 'added', 'replaced', 'over'];

const HEAD = 'session';
const SEGMENT = 'out/';

/**
 * What is kept of one session, so that another process can go on with it: who it is of and what was counted, in one value that is
 * written over; stanzas that are about to be written, in segments. The id that resumes it is a secret. Changes of a turn are written
 * together, and one batch after the other.
 */
export class KeptSession {
  readonly #storage: Storage;
  readonly #secrets: Secrets;
  readonly #prefix: string;
  #head: Head | undefined;
  /** Keys of segments, by the number of their first stanza, and how many they have. */
  readonly #segments = new Map<number, number>();
  #changes = new Map<string, Change>(); // bound: stanzas that wait for an acknowledgement
  #next: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** The id of an earlier session, which is being forgotten. */
  #idGone: Promise<unknown> = Promise.resolve();

  /** @param prefix What its keys begin with. */
  constructor(storage: Storage, secrets: Secrets, prefix: string) {
    this.#storage = storage;
    this.#secrets = secrets;
    this.#prefix = prefix;
  }

  /** What is there; undefined where that is nothing. What cannot be read is left out. @throws what the stores do. */
  async load(): Promise<Kept | undefined> {
    const head = read<Head>(await this.#storage.get(this.#prefix + HEAD));
    const keys = await this.#storage.keys(this.#prefix + SEGMENT);
    const segments: Segment[] = [];
    let torn = head === undefined;
    for (const key of keys) {
      const segment = read<Segment>(await this.#storage.get(key));
      if (segment) segments.push(segment);
      else {
        torn = true;
        // With the next that is written it goes.
        this.#changes.set(key, { value: undefined, turn: 'gone' });
      }
    }
    if (!head && segments.length === 0) return undefined;
    for (const { first, stanzas } of segments) this.#segments.set(first, stanzas.length);
    const [own, others] = [
      segments.filter(({ sum }) => sum === head?.sum),
      segments.filter(({ sum }) => sum !== head?.sum),
    ];
    const { stanzas, whole } = inOrder(own, head?.acked ?? 0);
    const older = inOrder(others, Math.min(...others.map(({ first }) => first)) - 1).stanzas;
    // Told of once, with the next that is written.
    this.#dropSegments((first) => others.some((other) => other.first === first));
    const id = await this.#secrets.get(this.#prefix + HEAD);
    const fits = !torn && whole && id !== undefined && checksum(id) === head?.sum;
    if (fits) this.#head = head;
    return { jid: '', max: undefined, handled: 0, acked: 0, ...head, id: fits ? id : undefined, stanzas, older };
  }

  /** A session begins; what was kept of another one goes. */
  async begin(jid: string, id: string, max: number | undefined): Promise<void> {
    // Or that of this one would go.
    await this.#idGone;
    await this.#secrets.set(this.#prefix + HEAD, id);
    this.#dropSegments(() => true);
    this.#head = { jid, sum: checksum(id), max, handled: 0, acked: 0 };
    await this.#keepHead();
  }

  /** So many stanzas of the server were handled. */
  async handled(handled: number): Promise<void> {
    if (!this.#head || this.#head.handled === handled) return this.#next ?? this.#settled();
    this.#head = { ...this.#head, handled };
    return this.#keepHead();
  }

  /** The server has acknowledged so many. */
  async acked(acked: number): Promise<void> {
    if (!this.#head) return;
    this.#head = { ...this.#head, acked };
    this.#dropSegments((first, length) => distance(acked, first + length - 1) <= 0);
    return this.#keepHead();
  }

  /** These are about to be written, the first of them with that number; in place of those that were to have such numbers. */
  add(first: number, stanzas: readonly KeptStanza[]): Promise<void> {
    this.#dropSegments((other) => distance(first, other) >= 0);
    return this.#keepSegment(first, stanzas);
  }

  /** These are all that the server has not acknowledged, the first of them with that number: others had these numbers. */
  renumber(first: number, stanzas: readonly KeptStanza[]): Promise<void> {
    this.#dropSegments(() => true, 'replaced');
    return stanzas.length > 0 ? this.#keepSegment(first, stanzas) : this.#write();
  }

  #keepSegment(first: number, stanzas: readonly KeptStanza[]): Promise<void> {
    this.#segments.set(first, stanzas.length);
    const segment: Segment = {
      sum: this.#head?.sum ?? '',
      first,
      stanzas: stanzas.map(({ element, at }) => [element.toString(), at]),
    };
    return this.#keep(this.#keyOf(first), segment, 'added');
  }

  /** It is over: nothing of it is kept. */
  async clear(): Promise<void> {
    this.#head = undefined;
    this.#dropSegments(() => true);
    this.#changes.set(this.#prefix + HEAD, { value: undefined, turn: 'over' });
    // First, and behind nothing that hangs: without it nobody goes on with counts that are not kept up any more.
    const forgotten = this.#secrets.delete(this.#prefix + HEAD);
    this.#idGone = forgotten.catch(() => {});
    await forgotten;
    await this.#write();
  }

  #dropSegments(goes: (first: number, length: number) => boolean, turn: Turn = 'gone'): void {
    for (const [first, length] of this.#segments) {
      if (!goes(first, length)) continue;
      this.#segments.delete(first);
      this.#changes.set(this.#keyOf(first), { value: undefined, turn });
    }
  }

  #keyOf(first: number): string {
    return this.#prefix + SEGMENT + String(first).padStart(10, '0');
  }

  #keepHead(): Promise<void> {
    return this.#keep(this.#prefix + HEAD, this.#head, 'head');
  }

  #keep(key: string, value: unknown, turn: Turn): Promise<void> {
    const text = JSON.stringify(value);
    this.#changes.set(key, { value: `${checksum(text)} ${text}`, turn });
    return this.#write();
  }

  /** Resolves once all changes so far are kept. */
  #write(): Promise<void> {
    this.#next ??= this.#settled().then(() => {
      const inTurn = [...this.#changes].sort(([, a], [, b]) => TURNS.indexOf(a.turn) - TURNS.indexOf(b.turn));
      const changes = inTurn.map(([key, { value }]): StorageChange => [key, value]);
      this.#changes = new Map();
      this.#next = undefined;
      const batch = this.#storage.batch(changes).catch((error: unknown) => {
        // They are tried again with the next ones.
        this.#changes = new Map([...inTurn, ...this.#changes]);
        throw error;
      });
      this.#last = batch;
      return batch;
    });
    return this.#next;
  }

  #settled(): Promise<void> {
    return this.#last.then(
      () => {},
      () => {},
    );
  }
}

/** How far the second is ahead of the first, counted in 32 bits. */
function distance(from: number, to: number): number {
  const ahead = (to - from + WRAP) % WRAP;
  return ahead < WRAP / 2 ? ahead : ahead - WRAP;
}

/** Those behind what was acknowledged; `whole` where none is missing. A later segment has the say over what it repeats. */
function inOrder(segments: readonly Segment[], acked: number): { stanzas: KeptStanza[]; whole: boolean } {
  const stanzas: KeptStanza[] = [];
  let whole = true;
  const sorted = [...segments].sort((a, b) => distance(b.first, a.first));
  for (const { first, stanzas: texts } of sorted) {
    const at = distance(acked, first) - 1;
    if (at > stanzas.length) whole = false;
    if (at >= 0) stanzas.length = Math.min(stanzas.length, at);
    for (const [index, [text, written]] of texts.entries()) {
      if (at + index < 0) continue;
      try {
        stanzas.push({ element: parseDocument(text), at: written });
      } catch {
        whole = false;
      }
    }
  }
  return { stanzas, whole };
}

/** What was kept, where it is whole. */
function read<T>(value: string | undefined): T | undefined {
  const [, sum, text] = /^([\da-f]{8}) (.*)$/s.exec(value ?? '') ?? [];
  if (text === undefined || checksum(text) !== sum) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** FNV-1a: shows what was cut off or overwritten by accident; nobody is kept out by it. */
function checksum(text: string): string {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
