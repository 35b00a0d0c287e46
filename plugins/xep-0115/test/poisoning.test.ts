import { MemoryStorage } from '@sestina/core';
import { parseXml } from '@sestina/testing';
import { DiscoInfo, NS_DISCO_INFO } from '@sestina/xep-0030';
import { verificationInput, verificationString, verifies } from '@sestina/xep-0115';
import { describe, expect, it } from 'vitest';
import { announce, BOB, EXODUS, EXODUS_VER, MALLORY, MUC, settle, start } from './helpers.js';

const info = (inside: string): DiscoInfo =>
  new DiscoInfo(parseXml(`<query xmlns='${NS_DISCO_INFO}'>${inside}</query>`));
const identity = (kind: string, name: string, lang = ''): string => {
  const [category, type] = kind.split('/');
  return `<identity category='${category}' type='${type}' name='${name}'${lang && ` xml:lang='${lang}'`}/>`;
};
const features = (...names: string[]): string => names.map((name) => `<feature var='${name}'/>`).join('');
const form = (type: string, ...fields: (readonly string[])[]): string =>
  `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>${type}</value></field>${fields
    .map(
      ([name, ...values]) =>
        `<field var='${name}'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`,
    )
    .join('')}</x>`;

const [CAPS, INFO, ITEMS] = [
  'http://jabber.org/protocol/caps',
  NS_DISCO_INFO,
  'http://jabber.org/protocol/disco#items',
];
const PC = identity('client/pc', 'Exodus 0.9.1');
const SOFTWARE = form('urn:xmpp:dataforms:softwareinfo', ['os', 'Mac'], ['os_version', '10.5.1']);
const TWO = identity('client/pc', 'Psi', 'el') + identity('client/pc', 'Psi', 'en');

const VICTIM = PC + features(CAPS, INFO, ITEMS, MUC);
const ATTACKS: [attack: string, honest: string, forged: string][] = [
  ['the last features as a form', VICTIM, PC + features(CAPS, INFO) + form(ITEMS, [MUC])],
  ['the last features as a form with a value', VICTIM, PC + features(CAPS) + form(INFO, [ITEMS, MUC])],
  ['all features as a form', VICTIM, PC + form(CAPS, [INFO], [ITEMS], [MUC])],
  ['the last feature as a form without fields', VICTIM, PC + features(CAPS, INFO, ITEMS) + form(MUC)],
  ['each feature as a form of its own', VICTIM, PC + [CAPS, INFO, ITEMS, MUC].map((type) => form(type)).join('')],
  [
    'the last feature as a form before the one that is there',
    VICTIM + SOFTWARE,
    PC + features(CAPS, INFO, ITEMS) + form(MUC) + SOFTWARE,
  ],
  [
    'the last features as a form before one whose type is no namespace',
    PC + features(CAPS, MUC) + form('software', ['os', 'Mac']),
    PC + features(CAPS) + form(MUC) + form('software', ['os', 'Mac']),
  ],
  ['the identity as a feature', VICTIM, features('client/pc//Exodus 0.9.1', CAPS, INFO, ITEMS, MUC)],
  [
    'one of two identities as a feature',
    TWO + features(MUC),
    identity('client/pc', 'Psi', 'el') + features('client/pc/en/Psi', MUC),
  ],
  [
    'one of two identities and the features as a form',
    TWO + features(MUC),
    identity('client/pc', 'Psi', 'el') + form('client/pc/en/Psi', [MUC]),
  ],
  [
    'features as identities',
    VICTIM,
    `${PC}<identity category='http:' type='' xml:lang='jabber.org' name='protocol/caps'/>${features(INFO, ITEMS, MUC)}`,
  ],
  ['everything as a form', VICTIM, form('client/pc//Exodus 0.9.1', [CAPS, INFO], [ITEMS], [MUC])],
];

describe('an answer with the right hash counts for nobody else where it hands in', () => {
  it.each(ATTACKS)('%s', async (_attack, honest, forged) => {
    const ver = await verificationString(info(honest), 'sha-1');
    expect(verificationInput(info(forged))).toBe(verificationInput(info(honest)));
    expect(await verifies(info(honest), 'sha-1', ver)).toBe(true);
    expect(await verifies(info(forged), 'sha-1', ver)).toBe(false);
  });
});

describe('an honest answer counts for all', () => {
  it.each([
    ['without a form', VICTIM],
    ['with a form', VICTIM + SOFTWARE],
    ['with two forms', VICTIM + SOFTWARE + form('urn:xmpp:other', ['a', 'b:c'], ['d'])],
    ['without features', PC],
    ['with features that hold slashes', PC + features('a/b', 'http://a/b/c/d', 'urn:a/b/c/d')],
    ['with a name that holds slashes', identity('client/pc', 'a/b/c/d') + features(MUC)],
    ['with words for features', PC + features('msgoffline', 'vcard-temp')],
    [
      'of a server',
      identity('server/im', 'Prosody') +
        features(MUC, 'urn:xmpp:ping', 'vcard-temp') +
        form('http://jabber.org/network/serverinfo', ['abuse-addresses', 'mailto:a@b.example', 'xmpp:a@b.example']),
    ],
  ])('%s', async (_what, honest) => {
    expect(await verifies(info(honest), 'sha-1', await verificationString(info(honest), 'sha-1'))).toBe(true);
  });
});

it('an answer with thousands of values counts for nobody else, whatever they are', async () => {
  const values = Array.from({ length: 2_000 }, (_, i) => String(i));
  const honest = info(PC + features(MUC) + form('urn:x', ['a', ...values]));
  expect(await verifies(honest, 'sha-1', await verificationString(honest, 'sha-1'))).toBe(false);
});

describe('somebody who answers with features in a form', () => {
  const FORGED = `<query xmlns='${NS_DISCO_INFO}'>${PC}${features(CAPS, INFO, ITEMS)}${form(MUC)}</query>`;

  it('takes them from nobody but himself', async () => {
    const storage = new MemoryStorage();
    const { stream, caps } = await start({}, { options: { storage } });
    await stream.recv(announce(MALLORY) + announce(BOB));
    const asked = caps.info(MALLORY);
    await stream.recvResult(await stream.nextSent(), FORGED);
    expect((await asked).has(MUC)).toBe(false);
    expect(caps.known(BOB)).toBeUndefined();
    const honest = caps.info(BOB);
    await stream.recvResult(await stream.nextSent(), EXODUS);
    expect((await honest).has(MUC)).toBe(true);
    expect((await caps.info(MALLORY)).has(MUC)).toBe(false);
    await settle(stream);
    expect(await storage.get('caps/sha-1/QgayPKawpkPSDYmwT_WM94uAlu0=')).not.toContain('jabber:x:data');
  });

  it('is not believed where an earlier version has stored it', async () => {
    const storage = new MemoryStorage();
    await storage.set('caps/sha-1/QgayPKawpkPSDYmwT_WM94uAlu0=', FORGED);
    const { stream, caps } = await start({}, { options: { storage } });
    await stream.recv(announce(BOB, { ver: EXODUS_VER }));
    const asked = caps.supports(BOB, MUC);
    await settle(stream);
    await stream.recvResult(await stream.nextSent(), EXODUS);
    expect(await asked).toBe(true);
  });
});
