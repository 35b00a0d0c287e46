import { parseDocument } from '@sestina/core';
import { VCard } from '@sestina/xep-0054';
import { describe, expect, it } from 'vitest';
import { fromVCardTemp, NS_VCARD4, toVCardTemp, VCard4 } from '../src/index.js';

const WHOLE = `<vcard xmlns='${NS_VCARD4}'>
  <fn><text>Peter Saint-Andre</text></fn>
  <n><surname>Saint-Andre</surname><given>Peter</given><additional/></n>
  <nickname><text>stpeter</text></nickname><nickname><text>psa</text></nickname>
  <photo><uri>https://stpeter.im/oscon.jpg</uri></photo>
  <bday><date>1966-08-06</date></bday>
  <adr><parameters><type><text>work</text><text>Voice</text></type><pref><integer>1</integer></pref></parameters>
    <ext>Suite 600</ext><street>1899 Wynkoop Street</street><locality>Denver</locality><region>CO</region><code>80202</code><country>USA</country></adr>
  <group name='phones'><tel><parameters><type><text>cell</text></type></parameters><uri>tel:+1-720-256-6756</uri></tel></group>
  <geo><uri>geo:39.59,-105.01</uri></geo>
  <title><text>Executive Director</text></title><role><text>Patron Saint</text></role>
  <org><parameters><type><text>work</text></type></parameters><text>XMPP Standards Foundation</text><text>Board</text></org>
  <url><uri>https://stpeter.im/</uri></url>
  <note><text>More</text></note>
  <gender><sex><text>M</text></sex></gender>
  <lang><parameters><pref>1</pref></parameters><language-tag>en</language-tag></lang>
  <email><parameters><type><text>home</text></type></parameters><text>stpeter@jabber.org</text></email>
  <impp><parameters><type><text>home</text></type></parameters><uri>xmpp:stpeter@jabber.org</uri></impp>
  <key><uri>https://stpeter.im/stpeter.asc</uri></key>
  <x-vendor><text>v</text></x-vendor><other xmlns='urn:other'/>
</vcard>`;
const whole = (): VCard4 => new VCard4(parseDocument(WHOLE));

describe('a card', () => {
  it('has properties with parameters, in groups and out of them', () => {
    const card = whole();
    expect(card).toMatchObject({
      fullName: 'Peter Saint-Andre',
      nicknames: ['stpeter', 'psa'],
      birthday: '1966-08-06',
      title: 'Executive Director',
      role: 'Patron Saint',
      note: 'More',
      urls: ['https://stpeter.im/'],
      impps: ['xmpp:stpeter@jabber.org'],
    });
    const [tel] = card.phones;
    expect([tel?.value, tel?.valueType, tel?.types, tel?.group]).toEqual([
      'tel:+1-720-256-6756',
      'uri',
      ['cell'],
      'phones',
    ]);
    const [address] = card.addresses;
    expect([address?.component('locality'), address?.types, address?.preference]).toEqual([
      ['Denver'],
      ['work', 'voice'],
      1,
    ]);
    expect(card.organisations[0]?.values).toEqual(['XMPP Standards Foundation', 'Board']);
    expect(card.name?.component('surname')).toEqual(['Saint-Andre']);
    // Some write the number of a preference as it is.
    expect(card.properties('lang')[0]?.preference).toBe(1);
    expect(card.properties().map(({ name }) => name)).toContain('x-vendor');
  });

  it('is changed where that is asked for, and nowhere else', () => {
    const card = whole();
    card.fullName = 'Peter';
    card.nicknames = ['psa', 'peter'];
    const [tel] = card.phones;
    if (tel) tel.value = 'tel:+1';
    card.note = undefined;
    card.add('email', 'p@example.org', { types: ['work'], preference: 2 });
    const [key] = card.properties('key');
    if (key) card.remove(key);
    const text = card.xml.toString();
    const again = new VCard4(parseDocument(text));
    expect(again).toMatchObject({ fullName: 'Peter', nicknames: ['psa', 'peter'], note: undefined });
    expect(again.emails.map(({ value, types, preference }) => [value, types, preference])).toEqual([
      ['stpeter@jabber.org', ['home'], undefined],
      ['p@example.org', ['work'], 2],
    ]);
    expect(again.phones[0]).toMatchObject({ value: 'tel:+1', group: 'phones', types: ['cell'] });
    expect([again.properties('key'), again.properties('x-vendor')[0]?.value]).toEqual([[], 'v']);
    expect(again.xml.child('other', 'urn:other')).toBeDefined();
    const [phone] = again.phones;
    if (phone) again.remove(phone);
    expect(again.phones).toEqual([]);
  });

  it.each([
    ...new Set(
      whole()
        .properties()
        .map(({ name }) => name),
    ),
  ])('keeps %s as it stands', (name) => {
    const before = whole()
      .properties(name)
      .map(({ xml }) => xml.toString());
    const card = whole();
    card.set({ nicknames: card.nicknames, urls: card.urls, fullName: card.fullName, title: card.title });
    expect(card.properties(name).map(({ xml }) => xml.toString())).toEqual(before);
  });
});

describe('the older format', () => {
  it('has what it has a place for', () => {
    const old = toVCardTemp(whole());
    expect(old).toMatchObject({
      fullName: 'Peter Saint-Andre',
      nickname: 'stpeter',
      birthday: '1966-08-06',
      jabberId: 'stpeter@jabber.org',
    });
    expect([old.name?.family, old.name?.given, old.name?.middle]).toEqual(['Saint-Andre', 'Peter', undefined]);
    expect(old.phones.at(0)).toMatchObject({ number: '+1-720-256-6756', cell: true, home: false });
    expect(old.addresses.at(0)).toMatchObject({ work: true, preferred: true, postalCode: '80202' });
    expect(old.organisations.at(0)).toMatchObject({ name: 'XMPP Standards Foundation', units: ['Board'] });
    expect(old.photo).toEqual({ url: 'https://stpeter.im/oscon.jpg' });
  });

  it('comes back from the newer one, its picture too', () => {
    const data = Uint8Array.of(1, 2, 3);
    const old = new VCard({
      fullName: 'J',
      nickname: 'Jule',
      birthday: '14760609',
      photo: { type: 'image/png', data },
      note: 'n',
    });
    old.jabberId = 'juliet@capulet.lit';
    const card = fromVCardTemp(old);
    expect(card).toMatchObject({
      photos: ['data:image/png;base64,AQID'],
      birthday: '1476-06-09',
      impps: ['xmpp:juliet@capulet.lit'],
    });
    const back = toVCardTemp(card);
    expect(back).toMatchObject({ fullName: 'J', nickname: 'Jule', note: 'n', jabberId: 'juliet@capulet.lit' });
    expect(back.photo).toEqual({ type: 'image/png', data });
    const again = toVCardTemp(fromVCardTemp(toVCardTemp(whole())));
    expect(again.addresses.at(0)?.locality).toBe('Denver');
    expect(again.phones.at(0)?.number).toBe('+17202566756');
    const broken = new VCard4({ photos: ['data:image/png;base64,!!', 'https://example.org/a.png'] });
    expect(toVCardTemp(broken).photo).toEqual({ url: 'https://example.org/a.png' });
  });
});
