import type { XmlElement } from '@sestina/core';

/** Status codes of rooms, by what they say (XEP-0045 §16.6). */
export const CODES = {
  /** All occupants see our real address. */
  nonAnonymous: 100,
  /** Our affiliation has changed while we were away. */
  affiliationChanged: 101,
  /** What the room says of itself has changed, none of the below. */
  configChanged: 104,
  /** This presence is our own. */
  self: 110,
  /** What is said is logged for all to read. */
  logged: 170,
  notLogged: 171,
  /** From now on all occupants see our real address. */
  nowNonAnonymous: 172,
  /** From now on moderators alone see it. */
  nowSemiAnonymous: 173,
  nowAnonymous: 174,
  /** We have founded the room. */
  created: 201,
  /** The room has given us another nick. */
  nickAssigned: 210,
  banned: 301,
  nickChanged: 303,
  kicked: 307,
  /** Put out since the affiliation has changed. */
  removedByAffiliation: 321,
  /** Put out since the room is for members only now. */
  removedAsNoMember: 322,
  shutdown: 332,
  /** Put out by a fault. */
  technical: 333,
} as const;

const NS_CONDITIONS = 'urn:xmpp:muc:conditions:1';

/** The same as elements (XEP-0306 §3), for rooms that leave out the numbers. */
const CONDITIONS: Readonly<Record<string, number>> = {
  'affiliation-changed': CODES.affiliationChanged,
  banned: CODES.banned,
  'configuration-changed': CODES.configChanged,
  'fully-anonymous': CODES.nowAnonymous,
  kicked: CODES.kicked,
  'logging-disabled': CODES.notLogged,
  'logging-enabled': CODES.logged,
  'new-nick': CODES.nickChanged,
  'nick-assigned': CODES.nickAssigned,
  'non-anonymous': CODES.nowNonAnonymous,
  'realjid-public': CODES.nonAnonymous,
  'removed-affiliation': CODES.removedByAffiliation,
  'removed-membership': CODES.removedAsNoMember,
  'removed-shutdown': CODES.shutdown,
  'room-created': CODES.created,
  'self-presence': CODES.self,
  'semi-anonymous': CODES.nowSemiAnonymous,
};

/** The codes that the conditions in a `<status/>` stand for. */
export function conditionCodes(status: XmlElement): number[] {
  const codes: number[] = [];
  for (const { name, namespace } of status.elements()) {
    const code = namespace === NS_CONDITIONS && Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name] : undefined;
    if (code !== undefined) codes.push(code);
  }
  return codes;
}
