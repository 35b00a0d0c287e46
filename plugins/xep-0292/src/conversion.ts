import { base64 } from '@sestina/core';
import { VCard, VCardAddress, VCardEmail, VCardName, VCardOrganisation, VCardPhone } from '@sestina/xep-0054';
import { VCard4 } from './vcard4.js';

const some = (text: string | undefined): readonly string[] => (text ? [text] : []);

/** The types of the older format that are there in the newer one. */
const PLACES = ['home', 'work'] as const;
const PHONES = { voice: 'voice', fax: 'fax', pager: 'pager', cell: 'cell', video: 'video' } as const;
const DATA = /^data:([a-z]+\/[a-z0-9.+-]+);base64,/i;
const MAX_ENCODED = 1_398_104;

/**
 * The card in the older format of XEP-0054, as far as that has a place for it (XEP-0292 §11).
 */
export function toVCardTemp(card: VCard4): VCard {
  const { fullName, birthday, title, role, note, name, urls } = card;
  const made = new VCard({ fullName, nickname: card.nicknames[0], birthday, title, role, note, urls });
  if (name) {
    const part = (component: string): string | undefined =>
      name.component(component).filter(Boolean).join(' ') || undefined;
    made.name = new VCardName({
      family: part('surname'),
      given: part('given'),
      middle: part('additional'),
      prefix: part('prefix'),
      suffix: part('suffix'),
    });
  }
  for (const { value, types, preference } of card.emails) {
    const place = { home: types.includes('home'), work: types.includes('work'), preferred: preference === 1 };
    made.emails.add(new VCardEmail({ ...place, internet: true, userId: value }));
  }
  for (const { value, types, preference } of card.phones) {
    const phone = new VCardPhone({ home: types.includes('home'), work: types.includes('work') });
    if (preference === 1) phone.preferred = true;
    for (const [field, type] of Object.entries(PHONES)) phone[field as keyof typeof PHONES] = types.includes(type);
    phone.number = value?.replace(/^tel:/i, '') ?? '';
    made.phones.add(phone);
  }
  for (const address of card.addresses) {
    const part = (component: string): string | undefined => address.component(component).join('\n') || undefined;
    const { types, preference } = address;
    made.addresses.add(
      new VCardAddress({
        home: types.includes('home'),
        work: types.includes('work'),
        preferred: preference === 1,
        postOfficeBox: part('pobox'),
        extended: part('ext'),
        street: part('street'),
        locality: part('locality'),
        region: part('region'),
        postalCode: part('code'),
        country: part('country'),
      }),
    );
  }
  for (const { values } of card.organisations) {
    made.organisations.add(new VCardOrganisation({ name: values[0], units: values.slice(1) }));
  }
  const jid = card.impps.find((uri) => /^xmpp:/i.test(uri))?.slice(5);
  if (jid) made.jabberId = jid;
  made.photo = card.photos.map(photoOf).find((photo) => photo !== undefined);
  return made;
}

function photoOf(uri: string): VCard['photo'] {
  const type = DATA.exec(uri)?.[1];
  if (type === undefined) return { url: uri };
  const encoded = uri.slice(uri.indexOf(',') + 1);
  const data = encoded.length <= MAX_ENCODED ? base64.decode(encoded) : undefined;
  return data && { type, data };
}

/** A card in the newer format, of one in the older format of XEP-0054 (XEP-0292 §11). */
export function fromVCardTemp(card: VCard): VCard4 {
  const { fullName, nickname, birthday, title, role, note, urls, name, jabberId, photo } = card;
  const made = new VCard4({ fullName, nicknames: some(nickname), title, role, note, urls: urls.filter(Boolean) });
  // Whatever is no day is a text.
  if (card.birthDate) made.add('bday', card.birthDate, { valueType: 'date' });
  else if (birthday) made.add('bday', birthday);
  if (name) {
    const { family, given, middle, prefix, suffix } = name;
    made.addStructured('n', {
      surname: some(family),
      given: some(given),
      additional: some(middle),
      prefix: some(prefix),
      suffix: some(suffix),
    });
  }
  const typesOf = (each: { readonly home: boolean; readonly work: boolean }): string[] =>
    PLACES.filter((place) => each[place]);
  const preferenceOf = (preferred: boolean): number | undefined => (preferred ? 1 : undefined);
  for (const email of card.emails) {
    if (email.userId)
      made.add('email', email.userId, { types: typesOf(email), preference: preferenceOf(email.preferred) });
  }
  for (const phone of card.phones) {
    if (!phone.number) continue;
    const kinds = Object.entries(PHONES).filter(([field]) => phone[field as keyof typeof PHONES]);
    const types = [...typesOf(phone), ...kinds.map(([, type]) => type)];
    // What is no number in the way of RFC 3966 stays a text.
    const digits = phone.number.replace(/[\s().-]/g, '');
    const isNumber = /^\+?\d+$/.test(digits);
    const init = { types, preference: preferenceOf(phone.preferred), valueType: isNumber ? 'uri' : 'text' } as const;
    made.add('tel', isNumber ? `tel:${digits}` : phone.number, init);
  }
  for (const address of card.addresses) {
    const components = {
      pobox: some(address.postOfficeBox),
      ext: some(address.extended),
      street: some(address.street),
      locality: some(address.locality),
      region: some(address.region),
      code: some(address.postalCode),
      country: some(address.country),
    };
    made.addStructured('adr', components, { types: typesOf(address), preference: preferenceOf(address.preferred) });
  }
  for (const { name: organisation = '', units } of card.organisations) {
    made.addStructured('org', { text: [organisation, ...units.filter(Boolean)] });
  }
  if (jabberId) made.add('impp', `xmpp:${jabberId}`, { valueType: 'uri' });
  if (photo?.url !== undefined) made.add('photo', photo.url, { valueType: 'uri' });
  else if (photo)
    made.add('photo', `data:${photo.type ?? 'image/png'};base64,${base64.encode(photo.data)}`, { valueType: 'uri' });
  return made;
}
