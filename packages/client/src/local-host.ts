import { JID } from '@sestina/core';

/**
 * Whether a host, as it is written, is this machine or no further than its link: `localhost`, loopback, unspecified and link-local
 * addresses. What a name stands for in DNS is the transport's to look at.
 */
export function isLocalHost(host: string): boolean {
  const name = host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (/^(?:0|127|169\.254)\.[\d.]+$/.test(name)) return true;
  // The address part has one form there: without a zone, all groups hexadecimal.
  const literal = JID.tryParse(`[${name.replace(/%.*$/, '')}]`)?.domain;
  if (literal === undefined || !name.includes(':')) return false;
  const mapped = /^\[::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]$/.exec(literal);
  if (!mapped) return literal === '[::1]' || literal === '[::]' || /^\[fe[89ab]/.test(literal);
  const [high = 0, low = 0] = mapped.slice(1).map((group) => Number.parseInt(group, 16));
  return isLocalHost([high >> 8, high & 255, low >> 8, low & 255].join('.'));
}
