import { base64, StanzaValueError } from '@sestina/core';
import { quoted } from '@sestina/core/util';
import type { Form } from '@sestina/xep-0004';
import type { DiscoInfo } from '@sestina/xep-0030';
import { IllFormedInfoError } from './errors.js';
import { compareLists, compareOctets } from './octets.js';
import { hasOtherReading } from './other-readings.js';

// Names of the IANA registry, as XEP-0115 uses them, with WebCrypto's and the length in bytes.
const HASHES = {
  'sha-1': { name: 'SHA-1', length: 20 },
  'sha-256': { name: 'SHA-256', length: 32 },
  'sha-384': { name: 'SHA-384', length: 48 },
  'sha-512': { name: 'SHA-512', length: 64 },
} as const;

/** A hash function for verification strings. XEP-0115 §9.1 asks everybody to know `sha-1`. */
export type CapsHash = keyof typeof HASHES;

/** Whether it is one that we know. */
export function isCapsHash(hash: string): hash is CapsHash {
  return Object.hasOwn(HASHES, hash);
}

/** Whether that text can be a verification string at all: base64 of as many bytes as the hash function gives. */
export function isVerification(hash: CapsHash, ver: string): boolean {
  const { length } = HASHES[hash];
  return ver.length === 4 * Math.ceil(length / 3) && base64.decode(ver)?.length === length;
}

/**
 * The hash of what `verificationInput` gives, in base64: the value of `ver` (XEP-0115 §5.1).
 * @throws what `verificationInput` throws.
 */
export async function verificationString(info: DiscoInfo, hash: CapsHash): Promise<string> {
  const input = new TextEncoder().encode(verificationInput(info));
  return base64.encode(new Uint8Array(await crypto.subtle.digest(HASHES[hash].name, input)));
}

/**
 * Whether the answer is what that verification string stands for. An ill-formed or malformed one never is, nor one whose text could
 * have come from another answer as well.
 */
export async function verifies(info: DiscoInfo, hash: CapsHash, ver: string): Promise<boolean> {
  try {
    return (await verificationString(info, hash)) === ver && !hasOtherReading(info, forms(info));
  } catch (error) {
    if (error instanceof IllFormedInfoError || error instanceof StanzaValueError) return false;
    throw error;
  }
}

/**
 * The text S that is hashed (XEP-0115 §5.1).
 * @throws IllFormedInfoError where the same thing is said twice (§5.4), or where a name holds the separator: with it one list
 *   of features could pass for another. StanzaValueError for a form beyond all bounds.
 */
export function verificationInput(info: DiscoInfo): string {
  const parts = [...identities(info), ...features(info)];
  for (const form of forms(info)) parts.push(...form);
  let input = '';
  for (const part of parts) {
    if (part.includes('<')) throw new IllFormedInfoError(`"<" inside of ${quoted(part, 100)}`);
    input += `${part}<`;
  }
  return input;
}

function identities(info: DiscoInfo): string[] {
  const all = [...info.identities].map(({ xml }) => {
    const kind = [xml.attribute('category') ?? '', xml.attribute('type') ?? '', xml.lang ?? ''];
    if (kind[0] === '') throw new IllFormedInfoError('an identity without a category');
    if (kind.some((part) => part.includes('/'))) throw new IllFormedInfoError('"/" inside of the kind of an identity');
    return [...kind, xml.attribute('name') ?? ''];
  });
  return distinct(
    all.sort(compareLists).map((parts) => parts.join('/')),
    'identity',
  );
}

function features(info: DiscoInfo): string[] {
  return distinct([...info.features].sort(compareOctets), 'feature');
}

function forms(info: DiscoInfo): string[][] {
  const all: [type: string, form: Form][] = [];
  for (const form of info.forms) {
    // XEP-0115 §5.4: one without a hidden FORM_TYPE is ignored, in one of any other kind the answer goes on counting.
    if (form.formType === undefined || form.field('FORM_TYPE')?.type !== 'hidden') continue;
    const types = new Set(form.field('FORM_TYPE')?.values);
    if (types.size > 1) throw new IllFormedInfoError('a FORM_TYPE with several values');
    all.push([form.formType, form]);
  }
  all.sort(([a], [b]) => compareOctets(a, b));
  distinct(
    all.map(([type]) => type),
    'FORM_TYPE',
  );
  return all.map(([type, form]) => [type, ...fieldsOf(form)]);
}

function fieldsOf(form: Form): string[] {
  const fields = [...form.fields].map((field) => ({ name: field.var ?? '', values: field.values }));
  return fields
    .filter(({ name }) => name !== 'FORM_TYPE')
    .sort((a, b) => compareOctets(a.name, b.name))
    .flatMap(({ name, values }) => [name, ...[...values].sort(compareOctets)]);
}

/** The sorted list itself. */
function distinct(sorted: string[], what: string): string[] {
  for (const [index, text] of sorted.entries()) {
    if (index > 0 && sorted[index - 1] === text) {
      throw new IllFormedInfoError(`the ${what} ${quoted(text, 100)} is there twice`);
    }
  }
  return sorted;
}
