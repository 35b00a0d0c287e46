/**
 * The one form of an IPv6 literal in brackets (RFC 3986 §3.2.2, with the zone of RFC 6874): as short as RFC 5952 §4
 * makes it, all groups hexadecimal. `undefined` where it is none.
 */
export function normaliseIpLiteral(text: string): string | undefined {
  const [, address, zone = ''] = /^\[([\da-f:.]{2,45})(%25[\w.~-]{1,64})?\]$/i.exec(text) ?? [];
  const groups = address === undefined ? undefined : groupsOf(address.toLowerCase());
  if (groups === undefined) return undefined;
  const full = groups.map((group) => group.toString(16)).join(':');
  let run = { zeros: '', index: 0 };
  for (const match of full.matchAll(/\b0(?::0)+\b/g)) {
    if (match[0].length > run.zeros.length) run = { zeros: match[0], index: match.index };
  }
  if (run.zeros === '') return `[${full}${zone}]`;
  const before = full.slice(0, run.index).replace(/:$/, '');
  const after = full.slice(run.index + run.zeros.length).replace(/^:/, '');
  return `[${before}::${after}${zone}]`;
}

function groupsOf(address: string): number[] | undefined {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (quad, ...octets: string[]) => {
    const [a, b, c, d] = octets.slice(0, 4).map((octet) => (/^(?:0|[1-9]\d{0,2})$/.test(octet) ? Number(octet) : 256));
    if (a === undefined || b === undefined || c === undefined || d === undefined) return quad;
    return Math.max(a, b, c, d) > 255 ? quad : `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const halves = hex.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const groups = halves.flat();
  const missing = 8 - groups.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return undefined;
  if (!groups.every((group) => /^[\da-f]{1,4}$/.test(group))) return undefined;
  const [head = [], tail = []] = halves;
  return [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...tail].map((group) =>
    Number.parseInt(group, 16),
  );
}
