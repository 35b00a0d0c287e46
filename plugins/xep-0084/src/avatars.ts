import { BaseXMPP, base64, ConfigError, JID, Plugin, Registration, type RequestOptions } from '@sestina/core';
import { booleanOption, checkOption, isOneOf } from '@sestina/core/connection';
import { lookUp } from '@sestina/core/transport';
import { LruMap, within } from '@sestina/core/util';
import { HttpClient } from '@sestina/http';
import { PubSub, PubSubError } from '@sestina/xep-0060';
import { type PepEvent, type PepPublishOptions, PersonalEventing } from '@sestina/xep-0163';
import { type Avatar, type AvatarInfo, type AvatarSource, infosIn, isHash, type Known, preferred } from './avatar.js';
import { KnownImages } from './known-images.js';
import { AvatarLoader } from './loader.js';
import { type AvatarImage, prepared } from './own-image.js';
import { AVATAR_DATA, AVATAR_METADATA, AvatarData, AvatarMetadata } from './stanza.js';
import { StoredImages } from './stored-images.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Somebody has another image, or none any more (XEP-0084). It is loaded when it is asked for. */
    avatarChanged: {
      /** A bare JID, or an occupant of a room. */
      readonly jid: JID;
      /** Undefined where there is none any more. */
      readonly info: AvatarInfo | undefined;
      readonly own: boolean;
      /** The device that has published it, as far as its server says so. */
      readonly resource: string | undefined;
    };
  }
}

/** Options of `Avatars`. */
export class AvatarsOptions {
  /**
   * Whether images of contacts are fetched as soon as they are told of.
   * @default false
   */
  autoFetch = false;
  /**
   * Bytes of an image at most, of others and of our own. What is more than `maxPayload` of XEP-0060 allows comes by no server.
   * @default 262_144
   */
  maxBytes = 262_144;
  /**
   * Pixels of an image at most, as its own header says.
   * @default 1_048_576
   */
  maxPixels = 1_048_576;
  /**
   * Whether images are fetched from addresses that contacts name: never; from hosts of their own domain, whose redirects are not
   * followed; from everywhere. Their hosts see our address then. It takes an `HttpClient` in the container of the connection.
   * @default 'never'
   */
  http: 'always' | 'never' | 'same-domain' = 'never';
  /**
   * Bytes of the images that are kept in memory.
   * @default 33_554_432
   */
  cacheBytes = 33_554_432;
}

/** Which image is wanted. */
export interface GetAvatarOptions extends RequestOptions {
  /**
   * Bytes that it may have.
   * @default the option `maxBytes` of the plugin
   */
  readonly maxBytes?: number | undefined;
  /**
   * Media types, the best one first.
   * @default ['image/png']
   */
  readonly preferTypes?: readonly string[] | undefined;
}

/** How our image is published. */
export interface PublishAvatarOptions extends RequestOptions {
  /**
   * Who may see it: contacts, or everybody, who can tell by it that two occupants of rooms are the same person.
   * @default 'presence'
   */
  readonly access?: 'open' | 'presence' | undefined;
}

const MAX_ACCOUNTS = 5_000;

/** XEP-0084: User Avatar, version 1.1.4. Images of contacts, fetched when they are asked for and checked; and our own. */
export class Avatars extends Plugin {
  static override readonly id = 'xep-0084';
  static override readonly Options = AvatarsOptions;
  static override readonly inject = [BaseXMPP, AvatarsOptions, PersonalEventing, PubSub] as const;
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #eventing: PersonalEventing;
  readonly #options: AvatarsOptions;
  readonly #images: KnownImages;
  readonly #stored: StoredImages;
  readonly #loader: AvatarLoader;
  readonly #sources = new Set<AvatarSource>();
  /** By bare JID. */
  readonly #known: LruMap<string, Known>;
  #own: Known | undefined;
  #access: 'open' | 'presence' | undefined;

  /** @throws ConfigError for an option that cannot work; `http` without an `HttpClient`. */
  constructor(xmpp: BaseXMPP, options: AvatarsOptions, eventing: PersonalEventing, pubsub: PubSub) {
    super();
    const { autoFetch, http, ...bounds } = options;
    booleanOption('autoFetch', autoFetch);
    checkOption('http', http, isOneOf(http, 'always', 'never', 'same-domain'), "'always', 'never' or 'same-domain'");
    for (const [name, value] of Object.entries(bounds)) {
      checkOption(name, value, typeof value === 'number' && value >= 1, 'a number from 1');
    }
    const client = http === 'never' ? undefined : lookUp(xmpp.scope, HttpClient);
    if (http !== 'never' && !client) {
      throw new ConfigError(
        `http: '${http}' takes an HttpClient: provide one in the container of the connection`,
        'http',
      );
    }
    this.#xmpp = xmpp;
    this.#eventing = eventing;
    this.#options = options;
    this.#images = new KnownImages(xmpp.clock, bounds.cacheBytes);
    this.#stored = new StoredImages(xmpp, bounds);
    this.#loader = new AvatarLoader(xmpp, pubsub, this.#images, this.#stored, { ...bounds, http, client });
    this.#known = new LruMap({
      maxEntries: MAX_ACCOUNTS,
      maxBytes: 2_097_152,
      sizeOf: ({ infos }, key) => 300 + 2 * key.length + infos.reduce((sum, each) => sum + 300 + weight(each), 0),
      isStranger: (_known, jid) => !xmpp.roster.of().has(jid),
    });
    this.own(
      eventing.on(AVATAR_METADATA, (event) => this.#told(event)),
      xmpp.on('rosterUpdate', ({ items }) => this.#removed(items)),
    );
  }

  override sessionEnd(): void {
    this.#known.clear();
    this.#own = undefined;
    this.#access = undefined;
  }

  /** Our own image, as our account has told in this session: null for none, undefined as long as nothing was told. */
  get ownInfo(): AvatarInfo | null | undefined {
    return this.#own && (preferred(this.#own.infos, ['image/png'])[0] ?? null);
  }

  /**
   * What is known of somebody's image; undefined for none, and where nothing is known. Nothing is asked.
   * @param jid An account, or an occupant of a room.
   */
  info(jid: JID | string): AvatarInfo | undefined {
    const [first] = this.#formsOf(this.#addressOf(JID.from(jid)), ['image/png']) ?? [];
    return first;
  }

  /**
   * Somebody's image: one that is kept, or it is asked for. Undefined where there is none, where it cannot be had, and where it is not
   * what it should be: then it is not asked for again for a while.
   * @param jid An account, or an occupant of a room.
   * @throws BusyError where too many wait; TimeoutError; the signal's reason; what ends the session.
   */
  get(jid: JID | string, options: GetAvatarOptions = {}): Promise<Avatar | undefined> {
    const { maxBytes = this.#options.maxBytes, preferTypes = ['image/png'], signal, ...patience } = options;
    return this.untilRemoved(signal, async (stop) => {
      const address = this.#addressOf(JID.from(jid));
      const ask = { ...patience, signal: stop };
      const forms = this.#formsOf(address, preferTypes) ?? (await this.#ask(address, preferTypes, ask));
      for (const info of forms) {
        const known = isHash(info.id) ? this.#images.get(info.id) : undefined;
        if (known && known.data.length <= maxBytes) return known;
        if (!this.#loader.allows(address, info, maxBytes)) continue;
        const source = [...this.#sources].find(({ name }) => name === info.source);
        const avatar = await this.#loader.load(address, info, source, ask);
        if (avatar) this.#keep(avatar, address);
        if (avatar && avatar.data.length <= maxBytes) return avatar;
      }
      return undefined;
    });
  }

  /**
   * Publishes our image, which is a PNG; forms of it that lie elsewhere may stand beside it. The image that stands there already costs
   * nothing.
   * @throws AvatarNeedsPngError; AvatarTooLargeError; what `PersonalEventing.publish()` throws, StanzaTooLargeError among it.
   */
  publish(image: AvatarImage, { access, ...options }: PublishAvatarOptions = {}): Promise<AvatarInfo> {
    return this.untilRemoved(options.signal, async (signal) => {
      const { maxBytes, maxPixels } = this.#options;
      const looked = prepared(image, { maxBytes, maxPixels });
      const { avatar, metadata } = await within(this.#xmpp.clock, looked, {
        what: 'the hash of an image',
        timeout: options.timeout ?? this.#xmpp.timeout,
        signal,
      });
      const infos = infosIn(metadata);
      const info = infos[0] as AvatarInfo;
      const standing = access === undefined || access === this.#access;
      if (standing && this.#own && JSON.stringify(this.#own.infos) === JSON.stringify(infos)) return info;
      const ask: PepPublishOptions = {
        ...options,
        signal,
        id: avatar.id,
        access: access ?? this.#access ?? 'presence',
      };
      // Who hears of it asks for it at once.
      await this.#eventing.publish(AVATAR_DATA, new AvatarData({ encoded: base64.encode(avatar.data) }), ask);
      await this.#eventing.publish(AVATAR_METADATA, metadata, ask);
      this.#keep(avatar, this.#xmpp.account);
      this.#access = ask.access as 'open' | 'presence';
      return info;
    });
  }

  /** Says that we have no image any more. @throws what `PersonalEventing.publish()` throws. */
  disable(options: RequestOptions = {}): Promise<void> {
    return this.untilRemoved(options.signal, (signal) =>
      this.#eventing.stop(AVATAR_METADATA, { ...options, signal, empty: new AvatarMetadata() }),
    );
  }

  /**
   * For other plugins: adds another way to know of images. What an account says itself goes before.
   * @returns a registration, and `changed(jid)`, to be called when what is known of an address is not what it was.
   */
  addSource(source: AvatarSource): Registration & { changed(jid: JID): void } {
    this.lifetime.throwIfAborted();
    this.#sources.add(source);
    const added = this.own(new Registration(() => this.#sources.delete(source)));
    const changed = (jid: JID): void => {
      const own = jid.equals(this.#xmpp.account);
      const published = own ? this.#own : this.#known.peek(jid.full);
      if (published || !this.#sources.has(source)) return;
      this.#changed(jid, source.info(jid) ?? undefined, own, undefined);
    };
    return Object.assign(added, { changed });
  }

  /** Occupants of rooms have images of their own; the resources of an account have none. */
  #addressOf(jid: JID): JID {
    return this.#xmpp.claimOf(jid)?.kind === 'room' ? jid : jid.bare;
  }

  /** In memory, and for later: strangers have no part in that. */
  #keep(avatar: Avatar, jid: JID): void {
    const standing = this.#standingOf(jid);
    this.#images.keep(avatar, standing);
    if (standing !== 'stranger') this.#stored.put(avatar);
  }

  #standingOf(jid: JID): 'contact' | 'own' | 'stranger' {
    if (jid.equals(this.#xmpp.account)) return 'own';
    return this.#xmpp.roster.of().has(jid) ? 'contact' : 'stranger';
  }

  /** The forms of an image in the order in which they are tried; undefined where nothing is known. */
  #formsOf(jid: JID, types: readonly string[]): readonly AvatarInfo[] | undefined {
    const known = jid.equals(this.#xmpp.account) ? this.#own : this.#known.get(jid.full);
    if (known && known.infos.length > 0) return preferred(known.infos, types);
    let none = known !== undefined;
    for (const source of this.#sources) {
      const info = source.info(jid);
      if (info) return [info];
      if (info === null) none = true;
    }
    return none ? [] : undefined;
  }

  /** Asks an account that has told nothing. */
  async #ask(jid: JID, types: readonly string[], options: RequestOptions): Promise<readonly AvatarInfo[]> {
    // Rooms have no nodes, and nor have their occupants.
    if (this.#xmpp.claimOf(jid)) return [];
    const own = jid.equals(this.#xmpp.account);
    let infos: readonly AvatarInfo[] = [];
    try {
      const asked = await this.#loader.inTurn(
        () => this.#eventing.get(AVATAR_METADATA, own ? undefined : jid, options),
        options,
      );
      if (asked?.value) infos = infosIn(asked.value);
    } catch (error) {
      if (!(error instanceof PubSubError)) throw error;
      if (error.retryable) return [];
    }
    const known: Known = { infos, resource: undefined };
    // What was told meanwhile is newer.
    if (own) this.#own ??= known;
    else if (!this.#known.has(jid.full)) this.#known.set(jid.full, known);
    return this.#formsOf(jid, types) ?? [];
  }

  #told({ type, from, value, own, resource }: PepEvent<AvatarMetadata>): void {
    const infos = type === 'published' && value ? infosIn(value) : [];
    const known: Known = { infos, resource };
    if (own) this.#own = known;
    else this.#known.set(from.full, known);
    const [info] = this.#formsOf(from, ['image/png']) ?? [];
    this.#changed(from, info, own, resource);
  }

  #changed(jid: JID, info: AvatarInfo | undefined, own: boolean, resource: string | undefined): void {
    this.#xmpp.emit('avatarChanged', { jid, info, own, resource });
    if (!this.#options.autoFetch || !info || own || this.#xmpp.claimOf(jid)) return;
    // Presence, of which sources know, comes from anybody; to ask would tell him that we are here.
    if (this.#standingOf(jid) !== 'contact') return;
    // What cannot be had is told when somebody asks for it.
    this.get(jid, { signal: this.#xmpp.session }).catch(() => {});
  }

  #removed(items: readonly JID[]): void {
    const roster = this.#xmpp.roster.of();
    for (const jid of items) {
      if (roster.has(jid)) continue;
      for (const { id } of this.#known.peek(jid.full)?.infos ?? []) this.#stored.delete(id);
      this.#known.delete(jid.full);
    }
  }
}

const weight = ({ id, type = '', url = '' }: AvatarInfo): number => 2 * (id.length + type.length + url.length);
