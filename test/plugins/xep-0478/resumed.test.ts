import { Message } from '@sestina/core';
import { FaultyStorage } from '@sestina/testing';
import { StreamManagement } from '@sestina/xep-0198';
import { Sasl2 } from '@sestina/xep-0388';
import { StreamLimits } from '@sestina/xep-0478';
import { describe, expect, it } from 'vitest';
import { BIND, Sasl2Server, SM } from '../../support/sasl2.js';
import { SecretsIn } from '../xep-0198/model-server.js';

const limits = (bytes: number): string =>
  `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${bytes}</max-bytes></limits>`;
const letter = (length: number): Message => new Message({ to: 'bob@example.net', body: 'x'.repeat(length) });
const enabled = (id: string): string => `<enabled xmlns='urn:xmpp:sm:3' id='${id}' resume='true'/>`;

/** A process that keeps its session. */
function start(server: Sasl2Server, storage: FaultyStorage) {
  const xmpp = server.client({
    jid: 'alice@example.org/phone',
    storage,
    secrets: new SecretsIn(storage),
    reconnect: { base: 1, max: 1 },
  });
  xmpp.use(Sasl2, { clientId: false });
  xmpp.use(StreamManagement, { persist: true });
  const plugin = xmpp.use(StreamLimits);
  void xmpp.connect().catch(() => {});
  return { xmpp, plugin };
}

/** A first session of it. */
async function first(said: string) {
  const server = new Sasl2Server();
  const storage = new FaultyStorage();
  const { xmpp, plugin } = start(server, storage);
  await begin(server, said);
  return { server, storage, xmpp, plugin };
}

async function begin(server: Sasl2Server, said: string): Promise<void> {
  await server.clock.runUntilIdle();
  await server.stream.open();
  await server.stream.login({ features: BIND + SM + said });
  await server.stream.bind();
  await server.stream.next('enable');
  await server.stream.say(enabled('i0'));
}

/** The next connection, on which it is resumed. */
async function resume(server: Sasl2Server, said: string): Promise<void> {
  await server.clock.advance(1_000);
  await server.stream.open();
  await server.stream.login({ features: BIND + SM + said });
  await server.stream.next('resume');
  await server.stream.say("<resumed xmlns='urn:xmpp:sm:3' previd='i0' h='0'/>");
}

describe('the limits of a session that is resumed', () => {
  it.each([
    ['the ones of before, where nothing is said', '', 20_000],
    ['the ones that are announced then', limits(30_000), 30_000],
  ])('are %s', async (_what, said, expected) => {
    const { server, xmpp, plugin } = await first(limits(20_000));
    expect(plugin.current.maxBytes).toBe(20_000);
    server.stream.peer.drop();
    await resume(server, said);
    expect([xmpp.state, plugin.current.maxBytes]).toEqual(['online', expected]);
    expect(xmpp.sendQueue.maxStanzaBytes).toBe(expected);
    await server.end(xmpp);
  });

  it.each([
    ['the ones of before, where nothing is said', '', 20_000],
    ['the ones that are announced then', limits(30_000), 30_000],
  ])('by another process are %s', async (_what, said, expected) => {
    const { server, storage, xmpp } = await first(limits(20_000));
    const left = await storage.survivor();
    await server.end(xmpp);
    const next = start(server, left);
    const large = next.xmpp.send(letter(25_000));
    large.onState(() => {});
    await resume(server, said);
    expect([next.xmpp.state, next.plugin.current.maxBytes]).toEqual(['online', expected]);
    expect(large.state).toBe(expected === 20_000 ? 'failed' : 'written');
    await server.end(next.xmpp);
    expect(await left.get('xep-0478/alice@example.org/phone')).toBeUndefined();
  });

  it('are not those of a session before, where another one has begun without any', async () => {
    const { server, storage, xmpp } = await first(limits(20_000));
    const left = await storage.survivor();
    await server.end(xmpp);
    const next = start(server, left);
    await server.clock.runUntilIdle();
    await server.stream.open();
    await server.stream.login({ features: BIND + SM });
    await server.stream.next('resume');
    await server.stream.say("<failed xmlns='urn:xmpp:sm:3'/>");
    await server.stream.bind();
    await server.stream.next('enable');
    await server.stream.say(enabled('i1'));
    expect(next.plugin.current.maxBytes).toBeUndefined();
    expect(await left.get('xep-0478/alice@example.org/phone')).toBeUndefined();
    await server.end(next.xmpp);
  });

  it('keep nobody from sending for ever where the store does not answer', async () => {
    const { server, storage, xmpp } = await first(limits(20_000));
    const left = await storage.survivor();
    await server.end(xmpp);
    const get = left.get.bind(left);
    left.get = (key) => (key.startsWith('xep-0478/') ? new Promise(() => {}) : get(key));
    const next = start(server, left);
    await resume(server, '');
    const sending = next.xmpp.send(letter(5));
    await server.clock.advance(4_000);
    expect(sending.state).toBe('queued');
    await server.clock.advance(1_100);
    expect([sending.state, next.plugin.current.maxBytes]).toEqual(['written', undefined]);
    await server.end(next.xmpp);
  });
});
