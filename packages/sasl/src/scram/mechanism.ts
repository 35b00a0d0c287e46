import { commonChannelBindingTypes } from '../channel-binding.js';
import { type ScramLimits, scramLimits } from '../limits.js';
import { type SaslCredentials, type SaslEnvironment, type SaslExchange, SaslMechanism } from '../mechanism.js';
import type { ScramHash } from './crypto.js';
import { ScramExchange } from './exchange.js';

const hashStrength = { 'SHA-1': 1, 'SHA-256': 2, 'SHA-512': 3 } as const;

/**
 * SCRAM (RFC 5802, RFC 7677): shows that we know the password without telling it, and that the server knows it.
 * Strength: 61 to 63 with channel binding, 51 to 53 without.
 */
export class ScramMechanism extends SaslMechanism {
  readonly name: string;
  readonly strength: number;
  readonly needsTls: boolean;
  readonly #hash: ScramHash;
  readonly #plus: boolean;
  readonly #limits: ScramLimits;

  /**
   * @param plus with channel binding: the -PLUS form
   * @throws RangeError where a limit is none
   */
  constructor(hash: ScramHash, plus = false, limits?: Partial<ScramLimits>) {
    super();
    this.name = `SCRAM-${hash}${plus ? '-PLUS' : ''}`;
    this.strength = hashStrength[hash] + (plus ? 60 : 50);
    this.needsTls = plus;
    this.#hash = hash;
    this.#plus = plus;
    this.#limits = scramLimits(limits);
  }

  usable(credentials: SaslCredentials, environment: SaslEnvironment): boolean {
    if (!credentials.username || credentials.password === undefined) return false;
    return !this.#plus || commonChannelBindingTypes(environment).length > 0;
  }

  start(credentials: SaslCredentials, environment: SaslEnvironment): SaslExchange {
    return new ScramExchange({
      hash: this.#hash,
      plus: this.#plus,
      limits: this.#limits,
      credentials,
      environment,
    });
  }
}
