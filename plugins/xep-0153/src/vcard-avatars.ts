import { BaseXMPP, JID, Plugin, type Presence, type Registration, type RequestOptions } from '@sestina/core';
import { checkOption, isOneOf } from '@sestina/core/connection';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { VCards } from '@sestina/xep-0054';
import { type AvatarInfo, Avatars, AvatarTooLargeError, sha1, sniffImage } from '@sestina/xep-0084';
import { HeardHashes } from './heard-hashes.js';
import { OwnHash } from './own-hash.js';
import { OccupantMark, updateOf, VCardUpdate } from './stanza.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** The presence of somebody announces another image in its card, or none any more (XEP-0153). Nothing is fetched for it. */
    vcardAvatarChanged: {
      /** A full JID. */
      readonly jid: JID;
      /** The SHA-1 hash of the image, in hex; an empty text for none. */
      readonly hash: string;
      /** Whether it is an occupant of a room. */
      readonly occupant: boolean;
    };
  }
}

/** Options of `VCardAvatars`. */
export class VCardAvatarsOptions {
  /**
   * Whether our presence says which image is in our card: `auto`, unless our server says it for us (XEP-0398). Our card is read for it once in
   * a session.
   * @default 'auto'
   */
  advertise: 'always' | 'auto' | 'never' = 'auto';
  /**
   * Addresses of which it is kept what they have announced: devices of contacts, and occupants of rooms, who make room first.
   * @default 20_000
   */
  maxKept = 20_000;
}

const NS_CONVERSION = 'urn:xmpp:pep-vcard-conversion:0';
const MAX_BYTES = 262_144;

/**
 * XEP-0153: vCard-Based Avatars, version 1.1.1. Knows from presence which image is in somebody's card, and says it of ours. It is a source of
 * `Avatars`, which fetches them: of occupants of rooms, and of contacts who publish none.
 */
export class VCardAvatars extends Plugin {
  static override readonly id = 'xep-0153';
  static override readonly Options = VCardAvatarsOptions;
  static override readonly inject = [BaseXMPP, VCardAvatarsOptions, VCards, Avatars, ServiceDiscovery] as const;
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #advertise: VCardAvatarsOptions['advertise'];
  readonly #cards: VCards;
  readonly #avatars: Avatars;
  readonly #disco: ServiceDiscovery;
  readonly #heard: HeardHashes;
  readonly #own: OwnHash;
  readonly #source: Registration & { changed(jid: JID): void };
  #converts: boolean | undefined;
  #devices: Registration | undefined;

  /** @throws ConfigError for an option that cannot work. */
  constructor(
    xmpp: BaseXMPP,
    { advertise, maxKept }: VCardAvatarsOptions,
    cards: VCards,
    avatars: Avatars,
    disco: ServiceDiscovery,
  ) {
    super();
    checkOption('advertise', advertise, isOneOf(advertise, 'always', 'auto', 'never'), "'always', 'auto' or 'never'");
    checkOption('maxKept', maxKept, typeof maxKept === 'number' && maxKept >= 1, 'a number from 1');
    this.#xmpp = xmpp;
    this.#advertise = advertise;
    this.#cards = cards;
    this.#avatars = avatars;
    this.#disco = disco;
    this.#heard = new HeardHashes(xmpp, maxKept);
    this.#own = new OwnHash(xmpp, (signal) => cards.get(undefined, { signal }));
    this.#source = this.own(
      avatars.addSource({
        name: 'vcard',
        info: (jid) => this.#info(jid),
        load: async (jid, _info, options) => (await cards.get(jid, { ...options, cached: false }))?.photo?.data,
      }),
    );
    this.own(
      xmpp.onPresence((presence, update) => this.#announced(presence, update), { payload: VCardUpdate }),
      xmpp.onPresence((presence) => this.#occupant(presence), { payload: OccupantMark }),
      xmpp.on('presenceUnavailable', ({ from }) => {
        if (from) this.#heard.delete(from);
      }),
      { dispose: () => this.#own.clear() },
    );
    if (advertise !== 'never') this.own(xmpp.decoratePresence((copy) => this.#decorate(copy)));
  }

  override async sessionStart(signal: AbortSignal): Promise<void> {
    if (this.#advertise === 'never') return;
    this.#devices = this.own(
      this.#xmpp.onPresence((presence) => this.#device(presence, signal), { from: this.#xmpp.account }),
    );
    try {
      if (await this.serverConverts({ signal })) return;
    } catch (error) {
      // What cannot be found out is not told: our presence stays as it is.
      if (!signal.aborted) this.#xmpp.logger.debug('it is not known whether our server converts avatars', { error });
      return;
    }
    // Others who begin after this need not wait for our card.
    this.#own.begin(signal);
  }

  override sessionEnd(): void {
    this.#devices?.dispose();
    this.#converts = undefined;
    this.#heard.clear();
    this.#own.clear();
  }

  /** Whether our presence says which image is in our card: not where our server does. Undefined as long as that is not known. */
  get advertises(): boolean | undefined {
    if (this.#advertise !== 'auto') return this.#advertise === 'always';
    return this.#converts === undefined ? undefined : !this.#converts;
  }

  /** What `serverConverts()` has found out in this session, where it was asked. */
  get converts(): boolean | undefined {
    return this.#converts;
  }

  /** The hash that our presence tells; an empty text for no image, undefined as long as nothing can be told, and where our server tells it. */
  get ownHash(): string | undefined {
    return this.#converts ? undefined : this.#own.hash;
  }

  /**
   * Whether our server keeps what is published (XEP-0084) and the card alike, and says in our presence which image it is (XEP-0398). It is asked
   * once in a session.
   * @throws what `ServiceDiscovery.info()` throws.
   */
  serverConverts(options: RequestOptions = {}): Promise<boolean> {
    return this.untilRemoved(options.signal, async (signal) => {
      if (this.#advertise === 'always') return false;
      this.#converts ??= (await this.#disco.info(this.#xmpp.account, { ...options, signal })).has(NS_CONVERSION);
      return this.#converts;
    });
  }

  /**
   * What an address has announced last: the hash of its image, an empty text for none, undefined where it has said nothing.
   * @param jid A device, or an occupant of a room; of an account, what any of its devices has said.
   */
  hashOf(jid: JID | string): string | undefined {
    return this.#heard.get(JID.from(jid));
  }

  /**
   * Stores our image: in our card, or where our server does the rest, as `Avatars.publish()` does. The image that stands there already costs
   * nothing.
   * @throws TypeError for what is no PNG, JPEG or GIF; AvatarTooLargeError; what `VCards.update()` or `Avatars.publish()` throws.
   */
  setOwn({ data }: { readonly data: Uint8Array }, options: RequestOptions = {}): Promise<void> {
    return this.untilRemoved(options.signal, async (signal) => {
      const type = sniffImage(data)?.type;
      if (!type || type === 'image/webp') throw new TypeError('an image in a card is a PNG, a JPEG or a GIF');
      if (data.length > MAX_BYTES) throw new AvatarTooLargeError('bytes', MAX_BYTES);
      const ask = { ...options, signal };
      if (await this.serverConverts(ask)) {
        await this.#avatars.publish({ data }, ask);
        return;
      }
      const hash = await sha1(data);
      if (this.#own.hash === hash) return;
      await this.#cards.update((card) => card.set({ photo: { type, data } }), ask);
      this.#own.set(hash);
    });
  }

  /** Takes our image away. @throws what `VCards.update()` or `Avatars.disable()` throws. */
  removeOwn(options: RequestOptions = {}): Promise<void> {
    return this.untilRemoved(options.signal, async (signal) => {
      const ask = { ...options, signal };
      if (await this.serverConverts(ask)) {
        await this.#avatars.disable(ask);
        return;
      }
      await this.#cards.update((card) => card.set({ photo: undefined }), ask);
      this.#own.set('');
    });
  }

  #decorate(copy: Presence): void {
    if (copy.vcardUpdate) return;
    if (this.#converts !== true) copy.vcardUpdate = updateOf(this.#own.hash);
    // The server says which it is, but for none.
    else if (this.#avatars.ownInfo === null) copy.vcardUpdate = updateOf('');
  }

  #announced({ from, isAvailable, claimed }: Presence, { hash }: VCardUpdate): void {
    // Presence is that of a device, or of an occupant.
    if (!from || from.isBare || !isAvailable || from.bare.equals(this.#xmpp.account)) return;
    if (hash === undefined) return;
    const { device, account } = this.#heard.set(from, hash);
    if (device) this.#xmpp.emit('vcardAvatarChanged', { jid: from, hash, occupant: claimed === 'room' });
    if (claimed === 'room' ? device : account) this.#source.changed(claimed === 'room' ? from : from.bare);
  }

  /** An occupant that is new says anew what it has: who was there by its nick before was somebody else. */
  #occupant(presence: Presence): void {
    const { from, claimed } = presence;
    if (!from || claimed !== 'room' || (presence.isAvailable && presence.vcardUpdate)) return;
    this.#heard.delete(from);
  }

  #device(presence: Presence, signal: AbortSignal): void {
    const { from } = presence;
    if (!from || from.isBare || from.equals(this.#xmpp.boundJid ?? from) || this.#converts) return;
    const available = presence.isAvailable;
    if (!available && presence.type !== 'unavailable') return;
    this.#own.heard(from, presence, available ? presence.vcardUpdate : undefined, signal);
  }

  #info(jid: JID): AvatarInfo | null | undefined {
    const hash = this.#heard.get(jid);
    if (!hash) return hash === undefined ? undefined : null;
    const unknown = { bytes: undefined, type: undefined, width: undefined, height: undefined, url: undefined };
    return { id: hash, ...unknown, source: 'vcard' };
  }
}
