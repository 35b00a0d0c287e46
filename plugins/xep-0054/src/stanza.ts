import { base64, child, children, childText, childTexts, element, type Field, flag, XmlElement } from '@sestina/core';

/** The namespace, which is announced by who has a card. */
export const NS_VCARD = 'vcard-temp';

/** Where an address or a number belongs, and whether it is the preferred one. */
const place = { home: flag('HOME'), work: flag('WORK'), preferred: flag('PREF') };

/** `<N/>`: a name in its parts. */
export class VCardName extends element('N', NS_VCARD, {
  family: childText('FAMILY'),
  given: childText('GIVEN'),
  middle: childText('MIDDLE'),
  prefix: childText('PREFIX'),
  suffix: childText('SUFFIX'),
}) {}

/** `<EMAIL/>`: an address of electronic mail. */
export class VCardEmail extends element('EMAIL', NS_VCARD, {
  ...place,
  internet: flag('INTERNET'),
  x400: flag('X400'),
  /** The address. */
  userId: childText('USERID'),
}) {}

/** `<TEL/>`: a telephone number, which an empty `<NUMBER/>` stands for where there is none. */
export class VCardPhone extends element('TEL', NS_VCARD, {
  ...place,
  voice: flag('VOICE'),
  fax: flag('FAX'),
  pager: flag('PAGER'),
  message: flag('MSG'),
  cell: flag('CELL'),
  video: flag('VIDEO'),
  number: childText('NUMBER'),
}) {}

/** `<ADR/>`: a postal address in its parts. */
export class VCardAddress extends element('ADR', NS_VCARD, {
  ...place,
  postal: flag('POSTAL'),
  parcel: flag('PARCEL'),
  postOfficeBox: childText('POBOX'),
  extended: childText('EXTADD'),
  street: childText('STREET'),
  locality: childText('LOCALITY'),
  region: childText('REGION'),
  postalCode: childText('PCODE'),
  country: childText('CTRY'),
}) {}

/** `<ORG/>`: an organisation, and its units from the largest to the smallest. */
export class VCardOrganisation extends element('ORG', NS_VCARD, {
  name: childText('ORGNAME'),
  units: childTexts('ORGUNIT'),
}) {}

/** An image: its bytes, or an address, from which nothing is ever fetched. The type is what the owner says. */
export type VCardImage =
  | { readonly type: string | undefined; readonly data: Uint8Array; readonly url?: undefined }
  | { readonly url: string; readonly type?: undefined; readonly data?: undefined };

/** Characters of base64 that are decoded at most. */
const MAX_ENCODED = 1_398_104;

/** An image in a child, decoded each time that it is asked for; undefined for what is no base64, and for more than 1 MiB. */
function image(name: string): Field<VCardImage | undefined> {
  return {
    get: (xml) => {
      const found = xml.child(name, NS_VCARD);
      const encoded = found?.child('BINVAL', NS_VCARD)?.text;
      if (encoded) {
        const data = encoded.length <= MAX_ENCODED * 1.1 ? base64.decode(encoded) : undefined;
        return data && { type: found?.child('TYPE', NS_VCARD)?.text.trim() || undefined, data };
      }
      const url = found?.child('EXTVAL', NS_VCARD)?.text.trim();
      return url ? { url } : undefined;
    },
    set: (xml, value) => {
      for (const old of xml.childrenNamed(name, NS_VCARD)) xml.remove(old);
      if (!value) return;
      const part = (tag: string, text: string): XmlElement => new XmlElement(tag, NS_VCARD).append(text);
      const made = new XmlElement(name, NS_VCARD);
      if (value.url !== undefined) made.append(part('EXTVAL', value.url));
      else {
        if (value.type !== undefined) made.append(part('TYPE', value.type));
        made.append(part('BINVAL', base64.encode(value.data)));
      }
      xml.append(made);
    },
  };
}

/** `<vCard/>`: what somebody says of itself (XEP-0054 §3). All that is unknown in it stays where it is. */
export class VCard extends element('vCard', NS_VCARD, {
  /** What somebody is called, as it is shown. */
  fullName: childText('FN'),
  /** The name in its parts. */
  name: child(VCardName),
  nickname: childText('NICKNAME'),
  jabberId: childText('JABBERID'),
  title: childText('TITLE'),
  role: childText('ROLE'),
  /** What somebody says of itself, in its own words. */
  note: childText('DESC'),
  /** The day of birth as it was written; `birthDate` is the same in one form. */
  birthday: childText('BDAY'),
  urls: childTexts('URL'),
  emails: children(VCardEmail),
  phones: children(VCardPhone),
  addresses: children(VCardAddress),
  organisations: children(VCardOrganisation),
  /** A picture of somebody. */
  photo: image('PHOTO'),
  /** A picture of its organisation. */
  logo: image('LOGO'),
}) {
  /** The day of birth as `1966-08-06`; undefined where it is none, or another notation. */
  get birthDate(): string | undefined {
    const [, year, month, day] = /^\s*(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?\s*$/.exec(this.birthday ?? '') ?? [];
    if (year === undefined) return undefined;
    const text = `${year}-${month}-${day}`;
    const read = new Date(`${text}T00:00:00Z`);
    return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text) ? text : undefined;
  }
}
