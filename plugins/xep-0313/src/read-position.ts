import type { BaseXMPP, JID, MessageContext, Registration } from '@sestina/core';
import { ownString } from '@sestina/core/util';

/** Up to where nothing of an archive is missing: what was read, and, once that was all, what came by itself. */
export class ReadPosition {
  readonly #xmpp: BaseXMPP;
  readonly #archive: JID;
  readonly #reached: (id: string) => void;
  readonly #registration: Registration;
  #complete = false;
  /** What the archive calls the last message that came by itself, while there are others before it. */
  #ahead: string | undefined;

  /** @param reached Told what the archive calls the last message up to which all was told. */
  constructor(xmpp: BaseXMPP, archive: JID, reached: (id: string) => void) {
    this.#xmpp = xmpp;
    this.#archive = archive;
    this.#reached = reached;
    this.#registration = xmpp.onMessage(({ context }) => this.#came(context), {
      name: `read position in the archive ${archive}`,
      type: ['chat', 'normal', 'headline', 'groupchat', 'error'],
      sources: ['stream', 'carbon'],
    });
  }

  /** That one was read, and all before it. */
  read(id: string): void {
    this.#tell(id);
  }

  /** All of it was read. */
  complete(): void {
    this.#complete = true;
    if (this.#ahead !== undefined) this.#tell(this.#ahead);
    this.#ahead = undefined;
  }

  /** It is told no more. */
  dispose(): void {
    this.#registration.dispose();
  }

  #came({ archive, archiveId }: MessageContext): void {
    if (archiveId === undefined || !archive?.equals(this.#archive)) return;
    if (this.#complete) this.#tell(archiveId);
    else this.#ahead = ownString(archiveId);
  }

  #tell(id: string): void {
    if (this.#registration.disposed) return;
    try {
      this.#reached(id);
    } catch (error) {
      this.#xmpp.reportError(error, 'callback of the position in an archive');
    }
  }
}
