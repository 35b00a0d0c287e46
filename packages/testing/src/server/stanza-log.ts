import { Registration, type XmlElement } from '@sestina/core';
import { formatXml } from '../xml/format.js';
import type { ServerSession } from './server-session.js';

/** A stanza that crossed the edge of the server. */
export interface LoggedStanza {
  /** `in`: from the session; `out`: to it. */
  readonly direction: 'in' | 'out';
  readonly session: ServerSession;
  /** Not to be written to. */
  readonly stanza: XmlElement;
  /** A line or more for people: who, which way, and the stanza formatted. */
  toString(): string;
}

/** Every stanza in and out, in order. Logins are not in it: they hold secrets. @internal */
export class StanzaLog {
  readonly #size: number;
  #entries: LoggedStanza[] = [];
  readonly #callbacks = new Set<(entry: LoggedStanza) => void>();

  constructor(size: number) {
    this.#size = size;
  }

  get entries(): readonly LoggedStanza[] {
    return this.#entries;
  }

  record(direction: 'in' | 'out', session: ServerSession, stanza: XmlElement): void {
    const who = String(session.jid ?? session.id);
    const entry: LoggedStanza = {
      direction,
      session,
      stanza,
      toString: () => `${who} ${direction === 'in' ? '-->' : '<--'}\n${formatXml(stanza)}`,
    };
    this.#entries.push(entry);
    // A tenth at a time: taking one off the front for each stanza would cost more than the stanza.
    if (this.#entries.length > this.#size * 1.1) this.#entries = this.#entries.slice(this.#entries.length - this.#size);
    for (const callback of [...this.#callbacks]) {
      try {
        callback(entry);
      } catch (error) {
        // This may run in a socket's callback: the one who can be told is the session that it was about.
        session.kick('internal-server-error', `an onStanza() callback threw: ${String(error)}`);
      }
    }
  }

  onStanza(callback: (entry: LoggedStanza) => void): Registration {
    const own = (entry: LoggedStanza): void => callback(entry);
    this.#callbacks.add(own);
    return new Registration(() => this.#callbacks.delete(own));
  }

  clear(): void {
    this.#entries = [];
  }
}
