import {
  type BaseXMPP,
  base64,
  DisconnectedError,
  type JID,
  type RequestOptions,
  StanzaError,
  TimeoutError,
} from '@sestina/core';
import { Gate, SharedLookups } from '@sestina/core/util';
import type { HttpClient } from '@sestina/http';
import { PayloadTooLargeError, type PubSub, PubSubError } from '@sestina/xep-0060';
import { type Avatar, type AvatarInfo, type AvatarSource, isHash, sha1 } from './avatar.js';
import type { KnownImages } from './known-images.js';
import { sniffImage } from './sniff-image.js';
import { AVATAR_DATA } from './stanza.js';
import type { StoredImages } from './stored-images.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const SILENT = 300_000;
const AT_ONCE = 4;
const MAX_WAITING = 1_000;
// Milliseconds for an image of another host.
const PATIENCE = 30_000;

/** What images may be, and how they may be fetched. */
export interface LoaderRules {
  readonly maxBytes: number;
  readonly maxPixels: number;
  readonly http: 'always' | 'never' | 'same-domain';
  readonly client: HttpClient | undefined;
}

/** Fetches images and checks them: four at once, each once for all who ask, and none again that could not be had a short time ago. */
export class AvatarLoader {
  readonly #xmpp: BaseXMPP;
  readonly #pubsub: PubSub;
  readonly #images: KnownImages;
  readonly #stored: StoredImages;
  readonly #rules: LoaderRules;
  readonly #lookups: SharedLookups;
  readonly #gate = new Gate({ what: 'avatars that are fetched', total: AT_ONCE, maxWaiting: MAX_WAITING });

  constructor(xmpp: BaseXMPP, pubsub: PubSub, images: KnownImages, stored: StoredImages, rules: LoaderRules) {
    this.#xmpp = xmpp;
    this.#pubsub = pubsub;
    this.#images = images;
    this.#stored = stored;
    this.#rules = rules;
    this.#lookups = new SharedLookups(xmpp.clock, 2 * MAX_WAITING);
  }

  /** Does work that asks others, of which there are four at once. */
  inTurn<T>(work: () => Promise<T>, options: RequestOptions): Promise<T> {
    return this.#gate.run(work, { signal: options.signal });
  }

  /** Whether it is worth trying. */
  allows(jid: JID, { bytes, url, width = 0, height = 0 }: AvatarInfo, maxBytes: number): boolean {
    if ((bytes ?? 0) > Math.min(maxBytes, this.#rules.maxBytes) || width * height > this.#rules.maxPixels) return false;
    if (url === undefined) return true;
    const { http, client } = this.#rules;
    return client !== undefined && (http === 'always' || isOf(jid.domain, url));
  }

  /** An image, where it can be had and is what its id says. @throws TimeoutError, the signal's reason, what ends a session. */
  load(
    jid: JID,
    info: AvatarInfo,
    source: AvatarSource | undefined,
    options: RequestOptions,
  ): Promise<Avatar | undefined> {
    const key = `${jid.full}\n${info.id}\n${info.url ?? info.source}`;
    if (this.#images.isMiss(key)) return Promise.resolve(undefined);
    const { timeout = this.#xmpp.timeout, signal } = options;
    const start = (stop: AbortSignal): Promise<Avatar | undefined> =>
      this.inTurn(
        async () => {
          // Somebody else with the same image was quicker.
          const known = isHash(info.id) ? this.#images.get(info.id) : undefined;
          return (
            known ??
            (await this.#stored.get(info.id, stop)) ??
            this.#fetch(key, jid, info, source, { signal: stop, timeout })
          );
        },
        { signal: stop },
      );
    return this.#lookups.ask(key, start, { what: `the avatar of ${jid}`, signal });
  }

  async #fetch(
    key: string,
    jid: JID,
    info: AvatarInfo,
    source: AvatarSource | undefined,
    options: RequestOptions,
  ): Promise<Avatar | undefined> {
    const { logger } = this.#xmpp;
    try {
      const data = await this.#bytes(jid, info, source, options);
      const avatar = data && (await this.#checked(data, info));
      if (typeof avatar === 'object') return avatar;
      // What somebody else has announced for an account is asked for once; an account may still be about to publish it.
      this.#images.miss(key, avatar === undefined && !source ? HOUR : DAY);
      logger.debug(`an avatar of ${jid} was refused: ${avatar ?? 'it is not there'}`);
    } catch (error) {
      if (options.signal?.aborted || error instanceof DisconnectedError) throw error;
      const refused = error instanceof PubSubError || error instanceof StanzaError;
      this.#images.miss(key, error instanceof PayloadTooLargeError ? DAY : refused && !error.retryable ? HOUR : SILENT);
      if (error instanceof TimeoutError) throw error;
      logger.debug(`an avatar of ${jid} could not be had`, { error });
    }
    return undefined;
  }

  async #bytes(
    jid: JID,
    info: AvatarInfo,
    source: AvatarSource | undefined,
    options: RequestOptions,
  ): Promise<Uint8Array | undefined> {
    if (source) return source.load(jid, info, options);
    const { maxBytes, http, client } = this.#rules;
    const most = Math.min(maxBytes, info.bytes ?? maxBytes);
    if (info.url !== undefined) {
      const response = await client?.request(info.url, {
        maxBytes: most,
        timeout: PATIENCE,
        signal: options.signal,
        // A redirect leads to any domain.
        ...(http === 'same-domain' && { maxRedirects: 0 }),
      });
      if (response?.status === 200) return response.bytes();
      response?.discard();
      return undefined;
    }
    const item = await this.#pubsub.service(jid).node(AVATAR_DATA).item(info.id, options);
    const encoded = item?.value?.encoded;
    return encoded === undefined ? undefined : decoded(encoded, most);
  }

  /** The image, or why it is refused. */
  async #checked(data: Uint8Array, { id, bytes }: AvatarInfo): Promise<Avatar | string> {
    const { maxBytes, maxPixels } = this.#rules;
    if (data.length > Math.min(maxBytes, bytes ?? maxBytes)) return 'it has more bytes than it may';
    const header = sniffImage(data);
    if (!header) return 'it is no image of a kind that is known';
    if (header.width * header.height > maxPixels) return 'it has more pixels than it may';
    const hash = await sha1(data);
    if (isHash(id) && hash !== id) return 'its hash is another one';
    return { id: hash, data, ...header };
  }
}

const NOTHING = new Uint8Array();

/** The bytes; none for what is no base64, or too much of it, of which nothing is decoded. */
function decoded(encoded: string, maxBytes: number): Uint8Array {
  // Line feeds are allowed (XEP-0084 §4.1), an image of line feeds is not.
  if (encoded.length > maxBytes * 1.5 + 1_024) return NOTHING;
  return base64.decode(encoded) ?? NOTHING;
}

/** Whether an address is of a host of that domain. */
function isOf(domain: string, url: string): boolean {
  try {
    const { hostname } = new URL(url);
    return hostname === domain || hostname.endsWith(`.${domain}`);
  } catch {
    return false;
  }
}
