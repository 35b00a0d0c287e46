import { parseXml } from '@sestina/testing';
import { DiscoInfo, NS_DISCO_INFO } from '@sestina/xep-0030';
import { IllFormedInfoError, verificationInput, verificationString, verifies } from '@sestina/xep-0115';
import { describe, expect, it } from 'vitest';
import { compareOctets } from '../src/octets.js';
import { isVerification } from '../src/verification-string.js';

const read = (inside: string): DiscoInfo =>
  new DiscoInfo(parseXml(`<query xmlns='${NS_DISCO_INFO}'>${inside}</query>`));
const form = (type: string, fields = '', hidden = `type='hidden'`): string =>
  `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' ${hidden}><value>${type}</value></field>${fields}</x>`;

const FEATURES = `<feature var='http://jabber.org/protocol/caps'/>
  <feature var='http://jabber.org/protocol/disco#info'/>
  <feature var='http://jabber.org/protocol/disco#items'/>
  <feature var='http://jabber.org/protocol/muc'/>`;
// XEP-0115 §5.2.
const SIMPLE = `<identity category='client' type='pc' name='Exodus 0.9.1'/>${FEATURES}`;
// XEP-0115 §5.3.
const COMPLEX = `<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
  <identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>
  ${FEATURES}
  ${form(
    'urn:xmpp:dataforms:softwareinfo',
    `<field var='ip_version' type='text-multi'><value>ipv4</value><value>ipv6</value></field>
     <field var='os'><value>Mac</value></field>
     <field var='os_version'><value>10.5.1</value></field>
     <field var='software'><value>Psi</value></field>
     <field var='software_version'><value>0.11</value></field>`,
  )}`;
const COMMON =
  'http://jabber.org/protocol/caps<http://jabber.org/protocol/disco#info<http://jabber.org/protocol/disco#items<http://jabber.org/protocol/muc<';

describe('the verification string', () => {
  it.each([
    ['simple', SIMPLE, `client/pc//Exodus 0.9.1<${COMMON}`, 'QgayPKawpkPSDYmwT/WM94uAlu0='],
    [
      'complex',
      COMPLEX,
      `client/pc/el/Ψ 0.11<client/pc/en/Psi 0.11<${COMMON}urn:xmpp:dataforms:softwareinfo<ip_version<ipv4<ipv6<os<Mac<os_version<10.5.1<software<Psi<software_version<0.11<`,
      'q07IKJEyjvHSyhy//CH0CxmKi8w=',
    ],
  ])('is that of the %s example', async (_name, inside, input, ver) => {
    const info = read(inside);
    expect(verificationInput(info)).toBe(input);
    expect(await verificationString(info, 'sha-1')).toBe(ver);
    expect(await verifies(info, 'sha-1', ver)).toBe(true);
    expect(await verifies(info, 'sha-256', ver)).toBe(false);
  });

  it('is made with other hash functions too', async () => {
    // Made of the input above by another implementation of the hash functions.
    const known = {
      'sha-256': 'Wr6IGEKhx6b9627gBmi/cCmpxXBc/GYq5zWuYfWGWoc=',
      'sha-512': 'fRSVSbrOODMrPDQyHoSWoR+RemysUcEeGGhMh+kl/hGp9UrJxyDnrh9BymsL57Am/eToRZ/T4s6QBqeC6LVmoQ==',
    } as const;
    for (const [name, ver] of Object.entries(known) as [keyof typeof known, string][]) {
      expect(await verificationString(read(SIMPLE), name)).toBe(ver);
      expect(await verifies(read(SIMPLE), name, ver)).toBe(true);
      expect(await verifies(read(COMPLEX), name, ver)).toBe(false);
    }
  });

  it('does not depend on any order', () => {
    const a =
      read(`<identity category='b' type='x'/><identity category='a' type='y'/><feature var='2'/><feature var='1'/>
      ${form('urn:b', `<field var='z'><value>2</value><value>1</value></field><field var='a'/>`)}${form('urn:a')}`);
    const b =
      read(`${form('urn:a')}<feature var='1'/><identity category='a' type='y'/><feature var='2'/><identity category='b' type='x'/>
      ${form('urn:b', `<field var='a'/><field var='z'><value>1</value><value>2</value></field>`)}`);
    expect(verificationInput(a)).toBe('a/y//<b/x//<1<2<urn:a<urn:b<a<z<1<2<');
    expect(verificationInput(b)).toBe(verificationInput(a));
  });

  it('sorts identities by category, then type, then language', () => {
    const info =
      read(`<identity category='ab' type='a'/><identity category='a' type='b'/><identity category='a' type='b' xml:lang='de'/>
      <identity category='a-' type='a'/>`);
    expect(verificationInput(info)).toBe('a/b//<a/b/de/<a-/a//<ab/a//<');
  });

  it('ignores forms without a hidden FORM_TYPE', () => {
    const info = read(`${form('urn:a', '', '')}<x xmlns='jabber:x:data' type='result'><field var='b'/></x>`);
    expect(verificationInput(info)).toBe('');
  });

  it('leaves an escaped "<" escaped', () => {
    expect(verificationInput(read(`<identity category='client' type='pc' name='a&amp;lt;b'/>`))).toBe(
      'client/pc//a&lt;b<',
    );
  });

  it.each([
    ['an identity twice', `<identity category='a' type='b' name='c'/><identity category='a' type='b' name='c'/>`],
    ['a feature twice', `<feature var='a'/><feature var='b'/><feature var='a'/>`],
    ['a FORM_TYPE twice', form('urn:a') + form('urn:a', `<field var='x'/>`)],
    [
      'a FORM_TYPE of two values',
      `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>a</value><value>b</value></field></x>`,
    ],
    ['"<" in a name', `<identity category='client' type='pc' name='a&lt;http://jabber.org/protocol/muc'/>`],
    ['"<" in a feature', `<feature var='a&lt;b'/>`],
    ['"<" in a form', form('urn:a', `<field var='x'><value>1&lt;2</value></field>`)],
    ['"/" in a category', `<identity category='client/pc' type=''/>`],
    ['an identity without a category', `<identity type='pc'/>`],
  ])('is refused to %s', async (_what, inside) => {
    expect(() => verificationInput(read(inside))).toThrow(IllFormedInfoError);
    expect(await verifies(read(inside), 'sha-1', 'QgayPKawpkPSDYmwT/WM94uAlu0=')).toBe(false);
  });

  it('is refused to a form beyond all bounds', async () => {
    const info = read(form('urn:a', `<field var='x'/>`.repeat(2_000)));
    expect(await verifies(info, 'sha-1', 'QgayPKawpkPSDYmwT/WM94uAlu0=')).toBe(false);
  });

  it('takes the same FORM_TYPE given twice in one field for one', () => {
    const twice = form('urn:a').replace('<value>urn:a</value>', '<value>urn:a</value><value>urn:a</value>');
    expect(verificationInput(read(twice))).toBe('urn:a<');
  });
});

describe('compareOctets', () => {
  it('sorts as the bytes of UTF-8 do', () => {
    const texts = [
      'b',
      'a',
      'ab',
      '',
      'é',
      '\uffee',
      '\u{1f600}',
      '\ue000',
      '\ud7ff',
      '\u{10000}',
      '\u{10ffff}',
      'a\u{1f600}',
      'a\uffee',
      'Z',
    ];
    const bytes = (text: string): string =>
      [...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join('');
    const expected = [...texts].sort((a, b) => (bytes(a) < bytes(b) ? -1 : 1));
    expect([...texts].sort(compareOctets)).toEqual(expected);
  });
});

describe('isVerification', () => {
  it('accepts base64 of the right length only', () => {
    expect(isVerification('sha-1', 'QgayPKawpkPSDYmwT/WM94uAlu0=')).toBe(true);
    for (const ver of [
      '',
      '../../../../etc/passwd',
      '0.9.1',
      'QgayPKawpkPSDYmwT/WM94uAlu0',
      'x'.repeat(28),
      ' QgayPKawpkPSDYmwT/WM94uAlu0',
    ]) {
      expect(isVerification('sha-1', ver), ver).toBe(false);
    }
    expect(isVerification('sha-256', 'QgayPKawpkPSDYmwT/WM94uAlu0=')).toBe(false);
  });
});
