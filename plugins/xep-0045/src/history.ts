import type { HistoryLimits } from './options.js';
import { History } from './stanza.js';

/**
 * What to ask a room for of what was said before.
 * @param heard When something was heard last in the room, in milliseconds since 1970: what came since is what we have missed.
 */
export function historyFor(
  wanted: false | HistoryLimits | undefined,
  maxStanzas: number,
  heard: number | undefined,
): History {
  // Some services know one way only of asking for nothing (XEP-0045 §7.2.13).
  if (wanted === false || (wanted === undefined && maxStanzas === 0))
    return new History({ maxChars: 0, maxStanzas: 0 });
  const limits: HistoryLimits = wanted ?? { maxStanzas };
  return new History(heard === undefined ? limits : { ...limits, seconds: undefined, since: new Date(heard) });
}
