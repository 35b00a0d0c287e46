import { JID } from '@sestina/core';
import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { parseXmppUri, pubsubUri, readAction, XmppUri } from '../src/index.js';

const parts = (text: string) => {
  const uri = parseXmppUri(text);
  return uri && [uri.auth?.full, uri.jid?.full, uri.action, uri.params, uri.fragment];
};

describe('a URI', () => {
  it.each([
    ['xmpp:romeo@montague.net', [undefined, 'romeo@montague.net', undefined, [], undefined]],
    ['XMPP:montague.net', [undefined, 'montague.net', undefined, [], undefined]],
    ['xmpp://guest@example.com', ['guest@example.com', undefined, undefined, [], undefined]],
    [
      'xmpp://guest@example.com/support@example.com?message',
      ['guest@example.com', 'support@example.com', 'message', [], undefined],
    ],
    ['xmpp:///support@example.com', [undefined, 'support@example.com', undefined, [], undefined]],
    [
      'xmpp:romeo@montague.net/orchard%2Fwall#top',
      [undefined, 'romeo@montague.net/orchard/wall', undefined, [], 'top'],
    ],
    [
      'xmpp:%23dev%25irc.example@gw.example?join;password=a%3Bb',
      [undefined, '#dev%irc.example@gw.example', 'join', [['password', 'a;b']], undefined],
    ],
    [
      'xmpp:a@b.example?;node=urn%3Axmpp%3Amicroblog%3A0;item=1',
      [
        undefined,
        'a@b.example',
        undefined,
        [
          ['node', 'urn:xmpp:microblog:0'],
          ['item', '1'],
        ],
        undefined,
      ],
    ],
    ['xmpp:a@b.example?body=hi', [undefined, 'a@b.example', undefined, [['body', 'hi']], undefined]],
    [
      'xmpp:a@b.example?Message;Subject=A&B=C;subject=',
      [
        undefined,
        'a@b.example',
        'message',
        [
          ['Subject', 'A&B=C'],
          ['subject', ''],
        ],
        undefined,
      ],
    ],
    ['xmpp:a@b.example?message;body=%2525', [undefined, 'a@b.example', 'message', [['body', '%25']], undefined]],
    [
      'xmpp:nasty!%23$%25()*+,-.;=%3F%5B%5C%5D%5E_%60%7B%7C%7D~node@example.com',
      [undefined, 'nasty!#$%()*+,-.;=?[\\]^_`{|}~node@example.com', undefined, [], undefined],
    ],
    ['xmpp:?roster;name=A', [undefined, undefined, 'roster', [['name', 'A']], undefined]],
    ['xmpp:a@b.example?join;x', [undefined, 'a@b.example', 'join', [['x', '']], undefined]],
    ['xmpp:a@[::1]', [undefined, 'a@[::1]', undefined, [], undefined]],
  ])('%s', (text, expected) => {
    expect(parts(text)).toEqual(expected);
    const uri = parseXmppUri(text);
    expect(parts(`${uri}`)).toEqual(expected);
    expect(parts(uri?.toIri() ?? '')).toEqual(expected);
  });

  it.each([
    'mailto:a@b.example',
    'xmpp:@b.example',
    'xmpp:a@b.example/',
    'xmpp:a@b.example?message;body=%FF',
    'xmpp:%E0%A4%A@b.example',
    'xmpp:a%40c@b.example',
    'xmpp:a@b@c.example',
    'xmpp://a@b.example%2Fx/c.example',
    'xmpp:a@b..example',
    'xmpp:a@b.example?%FF;node=n',
    'xmpp:a@b.example?join;%FF=x',
    'xmpp:a@b.example#%FF',
    'xmpp:a@%FF',
    'xmpp:a@b.example/%FF',
    ' xmpp:a@b.example',
    'javascript:alert(1)',
  ])('is none: %s', (text) => {
    expect(parseXmppUri(text)).toBeUndefined();
  });

  it('is the same again for all that an address may hold (seed 1)', () => {
    const random = new SeededRandom(1);
    const letters = [...'abz09!#$%()*+,-.;=?[\\]^_`{|}~éß爱😀'];
    const behind = [...letters, ...' /@:&<>"\''];
    const some = (from: readonly string[]): string =>
      Array.from({ length: 1 + random.integer(8) }, () => from[random.integer(from.length)]).join('');
    let tried = 0;
    for (let i = 0; i < 500; i++) {
      const jid = JID.tryParse(`${some(letters)}@example.com/${some(behind)}`);
      if (!jid) continue;
      tried += 1;
      const uri = new XmppUri({
        jid,
        action: 'message',
        params: [
          [some(behind), some(behind)],
          ['k', some(behind)],
        ],
        fragment: some(behind),
      });
      for (const text of [uri.toString(), uri.toIri()]) {
        const again = parseXmppUri(text);
        expect([text, again?.jid?.full, again?.params, again?.fragment]).toEqual([
          text,
          jid.full,
          uri.params,
          uri.fragment,
        ]);
      }
      expect(uri.toString()).toMatch(/^[ -~]+$/);
    }
    expect(tried).toBeGreaterThan(200);
  });

  it('of nothing but separators is read in no time, and too long a one not at all', () => {
    expect(parseXmppUri(`xmpp:a@b.example?${';'.repeat(65_536)}`)?.params).toEqual([]);
    const long = 'xmpp:a@b.example?message;body='.padEnd(262_144, 'x');
    expect(parseXmppUri(long)?.action).toBe('message');
    expect(parseXmppUri(`${long}x`)).toBeUndefined();
    expect(parseXmppUri(undefined as never)).toBeUndefined();
  });

  it('is made of parts: an account without its device, and parameters in either form', () => {
    const uri = new XmppUri({ auth: 'me@example.com/phone', jid: 'a@b.example', action: 'JOIN', params: { k: 'v' } });
    expect(`${uri}`).toBe('xmpp://me@example.com/a@b.example?join;k=v');
    expect(JSON.stringify({ uri })).toBe('{"uri":"xmpp://me@example.com/a@b.example?join;k=v"}');
    expect([`${new XmppUri({ action: '' })}`, `${new XmppUri({ fragment: '' })}`]).toEqual(['xmpp:', 'xmpp:#']);
    expect(`${new XmppUri({ jid: 'a@[::1]' })}`).toBe('xmpp:a@[::1]');
    const several = new XmppUri({ params: new Map([['k', 'v']]) });
    expect([several.param('k'), several.param('other'), several.all('k'), several.all('other')]).toEqual([
      'v',
      undefined,
      ['v'],
      [],
    ]);
  });

  it('escapes what is no character as the sign for that, and ASCII in an IRI as well', () => {
    const uri = new XmppUri({ fragment: "\ud83d \ude00 😀 !'()*" });
    expect(`${uri}`).toBe('xmpp:#%EF%BF%BD%20%EF%BF%BD%20%F0%9F%98%80%20%21%27%28%29%2A');
    expect(uri.toIri()).toBe('xmpp:#\ufffd%20\ufffd%20😀%20%21%27%28%29%2A');
  });

  it('shows letters of all languages as an IRI', () => {
    const uri = new XmppUri({ jid: 'jiří@čechy.example/v Praze' });
    expect(uri.toIri()).toBe('xmpp:jiří@čechy.example/v%20Praze');
    expect(uri.toString()).toBe('xmpp:ji%C5%99%C3%AD@%C4%8Dechy.example/v%20Praze');
  });
});

describe('what a URI asks for', () => {
  const ask = (query: string) => {
    const uri = parseXmppUri(`xmpp:a@b.example?${query}`);
    return uri && readAction(uri);
  };

  it.each<readonly [query: string, asked: unknown]>([
    ['join;password=x', { kind: 'join', password: 'x' }],
    ['JOIN', { kind: 'join', password: undefined }],
    ['roster;name=A;group=B;group=C', { kind: 'roster', name: 'A', groups: ['B', 'C'], preauth: undefined }],
    ['disco;node=n;request=items', { kind: 'disco', node: 'n', request: 'items' }],
    ['command;node=stats;action=execute', { kind: 'command', node: 'stats', action: 'execute' }],
    ['pubsub;action=subscribe;node=n', { kind: 'pubsub', node: 'n', item: undefined, action: 'subscribe' }],
    [';node=n;item=i', { kind: 'pubsub', node: 'n', item: 'i', action: undefined }],
    ['invite;jid=c@d.example', { kind: 'invite', invited: JID.parse('c@d.example'), password: undefined }],
    ['invite;jid=@', { kind: 'invite', invited: undefined, password: undefined }],
    ['invite;password=x', { kind: 'invite', invited: undefined, password: 'x' }],
    ['ibr;preauth=t', { kind: 'ibr', preauth: 't' }],
    ['register;preauth=t', { kind: 'register', preauth: 't' }],
    ['remove', { kind: 'remove', preauth: undefined }],
    ['unregister', { kind: 'unregister', preauth: undefined }],
    ['unsubscribe', { kind: 'unsubscribe', preauth: undefined }],
    ['vcard', { kind: 'vcard', preauth: undefined }],
    ['subscribe;preauth=t', { kind: 'subscribe', name: undefined, groups: [], preauth: 't' }],
    ['disco;request=all', { kind: 'disco', node: undefined, request: 'info' }],
    ['recvfile;name=a;size=', { kind: 'recvfile', sid: undefined, name: 'a', mediaType: undefined, size: undefined }],
    ['recvfile;size=1x', expect.objectContaining({ size: undefined })],
    ['recvfile;size=x1', expect.objectContaining({ size: undefined })],
    ['recvfile;size=1234567890123456', expect.objectContaining({ size: undefined })],
    ['recvfile;size=123456789012345', expect.objectContaining({ size: 123_456_789_012_345 })],
    ['recvfile', expect.objectContaining({ size: undefined })],
    ['dance;node=n', undefined],
    [';item=i', undefined],
    [
      'recvfile;sid=s;size=12;mime-type=text/plain',
      { kind: 'recvfile', sid: 's', name: undefined, mediaType: 'text/plain', size: 12 },
    ],
    ['dance;slowly=yes', undefined],
    ['', undefined],
  ])('%s', (query, expected) => {
    expect(ask(query)).toEqual(expected);
  });

  it('says which words of a message are nobody’s but the writer’s of the URI', () => {
    expect(ask('message;subject=S;body=Hi;thread=T;from=boss@example.org;id=1;type=chat')).toEqual({
      kind: 'message',
      subject: 'S',
      body: 'Hi',
      thread: 'T',
      untrusted: { from: 'boss@example.org', id: '1', type: 'chat' },
    });
  });

  it('is a link to a node', () => {
    expect(`${pubsubUri('pubsub.example', 'a/b', 'x y')}`).toBe('xmpp:pubsub.example?;node=a%2Fb;item=x%20y');
    expect(`${pubsubUri('pubsub.example', 'n')}`).toBe('xmpp:pubsub.example?;node=n');
  });
});
