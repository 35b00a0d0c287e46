import { ConfigError } from '@sestina/core';
import { checkOption } from '@sestina/core/connection';

/** Options of `MucSelfPing`. */
export class MucSelfPingOptions {
  /**
   * Milliseconds of silence after which a room is asked whether we are still in it.
   * @default 900_000
   */
  idle = 900_000;
  /**
   * Milliseconds that the answer is waited for.
   * @default 60_000
   */
  timeout = 60_000;
  /**
   * Part of `idle` by which it differs from room to room, so that not all are asked at once.
   * @default 0.1
   */
  jitter = 0.1;
}

/** @throws ConfigError for an option that cannot work. */
export function checkOptions({ idle, timeout, jitter }: MucSelfPingOptions): void {
  for (const [name, value] of Object.entries({ idle, timeout })) {
    if (!(typeof value === 'number' && value > 0))
      throw new ConfigError(`${name} is a positive number of milliseconds, got ${value}`, name);
  }
  const isPart = typeof jitter === 'number' && jitter >= 0 && jitter <= 1;
  checkOption('jitter', jitter, isPart, 'a number from 0 to 1');
}
