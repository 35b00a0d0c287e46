import { BaseXMPP, ConfigError, Plugin, SestinaError } from '@sestina/core';
import { quoted, within } from '@sestina/core/util';
import { algorithmOf, type Digest, type DigestProvider, recommended, sha2 } from './algorithms.js';
import { HashCheck, type HashVerdict, type VerifyOptions } from './check.js';
import { Hash, NS_HASH_NAMES, NS_HASHES } from './stanza.js';

/** An algorithm that cannot be computed here. */
export class UnsupportedHashError extends SestinaError {
  static override readonly name = 'UnsupportedHashError';
  readonly code = 'ERR_UNSUPPORTED_HASH';

  constructor(
    /** Its name. */
    readonly algorithm: string,
  ) {
    super(`no provider computes ${quoted(algorithm)}: give one that does in the option \`providers\``);
  }
}

/** Options of `Hashes`. */
export class HashesOptions {
  /**
   * What computes more than SHA-1 and SHA-2, such as `sha3` of `@sestina/xep-0300/sha3`. What they have is announced.
   * @default none
   */
  providers: readonly DigestProvider[] = [];
}

/** How long reading may take. */
export interface HashOptions {
  /**
   * Milliseconds that each next piece may take.
   * @default that of the connection
   */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes at once, or as they come. */
type Data = Uint8Array | AsyncIterable<Uint8Array>;

/**
 * XEP-0300: Use of Cryptographic Hash Functions in XMPP, version 1.0.0. Computes and compares hashes, of any amount of bytes while they come,
 * and announces which.
 */
export class Hashes extends Plugin {
  static override readonly id = 'xep-0300';
  static override readonly Options = HashesOptions;
  static override readonly inject = [BaseXMPP, HashesOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #provider: DigestProvider;

  /** @throws ConfigError for a provider that is none, or of an algorithm that nobody should use. */
  constructor(xmpp: BaseXMPP, { providers }: HashesOptions) {
    super();
    this.#xmpp = xmpp;
    this.#provider = Object.assign({}, sha2, ...checked(providers));
    this.own(xmpp.advertise(NS_HASHES));
    for (const name of this.algorithms) this.own(xmpp.advertise(`${NS_HASH_NAMES}${name}`));
  }

  /** The algorithms that can be computed. */
  get algorithms(): readonly string[] {
    return Object.keys(this.#provider);
  }

  /**
   * Hashes of bytes, which are read once and not kept.
   * @param algorithms Default: those of `recommended` that can be computed.
   * @throws UnsupportedHashError; what reading throws; TimeoutError; the signal's reason.
   */
  of(data: Data, algorithms?: readonly string[], { signal, timeout }: HashOptions = {}): Promise<Hash[]> {
    return this.untilRemoved(signal, async (over) => {
      const names = algorithms ?? recommended.filter((name) => Object.hasOwn(this.#provider, name));
      const digests = names.map((name) => ({ algo: algorithmOf(name) ?? name, digest: this.#begin(name) }));
      await this.#read(data, { signal: over, timeout }, (bytes) => {
        for (const { digest } of digests) digest.update(bytes);
      });
      return digests.map(({ algo, digest }) => new Hash({ algo, value: digest.digest() }));
    });
  }

  /**
   * What hashes say of bytes, which are read once and not kept. `unsupported` is no proof: SHA-1 alone is not either, unless `allowSha1`.
   * @throws what reading throws; TimeoutError; the signal's reason.
   */
  verify(
    data: Data,
    hashes: Iterable<Hash>,
    { signal, timeout, ...options }: HashOptions & VerifyOptions = {},
  ): Promise<HashVerdict> {
    return this.untilRemoved(signal, async (over) => {
      const check = this.checking(hashes, options);
      await this.#read(data, { signal: over, timeout }, (bytes) => check.update(bytes));
      return check.verdict();
    });
  }

  /** Compares with hashes what somebody else reads. */
  checking(hashes: Iterable<Hash>, options: VerifyOptions = {}): HashCheck {
    return new HashCheck(this.#provider, hashes, options);
  }

  /** Begins a hash. @throws UnsupportedHashError. */
  digest(algorithm: string): Digest {
    return this.#begin(algorithm);
  }

  #begin(name: string): Digest {
    const algorithm = algorithmOf(name);
    const begin = algorithm === undefined ? undefined : this.#provider[algorithm];
    if (!begin) throw new UnsupportedHashError(name);
    return begin();
  }

  async #read(data: Data, options: HashOptions, take: (bytes: Uint8Array) => void): Promise<void> {
    if (data instanceof Uint8Array) {
      take(data);
      return;
    }
    const chunks = data[Symbol.asyncIterator]();
    const { clock } = this.#xmpp;
    const { signal, timeout = this.#xmpp.timeout } = options;
    let ended = false;
    try {
      for (;;) {
        // A source may never go on.
        const { done, value } = await within(clock, chunks.next(), { what: 'the next piece', timeout, signal });
        ended = done === true;
        if (done) return;
        take(value);
      }
    } finally {
      if (!ended) chunks.return?.().then(undefined, () => {});
    }
  }
}

function checked(providers: unknown): DigestProvider[] {
  const fits = (provider: unknown): provider is DigestProvider =>
    typeof provider === 'object' &&
    provider !== null &&
    Object.entries(provider).every(([name, begin]) => algorithmOf(name) === name && typeof begin === 'function');
  if (Array.isArray(providers) && providers.every(fits)) return providers;
  throw new ConfigError(
    'providers is a list of objects with functions, each by the name of an algorithm of XEP-0300',
    'providers',
  );
}
