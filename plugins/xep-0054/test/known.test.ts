import { type JID, parseDocument, StanzaError, TimeoutError, XmlElement } from '@sestina/core';
import { weightOf } from '@sestina/core/util';
import { expectXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { NS_VCARD, VCard, VCardChangedError } from '../src/index.js';
import { type KnownCardBounds, KnownCards } from '../src/known-cards.js';
import { withoutLargePhoto } from '../src/large-photo.js';
import { meaningOf } from '../src/same.js';

const read = (inside: string, attributes = ''): VCard =>
  new VCard(parseDocument(`<vCard xmlns='${NS_VCARD}' ${attributes}>${inside}</vCard>`));
const binary = (tag: string, text: string): string => `<${tag}><BINVAL>${text}</BINVAL></${tag}>`;
const KEY = (name: string): string => `${name}@example.net\nalice@example.org`;
const DAY = 86_400_000;

describe('what is known of cards', () => {
  function known(more: Partial<KnownCardBounds> = {}) {
    let now = 0;
    const bounds = { maxKept: 10, maxKeptBytes: 1_000_000, maxAge: 1_000, now: () => now, isStranger: () => false };
    const cards = new KnownCards({ ...bounds, ...more });
    return {
      cards,
      at: (time: number) => {
        now = time;
      },
    };
  }

  it('is kept as long as it is good: a card, that there is none, and that nobody answers', () => {
    const { cards, at } = known();
    cards.keep(KEY('a'), read('<FN>A</FN>'));
    cards.keep(KEY('b'), undefined);
    cards.failed(KEY('c'), new TimeoutError('x', 1));
    const state = () =>
      ['a', 'b', 'c', 'd'].map((name) => {
        try {
          const card = cards.get(KEY(name), false);
          return card ? card.fullName : card;
        } catch (error) {
          return (error as { code?: string }).code;
        }
      });
    expect(state()).toEqual(['A', null, 'ERR_TIMEOUT', undefined]);
    at(999);
    expect(state()[0]).toBe('A');
    at(1_000);
    expect(state()).toEqual([undefined, null, 'ERR_TIMEOUT', undefined]);
    at(299_999);
    expect(state()[2]).toBe('ERR_TIMEOUT');
    at(300_000);
    expect(state()[2]).toBeUndefined();
    at(DAY - 1);
    expect(state()[1]).toBe(null);
    at(DAY);
    expect(state()[1]).toBeUndefined();
  });

  it('is nothing of a refusal that stays one, and of what is no answer at all', () => {
    const { cards } = known();
    for (const error of [new StanzaError('forbidden'), new RangeError('x')]) {
      cards.failed(KEY('a'), error);
      expect(cards.get(KEY('a'), false)).toBeUndefined();
    }
    cards.failed(KEY('a'), new StanzaError('resource-constraint'));
    expect(() => cards.get(KEY('a'), false)).toThrow(StanzaError);
  });

  it('is without images, and those who want them have to ask', () => {
    const { cards } = known();
    for (const tag of ['PHOTO', 'LOGO', 'SOUND']) {
      cards.keep(KEY('a'), read(`<FN>A</FN>${binary(tag, 'AAAA')}`));
      expect([cards.get(KEY('a'), true), cards.get(KEY('a'), false)?.xml.child(tag)]).toEqual([undefined, undefined]);
    }
    cards.keep(KEY('a'), read('<FN>A</FN>'));
    expect(cards.get(KEY('a'), true)?.fullName).toBe('A');
    cards.forget(KEY('a'));
    cards.keep(KEY('b'), undefined);
    expect(cards.get(KEY('a'), false)).toBeUndefined();
    cards.clear();
    expect(cards.get(KEY('b'), false)).toBeUndefined();
  });

  it('is bounded to the byte, and strangers make room first', () => {
    const card = read('<FN>A</FN>');
    const one = 500 + 2 * KEY('a').length + weightOf(card.xml.copy().compact());
    for (const [maxKeptBytes, kept] of [
      [2 * one, ['A', 'A']],
      [2 * one - 1, [undefined, 'A']],
    ] as const) {
      const { cards } = known({ maxKeptBytes });
      for (const name of ['a', 'b']) cards.keep(KEY(name), card);
      expect(['a', 'b'].map((name) => cards.get(KEY(name), false)?.fullName)).toEqual(kept);
    }
    const isStranger = (jid: JID): boolean => jid.local?.startsWith('eve') ?? true;
    const { cards } = known({ maxKept: 2, isStranger });
    for (const name of ['friend', 'eve1', 'eve2']) cards.keep(KEY(name), card);
    expect(['friend', 'eve1', 'eve2'].map((name) => cards.get(KEY(name), false)?.fullName)).toEqual([
      'A',
      undefined,
      'A',
    ]);
  });
});

describe('what a card says', () => {
  it('is the same in whatever order of attributes, with whatever white space and version', () => {
    const one = read(`<X b='2' a='1'><Y/>text</X>`, `version='3.0'`);
    expect(meaningOf(one.xml)).toBe(meaningOf(read(`\n <X a='1' b='2'>\n<Y/> text </X>`).xml));
    for (const other of [
      `<X a='1' b='3'><Y/>text</X>`,
      `<X a='1'><Y/>text</X>`,
      `<X a='1' b='2'>text<Y/></X>`,
      `<X a='1' b='2'><Z/>text</X>`,
    ]) {
      expect(meaningOf(read(other).xml)).not.toBe(meaningOf(one.xml));
    }
  });

  it('is left of one whose pictures are too large', () => {
    for (const tag of ['PHOTO', 'LOGO', 'SOUND']) {
      const lengthOf = (characters: number): number | undefined =>
        withoutLargePhoto(read(`<FN>A</FN>${binary(tag, 'A'.repeat(characters))}`), 300)
          .xml.child(tag)
          ?.child('BINVAL')?.text.length;
      expect([lengthOf(400), lengthOf(402), lengthOf(403)]).toEqual([400, 402, undefined]);
    }
    const small = read(`<FN>A</FN>${binary('PHOTO', 'AAAA')}`);
    expect(withoutLargePhoto(small, 300)).toBe(small);
  });
});

describe('a picture', () => {
  it('is bytes with a type, or an address, and takes the place of the one before', () => {
    const card = read(
      `<PHOTO><TYPE> image/png </TYPE><BINVAL>AQID</BINVAL></PHOTO><LOGO><EXTVAL> https://x.example/ </EXTVAL></LOGO>`,
    );
    expect([card.photo, card.logo]).toEqual([
      { type: 'image/png', data: Uint8Array.of(1, 2, 3) },
      { url: 'https://x.example/' },
    ]);
    card.logo = { type: undefined, data: Uint8Array.of(1) };
    card.photo = { url: 'https://y.example/' };
    expectXml(
      card.xml,
      `<vCard xmlns='${NS_VCARD}'><LOGO><BINVAL>AQ==</BINVAL></LOGO><PHOTO><EXTVAL>https://y.example/</EXTVAL></PHOTO></vCard>`,
    );
    card.logo = { type: 'image/gif', data: Uint8Array.of(1) };
    card.photo = undefined;
    expectXml(card.xml, `<vCard xmlns='${NS_VCARD}'><LOGO><TYPE>image/gif</TYPE><BINVAL>AQ==</BINVAL></LOGO></vCard>`);
    expect([read('').photo, read(`<PHOTO><TYPE> </TYPE><BINVAL>AQID</BINVAL></PHOTO>`).photo?.type]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is decoded up to a megabyte, with some white space in it', () => {
    const photo = (characters: number): number | undefined => {
      const card = new VCard();
      const bytes = new XmlElement('BINVAL', NS_VCARD).append('A'.repeat(characters));
      card.xml.append(new XmlElement('PHOTO', NS_VCARD).append(bytes));
      return card.photo?.data?.length;
    };
    const most = Math.floor((1_398_104 * 1.1) / 4) * 4;
    expect([photo(most), photo(most + 4)]).toEqual([(most / 4) * 3, undefined]);
  });
});

it('a day of birth is all of a text', () => {
  expect(['x1966-08-06', '1966-08-06x', '1966-02-30'].map((birthday) => new VCard({ birthday }).birthDate)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(new VCard({}).birthDate).toBeUndefined();
});

it('a card that was changed meanwhile may be edited again', () => {
  expect(new VCardChangedError()).toMatchObject({ code: 'ERR_VCARD_CHANGED', retryable: true });
});
