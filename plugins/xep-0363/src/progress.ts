import type { Clock } from '@sestina/core';

// Milliseconds between two of them.
const PAUSE = 100;

/** Tells of progress: never backwards, not too often, and of the end in any case. */
export function progressOf(
  clock: Clock,
  size: number,
  tell: ((progress: { readonly sent: number; readonly size: number }) => void) | undefined,
): (sent: number) => void {
  let most = 0;
  let last = Number.NEGATIVE_INFINITY;
  return (sent) => {
    const now = clock.monotonic();
    if (!tell || sent <= most || (sent < size && now - last < PAUSE)) return;
    most = sent;
    last = now;
    tell({ sent, size });
  };
}
