import { type StanzaErrorCondition, XmlElement } from '@sestina/core';
import { accountInfo, serverInfo, serverItems } from './disco.js';
import { NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING, NS_ROSTER, NS_SESSION, NS_VERSION } from './namespaces.js';
import type { Outlet } from './outlet.js';
import type { RosterService } from './roster-service.js';
import type { Account, Session } from './session.js';
import type { ServerSettings } from './settings.js';
import { addressIn, bareOf, isRequest, resultOf } from './stanzas.js';

type Answer = XmlElement | 'empty' | StanzaErrorCondition;

/** What the server answers itself, for its domain and on behalf of its users. @internal */
export class IqServices {
  readonly #settings: ServerSettings;
  readonly #rosters: RosterService;
  readonly #outlet: Outlet;

  constructor(settings: ServerSettings, rosters: RosterService, outlet: Outlet) {
    this.#settings = settings;
    this.#rosters = rosters;
    this.#outlet = outlet;
  }

  /** An iq to the domain. */
  toServer(iq: XmlElement): void {
    const payload = requestIn(iq);
    if (!payload) return;
    this.#answer(
      iq,
      ((): Answer => {
        if (payload.namespace === NS_SESSION && payload.name === 'session') return 'empty';
        if (iq.attribute('type') !== 'get') return 'service-unavailable';
        switch (`${payload.namespace} ${payload.name}`) {
          case `${NS_PING} ping`:
            return 'empty';
          case `${NS_DISCO_INFO} query`:
            return payload.attribute('node') ? 'item-not-found' : serverInfo();
          case `${NS_DISCO_ITEMS} query`:
            return payload.attribute('node') ? 'item-not-found' : serverItems(this.#settings.components.keys());
          case `${NS_VERSION} query`:
            return new XmlElement('query', NS_VERSION).append(
              new XmlElement('name', NS_VERSION).append('Sestina MemoryServer'),
              new XmlElement('version', NS_VERSION).append('in memory'),
            );
          default:
            return 'service-unavailable';
        }
      })(),
    );
  }

  /** An iq to a user's bare JID, answered on her behalf (RFC 6121 §8.5.2.1.3). */
  toAccount(account: Account, iq: XmlElement): void {
    const payload = requestIn(iq);
    if (!payload) return;
    const from = addressIn(iq, 'from');
    const get = iq.attribute('type') === 'get';
    const entitled = from && (bareOf(from) === account.bare || account.roster.hasFrom(bareOf(from)));
    if (get && entitled && payload.namespace === NS_DISCO_INFO) this.#answer(iq, accountInfo());
    else if (get && entitled && payload.namespace === NS_DISCO_ITEMS) {
      this.#answer(iq, new XmlElement('query', NS_DISCO_ITEMS));
    } else if (get && entitled && payload.namespace === NS_PING) this.#answer(iq, 'empty');
    else this.#answer(iq, 'service-unavailable');
  }

  /** An iq of a user's own session to her account: to the bare JID, or without `to`. */
  ownAccount(session: Session, account: Account, iq: XmlElement): void {
    const payload = requestIn(iq);
    if (!payload) return;
    if (payload.namespace === NS_SESSION && payload.name === 'session') session.deliver(resultOf(iq));
    else if (payload.namespace === NS_ROSTER && payload.name === 'query') {
      const problem = this.#rosters.handle(session, account, iq, payload);
      if (problem) this.#answer(iq, problem);
    } else this.toAccount(account, iq);
  }

  #answer(iq: XmlElement, answer: Answer): void {
    if (answer === 'empty') this.#outlet.route(resultOf(iq));
    else if (typeof answer === 'string') this.#outlet.bounce(iq, answer);
    else this.#outlet.route(resultOf(iq, answer));
  }
}

/** What is asked; undefined where it is an answer, which nobody waits for here. */
const requestIn = (iq: XmlElement): XmlElement | undefined => (isRequest(iq) ? iq.firstElement : undefined);
