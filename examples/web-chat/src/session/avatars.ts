import type { ClientXMPP } from '@sestina/client';
import { LruMap } from '@sestina/core/util';
import { Avatars as UserAvatars } from '@sestina/xep-0084';
import { VCardAvatars } from '@sestina/xep-0153';

/** Addresses whose pictures are kept. */
const KEPT = 300;

/** Pictures of people. Each is fetched when its owner is shown for the first time. */
export class Avatars {
  readonly #xmpp: ClientXMPP;
  readonly #changed: () => void;
  /** By address, of whom a picture was told: what it is shown by, once it is there. */
  readonly #pictures = new LruMap<string, { url: string | undefined; asked: boolean }>({
    maxEntries: KEPT,
    dropped: (_jid, { url }) => url !== undefined && URL.revokeObjectURL(url),
  });

  constructor(xmpp: ClientXMPP, changed: () => void) {
    this.#xmpp = xmpp;
    this.#changed = changed;
    xmpp.on('avatarChanged', ({ jid, info }) => this.#told(jid.bare.full, info !== undefined));
    xmpp.on('vcardAvatarChanged', ({ jid, hash, occupant }) =>
      this.#told(occupant ? jid.full : jid.bare.full, hash !== ''),
    );
  }

  /** The address of a picture, within this page; undefined for who has none, and until it is there. */
  of(jid: string): string | undefined {
    const picture = this.#pictures.get(jid);
    if (picture && !picture.asked) void this.#fetch(jid, picture);
    return picture?.url;
  }

  /** Shows another picture of ourselves to others. @param data A PNG. */
  async set(data: Uint8Array): Promise<void> {
    await this.#xmpp.plugin(VCardAvatars).setOwn({ data });
  }

  async remove(): Promise<void> {
    await this.#xmpp.plugin(VCardAvatars).removeOwn();
  }

  end(): void {
    this.#pictures.clear();
  }

  #told(jid: string, exists: boolean): void {
    const url = this.#pictures.get(jid)?.url;
    // The one that was shown stays until the next one is there.
    if (exists) this.#pictures.set(jid, { url, asked: false });
    else this.#pictures.delete(jid);
    this.#changed();
  }

  async #fetch(jid: string, picture: { url: string | undefined; asked: boolean }): Promise<void> {
    picture.asked = true;
    const image = await this.#xmpp.plugin(UserAvatars).get(jid);
    if (!image || this.#pictures.get(jid) !== picture) return;
    if (picture.url !== undefined) URL.revokeObjectURL(picture.url);
    picture.url = URL.createObjectURL(new Blob([image.data.slice()], { type: image.type }));
    this.#changed();
  }
}
