import { BaseXMPP } from '@sestina/core';
import { connection } from './parts/connection.js';
import { ground } from './parts/ground.js';
import { history } from './parts/history.js';
import { Preset, presetOptions } from './preset.js';

const parts = { ...ground, ...connection, ...history };

/** Options of `HistoryMessaging`: one for each part, which is its plugin's own options, `true`, or `false`. */
export class HistoryMessagingOptions extends presetOptions(parts) {}

/** What a client needs to have all that was said, on every device and before: of `InstantMessaging` the archive and what it takes. Clients only. */
export class HistoryMessaging extends Preset<typeof parts> {
  static override readonly id = 'preset-im-history';
  static override readonly Options = HistoryMessagingOptions;
  static override readonly inject = [BaseXMPP, HistoryMessagingOptions] as const;
  static override readonly kinds = ['client'] as const;

  /** @throws ConfigError for an option that cannot be meant, and for a part that needs one that is switched off. */
  constructor(xmpp: BaseXMPP, options: HistoryMessagingOptions) {
    super(xmpp, parts, options);
  }
}
