import { BaseXMPP } from '@sestina/core';
import { profile, stored, synced } from './parts/account.js';
import { connection } from './parts/connection.js';
import { conversation } from './parts/conversation.js';
import { ground } from './parts/ground.js';
import { history } from './parts/history.js';
import { rooms } from './parts/rooms.js';
import { followActivity, peopleDefaults, peopleOptions } from './people.js';
import { Preset } from './preset.js';

const parts = { ...ground, ...connection, ...history, ...conversation, ...stored, ...synced, ...profile, ...rooms };

/** Options of `InstantMessaging`: one for each part, which is its plugin's own options, `true`, or `false`. */
export class InstantMessagingOptions extends peopleOptions(parts) {}

/** Everything that a chat client needs: conversations, history, rooms, and what people know of each other. Clients only. */
export class InstantMessaging extends Preset<typeof parts> {
  static override readonly id = 'preset-im';
  static override readonly Options = InstantMessagingOptions;
  static override readonly inject = [BaseXMPP, InstantMessagingOptions] as const;
  static override readonly kinds = ['client'] as const;

  /** @throws ConfigError for an option that cannot be meant, and for a part that needs one that is switched off. */
  constructor(xmpp: BaseXMPP, options: InstantMessagingOptions) {
    super(xmpp, parts, options, peopleDefaults(parts, options));
    this.own(followActivity(xmpp, options));
  }
}
