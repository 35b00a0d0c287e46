import { element } from '@sestina/core';

/** The namespace, and the feature that is announced. */
export const NS_PING = 'urn:xmpp:ping';

/** `<ping/>`: asks whether you are there (XEP-0199 §3). */
export class PingQuery extends element('ping', NS_PING) {}
