import type { Clock } from '@sestina/core';
import { deadline } from '@sestina/core/util';

/** Lets time pass. @throws the signal's reason. */
export function pause(clock: Clock, timeout: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    deadline(clock, { what: 'a pause', timeout, signal, background: true }, (reason) => {
      if (signal.aborted) reject(reason);
      else resolve();
    });
  });
}
