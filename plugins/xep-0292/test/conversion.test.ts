import { parseDocument } from '@sestina/core';
import { expectXml } from '@sestina/testing';
import { NS_VCARD, VCard } from '@sestina/xep-0054';
import { describe, expect, it } from 'vitest';
import { fromVCardTemp, NS_VCARD4, toVCardTemp, VCard4 } from '../src/index.js';

const card = (inside: string): VCard4 => new VCard4(parseDocument(`<vcard xmlns='${NS_VCARD4}'>${inside}</vcard>`));
const old = (inside: string): VCard => new VCard(parseDocument(`<vCard xmlns='${NS_VCARD}'>${inside}</vCard>`));
const parameters = (types: readonly string[], preference?: number): string =>
  types.length === 0 && preference === undefined
    ? ''
    : `<parameters>${types.length ? `<type>${types.map((type) => `<text>${type}</text>`).join('')}</type>` : ''}${preference === undefined ? '' : `<pref><integer>${preference}</integer></pref>`}</parameters>`;

describe('a newer card as an older one', () => {
  it('has a name in its parts, of which there may be several', () => {
    const { name } = toVCardTemp(
      card(
        '<n><surname>Capulet</surname><given>Juliet</given><given/><given>J.</given><additional>A.</additional><additional>B.</additional><prefix>Lady</prefix><suffix>Jr.</suffix></n>',
      ),
    );
    expect(name).toMatchObject({
      family: 'Capulet',
      given: 'Juliet J.',
      middle: 'A. B.',
      prefix: 'Lady',
      suffix: 'Jr.',
    });
    expect(toVCardTemp(card('')).name).toBeUndefined();
    expect(toVCardTemp(card('<n><surname/></n>')).name?.family).toBeUndefined();
  });

  it.each([
    [['home'], 1, { home: true, work: false, preferred: true }],
    [['work'], 2, { home: false, work: true, preferred: false }],
    [[], undefined, { home: false, work: false, preferred: false }],
  ] as const)('has what %j with preference %s says', (types, preference, flags) => {
    const said = parameters(types, preference);
    const made = toVCardTemp(
      card(
        `<email>${said}<text>j@capulet.example</text></email><tel>${said}<uri>TEL:+1</uri></tel><tel><text>call tel: 5</text></tel>` +
          `<tel/><adr>${said}<pobox>1</pobox><ext>2</ext><street>3</street><street>4</street><locality>5</locality><region>6</region><code>7</code><country>8</country></adr>`,
      ),
    );
    expect(made.emails.at(0)).toMatchObject({ ...flags, internet: true, userId: 'j@capulet.example' });
    expect(made.phones.at(0)).toMatchObject({ ...flags, number: '+1', voice: false, fax: false });
    expect([...made.phones].slice(1).map(({ number }) => number)).toEqual(['call tel: 5', '']);
    expect(made.addresses.at(0)).toMatchObject({
      ...flags,
      postOfficeBox: '1',
      extended: '2',
      street: '3\n4',
      locality: '5',
      region: '6',
      postalCode: '7',
      country: '8',
    });
  });

  it('has an address for messages where that is one of XMPP', () => {
    const impp = (...uris: string[]): string => uris.map((uri) => `<impp><uri>${uri}</uri></impp>`).join('');
    expect(toVCardTemp(card(impp('sip:xmpp:j@x.example', 'XMPP:j@x.example'))).jabberId).toBe('j@x.example');
    for (const inside of ['', impp('sip:j@x.example'), impp('xmpp:')])
      expect(toVCardTemp(card(inside)).jabberId).toBeUndefined();
  });

  it('has a picture that is not too large', () => {
    const photo = (length: number): VCard['photo'] =>
      toVCardTemp(new VCard4({ photos: [`data:image/png;base64,${'A'.repeat(length)}`] })).photo;
    expect((photo(1_398_104) as { data: Uint8Array }).data).toHaveLength(1_048_578);
    expect(photo(1_398_108)).toBeUndefined();
  });
});

describe('an older card as a newer one', () => {
  const made = (inside: string): VCard4 => fromVCardTemp(old(inside));

  it('has everything that it has a place for, and nothing that is empty', () => {
    const all = made(
      `<FN>J</FN><NICKNAME>Jule</NICKNAME><BDAY>1476-06-09</BDAY><URL>https://capulet.example/</URL><URL/>
       <N><FAMILY>Capulet</FAMILY><GIVEN>Juliet</GIVEN><MIDDLE>A.</MIDDLE><PREFIX>Lady</PREFIX><SUFFIX>Jr.</SUFFIX></N>
       <EMAIL><HOME/><INTERNET/><PREF/><USERID>j@capulet.example</USERID></EMAIL><EMAIL><WORK/><USERID>w@capulet.example</USERID></EMAIL><EMAIL><INTERNET/></EMAIL>
       <TEL><HOME/><VOICE/><CELL/><PREF/><NUMBER>+39 (045) 80-05.5</NUMBER></TEL><TEL><WORK/><FAX/><NUMBER>ext. 5</NUMBER></TEL><TEL><NUMBER>12a</NUMBER></TEL><TEL><NUMBER>045</NUMBER></TEL><TEL><VOICE/><NUMBER/></TEL>
       <ADR><WORK/><PREF/><POBOX>1</POBOX><EXTADD>2</EXTADD><STREET>3</STREET><LOCALITY>5</LOCALITY><REGION>6</REGION><PCODE>7</PCODE><CTRY>8</CTRY></ADR>
       <ORG><ORGNAME>House</ORGNAME><ORGUNIT>Kitchen</ORGUNIT><ORGUNIT/></ORG>
       <JABBERID>j@capulet.example</JABBERID><PHOTO><EXTVAL>https://capulet.example/j.png</EXTVAL></PHOTO>`,
    );
    expectXml(
      all.xml,
      `<vcard xmlns='${NS_VCARD4}'><fn><text>J</text></fn><nickname><text>Jule</text></nickname><url><uri>https://capulet.example/</uri></url>
        <bday><date>1476-06-09</date></bday>
        <n><surname>Capulet</surname><given>Juliet</given><additional>A.</additional><prefix>Lady</prefix><suffix>Jr.</suffix></n>
        <email>${parameters(['home'], 1)}<text>j@capulet.example</text></email><email>${parameters(['work'])}<text>w@capulet.example</text></email>
        <tel>${parameters(['home', 'voice', 'cell'], 1)}<uri>tel:+3904580055</uri></tel><tel>${parameters(['work', 'fax'])}<text>ext. 5</text></tel><tel><text>12a</text></tel><tel><uri>tel:045</uri></tel>
        <adr>${parameters(['work'], 1)}<pobox>1</pobox><ext>2</ext><street>3</street><locality>5</locality><region>6</region><code>7</code><country>8</country></adr>
        <org><text>House</text><text>Kitchen</text></org>
        <impp><uri>xmpp:j@capulet.example</uri></impp><photo><uri>https://capulet.example/j.png</uri></photo></vcard>`,
    );
    expectXml(made('').xml, `<vcard xmlns='${NS_VCARD4}'/>`);
  });

  it('has a birthday that is no day as a text, and a picture of which nothing is said as one', () => {
    expectXml(
      made('<BDAY>in spring</BDAY>').xml,
      `<vcard xmlns='${NS_VCARD4}'><bday><text>in spring</text></bday></vcard>`,
    );
    expect(made('<PHOTO><BINVAL>AQID</BINVAL></PHOTO>').photos).toEqual(['data:image/png;base64,AQID']);
    expect(made('<PHOTO><TYPE>image/gif</TYPE><BINVAL>AQID</BINVAL></PHOTO>').photos).toEqual([
      'data:image/gif;base64,AQID',
    ]);
    expect(made('<PHOTO><BINVAL>AQID</BINVAL></PHOTO>').properties('photo')[0]?.valueType).toBe('uri');
  });
});

describe('a property', () => {
  const property = (inside: string) => {
    const [found] = card(`<tel>${inside}</tel>`).phones;
    if (!found) throw new Error('it is not there');
    return found;
  };

  it('without a value has none, and may be given one', () => {
    const empty = property(`<parameters/><other xmlns='urn:o'>x</other>y`);
    expect([empty.value, empty.valueType, empty.values, empty.parameter('type')]).toEqual([
      undefined,
      undefined,
      [],
      [],
    ]);
    empty.value = '5';
    expect([empty.value, empty.valueType]).toEqual(['5', 'text']);
    expect(property('').parameter('type')).toEqual([]);
  });

  it('has its types in lower case, and a preference from 1 to 100', () => {
    expect(property(parameters([' Home ', 'WORK'])).types).toEqual(['home', 'work']);
    const preference = (text: string) =>
      property(`<parameters><pref><integer>${text}</integer></pref></parameters>`).preference;
    expect(['1', '100', ' 5 ', '0', '101', '1000', 'x1', '1x', ''].map(preference)).toEqual([
      1,
      100,
      5,
      ...Array.from({ length: 6 }, () => undefined),
    ]);
  });

  it('has parameters as long as there are some', () => {
    const tel = property('<uri>tel:5</uri>');
    tel.setParameter('type', []);
    expect(tel.xml.children).toHaveLength(1);
    tel.setParameter('type', ['home', 'cell']);
    tel.setParameter('pref', ['1'], 'integer');
    tel.setParameter('type', ['work']);
    expectXml(
      tel.xml,
      `<tel xmlns='${NS_VCARD4}'><parameters><pref><integer>1</integer></pref><type><text>work</text></type></parameters><uri>tel:5</uri></tel>`,
    );
    tel.setParameter('pref', []);
    expect(tel.parameter('type')).toEqual(['work']);
    tel.setParameter('type', []);
    expectXml(tel.xml, `<tel xmlns='${NS_VCARD4}'><uri>tel:5</uri></tel>`);
  });

  it('that is added is the one that was, and is written where it stands', () => {
    const all = card('<email><text>a</text></email>');
    const made = all.add('email', 'b');
    made.value = 'c';
    expect([all.emails.map(({ value }) => value), made.types, made.preference]).toEqual([['a', 'c'], [], undefined]);
    const placed = all.addStructured('adr', { locality: ['Verona'] }, { types: ['home'], preference: 3 });
    expect([placed.types, placed.preference, all.addresses.length]).toEqual([['home'], 3, 1]);
  });

  it('of a card is taken for its value, in groups too, and keeps its kind', () => {
    const all = card(
      `<group><url><uri>x</uri></url></group><url/><nickname><text>a</text></nickname><nickname><text>b</text></nickname>`,
    );
    expect([all.properties('url')[0]?.group, all.urls]).toEqual(['', ['x']]);
    all.urls = ['x', 'y'];
    all.nicknames = ['b', 'c'];
    all.birthday = '1476';
    expectXml(
      all.xml,
      `<vcard xmlns='${NS_VCARD4}'><group><url><uri>x</uri></url></group><nickname><text>b</text></nickname><url><uri>y</uri></url><nickname><text>c</text></nickname><bday><date>1476</date></bday></vcard>`,
    );
    all.urls = [];
    expect(all.properties('url')).toEqual([]);
  });
});
