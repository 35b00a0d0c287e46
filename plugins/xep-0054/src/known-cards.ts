import { JID, StanzaError, TimeoutError, type XmlElement } from '@sestina/core';
import { LruMap, weightOf } from '@sestina/core/util';
import { VCard } from './stanza.js';

// Milliseconds: a refusal is an answer, a timeout may be over soon.
const REFUSED = 86_400_000;
const SILENT = 300_000;

/** What is known of a card: what it says without its images, that there is none, or why it could not be asked for. */
type Known =
  | { readonly card: VCard; readonly whole: boolean; readonly until: number }
  | { readonly card: undefined; readonly failed?: Error | undefined; readonly until: number };

/** Bounds of what is kept of cards. */
export interface KnownCardBounds {
  readonly maxKept: number;
  readonly maxKeptBytes: number;
  readonly maxAge: number;
  readonly now: () => number;
  readonly isStranger: (jid: JID) => boolean;
}

/** Cards that were asked for, without their images, and those that there are not. In memory alone. */
export class KnownCards {
  readonly #bounds: KnownCardBounds;
  readonly #all: LruMap<string, Known>;

  constructor(bounds: KnownCardBounds) {
    this.#bounds = bounds;
    this.#all = new LruMap({
      maxEntries: bounds.maxKept,
      maxBytes: bounds.maxKeptBytes,
      sizeOf: ({ card }, key) => 500 + 2 * key.length + (card ? weightOf(card.xml) : 0),
      isStranger: (_known, key) => bounds.isStranger(JID.parse(key.split('\n', 1)[0] ?? '').bare),
    });
  }

  /**
   * What is known: a card, null for none, undefined for nothing.
   * @param images Whether a card is wanted with its images, of which none are kept.
   * @throws what came of a question that failed a short time ago.
   */
  get(key: string, images: boolean): VCard | null | undefined {
    const known = this.#all.get(key);
    if (!known) return undefined;
    if (known.until <= this.#bounds.now()) {
      this.#all.delete(key);
      return undefined;
    }
    if (!known.card) {
      if (known.failed) throw known.failed;
      return null;
    }
    return images && !known.whole ? undefined : known.card;
  }

  keep(key: string, card: VCard | undefined): void {
    const now = this.#bounds.now();
    if (!card) {
      this.#all.set(key, { card, until: now + REFUSED });
      return;
    }
    const bare = withoutImages(card.xml);
    const whole = bare.nodeCount === card.xml.nodeCount;
    // Read by all who ask for it.
    const kept = bare.compact();
    kept.origin?.seal();
    this.#all.set(key, { card: new VCard(kept), whole, until: now + this.#bounds.maxAge });
  }

  /** Notes that a question failed, where it is of no use to ask again at once. */
  failed(key: string, error: unknown): void {
    const silent = error instanceof TimeoutError || (error instanceof StanzaError && error.retryable);
    if (silent) this.#all.set(key, { card: undefined, failed: error, until: this.#bounds.now() + SILENT });
  }

  forget(key: string): void {
    this.#all.delete(key);
  }

  clear(): void {
    this.#all.clear();
  }
}

function withoutImages(xml: XmlElement): XmlElement {
  const copy = xml.copy();
  for (const tag of ['PHOTO', 'LOGO', 'SOUND']) {
    for (const image of copy.childrenNamed(tag, VCard.namespace)) copy.remove(image);
  }
  return copy;
}
