import { XmlElement } from '@sestina/core';
import type { FeatureHandler } from './feature.js';
import { unexpectedAnswer } from './unexpected.js';

export const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
export const STARTTLS = 'starttls';

/** Upgrades the connection to TLS (RFC 6120 §5). */
export function startTls(upgraded: () => void): FeatureHandler {
  return async ({ link, signal }) => {
    if (link.transport.secure || !link.transport.canStartTls) return 'next';
    link.sendElement(new XmlElement(STARTTLS, NS_TLS));
    // The parser halts behind the go-ahead: whatever follows it in plain text was put there by somebody else.
    const isProceed = (xml: XmlElement): boolean => xml.name === 'proceed' && xml.namespace === NS_TLS;
    const answer = await link.receive(undefined, isProceed);
    if (!isProceed(answer)) throw unexpectedAnswer('STARTTLS', answer);
    await link.startTls(signal);
    upgraded();
    return 'restart';
  };
}
