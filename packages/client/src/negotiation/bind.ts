import { Iq, NegotiationError, StanzaError, viewOf } from '@sestina/core';
import type { Link, NegotiationContext, NegotiationStep } from '@sestina/core/connection';
import { ResourceConflictError } from '../errors.js';
import { Bind, Session } from '../stanza/bind.js';

/** What binding needs from the client. */
export interface BindHost {
  /** The resource to ask for; undefined: the server chooses. */
  readonly resource: string | undefined;
  /** Whether this object had a session before, of which the server may not have heard that it is gone. */
  hadSession(): boolean;
}

/**
 * Asks for an address (RFC 6120 §7), and then starts the session that RFC 3921 asked for, where the server says that it has to be: only for
 * an address that was asked for so.
 */
export function bindSteps(host: BindHost): readonly [bind: NegotiationStep, session: NegotiationStep] {
  const bound = new WeakSet<Link>();
  const bind: NegotiationStep = {
    name: Bind.tag,
    namespace: Bind.namespace,
    needs: 'authenticated',
    gives: 'bound',
    async run(context) {
      context.bound(addressIn(await ask(context, host)));
      bound.add(context.link);
      return 'next';
    },
  };
  const session: NegotiationStep = {
    name: Session.tag,
    namespace: Session.namespace,
    needs: 'bound',
    async run(context) {
      const wanted = bound.has(context.link) && !viewOf(Session, context.feature).optional;
      if (wanted) await request(context, new Session());
      return 'next';
    },
  };
  return [bind, session];
}

async function ask(context: NegotiationContext, { resource, hadSession }: BindHost): Promise<Iq> {
  try {
    return await request(context, new Bind({ resource }));
  } catch (error) {
    if (!isConflict(error)) throw error;
    if (resource === undefined || !hadSession()) throw new ResourceConflictError(resource, { cause: error });
  }
  // Our own ghost has it still: any other resource is as good (RFC 6120 §7.7.2.2).
  try {
    return await request(context, new Bind({}));
  } catch (error) {
    throw isConflict(error) ? new ResourceConflictError(resource, { cause: error }) : error;
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof StanzaError && error.condition === 'conflict';
}

function request(context: NegotiationContext, payload: Bind | Session): Promise<Iq> {
  const iq = new Iq({ type: 'set' });
  iq.xml.append(payload.xml);
  return context.request(iq);
}

function addressIn(result: Iq): NonNullable<Bind['jid']> {
  let jid: Bind['jid'];
  try {
    jid = result.payload(Bind)?.jid;
  } catch (error) {
    throw new NegotiationError('the server bound an address that is none', { cause: error });
  }
  if (jid?.resource === undefined) throw new NegotiationError(`the server bound ${jid ? 'no full' : 'no'} address`);
  return jid;
}
