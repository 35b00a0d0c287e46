import { Message } from '@sestina/core';
import { FaultyStorage, StoredSecrets } from '@sestina/testing';
import { StreamManagement } from '@sestina/xep-0198';
import { Sasl2 } from '@sestina/xep-0388';
import { StreamLimits } from '@sestina/xep-0478';
import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../../support/recorders.js';
import { BIND, Sasl2Server, SM } from '../../support/sasl2.js';

const limits = (bytes: number): string =>
  `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${bytes}</max-bytes></limits>`;
const letter = (length: number): Message => new Message({ to: 'bob@example.net', body: 'x'.repeat(length) });
const KEY = 'xep-0478/alice@example.org/phone';
const enabled = (id: string): string => `<enabled xmlns='urn:xmpp:sm:3' id='${id}' resume='true'/>`;

/** A process that keeps its session. */
function start(server: Sasl2Server, storage: FaultyStorage, logger = new RecordingLogger()) {
  const xmpp = server.client({
    logger,
    jid: 'alice@example.org/phone',
    storage,
    secrets: new StoredSecrets(storage),
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

  it.each([
    ['no JSON', '{'],
    ['nothing that limits could be', '{"maxBytes":20000,"idleSeconds":null}'],
    ['no limits', '{}'],
    ['nothing', undefined],
  ])('are none where the store has %s', async (_what, text) => {
    const { server, storage, xmpp } = await first(limits(20_000));
    const left = await storage.survivor();
    await server.end(xmpp);
    if (text === undefined) await left.delete(KEY);
    else await left.set(KEY, text);
    const next = start(server, left);
    await resume(server, '');
    expect([next.xmpp.state, next.plugin.current]).toEqual(['online', { maxBytes: undefined, idleSeconds: undefined }]);
    await server.end(next.xmpp);
  });

  it('are all that were told', async () => {
    const said = "<limits xmlns='urn:xmpp:stream-limits:0'><idle-seconds>60</idle-seconds></limits>";
    const { server, storage, xmpp } = await first(said);
    const left = await storage.survivor();
    expect(await left.get(KEY)).toBe('{"idleSeconds":"60"}');
    await server.end(xmpp);
    expect(await storage.get(KEY)).toBeUndefined();
    const next = start(server, left);
    await resume(server, '');
    expect(next.plugin.current).toEqual({ maxBytes: undefined, idleSeconds: 60 });
    await server.end(next.xmpp);
  });

  it('that cannot be kept, or read, hold nobody up, and that is said', async () => {
    const { server, storage, xmpp } = await first(limits(20_000));
    const left = await storage.survivor();
    await server.end(xmpp);
    const broken = (key: string): Promise<never> | undefined =>
      key === KEY ? Promise.reject(new Error('the disk is full')) : undefined;
    const [get, set] = [left.get.bind(left), left.set.bind(left)];
    left.get = (key) => broken(key) ?? get(key);
    left.set = (key, value) => broken(key) ?? set(key, value);
    const logger = new RecordingLogger();
    const next = start(server, left, logger);
    await resume(server, '');
    expect([next.xmpp.state, next.plugin.current.maxBytes]).toEqual(['online', undefined]);
    expect(logger.complaints.join()).toContain(
      'the limits of a session that goes on are not known: the store fails: the disk is full',
    );
    server.stream.peer.drop();
    await resume(server, limits(30_000));
    expect(next.plugin.current.maxBytes).toBe(30_000);
    expect(logger.complaints.join()).toContain('the limits of this session are not kept: the store fails');
    await server.end(next.xmpp);
  });

  it('are looked for no more once the plugin is removed, and what waits is sent', async () => {
    const { server, storage, xmpp } = await first(limits(20_000));
    const left = await storage.survivor();
    await server.end(xmpp);
    const get = left.get.bind(left);
    left.get = (key) => (key === KEY ? new Promise(() => {}) : get(key));
    const next = start(server, left);
    await resume(server, '');
    const sending = next.xmpp.send(letter(5));
    await server.clock.runUntilIdle();
    expect(sending.state).toBe('queued');
    next.xmpp.plugins.remove(StreamLimits);
    await server.clock.runUntilIdle();
    expect(sending.state).toBe('written');
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
