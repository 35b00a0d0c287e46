import type { BaseXMPP, JID, Presence, Registration } from '@sestina/core';
import type { VCard } from '@sestina/xep-0054';
import { sha1 } from '@sestina/xep-0084';
import type { VCardUpdate } from './stanza.js';

const BETWEEN = 30_000;
const MAX_RESETS = 3;
const MAX_DEVICES = 100;

/** What our presence says of the image in our card, and how it follows what our other devices say (XEP-0153 §4.3). */
export class OwnHash {
  readonly #xmpp: BaseXMPP;
  readonly #card: (signal: AbortSignal) => Promise<VCard | undefined>;
  /** Undefined as long as the card was not read. */
  #hash: string | undefined;
  /** Other devices of ours that do not know of this, and may have changed the card. */
  readonly #ignorant = new Set<string>(); // bound: MAX_DEVICES
  #resets = 0;
  #last = Number.NEGATIVE_INFINITY;
  #due: Pick<Registration, 'dispose'> | undefined;
  #run = 0;

  constructor(xmpp: BaseXMPP, card: (signal: AbortSignal) => Promise<VCard | undefined>) {
    this.#xmpp = xmpp;
    this.#card = card;
  }

  /** What is told: undefined for nothing yet, or not as long as a device is there that may change the card. */
  get hash(): string | undefined {
    return this.#ignorant.size > 0 ? undefined : this.#hash;
  }

  /** Reads the card, and tells what is in it. */
  begin(signal: AbortSignal): void {
    this.#read(signal).catch((error: unknown) => {
      if (!signal.aborted)
        this.#xmpp.logger.debug('our card could not be read: our presence tells of no image', { error });
    });
  }

  async #read(signal: AbortSignal): Promise<void> {
    this.#run += 1;
    const run = this.#run;
    const card = await this.#card(signal);
    const data = card?.photo?.data;
    const hash = data?.length ? await sha1(data) : '';
    // What was set or read meanwhile is newer.
    if (run === this.#run && !signal.aborted) this.#take(hash);
  }

  /** We have stored another image. */
  set(hash: string): void {
    this.#run += 1;
    this.#take(hash);
  }

  /** Another device of ours has said something, or is gone. */
  heard(from: JID, presence: Presence, update: VCardUpdate | undefined, signal: AbortSignal): void {
    const before = this.hash;
    if (presence.isAvailable && !update) {
      if (this.#ignorant.size < MAX_DEVICES) this.#ignorant.add(from.full);
      if (before !== undefined) this.#xmpp.presenceChanged();
      return;
    }
    const wasIgnorant = this.#ignorant.delete(from.full);
    const said = presence.isAvailable ? update?.hash : undefined;
    const last = wasIgnorant && this.#ignorant.size === 0;
    if (last || (said !== undefined && this.#hash !== undefined && said !== this.#hash)) this.#reset(signal);
  }

  /** Says that nothing is known, and reads the card: at most once in 30 seconds, and three times in a session. */
  #reset(signal: AbortSignal): void {
    if (this.#due || this.#resets >= MAX_RESETS) return;
    const { clock } = this.#xmpp;
    const wait = Math.max(0, this.#last + BETWEEN - clock.monotonic());
    const run = (): void => {
      this.#due = undefined;
      if (signal.aborted) return;
      this.#resets += 1;
      this.#last = clock.monotonic();
      this.#hash = undefined;
      this.#xmpp.presenceChanged();
      this.begin(signal);
    };
    if (wait === 0) run();
    else {
      const timer = clock.setTimer(wait, run, { background: true });
      this.#due = { dispose: () => timer.cancel() };
    }
  }

  #take(hash: string): void {
    if (this.#hash === hash) return;
    this.#hash = hash;
    this.#xmpp.presenceChanged();
  }

  clear(): void {
    this.#due?.dispose();
    this.#due = undefined;
    this.#run += 1;
    this.#hash = undefined;
    this.#ignorant.clear();
    this.#resets = 0;
    this.#last = Number.NEGATIVE_INFINITY;
  }
}
