import { type JID, XmlElement } from '@sestina/core';
import { type Account, availableSessions } from './accounts.js';
import { NS_CHAT_STATES, NS_DELAY } from './namespaces.js';
import type { ServerParts } from './parts.js';
import type { Session } from './session.js';
import { stamp } from './stanzas.js';

/** Delivers messages to users (RFC 6121 §8.5) and keeps those that nobody is there for (XEP-0160). @internal */
export class Messages {
  readonly #parts: ServerParts;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  deliver(account: Account, to: JID, message: XmlElement): void {
    const type = message.attribute('type') ?? 'normal';
    if (to.resource !== undefined) {
      const session = account.sessions.get(to.resource);
      if (session) return session.deliver(message);
      // Only a chat goes on to another resource: the rest was meant for this one.
      if (type !== 'chat') return this.#parts.router.bounce(message, 'service-unavailable');
    }
    const sessions = availableSessions(account).filter((session) => session.priority >= 0);
    switch (type) {
      case 'error':
        return;
      case 'groupchat':
        return this.#parts.router.bounce(message, 'service-unavailable');
      case 'headline':
        for (const session of sessions) session.deliver(message);
        return;
      default:
        if (sessions.length === 0) return this.#keep(account, message);
        for (const session of sessions) if (session.priority === sessions[0]?.priority) session.deliver(message);
    }
  }

  /** Hands over what was kept. */
  deliverKept(session: Session, account: Account): void {
    const kept = account.offline;
    account.offline = [];
    for (const message of kept) session.deliver(message);
  }

  #keep(account: Account, message: XmlElement): void {
    const { settings, clock, router } = this.#parts;
    // "Bob is typing" is of no use tomorrow (XEP-0160 §3).
    const content = [...message.elements()].some(
      ({ name, namespace }) => namespace !== NS_CHAT_STATES && name !== 'thread',
    );
    if (!content) return;
    if (account.offline.length >= settings.offlineMessages) return router.bounce(message, 'service-unavailable');
    const stored = stamp(message, {});
    const when = new Date(clock.now()).toISOString();
    stored.append(new XmlElement('delay', NS_DELAY, { from: settings.domain, stamp: when }));
    account.offline.push(stored);
  }
}
