import type { BaseXMPP, Registration, XmlElement } from '@sestina/core';

/** Stanzas that the server sends once more in a resumed session, since their handlers were not done: this process has them already. */
export class Replays {
  readonly #xmpp: Pick<BaseXMPP, 'addFilter'>;
  readonly #seen = new WeakSet<XmlElement>();
  #left = 0;
  #filter: Registration | undefined;

  constructor(xmpp: Pick<BaseXMPP, 'addFilter'>) {
    this.#xmpp = xmpp;
  }

  /** So many come next; nobody is given them. */
  expect(count: number): void {
    this.#left = count;
    if (count === 0) this.stop();
    else {
      this.#filter ??= this.#xmpp.addFilter('in', (stanza) => (this.#seen.has(stanza.xml) ? undefined : stanza), {
        order: Number.NEGATIVE_INFINITY,
      });
    }
  }

  /** One has arrived; true where it is one of them. */
  arrives(stanza: XmlElement): boolean {
    if (this.#left === 0) {
      this.stop();
      return false;
    }
    this.#left -= 1;
    this.#seen.add(stanza);
    return true;
  }

  /** One was handled; true where it is one of them. */
  handled(stanza: XmlElement): boolean {
    return this.#seen.delete(stanza);
  }

  /** None is expected any more: what comes from now on is of another session, or new. */
  stop(): void {
    this.#left = 0;
    this.#filter?.dispose();
    this.#filter = undefined;
  }
}
