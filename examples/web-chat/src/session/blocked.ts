import type { ClientXMPP } from '@sestina/client';
import { Blocking } from '@sestina/xep-0191';

/** Whom the server keeps away from us. */
export class Blocked {
  readonly #blocking: Blocking;

  constructor(xmpp: ClientXMPP, changed: () => void) {
    this.#blocking = xmpp.plugin(Blocking);
    // Who listens has the list fetched at the beginning of each session.
    xmpp.on('blocklistChanged', () => changed());
  }

  has(jid: string): boolean {
    return this.#blocking.isBlocked(jid) === true;
  }

  /** The addresses. @throws where the server has no such list. */
  async all(): Promise<string[]> {
    return [...(await this.#blocking.list())];
  }

  async block(jid: string): Promise<void> {
    await this.#blocking.block(jid);
  }

  async unblock(jid: string): Promise<void> {
    await this.#blocking.unblock(jid);
  }
}
