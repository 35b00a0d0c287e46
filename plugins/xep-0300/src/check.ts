import { acceptable, algorithmOf, type Digest, type DigestProvider, lengthOf } from './algorithms.js';
import type { Hash } from './stanza.js';

/** What hashes say of bytes. `unsupported`: nothing at all, which is no proof. */
export type HashVerdict = 'mismatch' | 'ok' | 'unsupported';

/** How hashes are compared. */
export interface VerifyOptions {
  /**
   * Whether SHA-1 alone is proof enough: where a protocol knows nothing else.
   * @default false
   */
  readonly allowSha1?: boolean | undefined;
}

// A list of a stranger may be long; each costs as much as the file is long.
const MOST = 8;

/** Compares bytes with hashes while they come. All that can be computed have to fit, not the first alone. */
export class HashCheck {
  readonly #digests: { readonly digest: Digest; readonly wanted: Uint8Array }[] = [];
  readonly #proves: boolean;
  #verdict: HashVerdict | undefined;

  constructor(provider: DigestProvider, hashes: Iterable<Hash>, { allowSha1 = false }: VerifyOptions = {}) {
    const wanted = new Map<string, Uint8Array>();
    for (const hash of hashes) {
      const algorithm = algorithmOf(hash.xml.attribute('algo') ?? '');
      if (algorithm === undefined || !Object.hasOwn(provider, algorithm)) continue;
      const { value } = hash;
      const before = wanted.get(algorithm);
      // One that is none fits nothing; and two of one algorithm that differ make the list one that nothing fits (XEP-0300 §3).
      if (value?.length !== lengthOf(algorithm) || (before && !isSame(before, value))) {
        this.#verdict = 'mismatch';
        continue;
      }
      if (wanted.size < MOST) wanted.set(algorithm, value);
    }
    for (const [algorithm, value] of wanted) {
      const digest = provider[algorithm]?.();
      if (digest) this.#digests.push({ digest, wanted: value });
    }
    this.#proves = [...wanted.keys()].some((algorithm) => allowSha1 || acceptable.includes(algorithm));
  }

  /** Whether there is a hash that proves anything. */
  get proves(): boolean {
    return this.#proves || this.#verdict === 'mismatch';
  }

  /** Takes in what comes next. */
  update(bytes: Uint8Array): void {
    if (this.#verdict === undefined) for (const { digest } of this.#digests) digest.update(bytes);
  }

  /** The verdict, once all has come. */
  verdict(): HashVerdict {
    this.#verdict ??= this.#compare();
    return this.#verdict;
  }

  #compare(): HashVerdict {
    const fits = this.#digests.map(({ digest, wanted }) => isSame(digest.digest(), wanted));
    if (fits.includes(false)) return 'mismatch';
    return this.#proves ? 'ok' : 'unsupported';
  }
}

/** In a time that says nothing of where they differ. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
