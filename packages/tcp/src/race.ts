import type { Clock, Timer } from '@sestina/core';
import type { HostAddress } from './resolver.js';

/** Milliseconds after which the next address is tried beside the one that has not answered (RFC 8305 §5). */
export const ATTEMPT_DELAY = 250;

/** Alternates between the families, starting with that of the first (RFC 8305 §4), and drops what is there twice. */
export function interleaved(addresses: readonly HostAddress[]): HostAddress[] {
  const unique = [...new Map(addresses.map((address) => [address.address, address])).values()];
  const [first] = unique;
  const preferred = unique.filter((address) => address.family === first?.family);
  const other = unique.filter((address) => address.family !== first?.family);
  const order: HostAddress[] = [];
  for (let index = 0; index < unique.length; index++)
    order.push(...preferred.slice(index, index + 1), ...other.slice(index, index + 1));
  return order;
}

/** How `race` tries a candidate. */
export interface Runners<C, T> {
  attempt(candidate: C, signal: AbortSignal): Promise<T>;
  /** It did not work. */
  failed(candidate: C, error: unknown): void;
  /** It worked, but too late. */
  discard(late: T): void;
}

/**
 * Tries one after the other, `ATTEMPT_DELAY` apart or at once where one failed; the first that works wins and the others
 * are stopped. Undefined where none does.
 * @throws the reason of `signal`.
 */
export function race<C, T>(
  candidates: readonly C[],
  runners: Runners<C, T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ candidate: C; value: T } | undefined> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const controller = new AbortController();
    const running = new Set<C>();
    const waiting = [...candidates];
    let timer: Timer | undefined;
    let over = false;

    const finish = (settle: () => void): void => {
      over = true;
      timer?.cancel();
      signal.removeEventListener('abort', onAbort);
      settle();
      controller.abort(signal.aborted ? signal.reason : new Error('another address was faster'));
    };
    const onAbort = (): void => {
      for (const candidate of running) runners.failed(candidate, signal.reason);
      finish(() => reject(signal.reason));
    };
    const lost = (candidate: C, error: unknown): void => {
      running.delete(candidate);
      if (over) return;
      runners.failed(candidate, error);
      next();
    };
    const won = (candidate: C, value: T): void => {
      if (over) runners.discard(value);
      else finish(() => resolve({ candidate, value }));
    };
    const next = (): void => {
      timer?.cancel();
      const candidate = waiting.shift();
      if (candidate === undefined) {
        if (running.size === 0) finish(() => resolve(undefined));
        return;
      }
      running.add(candidate);
      runners.attempt(candidate, controller.signal).then(
        (value) => won(candidate, value),
        (error: unknown) => lost(candidate, error),
      );
      if (waiting.length > 0) timer = clock.setTimer(ATTEMPT_DELAY, next);
    };

    signal.addEventListener('abort', onAbort, { once: true });
    next();
  });
}
