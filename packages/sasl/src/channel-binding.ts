import type { ChannelBindingType, SaslEnvironment } from './mechanism.js';

/** The types that both sides can bind with, best first. Empty where no -PLUS mechanism can work. */
export function commonChannelBindingTypes(environment: SaslEnvironment): readonly ChannelBindingType[] {
  if (!environment.secure) return [];
  const { channelBindingTypes: ours, serverChannelBindingTypes: theirs } = environment;
  if (theirs !== undefined) return ours.filter((type) => theirs.includes(type));
  // RFC 5802 section 6.1: a server that does not say takes tls-unique, wherever that exists, that is below TLS 1.3.
  return ours.includes('tls-unique') ? ['tls-unique', ...ours.filter((type) => type !== 'tls-unique')] : ours;
}

/** Whether this side could bind if the server let it. */
export function canBind(environment: SaslEnvironment): boolean {
  return environment.secure && environment.channelBindingTypes.length > 0;
}

/** Whether the server offers any mechanism with channel binding. */
export function offersPlus(environment: SaslEnvironment): boolean {
  return environment.offeredMechanisms.some((name) => name.endsWith('-PLUS'));
}

/**
 * The flag of the GS2 header for a mechanism that does not bind: `y` where we could but the server offers neither a -PLUS nor a
 * type, which it refuses if it did offer one and somebody took it away (RFC 5802 section 6, XEP-0440 rule 3); else `n`.
 */
export function unboundFlag(environment: SaslEnvironment): 'y' | 'n' {
  const offers = offersPlus(environment) || environment.serverChannelBindingTypes !== undefined;
  return canBind(environment) && !offers ? 'y' : 'n';
}

/**
 * Which rule of XEP-0440 §3 what the server offers is against, as far as this side could bind; undefined where it is in order. Then the
 * server must prove that the list is its own (XEP-0474).
 *
 * 4: mechanisms that bind, and no types (with SASL2). 5: types, and no mechanism that binds. 6: no type that we have, and not even
 * `tls-server-end-point`.
 */
export function brokenRule(environment: SaslEnvironment): 4 | 5 | 6 | undefined {
  if (!canBind(environment)) return undefined;
  const theirs = environment.serverChannelBindingTypes;
  const plus = offersPlus(environment);
  if (theirs === undefined) return plus && environment.sasl2 ? 4 : undefined;
  if (!plus) return 5;
  const common = commonChannelBindingTypes(environment).length > 0;
  return common || theirs.includes('tls-server-end-point') ? undefined : 6;
}

/**
 * The same environment, unable to bind: for a second attempt after a -PLUS mechanism failed for no fault of the
 * password (ejabberd 23.01 offers -PLUS on TLS 1.3 and then binds with `tls-unique`). Exchanges started with it send the
 * flag `n`, never `y`, which such a server would refuse. What the server offered stays, so XEP-0474 is still checked.
 *
 * Who retries so lets an attacker get rid of channel binding by making the first attempt fail.
 */
export function withoutChannelBinding(environment: SaslEnvironment): SaslEnvironment {
  return {
    secure: environment.secure,
    tlsVersion: environment.tlsVersion,
    randomBytes: (length) => environment.randomBytes(length),
    channelBindingTypes: [],
    serverChannelBindingTypes: environment.serverChannelBindingTypes,
    channelBinding: async () => undefined,
    offeredMechanisms: environment.offeredMechanisms,
    sasl2: environment.sasl2,
    scramKeyCache: environment.scramKeyCache,
    scramWatch: (attributes) => environment.scramWatch?.(attributes),
  };
}
