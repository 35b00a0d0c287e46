import { MemoryStorage, Storage } from '@sestina/core';
import { NS_DISCO_INFO } from '@sestina/xep-0030';
import { CapsRateError, EntityCapabilities, NS_CAPS } from '@sestina/xep-0115';
import { describe, expect, it } from 'vitest';
import { announce, BOB, EXODUS, EXODUS_VER, MALLORY, MUC, outcome, POISON, settle, start } from './helpers.js';

describe('what others announce', () => {
  it('is asked for once, and then known of all who announce the same', async () => {
    const { stream, caps } = await start();
    await stream.recv(announce(BOB));
    expect(caps.caps(BOB)).toMatchObject({ node: 'http://exodus.example', ver: EXODUS_VER, hash: 'sha-1' });
    await stream.expectNothingSent();
    const asked = caps.supports(BOB, MUC);
    const request = await stream.expectSent(
      `<iq type='get' id='*' to='${BOB}'><query xmlns='${NS_DISCO_INFO}' node='http://exodus.example#${EXODUS_VER}'/></iq>`,
    );
    await stream.recvResult(request, EXODUS);
    expect(await asked).toBe(true);
    await stream.recv(announce('nurse@capulet.example/chamber'));
    expect(await caps.supports('nurse@capulet.example/chamber', MUC)).toBe(true);
    expect(caps.known('nurse@capulet.example/chamber')?.identity('client')?.name).toBe('Exodus 0.9.1');
    await stream.expectNothingSent();
  });

  it('is remembered of so many characters, whoever announces them', async () => {
    const { stream, caps } = await start();
    const flood = Array.from({ length: 1_100 }, (_, i) => announce(`${i}@evil.example/x`, { node: 'x'.repeat(2_000) }));
    await stream.recv(announce(BOB) + flood.join(''));
    expect(caps.caps(BOB)).toBeUndefined();
    expect(caps.caps('0@evil.example/x')).toBeUndefined();
    expect(caps.caps('1099@evil.example/x')).toBeDefined();
  });

  it('is said at once as far as it is known, and found out for the next time', async () => {
    const { stream, xmpp, caps } = await start();
    const bare = 'bob@example.net';
    expect([caps.supportsNow(BOB, MUC), caps.supportsNow(bare, MUC)]).toEqual([undefined, undefined]);
    await stream.expectNothingSent();
    await stream.recv(announce(BOB));
    expect([caps.supportsNow(bare, MUC), caps.supportsNow(BOB, MUC)]).toEqual([undefined, undefined]);
    await stream.recvResult(await stream.nextSent(), EXODUS);
    await settle(stream);
    expect([caps.supportsNow(BOB, MUC), caps.supportsNow(BOB, 'urn:x')]).toEqual([true, false]);
    // Another resource may have it.
    expect([caps.supportsNow(bare, MUC), caps.supportsNow(bare, 'urn:x')]).toEqual([true, undefined]);
    await stream.recv(`<presence type='unavailable' from='${BOB}'/>`);
    expect([caps.supportsNow(BOB, MUC), caps.supportsNow(bare, MUC)]).toEqual([undefined, undefined]);
    // A refusal is nobody's failure.
    await stream.recv(announce(MALLORY, { ver: 'x=' }));
    expect(caps.supportsNow(MALLORY, MUC)).toBeUndefined();
    await stream.recvError(await stream.nextSent(), 'service-unavailable');
    expect(caps.supportsNow(MALLORY, MUC)).toBeUndefined();
    xmpp.remove(EntityCapabilities);
    expect(stream.errors).toEqual([]);
  });

  it('is what service discovery knows then', async () => {
    const { stream, caps, disco } = await start();
    await stream.recv(announce(BOB));
    const asked = caps.info(BOB);
    await stream.recvResult(await stream.nextSent(), EXODUS);
    await asked;
    await stream.recv(announce('carol@example.net/y'));
    expect(await disco.supports('carol@example.net/y', MUC)).toBe(true);
    await stream.expectNothingSent();
  });

  it('counts for one address alone where the answer does not verify', async () => {
    const { stream, caps, disco } = await start();
    await stream.recv(announce(MALLORY));
    const asked = caps.info(MALLORY);
    await stream.recvResult(await stream.nextSent(), POISON);
    expect((await asked).features).toEqual(['urn:evil']);
    expect((await caps.info(MALLORY)).features).toEqual(['urn:evil']);
    expect(await disco.supports(MALLORY, 'urn:evil')).toBe(true);
    await stream.expectNothingSent();
    await stream.recv(announce(BOB));
    expect(caps.known(BOB)).toBeUndefined();
    const honest = caps.info(BOB);
    await stream.recvResult(await stream.nextSent(), EXODUS);
    expect((await honest).has(MUC)).toBe(true);
    expect((await caps.info(MALLORY)).features).toEqual(['urn:evil']);
  });

  it('is not stored where it does not verify, nor under a name that is no hash', async () => {
    const storage = new MemoryStorage();
    const { stream, caps } = await start({}, { options: { storage } });
    for (const [ver, hash] of [
      [EXODUS_VER, 'sha-1'],
      ['../../etc/passwd', 'sha-1'],
      [EXODUS_VER, 'md5'],
      ['__proto__', '__proto__'],
    ]) {
      await stream.recv(announce(MALLORY, { ver, hash }));
      const asked = caps.info(MALLORY);
      await stream.recvResult(await stream.nextSent(), hash === 'sha-1' ? POISON : EXODUS);
      await asked;
    }
    await settle(stream);
    expect(await storage.keys('')).toEqual([]);
  });

  it('is asked for in the clear where nothing was announced', async () => {
    const { stream, caps } = await start();
    const asked = caps.info(BOB);
    const request = await stream.expectSent(`<iq type='get' id='*' to='${BOB}'><query xmlns='${NS_DISCO_INFO}'/></iq>`);
    await stream.recvResult(request, EXODUS);
    expect((await asked).has(MUC)).toBe(true);
    expect([caps.caps(BOB), caps.known(BOB)]).toEqual([undefined, undefined]);
  });

  it('is no proof in the legacy format', async () => {
    const { stream, xmpp, caps } = await start();
    const events: string[] = [];
    xmpp.on('entityCaps', ({ jid }) => events.push(`caps ${jid}`));
    xmpp.on('entityCapsLegacy', ({ jid, caps: { ver } }) => events.push(`legacy ${jid} ${ver}`));
    await stream.recv(announce(BOB, { hash: '', ver: '0.9.1' }));
    await stream.recv(announce('carol@example.net/y'));
    expect(events).toEqual([`legacy ${BOB} 0.9.1`, 'caps carol@example.net/y']);
    const asked = caps.info(BOB);
    await stream.recvResult(
      await stream.expectSent(`<iq type='get' id='*' to='${BOB}'><query xmlns='${NS_DISCO_INFO}'/></iq>`),
      EXODUS,
    );
    await asked;
  });

  it('is told of once, until it changes', async () => {
    const { stream, xmpp } = await start();
    const vers: string[] = [];
    xmpp.on('entityCaps', ({ caps }) => vers.push(caps.ver));
    for (const ver of ['a', 'a', 'b', 'a']) await stream.recv(announce(BOB, { ver }));
    expect(vers).toEqual(['a', 'b', 'a']);
  });

  it('stays where a presence says nothing of it, and goes with the last one', async () => {
    const { stream, caps } = await start();
    await stream.recv(announce(BOB));
    await stream.recv(`<presence from='${BOB}'><show>away</show></presence>`);
    expect(caps.caps(BOB)?.ver).toBe(EXODUS_VER);
    await stream.recv(`<presence from='${BOB}' type='unavailable'/>`);
    expect(caps.caps(BOB)).toBeUndefined();
  });

  it('goes with an account whose bare address leaves, of all its resources', async () => {
    const { stream, caps } = await start();
    const jids = [BOB, 'bob@example.net/y', 'bobby@example.net/x'];
    await stream.recv(jids.map((jid) => announce(jid)).join(''));
    const asked = caps.info(BOB);
    await stream.recvResult(await stream.nextSent(), POISON);
    await asked;
    await stream.recv(`<presence from='bob@example.net' type='unavailable'/>`);
    expect(jids.map((jid) => caps.caps(jid)?.ver)).toEqual([undefined, undefined, EXODUS_VER]);
    await stream.recv(announce(BOB));
    expect(caps.known(BOB)).toBeUndefined();
  });

  it('is not believed of those who leave, ask or fail, and not where it is incomplete or huge', async () => {
    const { stream, caps } = await start();
    for (const type of ['unavailable', 'subscribe', 'error', 'hologram']) {
      await stream.recv(announce(BOB).replace('<presence', `<presence type='${type}'`));
    }
    await stream.recv(`<presence from='${BOB}'><c xmlns='${NS_CAPS}' hash='sha-1' node='x'/></presence>`);
    await stream.recv(`<presence from='${BOB}'><c xmlns='${NS_CAPS}' hash='sha-1' ver='x'/></presence>`);
    await stream.recv(announce(BOB, { node: 'x'.repeat(5_000) }));
    await stream.recv(`<presence><c xmlns='${NS_CAPS}' hash='sha-1' node='x' ver='x'/></presence>`);
    expect(caps.caps(BOB)).toBeUndefined();
    expect(stream.errors).toEqual([]);
  });

  it('is forgotten at the end of the session, but not what was verified', async () => {
    const { stream, caps } = await start();
    await stream.recv(announce(BOB));
    const asked = caps.info(BOB);
    await stream.recvResult(await stream.nextSent(), EXODUS);
    await asked;
    const lost = outcome(caps.info('carol@example.net/y'));
    await stream.nextSent();
    await stream.drop();
    expect(await lost).toMatchObject({ code: 'ERR_SESSION_LOST' });
    expect(caps.caps(BOB)).toBeUndefined();
    await stream.connect();
    await stream.recv(announce('dave@example.net/z'));
    expect(await caps.supports('dave@example.net/z', MUC)).toBe(true);
    await stream.expectNothingSent();
  });

  it('takes a refusal for no, and does not take an answer from somebody else', async () => {
    const { stream, caps, xmpp } = await start();
    await stream.recv(announce(BOB));
    const refused = caps.supports(BOB, MUC);
    await stream.recvError(await stream.nextSent(), 'service-unavailable');
    expect(await refused).toBe(false);
    const asked = caps.info(BOB);
    const request = await stream.nextSent();
    await stream.recv(`<iq type='result' id='${request.attribute('id')}' from='${MALLORY}'>${POISON}</iq>`);
    expect(xmpp.spoofedReplies).toBe(1);
    await stream.recvResult(request, EXODUS);
    expect((await asked).has(MUC)).toBe(true);
  });

  it('is asked for from the address that was told, in a component', async () => {
    const { stream, caps } = await start({}, { kind: 'component' });
    await stream.recv(announce(BOB).replace('<presence', `<presence to='bot@component.example.org'`));
    const asked = caps.info(BOB);
    const request = await stream.nextSent();
    expect(request.attribute('from')).toBe('bot@component.example.org');
    await stream.recvResult(request, EXODUS);
    await asked;
  });
});

describe('asking', () => {
  it('asks one at a time of those who announce the same, and goes on where one lied', async () => {
    const { stream, caps } = await start();
    const jids = [MALLORY, BOB, 'carol@example.net/y'];
    for (const jid of jids) await stream.recv(announce(jid));
    const asked = jids.map((jid) => caps.info(jid));
    const first = await stream.nextSent();
    expect(first.attribute('to')).toBe(MALLORY);
    await stream.expectNothingSent();
    await stream.recvResult(first, POISON);
    const second = await stream.nextSent();
    expect(second.attribute('to')).toBe(BOB);
    await settle(stream);
    await stream.expectNothingSent();
    await stream.recvResult(second, EXODUS);
    expect((await Promise.all(asked)).map((info) => info.has(MUC))).toEqual([false, true, true]);
    await stream.expectNothingSent();
  });

  it('does not wait for ever for somebody who does not answer', async () => {
    const { stream, caps } = await start();
    await stream.recv(announce(MALLORY) + announce(BOB));
    const mute = outcome(caps.info(MALLORY));
    const asked = caps.info(BOB);
    await stream.nextSent();
    await stream.expectNothingSent();
    await stream.clock.advance(10_000);
    await stream.recvResult(await stream.nextSent(), EXODUS);
    expect((await asked).has(MUC)).toBe(true);
    await stream.clock.advance(20_000);
    expect(await mute).toMatchObject({ code: 'ERR_TIMEOUT' });
    await stream.idle();
    expect([stream.clock.pending, stream.xmpp.pendingRequests]).toEqual([[], 0]);
  });

  it('lets each who asks give up alone', async () => {
    const { stream, caps } = await start();
    await stream.recv(announce(BOB));
    const controller = new AbortController();
    const aborted = outcome(caps.info(BOB, { signal: controller.signal }));
    const asked = caps.info(BOB);
    const request = await stream.nextSent();
    controller.abort(new Error('enough'));
    expect(await aborted).toMatchObject({ message: 'enough' });
    await stream.recvResult(request, EXODUS);
    expect((await asked).has(MUC)).toBe(true);
    expect(await outcome(caps.info(BOB, { signal: controller.signal }))).toMatchObject({ message: 'enough' });
  });

  it('asks somebody who changes all the time ten times a minute', async () => {
    const { stream, caps } = await start();
    const ver = (i: number): string => btoa(String(i).padStart(20, '0'));
    const ask = async (i: number): Promise<unknown> => {
      await stream.recv(announce(MALLORY, { ver: ver(i) }));
      const asked = outcome(caps.info(MALLORY));
      await settle(stream);
      const request = stream.sent[i];
      if (request) await stream.recvResult(request, POISON);
      return asked;
    };
    for (let i = 0; i < 10; i++) expect(await ask(i)).not.toBeInstanceOf(Error);
    for (let i = 10; i < 50; i++) expect(await ask(i)).toBeInstanceOf(CapsRateError);
    expect(stream.sent).toHaveLength(10);
    await stream.clock.advance(60_000);
    expect(await ask(10)).not.toBeInstanceOf(Error);
    expect(stream.sent).toHaveLength(11);
  });

  it('asks the resources of an account sixty times a minute', async () => {
    const { stream, caps } = await start();
    let refused = 0;
    for (let i = 0; i < 100; i++) {
      const jid = `mallory@evil.example/${i}`;
      await stream.recv(announce(jid, { ver: 'not a hash' }));
      const asked = outcome(caps.info(jid));
      await stream.idle();
      const request = stream.sent[i];
      if (request) await stream.recvResult(request, POISON);
      if ((await asked) instanceof CapsRateError) refused += 1;
    }
    expect([stream.sent.length, refused]).toEqual([60, 40]);
  });
});

describe('the storage', () => {
  it('keeps what was verified, for the next program', async () => {
    const storage = new MemoryStorage();
    const first = await start({}, { options: { storage } });
    await first.stream.recv(announce(BOB));
    const asked = first.caps.info(BOB);
    await first.stream.recvResult(await first.stream.nextSent(), EXODUS);
    await asked;
    await settle(first.stream);
    expect(await storage.keys('')).toEqual(['caps/sha-1/QgayPKawpkPSDYmwT_WM94uAlu0=']);
    const second = await start({}, { options: { storage } });
    await second.stream.recv(announce(BOB));
    expect(await second.caps.supports(BOB, MUC)).toBe(true);
    expect(() => second.caps.known(BOB)?.xml.setAttribute('node', 'x')).toThrow('read-only');
    await second.stream.expectNothingSent();
  });

  it('is not believed where it was altered', async () => {
    const storage = new MemoryStorage();
    const key = 'caps/sha-1/QgayPKawpkPSDYmwT_WM94uAlu0=';
    for (const text of [POISON, '<x/>', '<query']) {
      await storage.set(key, text);
      const { stream, caps } = await start({}, { options: { storage } });
      await stream.recv(announce(BOB));
      const asked = caps.info(BOB);
      await stream.recvResult(await stream.nextSent(), EXODUS);
      expect((await asked).has(MUC)).toBe(true);
      await settle(stream);
      expect(await storage.get(key)).toContain('Exodus');
    }
  });

  it('may fail without harm', async () => {
    class Broken extends Storage {
      get = () => Promise.reject(new Error('broken'));
      set = () => Promise.reject(new Error('broken'));
      delete = () => Promise.reject(new Error('broken'));
      keys = () => Promise.reject(new Error('broken'));
    }
    const lines: string[] = [];
    const none = () => {};
    const logger = { debug: none, info: none, error: none, warn: (line: string) => void lines.push(line) };
    const { stream, caps } = await start({}, { options: { storage: new Broken(), logger } });
    await stream.recv(announce(BOB));
    const asked = caps.info(BOB);
    await stream.recvResult(await stream.nextSent(), EXODUS);
    expect((await asked).has(MUC)).toBe(true);
    await settle(stream);
    expect(await caps.supports(BOB, MUC)).toBe(true);
    expect(stream.errors).toEqual([]);
    expect(lines).toEqual([
      expect.stringContaining('could not be read'),
      expect.stringContaining('could not be stored'),
    ]);
  });

  it('holds 500 and not one more, those in use before others', async () => {
    const storage = new MemoryStorage();
    for (let i = 0; i < 600; i++) await storage.set(`caps/sha-1/${i}`, '<x/>');
    const { stream, caps } = await start({}, { options: { storage } });
    await stream.recv(announce(BOB));
    const asked = caps.info(BOB);
    await stream.recvResult(await stream.nextSent(), EXODUS);
    await asked;
    await settle(stream);
    await stream.idle();
    const keys = await storage.keys('caps/');
    expect([keys.length, keys.includes('caps/sha-1/QgayPKawpkPSDYmwT_WM94uAlu0=')]).toEqual([500, true]);
  });
});
