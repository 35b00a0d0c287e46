import { attr, child, declareSecret, element, jid } from '@sestina/core';
import { Form } from '@sestina/xep-0004';

/** The namespace, which is the feature, too. */
export const NS_PUSH = 'urn:xmpp:push:0';
/** The FORM_TYPE of what a notification says in short (XEP-0357 §7). */
export const NS_PUSH_SUMMARY = 'urn:xmpp:push:summary';

/** `<enable/>`: has the server tell a push service (XEP-0357 §5). */
export class Enable extends element('enable', NS_PUSH, {
  /** The push service. */
  jid: attr('jid', jid).required(),
  /** What the push service calls the device. */
  node: attr('node'),
  /** What the server has to say with each notification, such as a secret. */
  form: child(Form),
}) {}

/** `<disable/>`: has the server tell it no more (XEP-0357 §6). */
export class Disable extends element('disable', NS_PUSH, {
  jid: attr('jid', jid).required(),
  /** Without one all nodes are meant. */
  node: attr('node'),
}) {}

/** `<notification/>`: what a server tells a push service (XEP-0357 §7). */
export class Notification extends element('notification', NS_PUSH, {
  /** How many messages there are, and perhaps what the last one says. */
  summary: child(Form),
}) {}

// Whoever has what is in it can notify the device, or reads what was said.
declareSecret(Enable);
declareSecret(Notification);
