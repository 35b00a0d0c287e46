/**
 * A host as it may stand in an address: a domain name in ASCII, an IPv4 address, an IPv6 address in brackets. Undefined for what is none of
 * these, so that nobody can put anything else into the address.
 */
export function hostOf(text: string): string | undefined {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (bare.length > 255) return undefined;
  if (bare.includes(':')) return /^[\da-f:.]+$/i.test(bare) ? parsed(`[${bare}]`) || undefined : undefined;
  if (/[\p{Cc}\p{Z}!-,/;-@[-^`{-~]/u.test(bare)) return undefined;
  const host = parsed(bare);
  return /^[\w-]+(?:\.[\w-]+)*\.?$/.test(host) ? host : undefined;
}

/** Empty for what is no host. */
function parsed(host: string): string {
  try {
    return new URL(`https://${host}/`).hostname;
  } catch {
    return '';
  }
}
