import type { Random, XmlElement } from '@sestina/core';
import type { Session } from './session.js';
import type { ServerSettings } from './settings.js';
import { isRequest } from './stanzas.js';

const REMEMBERED = 1_000;

/** The connections of components (XEP-0114). @internal */
export class Components {
  readonly #settings: ServerSettings;
  readonly #random: Random;
  readonly #sessions = new Map<string, Session[]>();
  /** Who asked: with several connections the answer has to come back to the right one. */
  readonly #asked = new Map<string, Session>();

  constructor(settings: ServerSettings, random: Random) {
    this.#settings = settings;
    this.#random = random;
  }

  /** Whether there is a component of that domain, connected or not. */
  serves(domain: string): boolean {
    return this.#settings.components.has(domain);
  }

  /** Takes a connection that has proved itself. False: there is one already, and it stays. */
  join(domain: string, session: Session): boolean {
    const sessions = this.#sessions.get(domain) ?? [];
    const { componentConflict } = this.#settings;
    if (sessions.length > 0 && componentConflict === 'reject') return false;
    if (componentConflict === 'replace')
      for (const other of sessions) other.kick('conflict', 'another connection took over');
    this.#sessions.set(domain, [...(this.#sessions.get(domain) ?? []), session]);
    return true;
  }

  leave(domain: string, session: Session): void {
    const left = (this.#sessions.get(domain) ?? []).filter((other) => other !== session);
    this.#sessions.set(domain, left);
    for (const [key, asking] of this.#asked) if (asking === session) this.#asked.delete(key);
  }

  /** Notes a request, so that its answer finds the connection that it came from. */
  remember(session: Session, iq: XmlElement): void {
    if (this.#settings.componentConflict === 'share' || !isRequest(iq)) return;
    this.#asked.set(key(iq.attribute('from'), iq.attribute('to'), iq), session);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > REMEMBERED && oldest !== undefined) this.#asked.delete(oldest);
  }

  /** Hands a stanza to one of the connections, in turn or at random. False: there is none. */
  deliver(domain: string, stanza: XmlElement): boolean {
    const sessions = this.#sessions.get(domain) ?? [];
    if (this.#settings.componentConflict === 'share') {
      const one = sessions[Math.floor(this.#random.fraction() * sessions.length)];
      one?.deliver(stanza);
      return one !== undefined;
    }
    if (stanza.name === 'iq' && !isRequest(stanza)) {
      const question = key(stanza.attribute('to'), stanza.attribute('from'), stanza);
      const asking = this.#asked.get(question);
      this.#asked.delete(question);
      if (asking) {
        asking.deliver(stanza);
        return true;
      }
    }
    const [next, ...others] = sessions;
    if (!next) return false;
    this.#sessions.set(domain, [...others, next]);
    next.deliver(stanza);
    return true;
  }
}

const key = (asker: string | undefined, asked: string | undefined, iq: XmlElement): string =>
  `${asker} ${asked} ${iq.attribute('id')}`;
