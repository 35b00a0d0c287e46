import type { JID, XmlElement } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import type { DiscoInfo } from './stanza.js';

/** Answers that are remembered at most. */
export const MAX_CACHED = 500;
/** Characters of an answer that is remembered at most. */
export const MAX_CACHED_SIZE = 65_536;
/** Characters of all answers that are remembered at most. */
export const MAX_CACHED_TOTAL = 2_097_152;

interface Entry {
  readonly jid: string | undefined;
  readonly info: DiscoInfo;
}

/** Answers by who was asked what. */
export class InfoCache {
  readonly #entries = new LruMap<string, Entry>({
    maxEntries: MAX_CACHED,
    maxBytes: MAX_CACHED_TOTAL,
    maxValueBytes: MAX_CACHED_SIZE,
    sizeOf: ({ info }, key) => key.length + sizeOf(info.xml),
  });

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): DiscoInfo | undefined {
    return this.#entries.get(key)?.info;
  }

  /** Remembers it, unless it is too large. */
  set(key: string, jid: JID | undefined, info: DiscoInfo): void {
    this.#entries.set(key, { jid: jid?.full, info });
  }

  /** Forgets what that address said, and where it is a bare one all its resources. */
  forget(jid: JID): void {
    const below = jid.isBare ? `${jid.full}/` : undefined;
    for (const key of [...this.#entries.keys()]) {
      const said = this.#entries.peek(key)?.jid;
      if (said === jid.full || (below !== undefined && said?.startsWith(below))) this.#entries.delete(key);
    }
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** Whether the text of an element has at most so many characters, give or take its punctuation; stops counting where it has more. */
export function fits(xml: XmlElement, limit: number): boolean {
  return rest(xml, limit) >= 0;
}

/** The characters of an element's text, give or take its punctuation. */
export function sizeOf(xml: XmlElement): number {
  return Number.MAX_SAFE_INTEGER - rest(xml, Number.MAX_SAFE_INTEGER);
}

function rest(xml: XmlElement, limit: number): number {
  let left = limit - 2 * xml.name.length - 5;
  for (const part of xml.attributes().flat()) left -= part.length + 2;
  for (const child of xml.children) {
    if (left < 0) return left;
    left = typeof child === 'string' ? left - child.length : rest(child, left);
  }
  return left;
}
