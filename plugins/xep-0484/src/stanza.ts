import { attr, bool, childTexts, dateTime, element } from '@sestina/core';

/** The namespace of FAST, and the feature that the server offers within a login. */
export const NS_FAST = 'urn:xmpp:fast:0';

/** `<fast/>` as the server offers it (XEP-0484 §3.1): the mechanisms that take a token. */
export class FastOffer extends element('fast', NS_FAST, { mechanisms: childTexts('mechanism') }) {}

/** `<fast/>` of a login by token (XEP-0484 §3.4). */
export class FastLogin extends element('fast', NS_FAST, {
  /** Whether the token is to be worth nothing any more (XEP-0484 §3.6). */
  invalidate: attr('invalidate', bool),
}) {}

/** `<request-token/>`: asks for a token for a mechanism (XEP-0484 §3.2). */
export class RequestToken extends element('request-token', NS_FAST, { mechanism: attr('mechanism') }) {}

/** `<token/>`: a token (XEP-0484 §3.3). */
export class TokenElement extends element('token', NS_FAST, {
  token: attr('token'),
  expiry: attr('expiry', dateTime).lenient(),
}) {}
