import type { SaltParameters } from '../scram/salted-password.js';

/** What a login can make of the password without telling it. */
export interface PasswordUse {
  /**
   * The SaltedPassword of RFC 5802 §3, which is worth as much as the password; what was kept of earlier logins is forgotten.
   * @throws SaslProtocolError for a salt or iteration count out of bounds.
   */
  salted(parameters: SaltParameters): Promise<Uint8Array>;
}

/** What an answer of the server means. Data is the base64 of what the mechanism says: an empty text for no bytes, undefined for none. */
export type SaslAnswer =
  | { readonly kind: 'challenge' | 'success' | 'continue'; readonly data?: string | undefined }
  | {
      readonly kind: 'failure';
      /** The condition, by its name in RFC 6120 §6.5. */
      readonly condition?: string | undefined;
      /** For people, as the server sent it. */
      readonly text?: string | undefined;
    };

/**
 * How a login is written in XML: RFC 6120 §6 and XEP-0388 are two of these. `E` is an element.
 *
 * What goes over the wire as base64 is handed over as that; an empty text stands for no bytes, which is not the same as undefined.
 */
export interface SaslProfile<E> {
  /** Whether the stream is opened anew behind a success: what came in the same breath is then read by nobody. */
  readonly restarts: boolean;
  /** Whether it is that of XEP-0388, for which XEP-0440 has stricter rules. Default false. */
  readonly sasl2?: boolean | undefined;
  /**
   * Begins with a mechanism.
   * @param password What can be made of the password, where there is one.
   */
  auth(mechanism: string, initial: string | undefined, password: PasswordUse | undefined): E | Promise<E>;
  /** Answers a challenge. */
  response(data: string): E;
  /** Gives up. */
  abort(): E;
  /** What an answer of the server means; undefined for what does not belong here. `continue` is a success after which more is asked. */
  read(answer: E): SaslAnswer | undefined;
}
