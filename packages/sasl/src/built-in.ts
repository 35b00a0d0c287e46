import { AnonymousMechanism } from './anonymous.js';
import { ExternalMechanism } from './external.js';
import { type ScramLimits, scramLimits } from './limits.js';
import type { SaslMechanism } from './mechanism.js';
import { OauthBearerMechanism } from './oauthbearer.js';
import { PlainMechanism } from './plain.js';
import { ScramMechanism } from './scram/mechanism.js';

/**
 * New instances of all mechanisms of this package, strongest first.
 * @throws RangeError where a limit is none
 */
export function builtInMechanisms(limits?: Partial<ScramLimits>): SaslMechanism[] {
  const checked = scramLimits(limits);
  return [
    new ExternalMechanism(),
    new ScramMechanism('SHA-512', true, checked),
    new ScramMechanism('SHA-256', true, checked),
    new ScramMechanism('SHA-1', true, checked),
    new ScramMechanism('SHA-512', false, checked),
    new ScramMechanism('SHA-256', false, checked),
    new ScramMechanism('SHA-1', false, checked),
    new OauthBearerMechanism(),
    new PlainMechanism(),
    new AnonymousMechanism(),
  ];
}
