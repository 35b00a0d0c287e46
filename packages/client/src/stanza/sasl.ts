import { childTexts, element } from '@sestina/core';

export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** `<mechanisms/>` (RFC 6120 §6.4.1). */
export class Mechanisms extends element('mechanisms', NS_SASL, { names: childTexts('mechanism') }) {}
