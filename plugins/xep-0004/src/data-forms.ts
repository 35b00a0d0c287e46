import { BaseXMPP, type Message, Plugin } from '@sestina/core';
import { NS_DATA } from './namespace.js';
import { Form } from './stanza.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A message carries a form (XEP-0004). */
    messageForm: { readonly message: Message; readonly form: Form };
  }
}

/**
 * XEP-0004: Data Forms. Announces that forms in messages are understood, and emits `messageForm` for them. Forms inside of
 * other protocols need no plugin: `Form` and `formType()` are enough.
 */
export class DataForms extends Plugin {
  static override readonly id = 'xep-0004';
  static override readonly inject = [BaseXMPP] as const;

  constructor(xmpp: BaseXMPP) {
    super();
    this.own(xmpp.advertise(NS_DATA));
    this.own(xmpp.onMessage((message, form) => xmpp.emit('messageForm', { message, form }), { payload: Form }));
  }
}
