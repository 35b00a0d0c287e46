import { type Clock, type JID, XmlElement } from '@sestina/core';
import { availableSessions } from './accounts.js';
import { NS_CHAT_STATES, NS_DELAY } from './namespaces.js';
import type { Outlet } from './outlet.js';
import type { Account, Session } from './session.js';
import type { ServerSettings } from './settings.js';
import { stamp } from './stanzas.js';

/** Delivers messages to users (RFC 6121 §8.5) and keeps those that nobody is there for (XEP-0160). @internal */
export class Messages {
  readonly #settings: ServerSettings;
  readonly #clock: Clock;
  readonly #outlet: Outlet;

  constructor(settings: ServerSettings, clock: Clock, outlet: Outlet) {
    this.#settings = settings;
    this.#clock = clock;
    this.#outlet = outlet;
  }

  deliver(account: Account, to: JID, message: XmlElement): void {
    const session = to.resource === undefined ? undefined : account.sessions.get(to.resource);
    const type = message.attribute('type') ?? 'normal';
    if (session) session.deliver(message);
    // Only a chat goes on to another resource: the rest was meant for that one.
    else if (type === 'groupchat' || (to.resource !== undefined && type !== 'chat')) {
      this.#outlet.bounce(message, 'service-unavailable');
    } else if (type !== 'error') this.#toAccount(account, type, message);
  }

  /** Hands over what was kept. */
  deliverKept(session: Session, account: Account): void {
    const kept = account.offline;
    account.offline = [];
    for (const message of kept) session.deliver(message);
  }

  #toAccount(account: Account, type: string, message: XmlElement): void {
    const sessions = availableSessions(account).filter(({ priority }) => priority >= 0);
    const chosen =
      type === 'headline' ? sessions : sessions.filter(({ priority }) => priority === sessions[0]?.priority);
    for (const session of chosen) session.deliver(message);
    if (chosen.length === 0 && type !== 'headline') this.#keep(account, message);
  }

  #keep(account: Account, message: XmlElement): void {
    // "Bob is typing" is of no use tomorrow (XEP-0160 §3).
    const content = [...message.elements()].some(
      ({ name, namespace }) => namespace !== NS_CHAT_STATES && name !== 'thread',
    );
    if (!content) return;
    if (account.offline.length >= this.#settings.offlineMessages) {
      this.#outlet.bounce(message, 'service-unavailable');
      return;
    }
    const stored = stamp(message, {});
    const when = new Date(this.#clock.now()).toISOString();
    stored.append(new XmlElement('delay', NS_DELAY, { from: this.#settings.domain, stamp: when }));
    account.offline.push(stored);
  }
}
