import { JID, type StanzaErrorCondition, XmlElement } from '@sestina/core';
import { NS_CLIENT, NS_COMPONENT } from '@sestina/core/connection';
import type { StreamHeader } from '@sestina/core/transport';
import { constantTimeEqual, utf8 } from '@sestina/sasl/server';
import { iqProblem } from './client-stanzas.js';
import type { ServerParts } from './parts.js';
import type { Session } from './session.js';
import { addressIn, errorOf, isStanza } from './stanzas.js';

/**
 * The stream of a component: handshake, then stanzas (XEP-0114). The parser has made `jabber:client` of what is in the
 * namespace of its stream.
 * @internal
 */
export class ComponentStream {
  readonly #parts: ServerParts;
  readonly #session: Session;
  #domain = '';
  #secret = '';

  constructor(parts: ServerParts, session: Session) {
    this.#parts = parts;
    this.#session = session;
  }

  header({ to }: StreamHeader): void {
    const domain = JID.tryParse(to ?? '')?.full ?? '';
    const secret = this.#parts.settings.components.get(domain);
    if (secret === undefined) {
      this.#session.stream.sendHeader(NS_COMPONENT, undefined, to);
      this.#session.kick('host-unknown', `no component ${to ?? "(no 'to')"} is configured`);
      return;
    }
    this.#domain = domain;
    this.#secret = secret;
    this.#session.stream.sendHeader(NS_COMPONENT, undefined, domain);
  }

  element(element: XmlElement): undefined | Promise<void> {
    if (!this.#session.jid) return this.#handshake(element);
    this.#stanza(element);
  }

  async #handshake(element: XmlElement): Promise<void> {
    const session = this.#session;
    const expected = await sha1(session.stream.id + this.#secret);
    if (session.closed) return;
    const named = element.name === 'handshake' && element.namespace === NS_CLIENT;
    if (!named || !constantTimeEqual(utf8(element.text.trim()), utf8(expected))) {
      session.kick('not-authorized', 'the handshake does not match the secret');
      return;
    }
    if (!this.#parts.components.join(this.#domain, session)) {
      session.kick('conflict', 'this component is connected already');
      return;
    }
    session.jid = JID.parse(this.#domain);
    session.stream.trust();
    session.send(new XmlElement('handshake', NS_CLIENT));
  }

  #stanza(stanza: XmlElement): void {
    if (!isStanza(stanza)) {
      this.#session.kick('unsupported-stanza-type', `<${stanza.name}> is no stanza`);
      return;
    }
    this.#parts.log.record('in', this.#session, stanza);
    if (addressIn(stanza, 'from')?.domain !== this.#domain) {
      this.#session.kick('invalid-from', `'from' has to be an address of ${this.#domain}`);
      return;
    }
    const problem = stanza.name === 'iq' ? iqProblem(stanza) : undefined;
    if (stanza.attribute('to') === undefined) this.#refuse(stanza, 'bad-request', "a component has to give a 'to'");
    else if (!addressIn(stanza, 'to')) this.#refuse(stanza, 'jid-malformed');
    else if (problem) this.#refuse(stanza, problem);
    else {
      this.#parts.components.remember(this.#session, stanza);
      this.#parts.router.route(stanza);
    }
  }

  #refuse(stanza: XmlElement, condition: StanzaErrorCondition, text?: string): void {
    const error = errorOf(stanza, condition, text);
    if (!error) return;
    // Else it comes from where the stanza went, as on Prosody and ejabberd, be that an address or not.
    if (stanza.attribute('to') === undefined) error.setAttribute('from', this.#parts.settings.domain);
    this.#session.deliver(error);
  }
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
