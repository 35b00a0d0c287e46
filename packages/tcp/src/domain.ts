import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { ConfigError } from '@sestina/core';

const HOSTNAME = /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/;

/** Whether it can be asked of DNS: lower-case labels of letters, digits, hyphens and underscores, 253 characters at most. */
export function isHostname(name: string): boolean {
  return name.length <= 253 && HOSTNAME.test(name);
}

/**
 * A domain as DNS and TLS know it: A-labels in lower case without the final dot, or an IP address without brackets.
 * @throws ConfigError where it is neither.
 */
export function asciiDomain(domain: string, option: string): string {
  // In brackets a zone stands behind %25 (RFC 6874); sockets want it behind %, and as it is written.
  const [, literal, zone] = /^\[([^%]*)(?:%25(.+))?\]$/.exec(domain) ?? [];
  if (literal !== undefined && zone !== undefined && isIP(`${literal}%${zone}`) === 6)
    return `${literal.toLowerCase()}%${zone}`;
  const bare = (literal !== undefined && zone === undefined ? literal : domain).toLowerCase();
  if (isIP(bare) !== 0) return bare;
  // domainToASCII reads a URL's host: it decodes %41, stops at a slash and turns 127.1 into an address.
  const ascii = isAscii(bare) ? bare : /[/\\?#%@:]/.test(bare) ? '' : domainToASCII(bare);
  const name = ascii.replace(/\.$/, '');
  if (!isHostname(name) || isIP(name) !== 0) {
    throw new ConfigError(`${JSON.stringify(domain)} is no host name`, option);
  }
  return name;
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}
