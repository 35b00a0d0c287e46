import type { BaseXMPP, JID, Message, Sending } from '@sestina/core';
import { type Form, FormField, fillIn } from '@sestina/xep-0004';
import type { EventRouter } from './event-router.js';
import { NS_PUBSUB } from './namespace.js';

/** Somebody asks for a subscription to a node of ours, and we are to decide (XEP-0060 §8.6). */
export interface PubSubRequest {
  /** The service that asks. */
  readonly service: JID;
  readonly node: string;
  /** Who would subscribe, as the service says. */
  readonly jid: JID;
  approve(): Sending;
  deny(): Sending;
}

const FORM_TYPE = `${NS_PUBSUB}#subscribe_authorization`;

/** The request that a message is; undefined for any other one, and for one of a service that we have never asked anything. */
export function requestIn(
  xmpp: BaseXMPP,
  router: EventRouter,
  message: Message,
  form: Form,
): PubSubRequest | undefined {
  const { from, id } = message;
  if (!from || form.formType !== FORM_TYPE || !router.knows(message)) return undefined;
  const node = form.field('pubsub#node')?.value;
  const subscriber = form.field('pubsub#subscriber_jid')?.typed;
  const jid = subscriber?.type === 'jid-single' ? subscriber.value : undefined;
  if (node === undefined || !jid) return undefined;
  const answer = (allow: boolean): Sending => {
    const reply = xmpp.message({ to: from, from: xmpp.isComponent ? message.to : undefined, id });
    const filled = fillIn(form, { 'pubsub#allow': allow });
    if (!filled.field('FORM_TYPE')) {
      filled.fields.add(new FormField({ var: 'FORM_TYPE', type: 'hidden', values: [FORM_TYPE] }));
    }
    reply.xml.append(filled.xml);
    return reply.send();
  };
  return { service: from, node, jid, approve: () => answer(true), deny: () => answer(false) };
}
