import { attr, element, XmlElement } from '@sestina/core';
import { expectXml, parseXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { bookmarkOf, changed } from '../src/bookmark.js';
import { bookmarkExtension, ConferenceBookmark, NS_BOOKMARKS } from '../src/index.js';

class Pin extends element('pin', 'urn:example:pin', { at: attr('at') }) {}
const pin = bookmarkExtension(Pin);
const conference = (inside = ''): string => `<conference xmlns='${NS_BOOKMARKS}'>${inside}</conference>`;
const OTHER = `<other xmlns='urn:example:other'/>`;

describe('what others keep with a bookmark', () => {
  it('is read and written in its extensions, which are there as long as something is in them', () => {
    const { xml } = new ConferenceBookmark();
    expect(pin.get(xml)).toBeUndefined();
    pin.set(xml, undefined);
    expectXml(xml, conference());
    for (const at of ['1', '2']) {
      pin.set(xml, new Pin({ at }));
      expectXml(xml, conference(`<extensions><pin xmlns='urn:example:pin' at='${at}'/></extensions>`));
      expect(pin.get(xml)?.at).toBe(at);
    }
    pin.set(xml, undefined);
    expectXml(xml, conference());
  });

  it('stays as it is when another of them is written', () => {
    const xml = parseXml(conference(`<extensions>${OTHER}</extensions>`));
    expect(pin.get(xml)).toBeUndefined();
    pin.set(xml, new Pin({ at: '1' }));
    expectXml(xml, conference(`<extensions>${OTHER}<pin xmlns='urn:example:pin' at='1'/></extensions>`));
    pin.set(xml, undefined);
    expectXml(xml, conference(`<extensions>${OTHER}</extensions>`));
  });

  it('is changed as a whole, too', () => {
    const bookmark = changed(new ConferenceBookmark({ name: 'A', autojoin: true }), {
      nick: 'Jule',
      extensions: (xml) => void xml.append(new XmlElement('other', 'urn:example:other')),
    });
    const all = (inside: string) => conference(inside).replace('>', ` name='A' autojoin='true'>`);
    expectXml(bookmark.xml, all(`<nick>Jule</nick><extensions>${OTHER}</extensions>`));
    changed(bookmark, { extensions: (xml) => xml.remove(xml.child('other', 'urn:example:other') as XmlElement) });
    expectXml(bookmark.xml, all('<nick>Jule</nick>'));
    bookmark.extensions = new XmlElement('extensions', NS_BOOKMARKS);
    bookmark.extensions = undefined;
    expectXml(bookmark.xml, all('<nick>Jule</nick>'));
  });
});

it('a bookmark has its room as a property of its own', () => {
  const bookmark = bookmarkOf('a@rooms.example', new ConferenceBookmark({ name: 'A' }));
  expect(bookmark && Object.keys(bookmark)).toEqual(['room']);
  expect(bookmark?.name).toBe('A');
});
