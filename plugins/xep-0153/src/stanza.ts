import { child, element, extend, Presence, XmlElement } from '@sestina/core';

/** The namespace of what presence says of the image in the card. */
export const NS_VCARD_UPDATE = 'vcard-temp:x:update';

const HASH = /^[0-9a-f]{40}$/i;

/**
 * `<x/>` in a presence: which image is in the sender's card (XEP-0153 §4.1). An empty one says that the sender is not ready to tell; one with an
 * empty `<photo/>`, that there is no image.
 */
export class VCardUpdate extends element('x', NS_VCARD_UPDATE) {
  /** Whether the sender tells anything: not with an empty element, nor with what is no hash. */
  get ready(): boolean {
    return this.hash !== undefined;
  }

  /** The SHA-1 hash of the image, in hex and lower case; an empty text where there is no image, undefined where nothing is told. */
  get hash(): string | undefined {
    const text = this.xml.child('photo', NS_VCARD_UPDATE)?.text.trim();
    return text === undefined || text === '' || HASH.test(text) ? text?.toLowerCase() : undefined;
  }

  set hash(hash: string | undefined) {
    for (const old of this.xml.childrenNamed('photo', NS_VCARD_UPDATE)) this.xml.remove(old);
    if (hash !== undefined) this.xml.append(new XmlElement('photo', NS_VCARD_UPDATE).append(hash));
  }
}

/** What rooms put into the presence of their occupants. */
export class OccupantMark extends element('x', 'http://jabber.org/protocol/muc#user') {}

/** What says of the image that its hash is that; undefined where nothing can be told yet. */
export function updateOf(hash: string | undefined): VCardUpdate {
  const update = new VCardUpdate();
  update.hash = hash;
  return update;
}

declare module '@sestina/core' {
  interface Presence {
    /** Which image is in the sender's card (XEP-0153). */
    vcardUpdate: VCardUpdate | undefined;
  }
}

extend(Presence, { vcardUpdate: child(VCardUpdate) }, NS_VCARD_UPDATE);
