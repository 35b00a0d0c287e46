import { describe, expect, it } from 'vitest';
import { JID } from '../../src/jid/index.js';

const domainOf = (text: string) => JID.tryParse(text)?.domain;

describe('the domainpart', () => {
  it.each([
    ['EXAMPLE.Com', 'example.com'],
    ['example.com.', 'example.com'],
    ['localhost', 'localhost'],
    ['192.0.2.1', '192.0.2.1'],
    ['a--b.example', 'a--b.example'],
    ['xn--bcher-kva.example', 'bücher.example'],
    ['XN--BCHER-KVA.example', 'bücher.example'],
    ['BÜCHER.example', 'bücher.example'],
    ['bu\u0308cher.example', 'bücher.example'],
    ['ｅｘａｍｐｌｅ．com', 'example.com'],
    ['example。com', 'example.com'],
    ['straße.example', 'straße.example'],
    ['xn--strae-oqa.example', 'straße.example'],
    ['ΒΌΛΟΣ.example', 'βόλοσ.example'],
    ['例え.テスト', '例え.テスト'],
    ['דוגמה.example', 'דוגמה.example'],
    ['ᏣᎳᎩ.example', 'ᏣᎳᎩ.example'],
  ])('is normalised: %s', (text, domain) => {
    expect(domainOf(text)).toBe(domain);
  });

  it.each([
    ['an empty label', 'a..b'],
    ['nothing but a dot', '.'],
    ['a dot in front', '.example'],
    ['two dots at the end', 'example..'],
    ['an ideographic dot at the end', 'example。'],
    ['a hyphen in front', '-a.example'],
    ['a hyphen at the end', 'a-.example'],
    ['hyphens in the third and fourth place', 'ab--cd.example'],
    ['hyphens in the third and fourth place of a U-label', 'éb--cd.example'],
    ['an underscore', 'a_b.example'],
    ['a space', 'a b.example'],
    ['a port', 'example.com:5222'],
    ['a percent sign', 'ex%61mple.com'],
    ['a fullwidth solidus', 'a.example／b'],
    ['a fullwidth commercial at', 'a＠b.example'],
    ['a label of 64 characters', `${'a'.repeat(64)}.example`],
    ['a U-label of over 63 octets as an A-label', `${'é'.repeat(60)}.example`],
    ['small Cherokee letters', 'Ꮳꮃꭹ.example'],
    ['an emoji', '♚.example'],
    ['an emoji as an A-label', 'xn--45h.example'],
    ['an A-label of ASCII', 'xn--abc-.example'],
    ['an A-label of nothing', 'xn--.example'],
    ['an A-label that is no Punycode', 'xn--a-ü.example'],
    ['an A-label of a capital', 'xn--bcher-2pa.example'],
    ['an A-label that is not in normal form', 'xn--bucher-xyd.example'],
    ['a combining mark in front', '\u0301a.example'],
    ['a soft hyphen', 'a\xADb.example'],
    ['a zero width space', 'a\u200Bb.example'],
    ['a lone surrogate', 'a\uD800b.example'],
    ['a middle dot between other letters', 'a\xB7b.example'],
    ['both directions in a label', 'aא.example'],
    ['a label that begins with a digit beside one from right to left', '1a.דוגמה'],
  ])('is refused with %s', (_, text) => {
    expect(domainOf(text)).toBeUndefined();
  });

  it('has a form for DNS and TLS', () => {
    expect(JID.parse('user@bücher.例え.example/x').asciiDomain).toBe('xn--bcher-kva.xn--r8jz45g.example');
    expect(JID.parse('user@example.com').asciiDomain).toBe('example.com');
  });

  it('agrees in that form with the URL parser of the platform', () => {
    for (const host of [
      'bücher.example',
      'straße.example',
      'παράδειγμα.δοκιμή',
      '例え.テスト',
      'דוגמה.example',
      '한국.kr',
    ]) {
      expect(JID.parse(host).asciiDomain).toBe(new URL(`http://${host}`).hostname);
    }
  });
});

describe('an IPv6 address for a domain', () => {
  it.each([
    ['[::1]', '[::1]'],
    ['[::]', '[::]'],
    ['[0:0:0:0:0:0:0:1]', '[::1]'],
    ['[2001:DB8:0:0:1:0:0:1]', '[2001:db8::1:0:0:1]'],
    ['[2001:0db8:0:1:1:1:1:1]', '[2001:db8:0:1:1:1:1:1]'],
    ['[2001:db8::]', '[2001:db8::]'],
    ['[10:0:0:1:1:0:0:0]', '[10:0:0:1:1::]'],
    ['[::ffff:192.0.2.1]', '[::ffff:c000:201]'],
    ['[fe80::1%25eth0]', '[fe80::1%25eth0]'],
  ])('has one form: %s', (text, domain) => {
    expect(domainOf(`user@${text}/x`)).toBe(domain);
    expect(domainOf(domain)).toBe(domain);
  });

  it.each([
    '[]',
    '[:]',
    '[:::]',
    '[1]',
    '[1:2:3:4:5:6:7]',
    '[1:2:3:4:5:6:7:8:9]',
    '[1:2:3:4:5:6:7::8]',
    '[1::2::3]',
    '[12345::]',
    '[g::]',
    '[::256.0.0.1]',
    '[::01.0.0.1]',
    '[::1.2.3]',
    '[1.2.3.4::]',
    '[192.0.2.1]',
    '[::1',
    '::1',
    '[::1]:5222',
    '[fe80::1%eth0]',
  ])('is refused where it is none: %s', (text) => {
    expect(domainOf(text)).toBeUndefined();
  });
});
