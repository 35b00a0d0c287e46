import { BlockList } from 'node:net';
import type { HostAddress } from './resolver.js';

/** Whether an address leads to this machine or no further than its link: loopback, unspecified, link-local, in either family. */
export function isLocalAddress({ address, family }: HostAddress): boolean {
  const local = new BlockList();
  for (const [net, prefix] of [
    ['0.0.0.0', 8],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ] as const) {
    local.addSubnet(net, prefix, 'ipv4');
  }
  local.addSubnet('fe80::', 10, 'ipv6');
  // Node looks into IPv4-mapped addresses by itself.
  for (const one of ['::', '::1']) local.addAddress(one, 'ipv6');
  return local.check(address.replace(/%.*$/, ''), family === 6 ? 'ipv6' : 'ipv4');
}
