import { attr, child, childText, element, flag, jid } from '@sestina/core';
import { Form } from '@sestina/xep-0004';
import { NS_MUC_OWNER } from './stanza.js';

/** The namespace of registration (XEP-0077), by which a nick is reserved in a room (XEP-0045 §7.10). */
export const NS_REGISTER = 'jabber:iq:register';

/** `<destroy/>` of an owner: ends a room. */
export class DestroyRoom extends element('destroy', NS_MUC_OWNER, {
  /** A room to go to instead. */
  alternative: attr('jid', jid),
  reason: childText('reason'),
  password: childText('password'),
}) {}

/** `<query/>` of owners: the configuration of a room, or its end (XEP-0045 §10). */
export class MucOwner extends element('query', NS_MUC_OWNER, { form: child(Form), destroy: child(DestroyRoom) }) {}

/** `<query/>` that registers us with a room. */
export class MucRegister extends element('query', NS_REGISTER, {
  /** We are registered already. */
  registered: flag('registered'),
  /** Our nick, where we are. */
  username: childText('username'),
  form: child(Form),
}) {}
