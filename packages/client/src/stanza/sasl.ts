import { childTexts, declareSecret, element } from '@sestina/core';

export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** `<mechanisms/>` (RFC 6120 §6.4.1). */
export class Mechanisms extends element('mechanisms', NS_SASL, { names: childTexts('mechanism') }) {}

// What a login says to and fro; the names of mechanisms and why it failed are no secrets.
for (const name of ['auth', 'challenge', 'response', 'success']) declareSecret({ name, namespace: NS_SASL });
