import { type StanzaErrorCondition, XmlElement } from '@sestina/core';
import { accountInfo, serverInfo, serverItems } from './disco.js';
import { NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING, NS_PRIVATE, NS_ROSTER, NS_SESSION, NS_VERSION } from './namespaces.js';
import type { Outlet } from './outlet.js';
import type { Refusal } from './roster-items.js';
import type { RosterService } from './roster-service.js';
import type { Account, Session } from './session.js';
import type { ServerSettings } from './settings.js';
import { addressIn, bareOf, isRequest, resultOf, stamp } from './stanzas.js';

type Answer = XmlElement | 'empty' | StanzaErrorCondition | Refusal;

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
        if (iq.attribute('type') !== 'get') return this.#unknown();
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
            return this.#unknown();
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
    else if (payload.namespace === NS_ROSTER && this.#settings.as === 'ejabberd') {
      this.#answer(iq, { condition: 'forbidden', text: 'Query to another users is forbidden' });
    } else this.#answer(iq, this.#unknown());
  }

  /** An iq of a user's own session to her account: to the bare JID, or without `to`. */
  ownAccount(session: Session, account: Account, iq: XmlElement): void {
    const payload = requestIn(iq);
    if (!payload) return;
    const { manners, domain } = this.#settings;
    const named = manners.namesAccount ? stamp(iq, { to: account.bare }) : iq;
    if (payload.namespace === NS_SESSION && payload.name === 'session') {
      session.deliver(resultOf(manners.namesAccount ? stamp(iq, { to: domain }) : iq));
    } else if (payload.namespace === NS_ROSTER && payload.name === 'query') {
      const refusal = this.#rosters.handle(session, account, iq, payload);
      if (refusal) this.#answer(named, refusal);
    } else if (payload.namespace === NS_PRIVATE && payload.name === 'query' && manners.privateStorage) {
      this.#answer(named, privateData(account, iq, payload));
    } else this.toAccount(account, named);
  }

  #unknown(): Refusal {
    const { unknownRequest } = this.#settings.manners.texts;
    return { condition: 'service-unavailable', ...(unknownRequest && { text: unknownRequest }) };
  }

  #answer(iq: XmlElement, answer: Answer): void {
    if (answer === 'empty') this.#outlet.route(resultOf(iq));
    else if (typeof answer === 'string') this.#outlet.bounce(iq, answer);
    else if ('condition' in answer) this.#outlet.bounce(iq, answer.condition, answer.text);
    else this.#outlet.route(resultOf(iq, answer));
  }
}

/** Stores what it is given, and gives back what was stored, or what was asked with (XEP-0049). */
function privateData(account: Account, iq: XmlElement, query: XmlElement): Answer {
  const data = query.firstElement;
  if (!data) return 'bad-request';
  const key = `${data.namespace} ${data.name}`;
  if (iq.attribute('type') === 'set') {
    account.privateData.set(key, data);
    return 'empty';
  }
  return new XmlElement('query', NS_PRIVATE).append(account.privateData.get(key) ?? data);
}

/** What is asked; undefined where it is an answer, which nobody waits for here. */
const requestIn = (iq: XmlElement): XmlElement | undefined => (isRequest(iq) ? iq.firstElement : undefined);
