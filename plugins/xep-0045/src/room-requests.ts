import type { JID, Message } from '@sestina/core';
import { JID as Address } from '@sestina/core';
import type { Form } from '@sestina/xep-0004';

/** Somebody asks the moderators or the owners of a room for something. `approve()` answers it. */
export interface RoomRequest {
  readonly kind: 'registration' | 'voice';
  readonly nick: string | undefined;
  readonly jid: JID | undefined;
  /** The form that is to be answered. */
  readonly form: Form;
  /** The field of it that says yes or no. */
  readonly answer: string;
}

const KINDS: Readonly<Record<string, { kind: RoomRequest['kind']; nick: string; jid: string; answer: string }>> = {
  'http://jabber.org/protocol/muc#request': {
    kind: 'voice',
    nick: 'muc#roomnick',
    jid: 'muc#jid',
    answer: 'muc#request_allow',
  },
  'http://jabber.org/protocol/muc#register': {
    kind: 'registration',
    nick: 'muc#register_roomnick',
    jid: 'muc#register_jid',
    answer: 'muc#register_allow',
  },
};

/** The request that a room passes on in a message; undefined where it is none. */
export function requestIn({ form }: Message): RoomRequest | undefined {
  const type = form?.formType;
  const found = type !== undefined && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (!form || !found || !form.field(found.answer)) return undefined;
  const jid = Address.tryParse(form.field(found.jid)?.value ?? '');
  return { kind: found.kind, nick: form.field(found.nick)?.value, jid, form, answer: found.answer };
}
