import type { XmlElement } from '@sestina/xml';

interface Pull {
  readonly wants: (element: XmlElement) => boolean;
  readonly taken: (element: XmlElement) => void;
  resolve(element: XmlElement): void;
  reject(reason: Error): void;
}

// Nobody may make us keep more than this while a session is negotiated.
const MAX_KEPT = 10_000;
const MAX_KEPT_BYTES = 4_194_304;

/**
 * First-level elements on their way in. While a session is negotiated they are pulled, one by one, and the others are kept
 * in order; after `handOver` they are pushed.
 */
export class Inbox {
  #pulls: Pull[] = []; // bound: steps that wait for something
  #kept: { readonly element: XmlElement; readonly bytes: number }[] = [];
  #bytes = 0;
  #push: ((element: XmlElement, bytes: number) => void) | undefined;

  /** Whether elements are kept that nobody has pulled. */
  get waiting(): boolean {
    return this.#kept.length > 0;
  }

  /**
   * The next element that `wants` accepts. `taken` is called before anything behind it is read.
   * @param over Rejects with this where the element has not come already.
   */
  pull(
    wants: (element: XmlElement) => boolean,
    taken: (element: XmlElement) => void,
    over: Error | undefined,
  ): Promise<XmlElement> {
    return new Promise((resolve, reject) => {
      const index = this.#kept.findIndex((entry) => wants(entry.element));
      const [found] = index < 0 ? [] : this.#kept.splice(index, 1);
      if (found) {
        this.#bytes -= found.bytes;
        taken(found.element);
        resolve(found.element);
      } else if (over) {
        reject(over);
      } else {
        this.#pulls.push({ wants, taken, resolve, reject });
      }
    });
  }

  /** Takes in an element; false where too many wait. */
  put(element: XmlElement, bytes: number): boolean {
    const pull = this.#pullFor(element);
    if (pull) {
      pull.taken(element);
      pull.resolve(element);
      return true;
    }
    if (this.#push) {
      this.#push(element, bytes);
      return true;
    }
    this.#kept.push({ element, bytes });
    this.#bytes += bytes;
    return this.#kept.length <= MAX_KEPT && this.#bytes <= MAX_KEPT_BYTES;
  }

  #pullFor(element: XmlElement): Pull | undefined {
    // Every stanza of a session passes here, and then nobody pulls.
    if (this.#pulls.length === 0) return undefined;
    for (const pull of [...this.#pulls]) {
      try {
        if (!pull.wants(element)) continue;
        this.#forget(pull);
        return pull;
      } catch (error) {
        // What a predicate throws belongs to who pulls with it.
        this.#forget(pull);
        pull.reject(error as Error);
      }
    }
    return undefined;
  }

  #forget(pull: Pull): void {
    this.#pulls.splice(this.#pulls.indexOf(pull), 1);
  }

  /** What waits and what comes goes to `push`, unless somebody pulls. */
  handOver(push: (element: XmlElement, bytes: number) => void): void {
    this.#push = push;
    const kept = this.#kept;
    this.clear();
    for (const { element, bytes } of kept) this.put(element, bytes);
  }

  /** Rejects everybody who pulls. */
  reject(reason: Error): void {
    for (const pull of this.#pulls.splice(0)) pull.reject(reason);
  }

  clear(): void {
    this.#kept = [];
    this.#bytes = 0;
  }
}
