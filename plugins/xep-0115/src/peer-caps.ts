import type { BaseXMPP, JID } from '@sestina/core';
import { LruMap, RateLimiter, SharedLookups } from '@sestina/core/util';
import { DiscoInfo, fits, type InfoOptions, MAX_CACHED_SIZE, MAX_CACHED_TOTAL, sizeOf } from '@sestina/xep-0030';
import type { AnnouncedCaps } from './announced-caps.js';
import { CapsRateError } from './errors.js';
import type { KnownInfos } from './known-infos.js';
import { type CapsHash, isCapsHash, isVerification, verifies } from './verification-string.js';

const PER_ADDRESS = 10;
// A room full of people is one account with many resources.
const PER_ACCOUNT = 60;
// So long others with the same verification string wait for one that is slow to answer.
const HEAD_START = 10_000;
const LONGEST = 600_000;

interface Turn {
  readonly jid: string;
  readonly over: Promise<void>;
}

/** Finds out what others can do. */
export class PeerCaps {
  readonly #xmpp: BaseXMPP;
  readonly #known: KnownInfos;
  readonly #queries: SharedLookups;
  /** Answers that count for one address alone. */
  readonly #unverified: LruMap<string, { readonly caps: string; readonly info: DiscoInfo }>;
  readonly #turns = new Map<string, Turn>(); // bound: questions under way
  readonly #perAddress: RateLimiter;
  readonly #perAccount: RateLimiter;

  constructor(xmpp: BaseXMPP, known: KnownInfos, limit: number) {
    this.#xmpp = xmpp;
    this.#known = known;
    this.#queries = new SharedLookups(xmpp.clock);
    this.#unverified = new LruMap({
      maxEntries: limit,
      maxBytes: MAX_CACHED_TOTAL,
      sizeOf: ({ caps, info }) => caps.length + sizeOf(info.xml),
    });
    this.#perAddress = new RateLimiter(xmpp.clock, { perKey: PER_ADDRESS });
    this.#perAccount = new RateLimiter(xmpp.clock, { perKey: PER_ACCOUNT });
  }

  /** What is known in memory. */
  known(jid: JID, caps: AnnouncedCaps): DiscoInfo | undefined {
    const own = this.#unverified.get(jid.full);
    if (own?.caps === keyOf(caps)) return own.info;
    const hash = verifiable(caps);
    return hash && this.#known.get(hash, caps.ver);
  }

  /** What is known at all. */
  async find(jid: JID, caps: AnnouncedCaps): Promise<DiscoInfo | undefined> {
    const known = this.known(jid, caps);
    if (known) return known;
    const hash = verifiable(caps);
    return hash && this.#known.find(hash, caps.ver);
  }

  /** What is known, or the answer to a question. */
  async info(jid: JID, caps: AnnouncedCaps, options: InfoOptions): Promise<DiscoInfo> {
    const { signal, timeout = this.#xmpp.timeout } = options;
    signal?.throwIfAborted();
    const known = await this.find(jid, caps);
    if (known) return known;
    const from = options.from ?? (this.#xmpp.isComponent ? caps.to : undefined);
    const start = (stop: AbortSignal): Promise<DiscoInfo> => this.#learn(jid, caps, from, stop);
    const patience = { what: `capabilities of ${jid}`, timeout, signal };
    return this.#queries.ask(`${keyOf(caps)} ${jid.full}`, start, patience);
  }

  forget(jid: JID): void {
    this.#unverified.delete(jid.full);
  }

  clear(): void {
    this.#unverified.clear();
  }

  async #learn(jid: JID, caps: AnnouncedCaps, from: JID | string | undefined, stop: AbortSignal): Promise<DiscoInfo> {
    const hash = verifiable(caps);
    const key = keyOf(caps);
    for (let turn = this.#turns.get(key); hash && turn && turn.jid !== jid.full; turn = this.#turns.get(key)) {
      await turn.over;
      stop.throwIfAborted();
      const known = this.#known.get(hash, caps.ver);
      if (known) return known;
    }
    this.#count(jid);
    const end = this.#begin(key, jid);
    try {
      const info = await this.#ask(jid, caps, from, stop);
      // Too large to remember, and so to hash.
      if (!fits(info.xml, MAX_CACHED_SIZE)) return info;
      if (hash && (await verifies(info, hash, caps.ver))) this.#known.keep(hash, caps.ver, info);
      else this.#unverified.set(jid.full, { caps: key, info });
      return info;
    } finally {
      end();
    }
  }

  async #ask(jid: JID, { node, ver }: AnnouncedCaps, from: JID | string | undefined, signal: AbortSignal) {
    const question = new DiscoInfo({ node: `${node}#${ver}` });
    const info = await this.#xmpp.iqGet(jid, question, { answer: DiscoInfo, from, signal, timeout: LONGEST });
    this.#xmpp.emit('discoInfo', { from: jid, node: `${node}#${ver}`, info });
    return info;
  }

  #count(jid: JID): void {
    const retryAfter = this.#perAddress.take(jid.full) || this.#perAccount.take(jid.bare.full);
    if (retryAfter > 0) throw new CapsRateError(jid, retryAfter);
  }

  /** Others with the same verification string wait until this is over; somebody who never answers must not keep them. */
  #begin(key: string, jid: JID): () => void {
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    const turn: Turn = { jid: jid.full, over };
    this.#turns.set(key, turn);
    const finish = (): void => {
      timer.cancel();
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
      end();
    };
    const timer = this.#xmpp.clock.setTimer(HEAD_START, finish);
    return finish;
  }
}

const keyOf = ({ hash = '', ver }: AnnouncedCaps): string => `${hash} ${ver}`;

/** The hash function, where the verification string can be checked. */
function verifiable({ hash, ver }: AnnouncedCaps): CapsHash | undefined {
  return hash !== undefined && isCapsHash(hash) && isVerification(hash, ver) ? hash : undefined;
}
