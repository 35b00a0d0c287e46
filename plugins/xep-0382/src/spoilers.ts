import { BaseXMPP, type Message, Plugin } from '@sestina/core';
import { NS_SPOILER } from './stanza.js';

/**
 * XEP-0382: Spoiler Messages, version 0.2.0. Announces that what is hidden is shown only to who asks for it; `message.spoiler` and
 * `isHidden()` work without it.
 */
export class Spoilers extends Plugin {
  static override readonly id = 'xep-0382';
  static override readonly inject = [BaseXMPP] as const;

  constructor(xmpp: BaseXMPP) {
    super();
    this.own(xmpp.advertise(NS_SPOILER));
  }
}

/**
 * Whether all that a message says is to be shown only once its reader asks for it (XEP-0382 §4): its text in all languages, its files
 * and pictures, and what a notification shows of it. Nothing that it points at is fetched before. Of a message that was corrected, ask
 * about the last version: one that is no spoiler uncovers it.
 */
export function isHidden(message: Message): boolean {
  return message.spoiler !== undefined;
}
