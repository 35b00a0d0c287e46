import { type Sending, StreamError } from '@sestina/core';
import type { Unacked } from './unacked.js';

/** Conditions of a stream error that blame what we wrote (RFC 6120 §4.9.3). */
const BLAMING: ReadonlySet<string> = new Set([
  ...['bad-format', 'bad-namespace-prefix', 'improper-addressing', 'invalid-from', 'invalid-namespace', 'invalid-xml'],
  ...['not-well-formed', 'policy-violation', 'restricted-xml', 'unsupported-encoding', 'unsupported-stanza-type'],
]);
/** The same of a WebSocket: invalid data, policy violation, too large (RFC 6455 §7.4.1). */
const BLAMING_CODES: ReadonlySet<number> = new Set([1007, 1008, 1009]);

/** Whether the server has ended the stream over something that we wrote. */
function blamesUs(reason: Error): boolean {
  if (reason instanceof StreamError) return reason.origin === 'peer' && BLAMING.has(reason.condition);
  const { closeCode, origin } = reason as { readonly closeCode?: number; readonly origin?: string };
  return origin === 'peer' && closeCode !== undefined && BLAMING_CODES.has(closeCode);
}

/**
 * Stanzas that the server may have ended the stream over: the first that it had not counted. One for which it does so twice is not sent a
 * third time: it would end every session that there is.
 */
export class Suspects {
  readonly #once = new WeakSet<Sending>();
  #blamed: Error | undefined;

  /** The stream has ended, for that reason. */
  ended(reason: Error): void {
    if (blamesUs(reason)) this.#blamed = reason;
  }

  /**
   * It is known what the server has counted: fails the first of the others where the stream has ended over it twice, and gives it where that
   * was once.
   */
  judge(unacked: Unacked): Sending | undefined {
    const reason = this.#blamed;
    this.#blamed = undefined;
    const [first] = unacked.sendings;
    if (!first) return undefined;
    const before = this.#once.has(first);
    if (!reason) return before ? first : undefined;
    if (before) {
      unacked.refuse(reason);
      return undefined;
    }
    this.#once.add(first);
    return first;
  }

  /** This is a suspect that is sent once more. */
  add(sending: Sending): void {
    this.#once.add(sending);
  }
}
