import { NegotiationError, XmlElement } from '@sestina/core';
import type { NegotiationStep } from '@sestina/core/connection';
import { quotedTag } from '@sestina/core/util';

const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';

/** STARTTLS (RFC 6120 §5). */
export function startTls(upgraded: () => void): NegotiationStep {
  return {
    name: 'starttls',
    namespace: NS_TLS,
    needs: 'open',
    gives: 'secure',
    async run({ link, signal }) {
      if (!link.transport.canStartTls) return 'next';
      link.sendElement(new XmlElement('starttls', NS_TLS));
      // The parser halts behind the go-ahead: whatever follows it in plain text was put there by somebody else.
      const isProceed = (xml: XmlElement): boolean => xml.name === 'proceed' && xml.namespace === NS_TLS;
      const answer = await link.receive(undefined, isProceed);
      if (!isProceed(answer)) {
        throw new NegotiationError(`STARTTLS failed: the server answered ${quotedTag(answer)}`);
      }
      await link.startTls(signal);
      upgraded();
      return 'restart';
    },
  };
}
