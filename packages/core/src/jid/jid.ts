import { ownString } from '@sestina/xml';
import { toAsciiDomain } from './domain.js';
import { JidError, type JidPart, type JidReason } from './jid-error.js';
import { mixesScripts } from './mixed-script.js';
import { prepareDomainpart, prepareLocalpart, prepareResourcepart } from './parts.js';

/** The most bytes, and so UTF-16 units, of a JID (RFC 7622 §3.1). */
export const MAX_JID = 3071;
const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * An XMPP address (RFC 7622), always in its normal form: two that are the same address have the same `full`. Immutable.
 * As a key of a `Map` or a `Set` take `full` or `bare.full`, since two objects are two keys.
 */
export class JID {
  /** The part before the `@`, normalised and still escaped (XEP-0106): `unescapeLocal()` is for display. */
  readonly local: string | undefined;
  /** The domain with U-labels, lowercase, without a final dot; an IPv6 address is in brackets. */
  readonly domain: string;
  /** The part after the `/`. */
  readonly resource: string | undefined;
  // Private fields of a frozen object can still be set.
  #full: string | undefined;
  #bare: JID | undefined;

  /**
   * @param local not escaped here: what a user typed goes through `escapeLocal()` first
   * @throws JidError where a part is not allowed.
   */
  constructor(local: string | undefined, domain: string, resource?: string) {
    this.local =
      local === undefined ? undefined : prepareLocalpart(local, (r) => reject('local', r, local, domain, resource));
    this.domain = prepareDomainpart(domain, (r) => reject('domain', r, local, domain, resource));
    this.resource =
      resource === undefined
        ? undefined
        : prepareResourcepart(resource, (r) => reject('resource', r, local, domain, resource));
    // Also keeps it out of the deep proxies of UI frameworks, which private fields do not survive.
    Object.freeze(this);
  }

  /**
   * Reads a JID from its text.
   * @throws JidError where it is none.
   */
  static parse(text: string): JID {
    if (text.length > MAX_JID) throw new JidError(text, 'jid', 'too-long');
    // Addresses are what is kept the longest; a slice would keep the whole text that it was cut from alive.
    const own = ownString(text);
    const slash = own.indexOf('/');
    const head = slash < 0 ? own : own.slice(0, slash);
    const at = head.indexOf('@');
    return new JID(
      at < 0 ? undefined : head.slice(0, at),
      head.slice(at + 1),
      slash < 0 ? undefined : own.slice(slash + 1),
    );
  }

  /** Reads a JID from its text; `undefined` where it is none. */
  static tryParse(text: string): JID | undefined {
    try {
      return JID.parse(text);
    } catch (error) {
      if (error instanceof JidError) return undefined;
      throw error;
    }
  }

  /**
   * The JID itself, or the one that the string stands for.
   * @throws JidError where the string is no JID.
   */
  static from(value: JID | string): JID {
    return typeof value === 'string' ? JID.parse(value) : value;
  }

  /** The whole address as text. */
  get full(): string {
    this.#full ??= format(this.local, this.domain, this.resource);
    return this.#full;
  }

  /** The address without the resource; of one that has none, this object. */
  get bare(): JID {
    if (this.resource === undefined) return this;
    this.#bare ??= new JID(this.local, this.domain);
    return this.#bare;
  }

  /** Whether there is no resource. */
  get isBare(): boolean {
    return this.resource === undefined;
  }

  /** Whether there is a resource. */
  get isFull(): boolean {
    return this.resource !== undefined;
  }

  /**
   * The domain with A-labels (`xn--…`), for DNS, TLS and HTTP. The brackets of an IPv6 address stay: strip them for a
   * socket, keep them for a URL.
   */
  get asciiDomain(): string {
    return toAsciiDomain(this.domain);
  }

  /**
   * Whether the localpart, or one label of the domain, mixes letters of scripts that no language mixes, as in `bоb` with
   * a Cyrillic о. Worth a warning to the reader. A word that is look-alike as a whole is not found.
   */
  get mixedScript(): boolean {
    return mixesScripts(this.local ?? '') || this.domain.split('.').some(mixesScripts);
  }

  /** Whether the other is the same address, resource included. A string that is no JID is not. */
  equals(other: JID | string): boolean {
    if (typeof other === 'string') return other === this.full || JID.tryParse(other)?.full === this.full;
    return other === this || other.full === this.full;
  }

  /**
   * The same address with another resource; without one for `undefined`.
   * @throws JidError where the resource is not allowed.
   */
  withResource(resource: string | undefined): JID {
    return resource === undefined ? this.bare : new JID(this.local, this.domain, resource);
  }

  toString(): string {
    return this.full;
  }

  toJSON(): string {
    return this.full;
  }

  [inspect](): string {
    return `JID(${this.full})`;
  }
}

function format(local: string | undefined, domain: string, resource: string | undefined): string {
  return (local === undefined ? '' : `${local}@`) + domain + (resource === undefined ? '' : `/${resource}`);
}

function reject(part: JidPart, reason: JidReason, ...texts: [string | undefined, string, string | undefined]): never {
  // A part may be huge; what is shown of it is not.
  const [local, domain = '', resource] = texts.map((text) => text?.slice(0, 100));
  throw new JidError(format(local, domain, resource), part, reason);
}
