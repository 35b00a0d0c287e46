import { StanzaError } from '@sestina/core';
import { type ScriptedStream, useStreams } from '@sestina/testing';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_UPLOAD, NS_UPLOAD_PURPOSE } from '../src/index.js';
import { info, request, SERVICE, slot, start as startWith } from './world.js';

type Rest<T> = T extends [unknown, ...infer R] ? R : never;
const streams = useStreams(afterEach);
const start = (...args: Rest<Parameters<typeof startWith>>) => startWith(streams, ...args);

const NS_ITEMS = 'http://jabber.org/protocol/disco#items';
const NOTHING = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
const knows = (...names: readonly string[]) =>
  names.map((name) => `<feature var='${NS_UPLOAD_PURPOSE}#${name}'/>`).join('');

/** Answers discovery as a server with these services, until nobody asks any more; says who was asked. */
async function discovered(stream: ScriptedStream, services: Readonly<Record<string, string>>): Promise<string[]> {
  const asked: string[] = [];
  await stream.idle();
  for (let at = stream.sent.length - 1; at < stream.sent.length; at++) {
    const iq = stream.sent[at];
    if (!iq) continue;
    const to = iq.attribute('to') ?? '';
    asked.push(to);
    const listed = Object.keys(services).map((jid) => `<item jid='${jid}'/>`);
    if (iq.child('query', NS_ITEMS))
      await stream.recvResult(iq, `<query xmlns='${NS_ITEMS}'>${listed.join('')}</query>`);
    else await stream.recvResult(iq, services[to] ?? NOTHING);
  }
  stream.skipSent();
  return asked;
}

describe('the services of our server', () => {
  const two = { 'a.example.org': info(knows('profile')), 'b.example.org': info(knows('permanent', 'ephemeral'), '5') };

  it('are told apart by the purpose; without one that knows it, it is the first', async () => {
    const { stream, upload } = await start(undefined, { service: undefined });
    const first = upload.service();
    await discovered(stream, two);
    expect((await first)?.jid.full).toBe('a.example.org');
    expect((await upload.service('message'))?.jid.full).toBe('a.example.org');
    expect((await upload.service({ expiresBefore: new Date(0) }))?.jid.full).toBe('b.example.org');
    const other = await upload.service('permanent');
    expect(other?.jid.full).toBe('b.example.org');
    expect(other).toMatchObject({ maxSize: 5, purposes: new Set(['ephemeral', 'permanent']) });
    for (const [purpose, to] of [
      ['profile', 'a.example.org'],
      [{ expiresBefore: new Date(0) }, 'b.example.org'],
      [undefined, 'a.example.org'],
    ] as const) {
      const given = upload.slot({ name: 'a', size: 1, purpose });
      const asked = await stream.nextSent();
      expect(asked.attribute('to')).toBe(to);
      await stream.recvResult(asked, slot());
      expect((await given).purposeHonoured).toBe(true);
    }
  });

  it('are looked for once in a session, and again in the next', async () => {
    const { stream, upload } = await start(undefined, { service: undefined });
    const first = upload.service();
    expect(await discovered(stream, two)).toContain(stream.xmpp.account.domain);
    await first;
    stream.skipSent();
    await upload.service('message');
    await stream.expectNothingSent();
    await stream.disconnect();
    await stream.connect();
    await stream.session;
    stream.skipSent();
    const again = upload.service();
    await discovered(stream, { 'b.example.org': two['b.example.org'] });
    expect((await again)?.jid.full).toBe('b.example.org');
  });

  it('are looked for again where there was none', async () => {
    const { stream, upload } = await start(undefined, { service: undefined });
    const refused = upload.slot({ name: 'a', size: 1 }).catch((error: unknown) => error);
    await discovered(stream, { 'a.example.org': NOTHING });
    expect(await refused).toMatchObject({ code: 'ERR_NO_UPLOAD_SERVICE', domain: stream.xmpp.account.domain });
    stream.xmpp.plugin(ServiceDiscovery).forget();
    const later = upload.service();
    await discovered(stream, two);
    expect((await later)?.jid.full).toBe('a.example.org');
  });
});

describe('a service that was named', () => {
  it('is none where it says that it is none', async () => {
    const { stream, upload } = await start();
    const refused = upload.slot({ name: 'a', size: 1 }).catch((error: unknown) => error);
    await stream.recvError(await stream.nextSent(), 'item-not-found');
    expect(await refused).toMatchObject({ code: 'ERR_NO_UPLOAD_SERVICE', domain: SERVICE });
  });

  it('is not called none for an error that passes', async () => {
    const { stream, upload } = await start();
    const refused = upload.service().catch((error: unknown) => error);
    await stream.recvError(await stream.nextSent(), 'resource-constraint');
    expect(await refused).toBeInstanceOf(StanzaError);
  });

  it('need not say how much it takes', async () => {
    const { upload, serve } = await start();
    const found = upload.service();
    await serve(`<query xmlns='http://jabber.org/protocol/disco#info'><feature var='${NS_UPLOAD}'/></query>`);
    expect(await found).toMatchObject({ maxSize: undefined, purposes: new Set() });
  });

  it('may not answer when it is asked for a slot', async () => {
    const { upload, serve, stream } = await start();
    const late = expect(upload.slot({ name: 'a', size: 1 }, { timeout: 1_000 })).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
    });
    await serve(info());
    await stream.clock.advance(1_000);
    await late;
  });

  it('has ten seconds to say what it is, unless it is given longer', async () => {
    const { stream, upload } = await start();
    let settled = '';
    const late = upload.service().catch(({ code }) => {
      settled = code;
    });
    await stream.clock.advance(9_999);
    expect(settled).toBe('');
    await stream.clock.advance(1);
    await late;
    expect(settled).toBe('ERR_TIMEOUT');
    const patient = upload.service(undefined, { timeout: 60_000 });
    const asked = await stream.nextSent().then(() => stream.nextSent());
    await stream.clock.advance(59_000);
    await stream.recvResult(asked, info());
    expect((await patient)?.jid.full).toBe(SERVICE);
  });
});

describe('what a purpose is called', () => {
  it.each(['message', 'profile', 'permanent'] as const)('%s', async (purpose) => {
    const { upload, serve } = await start();
    const given = upload.slot({ name: 'a', size: 1, purpose });
    await serve(info(knows('message', 'profile', 'permanent')));
    const asked = request(await serve(slot()));
    expect([...(asked?.elements() ?? [])].map(({ name, namespace }) => [name, namespace])).toEqual([
      [purpose, NS_UPLOAD_PURPOSE],
    ]);
    expect((await given).purposeHonoured).toBe(true);
  });

  it('needs no telling where it is a message, or there is none', async () => {
    const { upload, serve } = await start();
    const message = upload.slot({ name: 'a', size: 1, purpose: 'message' });
    await serve(info());
    expect([...(request(await serve(slot()))?.elements() ?? [])]).toEqual([]);
    expect((await message).purposeHonoured).toBe(true);
    const none = upload.slot({ name: 'a', size: 1 });
    await serve(slot());
    expect((await none).purposeHonoured).toBe(true);
  });
});

it('a component looks for services at its server', async () => {
  const { stream, upload } = await startWith(streams, undefined, { service: undefined }, [], undefined, 'component');
  const refused = upload.slot({ name: 'a', size: 1 }, { from: 'bot.example.org' }).catch((error: unknown) => error);
  await discovered(stream, {});
  expect(await refused).toMatchObject({ code: 'ERR_NO_UPLOAD_SERVICE', domain: stream.xmpp.serverDomain });
  expect(stream.sent.every((iq) => iq.attribute('from') === 'bot.example.org')).toBe(true);
});
