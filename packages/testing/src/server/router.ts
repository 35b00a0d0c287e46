import type { JID, StanzaErrorCondition, XmlElement } from '@sestina/core';
import type { Accounts } from './accounts.js';
import type { Components } from './components.js';
import type { IqServices } from './iq-services.js';
import type { Manners } from './manners.js';
import type { Messages } from './messages.js';
import type { Outlet } from './outlet.js';
import type { PresenceService } from './presence.js';
import type { Account } from './session.js';
import type { ServerSettings } from './settings.js';
import { addressIn, bareOf, errorOf, isRequest } from './stanzas.js';
import { SUBSCRIPTION_TYPES } from './subscriptions.js';

/** Who takes what is for the domain. @internal */
export interface LocalParts {
  readonly services: IqServices;
  readonly presence: PresenceService;
  readonly messages: Messages;
}

/** Brings stanzas to where they belong (RFC 6120 §10, RFC 6121 §8). @internal */
export class Router implements Outlet {
  readonly #domain: string;
  readonly #manners: Manners;
  readonly #accounts: Accounts;
  readonly #components: Components;
  #local: LocalParts | undefined;

  constructor({ domain, manners }: ServerSettings, accounts: Accounts, components: Components) {
    this.#domain = domain;
    this.#manners = manners;
    this.#accounts = accounts;
    this.#components = components;
  }

  /** Once, before the first stanza: they answer by way of this router. */
  serve(local: LocalParts): void {
    this.#local = local;
  }

  route(stanza: XmlElement): void {
    const components = this.#components;
    const to = addressIn(stanza, 'to');
    if (!to) return;
    if (to.domain === this.#domain && this.#local) this.#toDomain(stanza, to, this.#local);
    else if (!components.serves(to.domain)) this.bounce(stanza, 'remote-server-not-found');
    else if (!components.deliver(to.domain, stanza)) {
      this.bounce(stanza, 'service-unavailable', `the component ${to.domain} is not connected`);
    }
  }

  bounce(stanza: XmlElement, condition: StanzaErrorCondition, text?: string): void {
    // Nobody is told that a presence went nowhere but who asked for something with it.
    const type = stanza.attribute('type');
    if (stanza.name === 'presence' && !(type && SUBSCRIPTION_TYPES.has(type))) return;
    const error = errorOf(stanza, condition, text, this.#manners.returnsPayload);
    if (error) this.route(error);
  }

  #toDomain(stanza: XmlElement, to: JID, { services, presence, messages }: LocalParts): void {
    if (to.local === undefined) {
      if (stanza.name === 'iq') services.toServer(stanza);
      else if (stanza.name === 'message') this.bounce(stanza, 'service-unavailable');
      return;
    }
    const account = this.#accounts.get(to.local);
    if (!account) this.#noSuchUser(stanza, to);
    else if (stanza.name === 'message') messages.deliver(account, to, stanza);
    else if (stanza.name === 'presence') presence.inbound(account, to, stanza);
    else if (to.resource === undefined) services.toAccount(account, stanza);
    else this.#iq(account, to.resource, stanza);
  }

  #iq(account: Account, resource: string, stanza: XmlElement): void {
    // RFC 6121 §8.5.3.1 would have it only from who may see the presence; servers in use do not ask.
    const session = account.sessions.get(resource);
    if (session) session.deliver(stanza);
    else this.bounce(stanza, 'service-unavailable', this.#manners.texts.noSession);
  }

  #noSuchUser(stanza: XmlElement, to: JID): void {
    const headline = stanza.name === 'message' && stanza.attribute('type') === 'headline' && bareOf(to) === to.full;
    if (stanza.name !== 'presence' && !headline && (stanza.name === 'message' || isRequest(stanza))) {
      this.bounce(stanza, 'service-unavailable', stanza.name === 'iq' ? this.#manners.texts.unknownRequest : undefined);
    }
  }
}
