import { JID, type StanzaErrorCondition, type XmlElement } from '@sestina/core';
import { NS_BIND } from './namespaces.js';
import type { ServerParts } from './parts.js';
import type { Account, Session } from './session.js';
import { addressIn, bareOf, errorOf, isRequest, isStanza, stamp } from './stanzas.js';

const IQ_TYPES: ReadonlySet<string> = new Set(['get', 'set', 'result', 'error']);

/** What a bound client sends (RFC 6120 §8, §10.3). @internal */
export class ClientStanzas {
  readonly #parts: ServerParts;
  readonly #session: Session;
  readonly #account: Account;
  readonly #jid: JID;

  constructor(parts: ServerParts, session: Session, account: Account, jid: JID) {
    this.#parts = parts;
    this.#session = session;
    this.#account = account;
    this.#jid = jid;
  }

  handle(element: XmlElement): void {
    if (!isStanza(element)) {
      this.#session.kick('unsupported-stanza-type', `<${element.name}> is no stanza`);
      return;
    }
    this.#parts.log.record('in', this.#session, element);
    const claimed = element.attribute('from');
    const from = claimed === undefined ? this.#jid : JID.tryParse(claimed);
    if (!from || (!from.equals(this.#jid) && from.full !== this.#account.bare)) {
      this.#session.kick('invalid-from', `this is ${this.#jid.full}`);
      return;
    }
    const stanza = stamp(element, { from: this.#jid.full });
    const to = addressIn(stanza, 'to');
    if (stanza.attribute('to') !== undefined && !to) this.#refuse(stanza, 'jid-malformed');
    else if (stanza.name === 'presence') this.#parts.presence.outbound(this.#session, this.#account, stanza, to);
    else if (stanza.name === 'iq') this.#iq(stanza, to);
    else this.#parts.router.route(to ? stanza : stamp(stanza, { to: this.#account.bare }));
  }

  #iq(iq: XmlElement, to: JID | undefined): void {
    const problem = iqProblem(iq);
    if (problem) this.#refuse(iq, problem);
    else if (isRequest(iq) && iq.firstElement?.namespace === NS_BIND) this.#refuse(iq, 'not-allowed');
    else if (!to || (to.resource === undefined && bareOf(to) === this.#account.bare)) {
      this.#parts.services.ownAccount(this.#session, this.#account, iq);
    } else this.#parts.router.route(iq);
  }

  /** Straight back, from nobody: the address may be what is wrong. */
  #refuse(stanza: XmlElement, condition: StanzaErrorCondition): void {
    const error = errorOf(stanza, condition)?.setAttribute('from', undefined);
    if (error) this.#session.deliver(error);
  }
}

/** What is wrong with the form of an iq (RFC 6120 §8.2.3). */
export function iqProblem(iq: XmlElement): StanzaErrorCondition | undefined {
  const type = iq.attribute('type') ?? '';
  if (!IQ_TYPES.has(type) || !iq.attribute('id')) return 'bad-request';
  const count = [...iq.elements()].length;
  if (isRequest(iq) ? count !== 1 : type === 'result' && count > 1) return 'bad-request';
  return undefined;
}
