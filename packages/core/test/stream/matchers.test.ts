import { describe, expect, it } from 'vitest';
import { element } from '../../src/stanza/element.js';
import { Iq } from '../../src/stanza/iq.js';
import { Message } from '../../src/stanza/message.js';
import {
  MatchId,
  MatchIdSender,
  MatchMany,
  MatchPath,
  MatchXMLMask,
  MatchXPath,
  matchPayload,
} from '../../src/stream/matchers.js';
import { xml } from '../helpers/received.js';

class Query extends element('query', 'jabber:iq:roster') {}

const push = xml(
  "<iq xmlns='jabber:client' type='set' id='p1' from='alice@example.org'><query xmlns='jabber:iq:roster' ver='7'>" +
    "<item jid='bob@example.net'/></query></iq>",
);

describe('MatchId', () => {
  it('looks at the id and nothing else', () => {
    expect(new MatchId('p1').matches(push)).toBe(true);
    expect(new MatchId('p2').matches(push)).toBe(false);
    expect(new MatchId('p1').matches(xml("<iq xmlns='jabber:client'/>"))).toBe(false);
  });
});

describe('MatchIdSender', () => {
  it('wants the id from one of the senders', () => {
    expect(new MatchIdSender('p1', 'alice@example.org').matches(push)).toBe(true);
    expect(new MatchIdSender('p1', undefined, 'alice@example.org').matches(push)).toBe(true);
    expect(new MatchIdSender('p1', 'mallory@evil.example').matches(push)).toBe(false);
    expect(new MatchIdSender('p2', 'alice@example.org').matches(push)).toBe(false);
  });

  it('compares addresses in their normalised form', () => {
    expect(new MatchIdSender('p1', 'ALICE@Example.ORG').matches(push)).toBe(true);
  });

  it('takes no sender only where that is allowed, and a malformed one never', () => {
    const without = xml("<iq xmlns='jabber:client' id='1'/>");
    expect(new MatchIdSender('1', undefined).matches(without)).toBe(true);
    expect(new MatchIdSender('1', 'alice@example.org').matches(without)).toBe(false);
    const malformed = xml("<iq xmlns='jabber:client' id='1' from='@'/>");
    expect(new MatchIdSender('1', undefined).matches(malformed)).toBe(false);
  });
});

describe('MatchPath', () => {
  it.each([
    ['iq', true],
    ['*', true],
    ['{jabber:client}iq', true],
    ['{jabber:server}iq', false],
    ['message', false],
    ['iq@type=set', true],
    ['iq@type=get', false],
    ['iq@type', true],
    ['iq@lang', false],
    ['iq@type=set@id=p1/query', true],
    ['iq/query', true],
    ['iq/{jabber:iq:roster}query', true],
    ['iq/{jabber:iq:roster}query@ver=7/item', true],
    ["iq/query/item@jid='bob@example.net'", true],
    ['iq/query/item@jid="bob@example.net"', true],
    ["iq/query/item@jid='bob@example.net/x'", false],
    ['iq/*/item', true],
    ['iq/item', false],
    ['iq/{urn:other}query', false],
  ])('%s: %s', (path, expected) => {
    expect(new MatchPath(path).matches(push)).toBe(expected);
  });

  it('tries every child of a name', () => {
    const stanza = xml("<message xmlns='jabber:client'><x/><x><y/></x></message>");
    expect(new MatchPath('message/x/y').matches(stanza)).toBe(true);
  });

  it.each([
    '',
    '/',
    'iq/',
    '/iq',
    'iq//query',
    'iq@',
    'iq@=x',
    'i q',
    '{unclosed',
    '{urn:x}',
    'iq[@type="set"]',
    "iq@type='set",
    'iq/query/',
    'iq@from=a@b/c{',
    '1iq',
    'iq query',
  ])('refuses %j and says what would be right', (path) => {
    expect(() => new MatchPath(path)).toThrow(TypeError);
    expect(() => new MatchPath(path)).toThrow(/write name@attribute=value/);
  });

  it.each([
    ['iq/', 'at its end'],
    ['iq/query[1]', 'at "[1]"'],
    ['iq/query/1', 'at "1"'],
  ])('says where it cannot read %j: %s', (path, where) => {
    expect(() => new MatchPath(path)).toThrow(`cannot read the path ${JSON.stringify(path)} ${where}: write`);
  });
});

describe('MatchXPath', () => {
  it.each([
    ['{jabber:client}iq', true],
    ['{jabber:client}iq/{jabber:iq:roster}query', true],
    ['{jabber:client}iq[@type=\'set\']/{jabber:iq:roster}query[@ver="7"]', true],
    ["{jabber:client}iq[@type='set'][@id='p1']", true],
    ['{jabber:client}iq[@type]', true],
    ["{jabber:client}iq[@type='get']", false],
    ["{jabber:client}iq/*/{jabber:iq:roster}item[@jid='bob@example.net']", true],
    ["{jabber:client}iq/*/{jabber:iq:roster}item[@jid='bob@example.net/x']", false],
    ['{jabber:client}iq/{http://jabber.org/protocol/muc}x', false],
  ])('%s: %s', (path, expected) => {
    expect(new MatchXPath(path).matches(push)).toBe(expected);
  });

  it.each(['iq', '{jabber:client}iq/query', '{jabber:client}iq[@type=set]', '{jabber:client}iq[type]', "iq[@a='b'"])(
    'refuses %j',
    (path) => {
      expect(() => new MatchXPath(path)).toThrow(TypeError);
    },
  );

  it('takes a value with any character but its quote', () => {
    const odd = "a'b/c@d[e]{f}%20=";
    const stanza = xml("<message xmlns='jabber:client'/>");
    stanza.setAttribute('id', odd);
    expect(new MatchXPath(`{jabber:client}message[@id="${odd}"]`).matches(stanza)).toBe(true);
    expect(new MatchXPath(`{jabber:client}message[@id="${odd}x"]`).matches(stanza)).toBe(false);
  });
});

describe('MatchXMLMask', () => {
  it('wants everything in the mask, and allows more', () => {
    const mask = "<iq xmlns='jabber:client' type='set'><query xmlns='jabber:iq:roster'/></iq>";
    expect(new MatchXMLMask(mask).matches(push)).toBe(true);
    expect(new MatchXMLMask(mask.replace('set', 'get')).matches(push)).toBe(false);
    expect(new MatchXMLMask(mask.replace('roster', 'private')).matches(push)).toBe(false);
  });

  it('compares text where the mask has some', () => {
    const stanza = xml("<message xmlns='jabber:client'><body>hello</body></message>");
    expect(new MatchXMLMask("<message xmlns='jabber:client'><body/></message>").matches(stanza)).toBe(true);
    expect(new MatchXMLMask("<message xmlns='jabber:client'><body>hello</body></message>").matches(stanza)).toBe(true);
    expect(new MatchXMLMask("<message xmlns='jabber:client'><body>bye</body></message>").matches(stanza)).toBe(false);
  });

  it('matches an element without a namespace in any', () => {
    expect(new MatchXMLMask("<iq type='set'><query><item/></query></iq>").matches(push)).toBe(true);
  });

  it('finds a child for each one of the mask, whatever their order', () => {
    const stanza = xml("<message xmlns='jabber:client'><x a='1'/><x/></message>");
    expect(new MatchXMLMask("<message><x/><x a='1'/></message>").matches(stanza)).toBe(true);
    expect(new MatchXMLMask("<message><x a='1'/><x a='1'/></message>").matches(stanza)).toBe(false);
    expect(new MatchXMLMask('<message><x/><x/><x/></message>').matches(stanza)).toBe(false);
  });

  it('refuses text that is no element', () => {
    expect(() => new MatchXMLMask('<iq>')).toThrow();
    expect(() => new MatchXMLMask('iq')).toThrow();
  });
});

describe('MatchMany', () => {
  it('matches what any of its matchers does, and nothing without one', () => {
    const many = new MatchMany(new MatchId('other'), new MatchMany(new MatchPath('presence'), new MatchPath('iq')));
    expect(many.matches(push)).toBe(true);
    expect(new MatchMany(new MatchId('other')).matches(push)).toBe(false);
    expect(new MatchMany().matches(push)).toBe(false);
  });
});

describe('matchPayload', () => {
  it('wants the class, the payload and the type', () => {
    expect(matchPayload(Iq).matches(push)).toBe(true);
    expect(matchPayload(Iq, Query).matches(push)).toBe(true);
    expect(matchPayload(Iq, Query, 'set').matches(push)).toBe(true);
    expect(matchPayload(Iq, Query, 'get').matches(push)).toBe(false);
    expect(matchPayload(Message).matches(push)).toBe(false);
    expect(matchPayload(Iq, Message).matches(push)).toBe(false);
  });

  it('is found by its stanza and payload, so that a hundred of them cost no more than one', () => {
    expect(matchPayload(Iq, Query).keys).toEqual({
      root: 'iq',
      payload: { name: 'query', namespace: 'jabber:iq:roster' },
    });
    expect(matchPayload(Message).keys).toEqual({ root: 'message', payload: undefined });
  });
});
