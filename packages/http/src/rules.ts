import { HttpRefusedError } from './errors.js';
import type { HttpBody, HttpHeaders, HttpRequest } from './http-client.js';
import { isPublicAddress, literalAddress } from './public-address.js';

/** What the rules refuse, and an application may allow. */
export interface HttpException {
  readonly url: URL;
  /** `scheme`: it is http. `address`: it leads to this machine or a private network. */
  readonly reason: 'address' | 'scheme';
  /** The IP address, with `address`. */
  readonly address: string | undefined;
}

/** Says whether something is fetched that is refused otherwise. It is asked for each redirect, too. */
export type AllowException = (exception: HttpException) => boolean;

/**
 * The address, if it may be fetched as far as it says itself; where a name leads is found out later.
 * @throws HttpRefusedError.
 */
export function allowedUrl(target: URL | string, allow: AllowException | undefined, base?: URL): URL {
  const url = parsed(target, base);
  const host = url?.hostname ?? '';
  // What cannot be read may hold a password anywhere.
  if (!url || host === '') throw new HttpRefusedError(/^[a-z][a-z\d+.-]{0,30}:/i.exec(`${target}`)?.[0] ?? '', 'url');
  if (url.protocol !== 'https:') {
    const allowed = url.protocol === 'http:' && allow?.({ url, reason: 'scheme', address: undefined });
    if (!allowed) throw new HttpRefusedError(host, 'scheme');
  }
  if (url.username !== '' || url.password !== '') throw new HttpRefusedError(host, 'credentials');
  const address = literalAddress(host);
  if (address !== undefined && !allowsAddress(url, address, allow)) throw new HttpRefusedError(host, 'address');
  url.hash = '';
  return url;
}

/** Whether an address that a host has may be connected to. */
export function allowsAddress(url: URL, address: string, allow: AllowException | undefined): boolean {
  return isPublicAddress(address) || (allow?.({ url, reason: 'address', address }) ?? false);
}

function parsed(target: URL | string, base: URL | undefined): URL | undefined {
  try {
    return new URL(target, base);
  } catch {
    return undefined;
  }
}

const TOKEN = /^[!#$%&'*+\-.^_`|~\da-z]+$/i;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
// What says how long a message is, and to whom it goes, is ours to say.
const OURS = ['connection', 'content-length', 'expect', 'host', 'te', 'trailer', 'transfer-encoding', 'upgrade'];
// What says nothing about who asks.
const PLAIN = ['accept', 'accept-language', 'range'];

/** Fields by their names in lower case. @throws TypeError for one that would be another line, or that only the client can give. */
export function checkedHeaders(headers: HttpHeaders): Map<string, readonly string[]> {
  const checked = new Map<string, readonly string[]>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    // Not its value, which may be a secret.
    if (!TOKEN.test(name) || OURS.includes(key))
      throw new TypeError(`no request may have a field ${JSON.stringify(name)}`);
    if (!VALUE.test(value))
      throw new TypeError(`the field ${JSON.stringify(name)} has a character that no field may have`);
    checked.set(key, [...(checked.get(key) ?? []), value]);
  }
  return checked;
}

/** Those that another origin may see. */
export function plainHeaders(headers: ReadonlyMap<string, readonly string[]>): Map<string, readonly string[]> {
  return new Map([...headers].filter(([name]) => PLAIN.includes(name)));
}

/** What is uploaded. @throws TypeError for a size that is none, or a body without `PUT`. */
export function checkedBody({ body, method = 'GET' }: HttpRequest): HttpBody | undefined {
  if (method !== 'GET' && method !== 'HEAD' && method !== 'PUT') throw new TypeError('method is GET, HEAD or PUT');
  if (body === undefined) {
    if (method === 'PUT') throw new TypeError('PUT needs a body');
    return undefined;
  }
  if (method !== 'PUT') throw new TypeError(`${method} has no body`);
  if (body instanceof Uint8Array) return { size: body.length, open: () => once(body) };
  if (!Number.isSafeInteger(body.size) || body.size < 0) throw new TypeError('the size of a body is a number of bytes');
  return body;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A bound. @throws TypeError for what is none. */
export function checkedBound(name: string, value: number): number {
  if (!(typeof value === 'number' && value >= 0)) throw new TypeError(`${name} is a number from 0, got ${value}`);
  return value;
}
