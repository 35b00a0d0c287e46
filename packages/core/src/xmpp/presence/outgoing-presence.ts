import { LazyMap, LazySet } from '@sestina/xml';
import type { JID } from '../../jid/index.js';
import { Registration } from '../../registration.js';
import type { Clock } from '../../services/clock.js';
import type { Presence } from '../../stanza/presence.js';

/** To whom a presence goes: to all who are subscribed, to one address, to a room that is claimed as one. */
export type PresencePurpose = 'broadcast' | 'directed' | 'room';

/**
 * Puts something into available presence that leaves, with values that are at hand. `original` is what the program made, without
 * what others have put in.
 */
export type PresenceDecorator = (copy: Presence, purpose: PresencePurpose, original: Presence) => void;

/** What outgoing presence asks of its connection. */
export interface OutgoingPresenceHost {
  readonly clock: Clock;
  online(): boolean;
  /** The owners that have broadcast presence in this session; of all, or of that one. */
  announced(owner: JID | undefined): Iterable<JID>;
  sendAgain(owner: JID): void;
  reportError(error: unknown, where: string): void;
}

/** What is put into our presence, and when it has to be sent again for that. */
export class OutgoingPresence {
  readonly #host: OutgoingPresenceHost;
  /** In their own objects: one may be added twice. */
  readonly #decorators = new LazySet<{ readonly decorate: PresenceDecorator }>();
  /** Owners whose presence is sent again at the end of this turn. */
  readonly #changed = new LazyMap<string, JID>(); // bound: owners whose presence was sent

  constructor(host: OutgoingPresenceHost) {
    this.#host = host;
  }

  add(decorate: PresenceDecorator): Registration {
    const entry = { decorate };
    this.#decorators.add(entry);
    return new Registration(() => this.#decorators.delete(entry));
  }

  /** The presence with what decorates it: a copy, where there is something. */
  decorate(original: Presence, purpose: PresencePurpose): Presence {
    if (this.#decorators.size === 0 || !original.isAvailable) return original;
    const copy = original.copy();
    for (const { decorate } of [...this.#decorators]) {
      try {
        decorate(copy, purpose, original);
      } catch (error) {
        // Presence without it is better than none.
        this.#host.reportError(error, 'decorating presence');
      }
    }
    return copy;
  }

  /** What decorates it has changed: it is sent again, once for all changes of a turn. */
  changed(owner: JID | undefined): void {
    const { clock } = this.#host;
    const idle = this.#changed.size === 0;
    for (const jid of this.#host.announced(owner)) this.#changed.set(jid.full, jid);
    if (idle && this.#changed.size > 0) clock.nextTurn(() => this.#sendAgain());
  }

  #sendAgain(): void {
    const owners = [...this.#changed.values()];
    this.#changed.clear();
    // Offline there is nobody to tell.
    if (this.#host.online()) for (const owner of owners) this.#host.sendAgain(owner);
  }

  /** That owner has broadcast presence by itself, with all that has changed so far. */
  sent(owner: JID): void {
    this.#changed.delete(owner.full);
  }
}
