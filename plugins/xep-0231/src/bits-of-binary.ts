import {
  type AskOptions,
  type Audience,
  BaseXMPP,
  BusyError,
  JID,
  type Message,
  Plugin,
  Registration,
  StanzaError,
} from '@sestina/core';
import { audienceOption, checkOption } from '@sestina/core/connection';
import { LruMap, RateLimiter, SharedLookups } from '@sestina/core/util';
import { cidOf, type Hash, Hashes, hashOfCid } from '@sestina/xep-0300';
import { BitsCache, type FoundBits } from './bits-cache.js';
import { BitsMismatchError, BitsTooLargeError } from './errors.js';
import { safeType } from './safe-type.js';
import { BitsData, NS_BOB } from './stanza.js';
import { StoredBits } from './stored-bits.js';

export type { FoundBits } from './bits-cache.js';

/** Options of `BitsOfBinary`. */
export class BitsOfBinaryOptions {
  /**
   * Bytes that are taken, at once.
   * @default 262_144
   */
  maxSize = 262_144;
  /**
   * Bytes that go inside of a stanza.
   * @default 8_192
   */
  maxInline = 8_192;
  /**
   * Bytes that are remembered.
   * @default 4_194_304
   */
  cacheBytes = 4_194_304;
  /**
   * Who gets what is offered, unless an offer says otherwise. All others get the answer of a program without this plugin.
   * @default 'contacts'
   */
  answer: Audience = 'contacts';
}

/** How bytes are offered. */
export interface OfferOptions {
  /** The media type. */
  readonly type: string;
  /** Seconds that others may keep it. 0: they should not. */
  readonly maxAge?: number | undefined;
  /**
   * Milliseconds that it is offered.
   * @default for as long as the plugin is there
   */
  readonly ttl?: number | undefined;
  /**
   * Who gets it.
   * @default the option `answer`
   */
  readonly audience?: Audience | undefined;
}

/** Bytes that are offered, until it is disposed of. */
export interface OfferedBits {
  /** What it is asked for by: an address of it is `cid:` and this. */
  readonly cid: string;
  /** The bytes for the inside of a stanza. @throws RangeError for more than `maxInline`. */
  element(): BitsData;
  dispose(): void;
}

interface Offer {
  readonly data: Uint8Array;
  readonly options: OfferOptions;
}

const HOUR = 3_600_000;
// Of one sender in a minute.
const MOST_QUESTIONS = 10;

/** XEP-0231: Bits of Binary, version 1.1. Offers small pictures and the like to others by their hash, and asks others for theirs. */
export class BitsOfBinary extends Plugin {
  static override readonly id = 'xep-0231';
  static override readonly Options = BitsOfBinaryOptions;
  static override readonly inject = [BaseXMPP, Hashes, BitsOfBinaryOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #hashes: Hashes;
  readonly #options: BitsOfBinaryOptions;
  /** By content id; the same bytes may be offered more than once. */
  readonly #offers = new Map<string, readonly Offer[]>(); // bound: what the program offers
  readonly #cache: BitsCache;
  readonly #stored: StoredBits;
  readonly #lookups: SharedLookups;
  readonly #questions: RateLimiter;
  // Who gave something else for which content id, until when.
  readonly #liars = new LruMap<string, number>({
    maxEntries: 1_000,
    maxBytes: 500_000,
    sizeOf: (_until, key) => 100 + 2 * key.length,
  });

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, hashes: Hashes, options: BitsOfBinaryOptions) {
    super();
    const { maxSize, maxInline, cacheBytes, answer } = options;
    for (const [name, value] of Object.entries({ maxSize, maxInline, cacheBytes })) {
      checkOption(name, value, Number.isSafeInteger(value) && value >= 0, 'a number of bytes');
    }
    audienceOption('answer', answer);
    this.#xmpp = xmpp;
    this.#hashes = hashes;
    this.#options = options;
    this.#cache = new BitsCache(xmpp.clock, cacheBytes, (cid) => this.#proves(cid));
    this.#stored = new StoredBits(xmpp);
    this.#lookups = new SharedLookups(xmpp.clock);
    this.#questions = new RateLimiter(xmpp.clock, { perKey: MOST_QUESTIONS });
    this.own(
      xmpp.advertise(NS_BOB),
      xmpp.onIq('get', BitsData, ({ xml }, { from, to }) => this.#serve(xml.attribute('cid') ?? '', from, to)),
      xmpp.onMessage((message) => this.#keepThoseOf(message), {
        payload: BitsData,
        sources: ['stream', 'carbon', 'archive'],
      }),
    );
  }

  /** Offers bytes by their hash. */
  async offer(data: Uint8Array, options: OfferOptions): Promise<OfferedBits> {
    if (options.audience !== undefined) audienceOption('audience', options.audience);
    const copy = data.slice();
    // What every program that knows XEP-0231 can compute.
    const [hash] = await this.#hashes.of(copy, ['sha-1'], { signal: this.lifetime });
    const cid = cidOf(hash as Hash);
    const { ttl = Number.POSITIVE_INFINITY } = options;
    const { clock } = this.#xmpp;
    const timer =
      ttl === Number.POSITIVE_INFINITY ? undefined : clock.setTimer(ttl, () => end.dispose(), { background: true });
    const offer: Offer = { data: copy, options };
    this.#offers.set(cid, [offer, ...(this.#offers.get(cid) ?? [])]);
    const end = this.own(
      new Registration(() => {
        timer?.cancel();
        const others = (this.#offers.get(cid) ?? []).filter((other) => other !== offer);
        if (others.length > 0) this.#offers.set(cid, others);
        else this.#offers.delete(cid);
      }),
    );
    const element = (): BitsData => {
      const { maxInline } = this.#options;
      if (copy.length > maxInline)
        throw new RangeError(`${copy.length} bytes are too many for the inside of a stanza: ${maxInline}`);
      return elementOf(cid, offer);
    };
    return { cid, element, dispose: () => end.dispose() };
  }

  /**
   * The bytes of a content id: what is at hand, else asked of somebody, in a room of an occupant.
   * @throws BitsMismatchError for what is something else, also without asking for an hour; BitsTooLargeError; BusyError after ten questions to
   *   one sender in a minute; what `request()` throws.
   */
  get(cid: string, from: JID | string, options: AskOptions = {}): Promise<FoundBits> {
    return this.untilRemoved(options.signal, async (signal) => {
      const sender = JID.from(from);
      const kept = this.#cache.get(cid, sender);
      if (kept) return kept;
      const key = JSON.stringify([sender.full, cid, options.from?.toString()]);
      const stored = this.#proves(cid) ? await this.#stored.get(cid, signal) : undefined;
      if (stored && stored.data.length <= this.#options.maxSize && this.#fits(cid, stored.data)) {
        return { data: stored.data, type: safeType(stored.data, stored.type) };
      }
      if ((this.#liars.get(key) ?? 0) > this.#xmpp.clock.monotonic()) throw new BitsMismatchError(cid, sender.full);
      const { timeout = this.#xmpp.timeout } = options;
      const ask = (over: AbortSignal): Promise<FoundBits> =>
        this.#ask(cid, sender, key, { from: options.from, signal: over, timeout });
      const found = await this.#lookups.ask(key, ask, { what: `bits of ${sender.bare}`, timeout, signal });
      return { ...found, data: found.data.slice() };
    });
  }

  /**
   * Takes in bytes that came inside of a stanza, and may be asked for later: those in the payload of an iq (XEP-0231 §2.1).
   * @returns undefined for what is not what its content id says, has none with a hash that can be computed, or is too large.
   */
  keep(bits: BitsData): FoundBits | undefined {
    const cid = bits.xml.attribute('cid') ?? '';
    const { maxSize } = this.#options;
    if (!this.#proves(cid) || isTooLong(bits, maxSize)) return undefined;
    const { data } = bits;
    if (!data || data.length === 0 || data.length > maxSize || !this.#fits(cid, data)) return undefined;
    const found = { data, type: safeType(data, bits.type) };
    this.#cache.set(cid, undefined, found, bits.maxAge, false);
    return found;
  }

  #keepThoseOf(message: Message): void {
    let taken = 0;
    for (const bits of message.bits) if (taken++ < MOST_QUESTIONS) this.keep(bits);
  }

  async #ask(cid: string, from: JID, key: string, options: AskOptions): Promise<FoundBits> {
    if (this.#questions.take(from.bare.full) > 0)
      throw new BusyError(`questions to ${from.bare} in a minute`, MOST_QUESTIONS);
    const answer = await this.#xmpp.iqGet(from, new BitsData({ cid }), { ...options, answer: BitsData });
    const { maxSize } = this.#options;
    if (isTooLong(answer, maxSize)) throw new BitsTooLargeError(cid, maxSize);
    const { data } = answer;
    if (data && data.length > maxSize) throw new BitsTooLargeError(cid, maxSize);
    if (!data || data.length === 0 || !this.#fits(cid, data)) {
      this.#liars.set(key, this.#xmpp.clock.monotonic() + HOUR);
      throw new BitsMismatchError(cid, from.full);
    }
    const found = { data, type: safeType(data, answer.type) };
    this.#cache.set(cid, from, found, answer.maxAge, true);
    if (this.#proves(cid)) this.#stored.put(cid, found, answer.maxAge);
    return found;
  }

  /** Whether a content id tells what its bytes are to whoever computes their hash, and that can be done here. */
  #proves(cid: string): boolean {
    const hash = hashOfCid(cid);
    return hash !== undefined && this.#hashes.checking([hash], { allowSha1: true }).proves;
  }

  /** Whether nothing speaks against it: a content id without a known hash says nothing. */
  #fits(cid: string, data: Uint8Array): boolean {
    const hash = hashOfCid(cid);
    if (!hash) return true;
    const check = this.#hashes.checking([hash]);
    check.update(data);
    // A hash that cannot be computed here says nothing either.
    return check.verdict() !== 'mismatch';
  }

  async #serve(cid: string, from: JID | undefined, to: JID | undefined): Promise<BitsData> {
    const hash = hashOfCid(cid);
    const known = hash ? cidOf(hash) : cid;
    const { answer } = this.#options;
    for (const offer of this.#offers.get(known) ?? []) {
      if (await this.#xmpp.admits(offer.options.audience ?? answer, from, to)) return elementOf(cid, offer);
    }
    if (!(await this.#xmpp.admits(answer, from, to))) throw new StanzaError('service-unavailable');
    throw new StanzaError('item-not-found');
  }
}

function elementOf(cid: string, { data, options: { type, maxAge } }: Offer): BitsData {
  return new BitsData({ cid, type, maxAge, data });
}

/** Before anything is decoded: four characters are three bytes, and some of them are white space. */
function isTooLong({ xml }: BitsData, maxSize: number): boolean {
  return xml.text.length > 2 * Math.ceil(maxSize / 3) * 4;
}
