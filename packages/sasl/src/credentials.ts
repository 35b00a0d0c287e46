import { CredentialsError } from './errors.js';

/** The field's text. A lone surrogate is refused, because UTF-8 would silently turn it into another character. */
export function required(field: string, text: string | undefined): string {
  if (text === undefined || text === '') throw new CredentialsError(field, 'it is missing or empty');
  return wellFormed(field, text);
}

export function wellFormed(field: string, text: string): string {
  if (/\p{Cs}/u.test(text)) throw new CredentialsError(field, 'it is not well-formed UTF-16');
  if (text.includes('\0')) throw new CredentialsError(field, 'it contains U+0000');
  return text;
}

/** `saslname` of RFC 5801 section 4: comma and equals sign cannot stand for themselves. */
export function escapeSaslName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

/** The reverse; undefined where an equals sign starts anything but `=2C` or `=3D`. */
export function unescapeSaslName(text: string): string | undefined {
  const [first = '', ...rest] = text.split('=');
  let name = first;
  for (const part of rest) {
    if (part.startsWith('2C')) name += ',';
    else if (part.startsWith('3D')) name += '=';
    else return undefined;
    name += part.slice(2);
  }
  return name;
}
