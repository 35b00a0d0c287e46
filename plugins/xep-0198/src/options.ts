import { ConfigError } from '@sestina/core';
import { booleanOption } from '@sestina/core/connection';

/** Options of `StreamManagement`. */
export class StreamManagementOptions {
  /**
   * Whether a session whose connection was lost is resumed.
   * @default true
   */
  resume = true;
  /**
   * Seconds for which the server is asked to keep a session without a connection, and after which it is given up here; undefined: as
   * long as the server likes.
   * @default undefined
   */
  max: number | undefined = undefined;
  /**
   * Asks for an acknowledgement after so many stanzas.
   * @default 5
   */
  requestEvery = 5;
  /**
   * Asks at the latest so many milliseconds after a stanza was written.
   * @default 250
   */
  requestAfter = 250;
  /**
   * Acknowledges unasked after so many stanzas of the server.
   * @default 10
   */
  ackEvery = 10;
  /**
   * Acknowledges unasked at the latest so many milliseconds after a stanza was handled.
   * @default 2_000
   */
  ackAfter = 2_000;
  /**
   * Milliseconds that the server has for an acknowledgement, or for the answer whether it counts; then the connection is cut, and made
   * again.
   * @default 30_000
   */
  timeout = 30_000;
  /**
   * Stanzas that may wait for their acknowledgement. From three quarters of it on further ones wait in the send queue, until half is
   * free.
   * @default 1_024
   */
  maxUnacked = 1_024;
  /**
   * The same for their text, in UTF-16 units.
   * @default 8_388_608
   */
  maxUnackedBytes = 8_388_608;
  /**
   * What becomes of stanzas whose fate is unknown because a session was lost: nothing of itself, or the messages among them are sent
   * once more in the next session, and may arrive twice.
   * @default 'never'
   */
  resend: 'messages' | 'never' = 'never';
  /**
   * Whether a session outlives the process, or the page: each stanza is kept in the connection's `storage` before it is written, and what
   * resumes the session in its `secrets`.
   * @default false
   */
  persist = false;
}

/** @throws ConfigError for a number that is not positive, and for a word that is none of them. */
export function checkOptions({ resume, persist, resend, max, ...numbers }: StreamManagementOptions): void {
  for (const [name, value] of Object.entries(max === undefined ? numbers : { ...numbers, max })) {
    if (!(Number.isFinite(value) && value > 0)) {
      throw new ConfigError(`${name} has to be a positive number, got ${value}`, name);
    }
  }
  booleanOption('resume', resume);
  booleanOption('persist', persist);
  if (resend !== 'messages' && resend !== 'never') {
    throw new ConfigError(`resend has to be 'messages' or 'never', got ${String(resend)}`, 'resend');
  }
}
