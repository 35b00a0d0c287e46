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
