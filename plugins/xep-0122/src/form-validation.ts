import { BaseXMPP, Plugin } from '@sestina/core';
import { NS_VALIDATE } from './stanza.js';

/**
 * XEP-0122: Data Forms Validation, version 1.0.2. Announces that `<validate/>` in forms is understood. To read it and to check answers
 * needs no plugin.
 */
export class FormValidation extends Plugin {
  static override readonly id = 'xep-0122';
  static override readonly inject = [BaseXMPP] as const;

  constructor(xmpp: BaseXMPP) {
    super();
    this.own(xmpp.advertise(NS_VALIDATE));
  }
}
