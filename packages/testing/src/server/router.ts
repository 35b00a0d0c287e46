import type { JID, StanzaErrorCondition, XmlElement } from '@sestina/core';
import type { Account } from './accounts.js';
import type { ServerParts } from './parts.js';
import { addressIn, bareOf, errorOf, isRequest } from './stanzas.js';
import { SUBSCRIPTION_TYPES } from './subscriptions.js';

/** Brings stanzas, which have `from` and `to`, to where they belong (RFC 6120 §10, RFC 6121 §8). @internal */
export class Router {
  readonly #parts: ServerParts;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  route(stanza: XmlElement): void {
    const { settings, components } = this.#parts;
    const to = addressIn(stanza, 'to');
    if (!to) return;
    if (to.domain === settings.domain) this.#local(stanza, to);
    else if (!components.serves(to.domain)) this.bounce(stanza, 'remote-server-not-found');
    else if (!components.deliver(to.domain, stanza)) {
      this.bounce(stanza, 'service-unavailable', `the component ${to.domain} is not connected`);
    }
  }

  /** Sends an error back to where the stanza came from, unless it is itself an answer. */
  bounce(stanza: XmlElement, condition: StanzaErrorCondition, text?: string): void {
    // Nobody is told that a presence went nowhere but who asked for something with it.
    const type = stanza.attribute('type');
    if (stanza.name === 'presence' && !(type && SUBSCRIPTION_TYPES.has(type))) return;
    const error = errorOf(stanza, condition, text);
    if (error) this.route(error);
  }

  #local(stanza: XmlElement, to: JID): void {
    const { accounts, services, presence, messages } = this.#parts;
    if (to.local === undefined) {
      if (stanza.name === 'iq') services.toServer(stanza);
      else if (stanza.name === 'message') this.bounce(stanza, 'service-unavailable');
      return;
    }
    const account = accounts.get(to.local);
    if (!account) this.#noSuchUser(stanza, to);
    else if (stanza.name === 'message') messages.deliver(account, to, stanza);
    else if (stanza.name === 'presence') presence.inbound(account, to, stanza);
    else this.#iq(account, to, stanza);
  }

  #iq(account: Account, to: JID, stanza: XmlElement): void {
    if (to.resource === undefined) {
      this.#parts.services.toAccount(account, stanza);
      return;
    }
    // RFC 6121 §8.5.3.1 would have it only from who may see the presence; servers in use do not ask.
    const session = account.sessions.get(to.resource);
    if (session) session.deliver(stanza);
    else this.bounce(stanza, 'service-unavailable');
  }

  #noSuchUser(stanza: XmlElement, to: JID): void {
    const headline = stanza.name === 'message' && stanza.attribute('type') === 'headline' && bareOf(to) === to.full;
    if (stanza.name !== 'presence' && !headline && (stanza.name === 'message' || isRequest(stanza))) {
      this.bounce(stanza, 'service-unavailable');
    }
  }
}
