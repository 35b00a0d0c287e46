import { BaseXMPP } from '@sestina/core';
import { account } from './parts/account.js';
import { connection } from './parts/connection.js';
import { conversation } from './parts/conversation.js';
import { device } from './parts/device.js';
import { ground } from './parts/ground.js';
import { history } from './parts/history.js';
import { stored } from './parts/stored.js';
import { PeoplePreset, peopleOptions } from './people.js';

const parts = { ...ground, ...connection, ...device, ...history, ...conversation, ...stored, ...account };

/** Options of `ChatMessaging`: one for each part, which is its plugin's own options, `true`, or `false`. */
export class ChatMessagingOptions extends peopleOptions(parts) {}

/** What a client needs for conversations of two: all of `InstantMessaging` but its rooms. Clients only. */
export class ChatMessaging extends PeoplePreset<typeof parts> {
  static override readonly id = 'preset-im-chat';
  static override readonly Options = ChatMessagingOptions;
  static override readonly inject = [BaseXMPP, ChatMessagingOptions] as const;
  static override readonly kinds = ['client'] as const;

  /** @throws ConfigError for an option that cannot be meant, and for a part that needs one that is switched off. */
  constructor(xmpp: BaseXMPP, options: ChatMessagingOptions) {
    super(xmpp, parts, options);
  }
}
