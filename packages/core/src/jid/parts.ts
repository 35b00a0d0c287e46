import { opaqueString, usernameCaseMapped } from '../precis/precis.js';
import { prepareDomain } from './domain.js';
import type { JidReason } from './jid-error.js';

const MAX_PART = 1023;

type Fail = (reason: JidReason) => never;

/** RFC 7622 §3.3: UsernameCaseMapped less eight characters. */
export function prepareLocalpart(text: string, fail: Fail): string {
  if (text.length <= MAX_PART && /^[!#-%(-.0-9;=?[-~]+$/.test(text)) return text;
  if (text.length > MAX_PART) fail('too-long');
  const local = usernameCaseMapped(text, fail);
  // After the mapping: a fullwidth @ has become one.
  if (/["&'/:<>@]/.test(local)) fail('disallowed');
  return checkBytes(local, fail);
}

/** RFC 7622 §3.2. */
export function prepareDomainpart(text: string, fail: Fail): string {
  if (text.length > MAX_PART) fail('too-long');
  return checkBytes(prepareDomain(text, fail), fail);
}

/** RFC 7622 §3.4: OpaqueString. */
export function prepareResourcepart(text: string, fail: Fail): string {
  if (text.length <= MAX_PART && /^[!-~][ -~]*$/.test(text)) return text;
  if (text.length > MAX_PART) fail('too-long');
  const resource = opaqueString(text, fail);
  // No rule of OpaqueString says so, but RFC 7622 §3.5 counts it among what is no JID (example 18).
  if (resource.startsWith(' ')) fail('disallowed');
  return checkBytes(resource, fail);
}

function checkBytes(text: string, fail: Fail): string {
  // A UTF-16 unit takes three bytes at most.
  if (text.length * 3 > MAX_PART && new TextEncoder().encode(text).length > MAX_PART) fail('too-long');
  return text;
}
