import { concat, constantTimeEqual, toBase64, utf8 } from '../bytes.js';
import { brokenRule, commonChannelBindingTypes, unboundFlag } from '../channel-binding.js';
import { escapeSaslName, required, wellFormed } from '../credentials.js';
import { DowngradeError, SaslError, SaslProtocolError, ServerAuthenticationError } from '../errors.js';
import { CLIENT_NONCE_BYTES, type ScramLimits } from '../limits.js';
import type { SaslCredentials, SaslEnvironment, SaslExchange } from '../mechanism.js';
import { saslprep } from '../saslprep.js';
import type { ScramCrypto, ScramHash } from './crypto.js';
import { deriveKeys, type ScramKeys, sign } from './keys.js';
import { listHash } from './list-hash.js';
import { scramCrypto } from './platform-crypto.js';
import { parseServerFinal, parseServerFirst, type ServerFirst } from './server-messages.js';

/** How to run one exchange. */
export interface ScramExchangeOptions {
  readonly hash: ScramHash;
  readonly plus: boolean;
  readonly limits: ScramLimits;
  readonly credentials: SaslCredentials;
  readonly environment: SaslEnvironment;
  /** Instead of a random one: for the vectors of the RFCs. */
  readonly nonce?: string;
}

const BROKEN = {
  4: 'mechanisms that bind channels are offered, but no type of binding',
  5: 'types of channel binding are offered, but no mechanism that binds',
  6: 'channels are bound, but only with types unknown here',
} as const;

interface FirstSent {
  readonly password: string;
  readonly nonce: string;
  readonly bare: string;
  /** The GS2 header and the binding data: what `c=` says. */
  readonly bindingInput: Uint8Array;
}

interface FinalSent {
  readonly serverSignature: Uint8Array;
  /** To be called when the server has proven itself. */
  readonly remember: () => void;
}

/** The client's half of RFC 5802 section 5. Every failure is final, also to what is called after it. */
export class ScramExchange implements SaslExchange {
  readonly #hash: ScramHash;
  readonly #plus: boolean;
  readonly #limits: ScramLimits;
  readonly #environment: SaslEnvironment;
  readonly #nonce: string | undefined;
  #credentials: SaslCredentials | undefined;
  #firstSent: FirstSent | undefined;
  #finalSent: FinalSent | undefined;
  #verified = false;

  constructor({ hash, plus, limits, credentials, environment, nonce }: ScramExchangeOptions) {
    this.#hash = hash;
    this.#plus = plus;
    this.#limits = limits;
    this.#environment = environment;
    this.#nonce = nonce;
    this.#credentials = { ...credentials };
  }

  async initial(): Promise<Uint8Array> {
    const credentials = this.#credentials;
    if (credentials === undefined) throw new TypeError('an exchange serves one authentication: start() another');
    this.#credentials = undefined;
    const username = saslprep(required('username', credentials.username), 'username', true);
    const password = saslprep(required('password', credentials.password), 'password');
    const authzid = credentials.authzid ? `a=${escapeSaslName(wellFormed('authzid', credentials.authzid))}` : '';
    const { flag, data } = this.#plus ? await this.#bind() : { flag: unboundFlag(this.#environment), data: undefined };
    const gs2Header = `${flag},${authzid},`;
    const nonce = this.#nonce ?? this.#randomNonce();
    const bare = `n=${escapeSaslName(username)},r=${nonce}`;
    this.#firstSent = { password, nonce, bare, bindingInput: concat(utf8(gs2Header), data ?? new Uint8Array()) };
    return utf8(gs2Header + bare);
  }

  async respond(challenge: Uint8Array): Promise<Uint8Array> {
    const firstSent = this.#firstSent;
    const finalSent = this.#finalSent;
    // Whatever happens below, a message is answered once.
    this.#firstSent = undefined;
    this.#finalSent = undefined;
    if (firstSent) return this.#respondToFirst(firstSent, challenge);
    if (!finalSent) throw new SaslProtocolError('unexpected-challenge', 'no challenge can follow here');
    this.#verify(finalSent, parseServerFinal(challenge));
    return new Uint8Array();
  }

  async success(additional: Uint8Array | undefined): Promise<void> {
    const finalSent = this.#finalSent;
    this.#firstSent = undefined;
    this.#finalSent = undefined;
    if (this.#verified) {
      this.#verified = false;
      return;
    }
    if (!finalSent) throw new ServerAuthenticationError('it reports success before the exchange has come to its end');
    if (additional === undefined || additional.length === 0) {
      throw new ServerAuthenticationError('it reports success without its signature');
    }
    let signature: Uint8Array;
    try {
      signature = parseServerFinal(additional);
    } catch (error) {
      if (!(error instanceof SaslError)) throw error;
      throw new ServerAuthenticationError('it reports success with something that is no signature');
    }
    this.#verify(finalSent, signature);
    this.#verified = false;
  }

  async #respondToFirst(sent: FirstSent, challenge: Uint8Array): Promise<Uint8Array> {
    const first = parseServerFirst(challenge, sent.nonce, this.#limits);
    const crypto = await scramCrypto();
    await this.#checkList(crypto, first.attributes.get('h'));
    this.#environment.scramWatch?.(first.attributes);
    const { keys, remember } = await this.#keys(crypto, sent.password, first);
    const withoutProof = `c=${toBase64(sent.bindingInput)},r=${first.nonce}`;
    const authMessage = `${sent.bare},${first.text},${withoutProof}`;
    const { proof, serverSignature } = await sign(crypto, this.#hash, keys, authMessage);
    this.#finalSent = { serverSignature, remember };
    return utf8(`${withoutProof},p=${toBase64(proof)}`);
  }

  #verify({ serverSignature, remember }: FinalSent, signature: Uint8Array): void {
    if (!constantTimeEqual(serverSignature, signature)) throw new ServerAuthenticationError('its signature is wrong');
    remember();
    this.#verified = true;
  }

  async #bind(): Promise<{ flag: string; data: Uint8Array }> {
    for (const type of commonChannelBindingTypes(this.#environment)) {
      const data = await this.#environment.channelBinding(type);
      if (data !== undefined && data.length > 0) return { flag: `p=${type}`, data };
    }
    throw new SaslProtocolError(
      'channel-binding-unavailable',
      'this connection has no channel binding that the server takes; choose again with withoutChannelBinding()',
    );
  }

  async #checkList(crypto: ScramCrypto, stated: string | undefined): Promise<void> {
    const { offeredMechanisms, serverChannelBindingTypes } = this.#environment;
    if (stated === undefined) {
      const rule = brokenRule(this.#environment);
      if (rule === undefined) return;
      throw new DowngradeError(
        `${BROKEN[rule]}, and the server has no proof that this list is its own (XEP-0440 rule ${rule}): if nothing is wrong with the ` +
          'server, somebody may be tampering with the connection',
        offeredMechanisms,
      );
    }
    const expected = await listHash(crypto, this.#hash, offeredMechanisms, serverChannelBindingTypes);
    if (stated === expected) return;
    throw new DowngradeError(
      'the mechanisms or channel bindings received are not those the server sent (XEP-0474): somebody is tampering with the connection',
      offeredMechanisms,
    );
  }

  async #keys(
    crypto: ScramCrypto,
    password: string,
    { salt, iterations }: ServerFirst,
  ): Promise<{ keys: ScramKeys; remember: () => void }> {
    const cache = this.#environment.scramKeyCache;
    const derive = () => deriveKeys(crypto, this.#hash, password, salt, iterations);
    if (cache === undefined) return { keys: await derive(), remember: () => {} };
    const digest = await crypto.hmac('SHA-256', salt, utf8(password));
    const id = `${this.#hash} ${iterations} ${toBase64(salt)} ${toBase64(digest)}`;
    const keys = cache.get(id) ?? (await derive());
    return { keys, remember: () => cache.set(id, keys) };
  }

  #randomNonce(): string {
    const bytes = this.#environment.randomBytes(CLIENT_NONCE_BYTES);
    if (bytes.length !== CLIENT_NONCE_BYTES) {
      throw new RangeError(`randomBytes(${CLIENT_NONCE_BYTES}) returned ${bytes.length} bytes`);
    }
    return toBase64(bytes);
  }
}
