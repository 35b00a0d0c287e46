import { ErrorElement, Iq, isA, type JID, type Link, NegotiationError, viewOf } from '@sestina/core';
import { Bind, Session } from '../stanza/bind.js';
import type { FeatureHandler, FeatureOutcome } from './feature.js';

/** What binding needs from the client. */
export interface BindHost {
  readonly resource: string | undefined;
  newId(): string;
  bound(jid: JID): void;
}

/** Asks for an address (RFC 6120 §7). */
export function bind(host: BindHost): FeatureHandler {
  return async ({ link, bound }): Promise<FeatureOutcome> => {
    if (bound) return 'next';
    const result = await ask(link, host.newId(), new Bind({ resource: host.resource }));
    host.bound(addressIn(result));
    return 'next';
  };
}

/** Starts the session that RFC 3921 asked for, where the server says that it has to be. */
export function legacySession(host: Pick<BindHost, 'newId'>): FeatureHandler {
  return async ({ link, feature, bound }): Promise<FeatureOutcome> => {
    if (bound && !viewOf(Session, feature).optional) await ask(link, host.newId(), new Session());
    return 'next';
  };
}

function addressIn(result: Iq): JID {
  let jid: JID | undefined;
  try {
    jid = result.payload(Bind)?.jid;
  } catch (error) {
    throw new NegotiationError('the server bound an address that is none', { cause: error });
  }
  if (jid?.resource === undefined) throw new NegotiationError(`the server bound ${jid ? 'no full' : 'no'} address`);
  return jid;
}

async function ask(link: Link, id: string, payload: Bind | Session): Promise<Iq> {
  const iq = new Iq({ type: 'set', id });
  iq.xml.append(payload.xml);
  link.sendElement(iq.xml);
  const xml = await link.receive((answer) => isA(Iq, answer) && answer.attribute('id') === id);
  const answer = viewOf(Iq, xml);
  if (answer.type === 'error') throw ErrorElement.of(answer);
  return answer;
}
