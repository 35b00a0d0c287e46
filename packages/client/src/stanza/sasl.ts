import { base64, childTexts, element, ownText } from '@sestina/core';

export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
export const NS_SASL_CHANNEL_BINDING = 'urn:xmpp:sasl-cb:0';

/** `<mechanisms/>` (RFC 6120 §6.4.1). */
export class Mechanisms extends element('mechanisms', NS_SASL, { names: childTexts('mechanism') }) {}

/** `<challenge/>`. */
export class Challenge extends element('challenge', NS_SASL, { data: ownText(base64) }) {}

/** `<success/>`. */
export class Success extends element('success', NS_SASL, { data: ownText(base64) }) {}

/** `<failure/>` (RFC 6120 §6.5). */
export class Failure extends element('failure', NS_SASL) {
  /** The name of the condition; undefined where there is none. */
  get condition(): string | undefined {
    for (const child of this.xml.elements()) if (child.name !== 'text') return child.name;
    return undefined;
  }

  get text(): string | undefined {
    return this.xml.child('text')?.text;
  }
}
