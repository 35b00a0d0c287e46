import { BaseXMPP, Plugin } from '@sestina/core';
import { Avatars } from '@sestina/xep-0084';
import { VCardAvatars } from '@sestina/xep-0153';

/**
 * XEP-0398: User Avatar to vCard-Based Avatars Conversion, version 1.0.0. Where our server keeps what is published and what is in our card
 * alike, our image is published alone, the server says in our presence which it is, and rooms are told when it is another one.
 */
export class AvatarConversion extends Plugin {
  static override readonly id = 'xep-0398';
  static override readonly inject = [BaseXMPP, Avatars, VCardAvatars] as const;
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #cards: VCardAvatars;
  /** Our image as presence has said last: an id, an empty text for none, undefined as long as nothing was heard. */
  #last: string | undefined;

  constructor(xmpp: BaseXMPP, _avatars: Avatars, cards: VCardAvatars) {
    super();
    this.#xmpp = xmpp;
    this.#cards = cards;
    this.own(
      xmpp.on('avatarChanged', ({ own, info }) => {
        if (own) this.#changed(info?.id ?? '');
      }),
    );
  }

  /** Whether our server does it; undefined as long as that is not known in this session. */
  get supported(): boolean | undefined {
    return this.#cards.converts;
  }

  /** The server puts the hash into what we send, and sends nothing again by itself: rooms would not hear of it. */
  #changed(id: string): void {
    if (id === this.#last) return;
    this.#last = id;
    if (this.supported) this.#xmpp.presenceChanged();
  }
}
