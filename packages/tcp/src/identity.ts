import { isIP } from 'node:net';
import { JID } from '@sestina/core';

/** An entry of a certificate's subjectAltName: `DNS`, `IP Address`, `SRVName`, `XmppAddr`, …, and its value. */
export interface PresentedName {
  readonly type: string;
  readonly value: string;
}

// No name of a host has one. Some are dropped in silence where a text is read as a host, which is then another name.
const CONTROL = /\p{Cc}/u;

/**
 * Takes apart what Node makes of a subjectAltName: `DNS:a.example, othername:SRVName:_xmpp-client.a.example`. Names with control
 * characters are left out.
 */
export function presentedNames(subjectAltName: string | undefined): PresentedName[] {
  // Node writes a value as a JSON string where it has characters that could pass for a separator.
  const entry = /([^:",]+):((?:[^",]|"(?:[^"\\]|\\.)*")*)(?:, |$)/y;
  const names: PresentedName[] = [];
  const text = subjectAltName ?? '';
  while (entry.lastIndex < text.length) {
    const match = entry.exec(text);
    if (!match) return [];
    const [, type = '', value = ''] = match;
    if (type === 'othername') {
      const inner = unquoted(value);
      const colon = inner.indexOf(':');
      if (colon > 0) names.push({ type: inner.slice(0, colon), value: inner.slice(colon + 1) });
    } else {
      names.push({ type, value: unquoted(value) });
    }
  }
  return names.filter(({ type, value }) => !CONTROL.test(type) && !CONTROL.test(value));
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return '';
  }
}

/**
 * Whether a certificate with these names speaks for the XMPP domain (A-labels, or an address): as DNS-ID, SRV-ID, XmppAddr
 * or IP-ID (RFC 6120 §13.7.1.2.1, RFC 9525 §6). The common name of the subject never counts.
 */
export function speaksFor(names: readonly PresentedName[], domain: string): boolean {
  if (isIP(domain) !== 0) {
    const address = canonical(domain);
    return names.some(({ type, value }) => type === 'IP Address' && isIP(value) !== 0 && canonical(value) === address);
  }
  return names.some(({ type, value }) => {
    if (type === 'DNS') return matches(value.toLowerCase(), domain);
    if (type === 'SRVName') return value.toLowerCase() === `_xmpp-client.${domain}`;
    return type === 'XmppAddr' && isDomain(value, domain);
  });
}

/** Whether an address is that domain and nothing else, however it is written (RFC 6120 §13.7.1.4). */
function isDomain(address: string, domain: string): boolean {
  const jid = JID.tryParse(address);
  return jid?.local === undefined && jid?.resource === undefined && jid?.asciiDomain === domain;
}

// RFC 9525 §6.3: one wildcard, as the whole left-most label, for one label. `*.example` would be as good as every domain.
function matches(presented: string, domain: string): boolean {
  if (!presented.startsWith('*.')) return presented === domain;
  const parent = presented.slice(1);
  return (
    !parent.includes('*') &&
    parent.includes('.', 1) &&
    domain.slice(domain.indexOf('.')) === parent &&
    !domain.startsWith('.')
  );
}

function canonical(address: string): string {
  // A zone says which link it is here, and is no part of what a certificate can name.
  return isIP(address) === 6 ? new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname : address;
}
