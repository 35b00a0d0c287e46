import { type Codec, childText, dateTime, element, timeZone } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_TIME = 'urn:xmpp:time';

/** Some read nothing but numbers. */
const offset: Codec<number> = {
  ...timeZone,
  encode: (minutes) => (minutes === 0 ? '+00:00' : timeZone.encode(minutes)),
};

/** The question. */
export class TimeQuery extends element('time', NS_TIME) {}

/** The answer: what an entity's clock says (XEP-0202 §2). */
export class Time extends element('time', NS_TIME, {
  /** Minutes east of UTC. One that is missing or cannot be read is 0: the time itself is right without it. */
  tzo: childText('tzo', offset).default(0).lenient(),
  utc: childText('utc', dateTime).required(),
}) {}
