import { BaseXMPP } from '@sestina/core';
import { account } from './parts/account.js';
import { connection } from './parts/connection.js';
import { conversation } from './parts/conversation.js';
import { device } from './parts/device.js';
import { ground } from './parts/ground.js';
import { history } from './parts/history.js';
import { rooms } from './parts/rooms.js';
import { stored } from './parts/stored.js';
import { PeoplePreset, peopleOptions } from './people.js';

const parts = {
  ...ground,
  ...connection,
  ...device,
  ...history,
  ...conversation,
  ...stored,
  ...account,
  ...rooms,
};

/** Options of `InstantMessaging`: one for each part, which is its plugin's own options, `true`, or `false`. */
export class InstantMessagingOptions extends peopleOptions(parts) {}

/** Everything that a chat client needs: conversations, history, rooms, and what people know of each other. Clients only. */
export class InstantMessaging extends PeoplePreset<typeof parts> {
  static override readonly id = 'preset-im';
  static override readonly Options = InstantMessagingOptions;
  static override readonly inject = [BaseXMPP, InstantMessagingOptions] as const;
  static override readonly kinds = ['client'] as const;

  /** @throws ConfigError for an option that cannot be meant, and for a part that needs one that is switched off. */
  constructor(xmpp: BaseXMPP, options: InstantMessagingOptions) {
    super(xmpp, parts, options);
  }
}
