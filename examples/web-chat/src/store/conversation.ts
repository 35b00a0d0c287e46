import { type Delivery, isProgress, type Line } from './line.js';

/** How it stands with what was said before the first line. */
export type Older = 'failed' | 'loading' | 'more' | 'none';

/** Changes that are kept of lines that are not there. */
const EARLY = 200;

/** What was said with somebody or in a room, in the order of time. It knows neither of the page nor of XMPP. */
export class Conversation {
  older: Older = 'more';
  /** Who is typing. */
  typing: readonly string[] = [];
  /** What was written and not sent. */
  draft = '';
  /** Everything up to then was read. */
  #readAt: Date | undefined;
  /** Everything of ours up to then was displayed on the other side. */
  #displayedAt: Date | undefined;
  #lines: readonly Line[] = [];
  readonly #byKey = new Map<string, Line>(); // bound: `#lines`
  /** By key, what becomes of lines that are still to come. */
  readonly #early = new Map<string, Partial<Line>>(); // bound: EARLY

  constructor(
    /** The address: a bare one, or that of an occupant of a room with whom one talks alone. */
    readonly jid: string,
    readonly kind: 'chat' | 'room',
  ) {}

  /** Oldest first. With each change it is another list, and each line that has changed another object. */
  get lines(): readonly Line[] {
    return this.#lines;
  }

  get last(): Line | undefined {
    return this.#lines.at(-1);
  }

  get unread(): number {
    let count = 0;
    for (let at = this.#lines.length - 1; at >= 0; at--) {
      const line = this.#lines[at];
      if (!line || (this.#readAt && line.at <= this.#readAt)) break;
      if (!line.mine && !line.retracted) count += 1;
    }
    return count;
  }

  get(key: string): Line | undefined {
    return this.#byKey.get(key);
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Takes a line in where its time is. One that is there already changes nothing. */
  add(line: Line): void {
    if (this.#byKey.has(line.key)) return;
    const early = this.#early.get(line.key);
    this.#early.delete(line.key);
    const added = early ? { ...line, ...early } : line;
    const lines = [...this.#lines];
    let place = lines.length;
    while (place > 0 && isBefore(added, lines[place - 1] as Line)) place -= 1;
    lines.splice(place, 0, added);
    this.#byKey.set(added.key, added);
    this.#lines = lines;
    // Whoever says something has read what is above it.
    if (added.mine) this.readUpTo(added.at);
  }

  /** Changes a line; what is said of one that is still to come waits for it. */
  change(key: string, changes: Partial<Line>): void {
    const line = this.#byKey.get(key);
    if (line) {
      const changed = { ...line, ...changes };
      this.#byKey.set(key, changed);
      this.#lines = this.#lines.map((other) => (other === line ? changed : other));
      return;
    }
    this.#early.set(key, { ...this.#early.get(key), ...changes });
    for (const oldest of this.#early.keys()) {
      if (this.#early.size <= EARLY) break;
      this.#early.delete(oldest);
    }
  }

  remove(key: string): void {
    this.#early.delete(key);
    if (this.#byKey.delete(key)) this.#lines = this.#lines.filter((line) => line.key !== key);
  }

  /** A message of ours has come as far as that; never back. */
  delivered(key: string, state: Delivery): void {
    const line = this.#byKey.get(key);
    if (!line?.mine) return;
    // The other side may say first that it was displayed, of a later one, and then that it was received.
    const isSeen = state === 'received' && this.#displayedAt !== undefined && line.at <= this.#displayedAt;
    const now = isSeen ? 'displayed' : state;
    if (isProgress(line.state, now)) this.change(key, { state: now, reason: '' });
  }

  /** All of ours up to that one were displayed. */
  displayedUpTo(key: string): void {
    const displayed = this.#byKey.get(key);
    if (!displayed?.mine) return;
    if (!this.#displayedAt || displayed.at > this.#displayedAt) this.#displayedAt = displayed.at;
    this.delivered(key, 'displayed');
    for (const { mine, at, state, key: other } of this.#lines) {
      // What did not get there was not displayed.
      if (mine && at <= displayed.at && (state === 'sent' || state === 'received')) this.delivered(other, 'displayed');
    }
  }

  /** Everything that is there was read, or all up to then. */
  readUpTo(at: Date | undefined = this.last?.at): void {
    if (at && (!this.#readAt || at > this.#readAt)) this.#readAt = at;
  }

  /** Forgets the oldest lines where there are more than that; they can be loaded again. */
  trim(kept: number): void {
    if (this.#lines.length <= kept) return;
    for (const line of this.#lines.slice(0, -kept)) this.#byKey.delete(line.key);
    this.#lines = this.#lines.slice(-kept);
    this.older = 'more';
  }
}

function isBefore(a: Line, b: Line): boolean {
  return a.at.getTime() - b.at.getTime() < 0 || (a.at.getTime() === b.at.getTime() && a.order < b.order);
}
