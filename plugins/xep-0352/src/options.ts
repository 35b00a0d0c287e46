import { ConfigError } from '@sestina/core';
import type { Activity } from './activity.js';

/** Options of `ClientState`. */
export class ClientStateOptions {
  /**
   * Milliseconds for which nobody has to use the client before the server is told so: a glance at another window says nothing.
   * @default 10_000
   */
  delay = 10_000;
  /**
   * Who knows whether somebody uses the client, such as `new PageActivity(document)`; without it, you say so with `active()` and
   * `inactive()`.
   * @default undefined
   */
  follow: Activity | undefined = undefined;
}

/** @throws ConfigError for values that cannot be. */
export function checkOptions({ delay, follow }: ClientStateOptions): void {
  if (!(Number.isFinite(delay) && delay >= 0)) {
    throw new ConfigError(`delay is a number of milliseconds from 0, got ${delay}`, 'delay');
  }
  if (follow !== undefined && typeof follow?.onChange !== 'function') {
    throw new ConfigError('follow is an Activity, such as new PageActivity(document)', 'follow');
  }
}
