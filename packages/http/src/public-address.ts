type Net = readonly [prefix: readonly number[], bits: number];

// The IANA special-purpose registries (RFC 6890), multicast, and what is reserved.
const NOT_PUBLIC_V4: readonly Net[] = [
  [[0], 8],
  [[10], 8],
  [[100, 64], 10],
  [[127], 8],
  [[169, 254], 16],
  [[172, 16], 12],
  [[192, 0, 0], 24],
  [[192, 0, 2], 24],
  [[192, 88, 99], 24],
  [[192, 168], 16],
  [[198, 18], 15],
  [[198, 51, 100], 24],
  [[203, 0, 113], 24],
  [[224], 3],
];

const NOT_PUBLIC_V6: readonly Net[] = [
  [[0x20, 0x01, 0], 23],
  [[0x20, 0x01, 0x0d, 0xb8], 32],
  [[0x3f, 0xff, 0], 20],
];
const GLOBAL_V6: Net = [[0x20], 3];
const SIX_TO_FOUR: Net = [[0x20, 0x02], 16];
const NAT64: Net = [[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], 96];

/**
 * Whether an IP address is one of the public internet. Not so: loopback, private, link-local, shared (CGNAT), multicast, reserved and
 * documentation addresses, IPv4 in IPv6 (`::ffff:`), and what is no address, a zone (`fe80::1%eth0`) included. Where NAT64 or 6to4 have an
 * IPv4 address within, that one has to be public, too.
 */
export function isPublicAddress(address: string): boolean {
  const v4 = bytesOfV4(address);
  if (v4) return isPublicV4(v4);
  const v6 = bytesOfV6(address);
  if (!v6) return false;
  if (isIn(v6, NAT64)) return isPublicV4(v6.slice(12));
  if (isIn(v6, SIX_TO_FOUR)) return isPublicV4(v6.slice(2, 6));
  return isIn(v6, GLOBAL_V6) && !NOT_PUBLIC_V6.some((net) => isIn(v6, net));
}

/** The IP address that a host is, without the brackets of IPv6, or undefined for a name. That of `localhost` is known, too. */
export function literalAddress(host: string): string | undefined {
  const plain = host.replace(/\.$/, '').toLowerCase();
  if (plain === 'localhost' || plain.endsWith('.localhost')) return '127.0.0.1';
  if (host.startsWith('[') && host.endsWith(']')) return host.slice(1, -1);
  return bytesOfV4(plain) ? plain : undefined;
}

const isPublicV4 = (bytes: readonly number[]): boolean => !NOT_PUBLIC_V4.some((net) => isIn(bytes, net));

function isIn(bytes: readonly number[], [prefix, bits]: Net): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff;
    const index = bit / 8;
    if (((bytes[index] ?? 0) & mask) !== ((prefix[index] ?? 0) & mask)) return false;
  }
  return true;
}

function bytesOfV4(text: string): number[] | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function bytesOfV6(text: string): number[] | undefined {
  if (text.length > 45 || !/^[\da-f:.]+$/i.test(text)) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(bytesOfGroups);
  if (!head || (halves.length === 2 && !tail)) return undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])];
}

function bytesOfGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    const v4 = index === groups.length - 1 ? bytesOfV4(group) : undefined;
    if (v4) bytes.push(...v4);
    else if (/^[\da-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}
