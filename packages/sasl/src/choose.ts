import { DowngradeError, NoMechanismError } from './errors.js';
import type { SaslCredentials, SaslEnvironment, SaslMechanism } from './mechanism.js';

/** What may be chosen. */
export interface MechanismPolicy {
  /** Only these names. Default: all that are available. */
  only?: readonly string[] | undefined;
  /**
   * Nothing weaker than this mechanism. Remember `SCRAM-SHA-1` here after the first login with any SCRAM, and PLAIN is
   * refused from then on; XEP-0474 section 7 advises against remembering more than that. Default: no minimum.
   */
  minimum?: string | undefined;
  /** There is no way to allow it. */
  allowPlainWithoutTls?: false | undefined;
  /**
   * `never` leaves the -PLUS mechanisms out (pass `withoutChannelBinding(environment)` to `start()` too), `require` takes
   * nothing else. Default `prefer`.
   */
  channelBinding?: 'prefer' | 'never' | 'require' | undefined;
}

/**
 * The strongest mechanism that the server offers, that there are credentials for and that the policy allows. Of two
 * equally strong ones the first in `available`. Pure: it looks at its arguments only.
 *
 * Channel binding comes before the hash, so SCRAM-SHA-1-PLUS is chosen before SCRAM-SHA-512: no weakness of SHA-1 is known
 * that matters inside HMAC, whereas without binding a man in the middle with a false certificate can relay the login.
 *
 * @throws NoMechanismError where nothing is in common
 * @throws DowngradeError where something is, but the policy allows none of it
 */
export function chooseMechanism(
  offered: readonly string[],
  available: readonly SaslMechanism[],
  credentials: SaslCredentials,
  environment: SaslEnvironment,
  policy: MechanismPolicy = {},
): SaslMechanism {
  const usable = available.filter((mechanism) => mechanism.usable(credentials, environment));
  const common = usable.filter((mechanism) => offered.includes(mechanism.name));
  if (common.length === 0) throw new NoMechanismError(offered, names(usable));
  const floor = minimumStrength(offered, available, policy);
  let best: SaslMechanism | undefined;
  for (const mechanism of common) {
    if (allowed(mechanism, environment, policy, floor) && !(best && best.strength >= mechanism.strength))
      best = mechanism;
  }
  if (best) return best;
  const refused = names(common);
  throw new DowngradeError(
    `of what the server offers only ${refused.join(', ')} could be used, which the policy refuses` +
      `${environment.secure ? '' : ' (there is no TLS)'}: ` +
      'if the server was not changed on purpose, somebody may be tampering with the connection',
    offered,
    refused,
  );
}

function allowed(mechanism: SaslMechanism, environment: SaslEnvironment, policy: MechanismPolicy, floor: number) {
  if (mechanism.needsTls && !environment.secure) return false;
  if (mechanism.strength < floor) return false;
  if (policy.only && !policy.only.includes(mechanism.name)) return false;
  const binds = mechanism.name.endsWith('-PLUS');
  if (policy.channelBinding === 'require') return binds;
  return !(binds && policy.channelBinding === 'never');
}

function minimumStrength(
  offered: readonly string[],
  available: readonly SaslMechanism[],
  { minimum }: MechanismPolicy,
) {
  if (minimum === undefined) return Number.NEGATIVE_INFINITY;
  const pinned = available.find((mechanism) => mechanism.name === minimum);
  // Fails closed: a pin that says nothing must not become no pin at all.
  if (!pinned)
    throw new NoMechanismError(offered, names(available), `the policy's minimum, ${minimum}, is not among them`);
  return pinned.strength;
}

function names(mechanisms: readonly SaslMechanism[]): string[] {
  return mechanisms.map((mechanism) => mechanism.name);
}
