import { attr, children, element, jid } from '@sestina/core';

/** The namespace, which is the feature of servers, too. */
export const NS_BLOCKING = 'urn:xmpp:blocking';

/** `<item/>`: an address that is blocked. One that cannot be read is none. */
export class BlockItem extends element('item', NS_BLOCKING, { jid: attr('jid', jid).lenient() }) {}

const items = { items: children(BlockItem) };

/** `<blocklist/>`: the question, and all that are blocked (XEP-0191 §3.2). */
export class Blocklist extends element('blocklist', NS_BLOCKING, items) {}

/** `<block/>`: these are to be blocked, or were (XEP-0191 §3.3). */
export class Block extends element('block', NS_BLOCKING, items) {}

/** `<unblock/>`: these are to be blocked no more, or are not; without any, nobody is (XEP-0191 §3.4, §3.5). */
export class Unblock extends element('unblock', NS_BLOCKING, items) {}

/** `<blocked/>`: in an error, why a stanza of ours was not sent on (XEP-0191 §3.3): `error.has(Blocked)`. */
export class Blocked extends element('blocked', 'urn:xmpp:blocking:errors') {}

/** What servers with privacy lists (XEP-0016) push where one of these has changed, which block lists are a part of. */
export class PrivacyPush extends element('query', 'jabber:iq:privacy') {}
