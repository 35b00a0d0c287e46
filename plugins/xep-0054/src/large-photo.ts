import { VCard } from './stanza.js';

/** The card, without a picture of more than so many bytes: what is left of it is worth having all the same. */
export function withoutLargePhoto(card: VCard, maxBytes: number): VCard {
  const isLarge = (tag: string): boolean => {
    const text = card.xml.child(tag, VCard.namespace)?.child('BINVAL', VCard.namespace)?.text;
    // In base64 three bytes are four characters, and line breaks among them are none.
    return text !== undefined && text.length > maxBytes && text.replace(/\s/g, '').length * 0.75 > maxBytes + 2;
  };
  const large = ['PHOTO', 'LOGO', 'SOUND'].filter(isLarge);
  if (large.length === 0) return card;
  const copy = card.xml.copy();
  for (const tag of large) for (const image of copy.childrenNamed(tag, VCard.namespace)) copy.remove(image);
  return new VCard(copy);
}
