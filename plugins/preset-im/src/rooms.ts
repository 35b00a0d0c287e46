import { BaseXMPP } from '@sestina/core';
import { MessageRetraction } from '@sestina/xep-0424';
import { FallbackIndication } from '@sestina/xep-0428';
import { part } from './part.js';
import { connection } from './parts/connection.js';
import { ground } from './parts/ground.js';
import { rooms } from './parts/rooms.js';
import { stored } from './parts/stored.js';
import { Preset, presetOptions } from './preset.js';

const parts = {
  ...ground,
  ...connection,
  ...stored,
  /** Text that stands there for other programs is left out (XEP-0428). */
  fallbacks: part(FallbackIndication),
  /** Messages that are taken back (XEP-0424). */
  retraction: part(MessageRetraction),
  ...rooms,
};

/** Options of `RoomMessaging`: one for each part, which is its plugin's own options, `true`, or `false`. */
export class RoomMessagingOptions extends presetOptions(parts) {}

/**
 * What a program needs that is in rooms: of `InstantMessaging` the rooms and what they take. On a component without what is kept in an
 * account.
 */
export class RoomMessaging extends Preset<typeof parts> {
  static override readonly id = 'preset-im-rooms';
  static override readonly Options = RoomMessagingOptions;
  static override readonly inject = [BaseXMPP, RoomMessagingOptions] as const;

  /** @throws ConfigError for an option that cannot be meant, and for a part that needs one that is switched off. */
  constructor(xmpp: BaseXMPP, options: RoomMessagingOptions) {
    super(xmpp, parts, options);
  }
}
