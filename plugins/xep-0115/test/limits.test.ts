import { JID, MemoryStorage } from '@sestina/core';
import { NS_DISCO_INFO } from '@sestina/xep-0030';
import { CapsRateError, EntityCapabilities, NS_CAPS } from '@sestina/xep-0115';
import { describe, expect, it } from 'vitest';
import { AnnouncedByAccount } from '../src/announced-by-account.js';
import { compareLists, compareOctets } from '../src/octets.js';
import { isCapsHash, isVerification } from '../src/verification-string.js';
import { announce, BOB, EXODUS, EXODUS_VER, MALLORY, MUC, outcome, POISON, settle, start } from './helpers.js';

describe('what somebody announces', () => {
  it('has 2,048 characters at most: of its node, its verification string and the name of its hash', async () => {
    const { stream, caps } = await start();
    const node = 'n'.repeat(2_000);
    await stream.recv(announce(BOB, { node, ver: 'v'.repeat(43), hash: 'sha-1' }));
    expect(caps.caps(BOB)?.ver).toHaveLength(43);
    await stream.recv(announce(MALLORY, { node, ver: 'v'.repeat(44), hash: 'sha-1' }));
    expect(caps.caps(MALLORY)).toBeUndefined();
    await stream.recv(announce(MALLORY, { node, ver: 'v'.repeat(48), hash: '' }));
    expect(caps.caps(MALLORY)).toMatchObject({ hash: undefined, to: undefined });
  });

  it('is new where any part of it is', async () => {
    const { stream, xmpp } = await start();
    const heard: unknown[] = [];
    xmpp.on('entityCaps', ({ caps }) => heard.push([caps.node, caps.ver, caps.hash]));
    const said = [
      { node: 'urn:a', ver: 'v', hash: 'sha-1' },
      { node: 'urn:b', ver: 'v', hash: 'sha-1' },
      { node: 'urn:b', ver: 'w', hash: 'sha-1' },
      { node: 'urn:b', ver: 'w', hash: 'sha-256' },
    ];
    for (const each of said) for (let i = 0; i < 2; i++) await stream.recv(announce(BOB, each));
    expect(heard).toEqual(said.map(({ node, ver, hash }) => [node, ver, hash]));
  });

  it('counts for one address alone only while it announces the same', async () => {
    const { stream, caps } = await start();
    await stream.recv(announce(MALLORY));
    const asked = caps.info(MALLORY);
    await stream.recvResult(await stream.nextSent(), POISON);
    await asked;
    expect(caps.known(MALLORY)?.features).toEqual(['urn:evil']);
    await stream.recv(announce(MALLORY, { ver: 'other' }));
    expect(caps.known(MALLORY)).toBeUndefined();
    await stream.recv(announce(MALLORY));
    expect(caps.known(MALLORY)).toBeUndefined();
  });

  it('in the end is not remembered beyond the session, where it did not verify', async () => {
    const { stream, caps } = await start();
    await stream.recv(announce(MALLORY));
    const asked = caps.info(MALLORY);
    await stream.recvResult(await stream.nextSent(), POISON);
    await asked;
    await stream.drop();
    await stream.connect();
    await stream.session;
    await stream.recv(announce(MALLORY));
    expect(caps.known(MALLORY)).toBeUndefined();
  });
});

describe('what accounts have announced', () => {
  const caps = (ver: string) => ({ node: 'n', ver, hash: undefined, to: undefined });
  const [one, two, other] = ['bob@example.net/1', 'bob@example.net/2', 'eve@example.net/1'].map((jid) =>
    JID.parse(jid),
  );
  const names = (jids: readonly JID[]): string[] => jids.map(({ full }) => full);

  it('is known by full address, and listed by account', () => {
    const all = new AnnouncedByAccount();
    for (const jid of [one, two, other]) if (jid) all.set(jid, caps('v'));
    const [bob, first] = [JID.parse('bob@example.net'), one as JID];
    expect(names(all.resourcesOf(bob))).toEqual(['bob@example.net/1', 'bob@example.net/2']);
    expect(names(all.delete(first))).toEqual(['bob@example.net/1']);
    expect(names(all.delete(first))).toEqual([]);
    expect(names(all.resourcesOf(bob))).toEqual(['bob@example.net/2']);
    expect(names(all.delete(bob))).toEqual(['bob@example.net/2']);
    expect([all.get(two as JID), all.resourcesOf(bob), all.delete(bob)]).toEqual([undefined, [], []]);
    expect(all.get(other as JID)?.ver).toBe('v');
    all.clear();
    expect([all.get(other as JID), all.resourcesOf((other as JID).bare)]).toEqual([undefined, []]);
  });

  it('is that of ten thousand addresses, of which the latest stay, in the list as well', () => {
    const all = new AnnouncedByAccount();
    for (let i = 0; i <= 10_000; i++) all.set(JID.parse(`bob@example.net/${i}`), caps('v'));
    const listed = names(all.resourcesOf(JID.parse('bob@example.net')));
    expect([listed.length, listed[0], listed.at(-1)]).toEqual([10_000, 'bob@example.net/1', 'bob@example.net/10000']);
  });

  it('is not listed where it alone is too large to be known', () => {
    const all = new AnnouncedByAccount();
    all.set(one as JID, caps('v'.repeat(2_097_152)));
    expect([all.get(one as JID), all.resourcesOf((one as JID).bare)]).toEqual([undefined, []]);
  });
});

describe('asking', () => {
  it('somebody who changes too fast fails with who it is, and when to try again', async () => {
    const { stream, caps } = await start();
    const ask = async (ver: string) => {
      await stream.recv(announce(MALLORY, { ver }));
      const asked = outcome(caps.info(MALLORY));
      await settle(stream);
      return asked;
    };
    for (let i = 0; i < 10; i++) {
      const asked = ask(`v${i}`);
      await stream.recvResult(await stream.nextSent(), POISON);
      await asked;
    }
    await stream.clock.advance(20_000);
    const error = await ask('last');
    expect(error).toBeInstanceOf(CapsRateError);
    expect(error).toMatchObject({ code: 'ERR_CAPS_RATE', retryable: true, jid: { full: MALLORY }, retryAfter: 40_000 });
    // Which is not a no.
    await expect(caps.supports(MALLORY, MUC)).rejects.toBeInstanceOf(CapsRateError);
    // Whoever only wants to know what is known hears nothing of it.
    expect(caps.supportsNow(MALLORY, MUC)).toBeUndefined();
    await settle(stream);
    expect(stream.errors).toEqual([]);
  });

  it('waits ten seconds for who is slow, not less', async () => {
    const { stream, caps } = await start();
    await stream.recv(announce(MALLORY) + announce(BOB));
    void outcome(caps.info(MALLORY));
    const asked = outcome(caps.info(BOB, { timeout: 20_000 }));
    await stream.nextSent();
    await stream.clock.advance(9_999);
    await stream.expectNothingSent();
    await stream.clock.advance(1);
    await stream.recvResult(await stream.nextSent(), EXODUS);
    expect(await asked).not.toBeInstanceOf(Error);
  });

  it('tells of what came, with its node, and fails where it is asked for no longer', async () => {
    const { stream, xmpp, caps } = await start();
    const heard: unknown[] = [];
    xmpp.on('discoInfo', ({ from, node, info }) => heard.push([from?.full, node, info.has(MUC)]));
    await stream.recv(announce(BOB));
    const asked = caps.info(BOB);
    await stream.recvResult(await stream.nextSent(), EXODUS);
    await asked;
    expect(heard).toEqual([[BOB, `http://exodus.example#${EXODUS_VER}`, true]]);
    const late = caps.info(BOB, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(late).rejects.toThrow('enough');
  });

  it('gives an answer that is too large, and remembers nothing of it', async () => {
    const storage = new MemoryStorage();
    const { stream, caps } = await start({}, { options: { storage } });
    await stream.recv(announce(BOB));
    const large = `<query xmlns='${NS_DISCO_INFO}'><identity category='client' type='pc'/>${Array.from({ length: 900 }, (_, i) => `<feature var='urn:${'x'.repeat(200)}:${i}'/>`).join('')}</query>`;
    const asked = caps.info(BOB);
    await stream.recvResult(await stream.nextSent(), large);
    expect((await asked).features).toHaveLength(900);
    expect([caps.known(BOB), await storage.keys('')]).toEqual([undefined, []]);
  });

  it('is from the address that is given, else from that which was told', async () => {
    const { stream, caps } = await start({}, { kind: 'component' });
    const [to, other] = ['bot@component.example.org', 'other@component.example.org'];
    await stream.recv(announce(BOB).replace('<presence', `<presence to='${to}'`));
    const asked = caps.info(BOB, { from: other });
    const request = await stream.nextSent();
    expect(request.attribute('from')).toBe(other);
    await stream.recvResult(request, EXODUS);
    await asked;
  });
});

describe('what is asked of us', () => {
  it('is told at our node with any verification string, and at no other', async () => {
    const { stream } = await start({ node: 'urn:us' });
    const ask = async (node: string) => {
      await stream.recv(`<iq type='get' id='q' from='${BOB}'><query xmlns='${NS_DISCO_INFO}' node='${node}'/></iq>`);
      return (await stream.nextSent()).attribute('type');
    };
    expect([await ask('urn:us#old'), await ask('urn:us#'), await ask('urn:usual#x'), await ask('urn:us')]).toEqual([
      ...['result', 'result', 'error', 'error'],
    ]);
  });

  it('is told at that node not where our presence does not say it', async () => {
    const { stream, xmpp } = await start({ node: 'urn:us', broadcast: false });
    await stream.recv(`<iq type='get' id='q' from='${BOB}'><query xmlns='${NS_DISCO_INFO}' node='urn:us#x'/></iq>`);
    expect((await stream.nextSent()).attribute('type')).toBe('error');
    expect(xmpp.advertised.has(NS_CAPS)).toBe(true);
  });

  it.each([
    [{ hash: 'md5' }, 'hash'],
    [{ node: '' }, 'node'],
    [{ node: 5 }, 'node'],
    [{ broadcast: 'yes' }, 'broadcast'],
  ])('cannot be said with %o', async (options, option) => {
    await expect(start(options as never)).rejects.toMatchObject({ code: 'ERR_CONFIG', option });
  });

  it('is nothing any more, nor what others can, once the plugin is removed', async () => {
    const { xmpp, stream } = await start();
    const caps = xmpp.plugin(EntityCapabilities);
    await stream.recv(announce(BOB));
    xmpp.remove(EntityCapabilities);
    await stream.recv(announce(MALLORY));
    expect(caps.caps(MALLORY)).toBeUndefined();
    await expect(caps.info(BOB)).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
  });
});

describe('a verification string', () => {
  it('is base64 of as many bytes as its hash has', () => {
    for (const [hash, bytes] of [
      ['sha-1', 20],
      ['sha-256', 32],
      ['sha-384', 48],
      ['sha-512', 64],
    ] as const) {
      const of = (length: number) => btoa('x'.repeat(length));
      expect([of(bytes - 1), of(bytes), of(bytes + 1)].map((ver) => isVerification(hash, ver))).toEqual([
        ...[false, true, false],
      ]);
      expect(isVerification(hash, '?'.repeat(of(bytes).length))).toBe(false);
      expect(isCapsHash(hash)).toBe(true);
    }
    expect(['md5', 'toString', '__proto__', ''].map(isCapsHash)).toEqual([false, false, false, false]);
  });

  it('takes texts in the order of their bytes, and lists by the first that differ', () => {
    expect(Math.sign(compareOctets('a', 'b'))).toBe(-1);
    expect(Math.sign(compareOctets('ab', 'a'))).toBe(1);
    expect(compareOctets('a', 'a')).toBe(0);
    // Beyond the first plane come those of the second, though their units are smaller.
    expect([Math.sign(compareOctets('\u{1f600}', '\uffee')), Math.sign(compareOctets('\uffee', '\u{1f600}'))]).toEqual([
      ...[1, -1],
    ]);
    expect(Math.sign(compareOctets('\u{1f600}', '\u{1f601}'))).toBe(-1);
    expect([Math.sign(compareOctets('\ue000', '\ud83d')), Math.sign(compareOctets('\ud7ff', '\ud800'))]).toEqual([
      ...[-1, -1],
    ]);
    expect(compareLists(['a', 'b'], ['a', 'b'])).toBe(0);
    expect(Math.sign(compareLists(['a', 'c'], ['a', 'b', 'x']))).toBe(1);
    expect(Math.sign(compareLists(['a'], ['a', 'b']))).toBe(-1);
    expect(Math.sign(compareLists(['a', 'b'], ['a']))).toBe(1);
  });
});
