import { StanzaValueError } from '@sestina/core';
import { expectXml, parseXml } from '@sestina/testing';
import { DiscoInfo, DiscoItem, DiscoItems, Identity, NS_DISCO_INFO, NS_DISCO_ITEMS } from '@sestina/xep-0030';
import { describe, expect, it } from 'vitest';

// XEP-0030 example 2.
const INFO = `<query xmlns='${NS_DISCO_INFO}'>
  <identity category='conference' type='text' name='Play-Specific Chatrooms'/>
  <identity category='directory' type='chatroom' name='Play-Specific Chatrooms'/>
  <feature var='http://jabber.org/protocol/disco#info'/>
  <feature var='http://jabber.org/protocol/muc'/>
</query>`;

// XEP-0030 example 17.
const ITEMS = `<query xmlns='${NS_DISCO_ITEMS}'>
  <item jid='catalog.shakespeare.lit' node='books' name='Books by and about Shakespeare'/>
  <item jid='catalog.shakespeare.lit' node='clothing'/>
</query>`;

describe('DiscoInfo', () => {
  it('reads and writes what XEP-0030 shows', () => {
    const info = new DiscoInfo(parseXml(INFO));
    expect([...info.identities].map(({ category, type, name, lang }) => [category, type, name, lang])).toEqual([
      ['conference', 'text', 'Play-Specific Chatrooms', undefined],
      ['directory', 'chatroom', 'Play-Specific Chatrooms', undefined],
    ]);
    expect(info.features).toEqual([NS_DISCO_INFO, 'http://jabber.org/protocol/muc']);
    const copy = new DiscoInfo({
      identities: [...info.identities].map(({ category, type, name }) => new Identity({ category, type, name })),
      features: info.features,
    });
    expectXml(copy.xml, INFO);
  });

  it('finds features and identities', () => {
    const info = new DiscoInfo(parseXml(INFO));
    expect([info.has('http://jabber.org/protocol/muc'), info.has('urn:x'), info.has('__proto__')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(info.identity('directory')?.type).toBe('chatroom');
    expect(info.identity('conference', 'irc')).toBeUndefined();
  });

  it('takes the feature of service discovery for granted', () => {
    expect(new DiscoInfo({ features: ['urn:x'] }).has(NS_DISCO_INFO)).toBe(true);
  });

  it('leaves out a feature without a name, and keeps one that is there twice', () => {
    const info = new DiscoInfo(
      parseXml(`<query xmlns='${NS_DISCO_INFO}'><feature/><feature var='a'/><feature var='a'/></query>`),
    );
    expect(info.features).toEqual(['a', 'a']);
  });

  it('refuses an identity without a category, on access only', () => {
    const info = new DiscoInfo(
      parseXml(`<query xmlns='${NS_DISCO_INFO}'><identity type='pc'/><feature var='a'/></query>`),
    );
    expect([info.has('a'), info.identity('client')]).toEqual([true, undefined]);
    expect(() => info.identities.at(0)?.category).toThrow(StanzaValueError);
  });
});

describe('DiscoItems', () => {
  it('reads and writes what XEP-0030 shows', () => {
    const items = new DiscoItems(parseXml(ITEMS));
    expect([...items.items].map(({ jid, node, name }) => [String(jid), node, name])).toEqual([
      ['catalog.shakespeare.lit', 'books', 'Books by and about Shakespeare'],
      ['catalog.shakespeare.lit', 'clothing', undefined],
    ]);
    const copy = new DiscoItems({
      items: [...items.items].map(({ jid, node, name }) => new DiscoItem({ jid, node, name })),
    });
    expectXml(copy.xml, ITEMS);
  });

  it('refuses an item without an address or with a malformed one, on access only', () => {
    const items = new DiscoItems(
      parseXml(`<query xmlns='${NS_DISCO_ITEMS}'><item name='a'/><item jid='@' name='b'/></query>`),
    );
    expect([...items.items].map((item) => item.name)).toEqual(['a', 'b']);
    for (const item of items.items) expect(() => item.jid).toThrow(StanzaValueError);
  });
});
