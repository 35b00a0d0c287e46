import { attr, element, int, ownText } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_LAST = 'jabber:iq:last';

// A hundred years: what is more was never measured.
const MAX_SECONDS = 3_155_760_000;

/** The question, and the answer (XEP-0012 §2). */
export class LastQuery extends element('query', NS_LAST, {
  /** Undefined where it is missing, negative, or more than a hundred years. */
  seconds: attr('seconds', int(0, MAX_SECONDS)).lenient(),
  /** What was said when leaving. */
  status: ownText(),
}) {}
