import { BaseXMPP, Plugin } from '@sestina/core';
import { booleanOption } from '@sestina/core/connection';
import { NS_STYLING } from './stanza.js';

/** Options of `MessageStyling`. */
export class MessageStylingOptions {
  /**
   * Whether the application shows styles, which others are told.
   * @default true
   */
  render = true;
}

/** XEP-0393: Message Styling, version 1.1.1. Announces that styles are shown; `parse()` and `message.unstyled` work without it. */
export class MessageStyling extends Plugin {
  static override readonly id = 'xep-0393';
  static override readonly Options = MessageStylingOptions;
  static override readonly inject = [BaseXMPP, MessageStylingOptions] as const;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { render }: MessageStylingOptions) {
    super();
    booleanOption('render', render);
    if (render) this.own(xmpp.advertise(NS_STYLING));
  }
}
