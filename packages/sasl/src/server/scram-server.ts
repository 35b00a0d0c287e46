import { concat, constantTimeEqual, toBase64, utf8 } from '../bytes.js';
import { SaslError } from '../errors.js';
import { CLIENT_NONCE_BYTES } from '../limits.js';
import { saslprep } from '../saslprep.js';
import type { ScramHash } from '../scram/crypto.js';
import { deriveKeys, type ScramKeys, sign } from '../scram/keys.js';
import { listHash } from '../scram/list-hash.js';
import { scramCrypto } from '../scram/platform-crypto.js';
import { type ClientFirst, parseClientFinal, parseClientFirst } from './client-messages.js';
import type { SaslLookup, SaslServerResult } from './result.js';

/** How a `ScramServer` is to act. */
export interface ScramServerOptions {
  readonly hash: ScramHash;
  /** Bytes from a cryptographic generator. */
  randomBytes(length: number): Uint8Array;
  readonly lookup: SaslLookup;
  /** Default 4096. */
  readonly iterations?: number;
  /** The mechanism is the -PLUS form, so the client has to bind. Default false. */
  readonly plus?: boolean;
  /** The data of this connection, undefined for a type not supported. If given, the flag `y` is refused. */
  readonly channelBinding?: (type: string) => Promise<Uint8Array | undefined>;
  /** The version of TLS as four hexadecimal digits: adds `t=` of XEP-0515. Default: no such attribute. */
  readonly tlsVersion?: string;
  /** What was offered: adds `h=` of XEP-0474. Default: no such attribute. */
  readonly offered?: { readonly mechanisms: readonly string[]; readonly channelBindingTypes?: readonly string[] };
}

interface FirstTaken {
  readonly client: ClientFirst;
  readonly bindingInput: Uint8Array;
  readonly nonce: string;
  readonly serverFirst: string;
  /** Undefined where there is no such account: that shows only at the end. */
  readonly keys: ScramKeys | undefined;
}

/** The server's half of SCRAM (RFC 5802), for tests and small servers. One instance, one authentication. */
export class ScramServer {
  readonly #options: ScramServerOptions;
  #taken: FirstTaken | undefined;
  #started = false;

  constructor(options: ScramServerOptions) {
    this.#options = options;
  }

  /** Takes the client's next message. What the client does wrong is a result without success, never thrown. */
  async respond(message: Uint8Array): Promise<SaslServerResult> {
    const taken = this.#taken;
    this.#taken = undefined;
    try {
      if (taken) return await this.#finish(taken, message);
      if (this.#started) return refuse('other-error');
      this.#started = true;
      return await this.#begin(message);
    } catch (error) {
      if (error instanceof SaslError) return refuse('other-error', taken?.client.username);
      throw error;
    }
  }

  async #begin(message: Uint8Array): Promise<SaslServerResult> {
    const { hash, iterations = 4096, offered, tlsVersion } = this.#options;
    const client = parseClientFirst(message);
    const username = saslprep(client.username, 'username', true);
    const binding = await this.#binding(client);
    if ('refused' in binding) return refuse(binding.refused, username);
    const account = await this.#options.lookup(username);
    const salt = concat(account?.salt ?? this.#options.randomBytes(16));
    const nonce = client.nonce + toBase64(this.#options.randomBytes(CLIENT_NONCE_BYTES));
    const crypto = await scramCrypto();
    const proofOfList = offered
      ? `,h=${await listHash(crypto, hash, offered.mechanisms, offered.channelBindingTypes)}`
      : '';
    const serverFirst = `r=${nonce},s=${toBase64(salt)},i=${iterations}${proofOfList}${tlsVersion ? `,t=${tlsVersion}` : ''}`;
    const keys = account
      ? await deriveKeys(crypto, hash, saslprep(account.password, 'password'), salt, iterations)
      : undefined;
    this.#taken = {
      client: { ...client, username },
      bindingInput: concat(utf8(client.gs2Header), binding.data),
      nonce,
      serverFirst,
      keys,
    };
    return { done: false, success: false, data: utf8(serverFirst), username };
  }

  async #finish({ client, bindingInput, nonce, serverFirst, keys }: FirstTaken, message: Uint8Array) {
    const final = parseClientFinal(message);
    if (final.nonce !== nonce) return refuse('other-error', client.username);
    if (!constantTimeEqual(final.bindingInput, bindingInput)) {
      return refuse('channel-bindings-dont-match', client.username);
    }
    if (!keys) return refuse('invalid-proof', client.username);
    const authMessage = `${client.bare},${serverFirst},${final.withoutProof}`;
    const { proof, serverSignature } = await sign(await scramCrypto(), this.#options.hash, keys, authMessage);
    if (!constantTimeEqual(proof, final.proof)) return refuse('invalid-proof', client.username);
    return {
      done: true,
      success: true,
      data: utf8(`v=${toBase64(serverSignature)}`),
      username: client.username,
      ...(client.authzid === undefined ? {} : { authzid: client.authzid }),
    };
  }

  async #binding({ flag }: ClientFirst): Promise<{ data: Uint8Array } | { refused: string }> {
    const { plus = false, channelBinding } = this.#options;
    if (typeof flag === 'object') {
      const data = plus ? await channelBinding?.(flag.type) : undefined;
      return data ? { data } : { refused: 'unsupported-channel-binding-type' };
    }
    if (plus) return { refused: 'other-error' };
    if (flag === 'y' && channelBinding) return { refused: 'server-does-support-channel-binding' };
    return { data: new Uint8Array() };
  }
}

function refuse(reason: string, username?: string): SaslServerResult {
  return { done: true, success: false, data: utf8(`e=${reason}`), ...(username === undefined ? {} : { username }) };
}
