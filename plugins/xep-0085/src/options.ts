import { type Audience, ConfigError } from '@sestina/core';
import { audienceOption, booleanOption } from '@sestina/core/connection';

/** Options of `ChatStates`. Times are in milliseconds. */
export class ChatStatesOptions {
  /**
   * Who is told our state, beside `active` on what they are sent anyway. For `nobody` nothing is told, and the feature is not announced.
   * @default 'contacts'
   */
  send: Audience = 'contacts';
  /**
   * Whether rooms are told, too: each of their occupants gets it.
   * @default false
   */
  rooms = false;
  /**
   * After how long without a keystroke we have paused.
   * @default 30_000
   */
  pausedAfter = 30_000;
  /**
   * After how long without anything we are inactive.
   * @default 120_000
   */
  inactiveAfter = 120_000;
  /**
   * Whether `close()` tells that we are gone; else that we are inactive.
   * @default false
   */
  gone = false;
  /**
   * After how long somebody who was composing, and was not heard of again, is not any more.
   * @default 60_000
   */
  expireAfter = 60_000;
}

/** @throws ConfigError for an option that cannot work. */
export function checkStateOptions(options: ChatStatesOptions): void {
  for (const name of ['pausedAfter', 'inactiveAfter', 'expireAfter'] as const) {
    const value = options[name];
    if (!(typeof value === 'number' && value > 0))
      throw new ConfigError(`${name} is a number of milliseconds above 0, got ${value}`, name);
  }
  audienceOption('send', options.send);
  booleanOption('rooms', options.rooms);
  booleanOption('gone', options.gone);
}
