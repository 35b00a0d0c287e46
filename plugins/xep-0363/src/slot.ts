import { BadSlotError } from './errors.js';
import type { Slot } from './stanza.js';

// What a request of ours may have in it (XEP-0363 §4).
const ALLOWED: ReadonlyMap<string, string> = new Map(
  ['Authorization', 'Cookie', 'Expires'].map((name) => [name.toLowerCase(), name]),
);
// More than web servers take.
const MOST_HEADERS = 16;
const MOST_CHARACTERS = 8_192;

/** A place for one file: where it goes and where it will be. */
export class UploadSlot {
  /** Where everybody who knows it can fetch the file. */
  readonly get: string;
  /** Whether the service was told of the purpose. It is true where there was none. */
  readonly purposeHonoured: boolean;
  // Neither is shown by who prints the object.
  readonly #put: string;
  readonly #headers: readonly (readonly [name: string, value: string])[];

  /** @throws BadSlotError for an address that must not be used. */
  constructor(slot: Slot, service: string, purposeHonoured: boolean) {
    this.#put = plainUrl(slot.put?.xml.attribute('url'), service, 'put');
    this.get = plainUrl(slot.get?.xml.attribute('url'), service, 'get');
    this.#headers = allowedHeaders(slot);
    this.purposeHonoured = purposeHonoured;
  }

  /** Where the file goes, within 300 seconds. */
  get put(): string {
    return this.#put;
  }

  /** Fields that the request has to have, in their order: `Authorization`, `Cookie`, `Expires`, and no others. They are secrets. */
  get headers(): readonly (readonly [name: string, value: string])[] {
    return this.#headers;
  }
}

function plainUrl(text: string | undefined, service: string, which: 'get' | 'put'): string {
  const url = parsed(text);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') throw new BadSlotError(service, which);
  return url.href;
}

function parsed(text: string | undefined): URL | undefined {
  if (text === undefined || text.length > MOST_CHARACTERS) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function allowedHeaders({ put }: Slot): (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (const header of put?.headers ?? []) {
    const name = ALLOWED.get(
      (header.xml.attribute('name') ?? '')
        .replace(/[\r\n]/g, '')
        .trim()
        .toLowerCase(),
    );
    const value = header.xml.text.replace(/[\r\n]/g, '').trim();
    // One with a character that no field may have is none.
    const fits = value.length <= MOST_CHARACTERS && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
    if (name !== undefined && fits && found.length < MOST_HEADERS) found.push([name, value]);
  }
  return found;
}
