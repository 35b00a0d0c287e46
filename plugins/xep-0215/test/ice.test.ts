import { JID, parseDocument } from '@sestina/core';
import { expect, it } from 'vitest';
import { serviceOf } from '../src/external-service.js';
import { hostOf } from '../src/host.js';
import { iceServerOf } from '../src/ice.js';
import { NS_EXTDISCO, Service } from '../src/index.js';

const urlOf = (attributes: string): string | undefined => {
  const service = serviceOf(
    JID.from('montague.lit'),
    new Service(parseDocument(`<service xmlns='${NS_EXTDISCO}' username='u' password='p' ${attributes}/>`)),
  );
  return service && iceServerOf(service)?.urls;
};

it.each([
  [`type='stun' host='stun.example' port='3478' transport='udp'`, 'stun:stun.example:3478'],
  [`type='stun' host='stun.example'`, 'stun:stun.example'],
  [`type='stun' host='stun.example' transport='tcp'`, undefined],
  [`type='stuns' host='stun.example' port='5349' transport='TCP'`, 'stuns:stun.example:5349'],
  [`type='stuns' host='stun.example'`, 'stuns:stun.example'],
  [`type='stuns' host='stun.example' transport='udp'`, undefined],
  [`type='turn' host='192.0.2.1' port='3478' transport='udp'`, 'turn:192.0.2.1:3478?transport=udp'],
  [`type='turn' host='192.0.2.1' transport='tcp'`, 'turn:192.0.2.1?transport=tcp'],
  [`type='turn' host='192.0.2.1' transport='quic'`, undefined],
  [`type='turn' host='turn.example'`, 'turn:turn.example?transport=udp'],
  [`type='turns' host='turn.example' port='5349'`, 'turns:turn.example:5349?transport=tcp'],
  [`type='turns' host='turn.example' transport='udp'`, undefined],
  [`type='turn' host='2001:db8::1' port='1'`, 'turn:[2001:db8::1]:1?transport=udp'],
  [`type='turn' host='[2001:DB8::1]' port='70000'`, 'turn:[2001:db8::1]?transport=udp'],
  [`type='turn' host='turn.example' port='0'`, 'turn:turn.example?transport=udp'],
  [`type='ftp' host='ftp.example'`, undefined],
  [`type='turn:evil' host='turn.example'`, undefined],
  [`type='turn' host='a.example?transport=tcp'`, undefined],
  [`type='turn' host='a.example:1@b.example'`, undefined],
  [`type='turn' host=''`, undefined],
  [`host='a.example'`, undefined],
  [`type='turn'`, undefined],
])('%s', (attributes, url) => {
  expect(urlOf(attributes)).toBe(url);
});

it.each([
  'a b',
  'a/b',
  'a#b',
  'a?b',
  'a%62',
  'a@b',
  'a\\b',
  'a&#10;b',
  'fe80::1%eth0',
  '::1]:80/[',
  '::1]:80/[::1',
  '[[::1]]',
  'x[::1]',
  '[::1]x',
  '.a.example',
  'a..example',
  'a'.repeat(256),
  'a,b',
  'a"b',
])('no host is %s', (text) => {
  expect(hostOf(text.replace('&#10;', '\n'))).toBeUndefined();
});

it('a host is a name, and an address', () => {
  expect(['TURN.Example', 'bücher.example', '_turn.example', '127.0.0.1', '::ffff:192.0.2.1'].map(hostOf)).toEqual([
    'turn.example',
    'xn--bcher-kva.example',
    '_turn.example',
    '127.0.0.1',
    '[::ffff:c000:201]',
  ]);
  expect(hostOf('a'.repeat(255))).toHaveLength(255);
});

it.each([`username='u'`, `password='p'`])('a relay is of no use with %s alone', (half) => {
  const xml = parseDocument(`<service xmlns='${NS_EXTDISCO}' type='turn' host='turn.example' ${half}/>`);
  const service = serviceOf(JID.from('montague.lit'), new Service(xml));
  expect(service && iceServerOf(service)).toBeUndefined();
});
