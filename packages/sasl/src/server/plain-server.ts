import { constantTimeEqual, fromUtf8, utf8 } from '../bytes.js';
import type { SaslLookup, SaslServerResult } from './result.js';

/** The server's half of PLAIN (RFC 4616), for tests and small servers. One instance, one authentication. */
export class PlainServer {
  readonly #lookup: SaslLookup;

  constructor({ lookup }: { lookup: SaslLookup }) {
    this.#lookup = lookup;
  }

  /** Takes the client's only message. */
  async respond(message: Uint8Array): Promise<SaslServerResult> {
    const [authzid = '', username = '', password = '', ...rest] = fromUtf8(message)?.split('\0') ?? [];
    if (username === '' || password === '' || rest.length > 0) return { done: true, success: false, data: undefined };
    const account = await this.#lookup(username);
    const success = account !== undefined && constantTimeEqual(utf8(account.password), utf8(password));
    return { done: true, success, data: undefined, username, ...(authzid === '' ? {} : { authzid }) };
  }
}
