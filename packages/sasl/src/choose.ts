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
 * @throws NoMechanismError where nothing is in common that may be used
 * @throws DowngradeError where all of it is weaker than `minimum`, that is, than what has worked before
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
  if (common.some((mechanism) => mechanism.strength >= floor)) {
    const why = common.map((mechanism) => `${mechanism.name} ${refusal(mechanism, environment, policy)}`).join(', ');
    throw new NoMechanismError(
      offered,
      refused,
      `of these ${why}: enable another one at the server, or change the policy`,
    );
  }
  throw new DowngradeError(
    `of what the server offers only ${refused.join(', ')} could be used, which is weaker than ${policy.minimum}: ` +
      'if the server was not changed on purpose, somebody may be tampering with the connection',
    offered,
    refused,
  );
}

/** Why a mechanism may not be used, as the end of a sentence. */
function refusal(
  mechanism: SaslMechanism,
  { secure }: SaslEnvironment,
  { only, minimum, channelBinding }: MechanismPolicy,
) {
  if (mechanism.needsTls && !secure) return 'is not used without TLS';
  if (only && !only.includes(mechanism.name)) return 'is not among `only`';
  if (channelBinding === 'require' && !binds(mechanism)) return 'is not bound to the TLS connection';
  if (channelBinding === 'never' && binds(mechanism)) return 'is bound to the TLS connection';
  return `is weaker than ${minimum}`;
}

/** Whether a mechanism binds the login to its TLS connection. */
export function binds({ name }: SaslMechanism): boolean {
  return /-PLUS$|^HT-.*-(?:UNIQ|ENDP|EXPR)$/.test(name);
}

function allowed(mechanism: SaslMechanism, environment: SaslEnvironment, policy: MechanismPolicy, floor: number) {
  if (mechanism.needsTls && !environment.secure) return false;
  if (mechanism.strength < floor) return false;
  if (policy.only && !policy.only.includes(mechanism.name)) return false;
  if (policy.channelBinding === 'require') return binds(mechanism);
  return !(binds(mechanism) && policy.channelBinding === 'never');
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
