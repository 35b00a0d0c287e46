import type { ClientOptions } from '@sestina/client';
import { Message } from '@sestina/core';
import { Sasl2 } from '@sestina/xep-0388';
import { StreamLimits, type StreamLimitsOptions } from '@sestina/xep-0478';
import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../../support/recorders.js';
import { BIND, Sasl2Server } from '../../support/sasl2.js';

const limits = (bytes: string, idle = ''): string =>
  `<limits xmlns='urn:xmpp:stream-limits:0'>${bytes && `<max-bytes>${bytes}</max-bytes>`}${idle && `<idle-seconds>${idle}</idle-seconds>`}</limits>`;
const letter = (length: number): Message => new Message({ to: 'bob@example.net', body: 'x'.repeat(length) });
const EMPTY = letter(0).xml.toString().replace('<body/>', '<body></body>').length;

async function online(
  features: string,
  options: Partial<StreamLimitsOptions> = {},
  client: Partial<ClientOptions> = {},
  before = '',
) {
  const server = new Sasl2Server();
  const xmpp = server.client({ ...client });
  xmpp.use(Sasl2);
  const plugin = xmpp.use(StreamLimits, options);
  const { stream, connecting } = await server.connect(xmpp);
  await stream.open({ features: before });
  await stream.login({ features: BIND + features });
  await stream.bind();
  await connecting;
  await stream.idle();
  return { server, xmpp, plugin, stream };
}

describe('the limits of a stream', () => {
  it('are kept to before a byte is written, counted in UTF-8; the next stanza goes out', async () => {
    const { server, xmpp, plugin, stream } = await online(limits('10000'));
    expect(plugin.current).toEqual({ maxBytes: 10_000, idleSeconds: undefined });
    const before = stream.peer.received.length;
    const large = xmpp.send(new Message({ to: 'bob@example.net', body: '\u{1f600}'.repeat(2_500) }));
    await expect(large).rejects.toMatchObject({ reason: 'too-large' });
    expect(stream.peer.received.length).toBe(before);
    xmpp.send(letter(5));
    await stream.idle();
    expect(stream.peer.received).toContain('xxxxx');
    await server.end(xmpp);
  });

  it('tell what fits, as it is written at most', async () => {
    const { server, xmpp, plugin } = await online(limits('10000'));
    expect(plugin.bytesLeft(letter(1))).toBe(10_000 - EMPTY - 1);
    expect(plugin.fits(letter(10_000 - EMPTY))).toBe(true);
    expect(plugin.fits(letter(10_001 - EMPTY))).toBe(false);
    await server.end(xmpp);
  });

  it('of before the login are none of after it', async () => {
    const { server, xmpp, plugin, stream } = await online(limits('50000'), {}, {}, limits('10000'));
    expect(plugin.current.maxBytes).toBe(50_000);
    xmpp.send(letter(40_000));
    await stream.idle();
    expect(stream.peer.received.length).toBeGreaterThan(40_000);
    await server.end(xmpp);
  });

  it('hold for what was queued before they were known', async () => {
    const server = new Sasl2Server();
    const xmpp = server.client();
    xmpp.use(StreamLimits);
    xmpp.use(Sasl2);
    const large = xmpp.send(letter(20_000));
    const small = xmpp.send(letter(5));
    const { stream } = await server.connect(xmpp);
    await stream.open();
    await stream.login({ features: BIND + limits('10000') });
    await stream.bind();
    await expect(large).rejects.toMatchObject({ reason: 'too-large' });
    expect(small.state).toBe('written');
    await server.end(xmpp);
  });

  it.each(['0', '9999', '-1', 'NaN', '1e9', '10000.5', '9'.repeat(20), ''])(
    'of %j bytes are not believed, and said to be so',
    async (bytes) => {
      const logger = new RecordingLogger();
      const text = limits(bytes || ' ');
      const { server, xmpp, plugin } = await online(text, {}, { logger });
      expect(plugin.current.maxBytes).toBeUndefined();
      expect(xmpp.sendQueue.maxStanzaBytes).toBe(262_144);
      expect(logger.complaints.join('')).toContain('max-bytes');
      await server.end(xmpp);
    },
  );

  it('never loosen our own, and what is assumed is taken where the server says nothing', async () => {
    const own = await online(limits('900000'), {}, { queue: { maxStanzaBytes: 20_000 } });
    expect(own.xmpp.sendQueue.maxStanzaBytes).toBe(20_000);
    own.xmpp.plugins.remove(StreamLimits);
    await own.server.end(own.xmpp);
    const assumed = await online('', { assumedMaxBytes: 15_000 });
    expect(assumed.xmpp.sendQueue.maxStanzaBytes).toBe(15_000);
    assumed.xmpp.plugins.remove(StreamLimits);
    expect(assumed.xmpp.sendQueue.maxStanzaBytes).toBe(262_144);
    await assumed.server.end(assumed.xmpp);
  });

  it('of silence have the connection kept alive in time', async () => {
    const keepAlive = { interval: 300_000, timeout: 30_000 };
    const { server, xmpp, stream } = await online(limits('', '60'), {}, { keepAlive });
    const before = stream.peer.received;
    await server.clock.advance(47_999);
    expect(stream.peer.received).toBe(before);
    await server.clock.advance(1);
    expect(stream.peer.received.length).toBeGreaterThan(before.length);
    await server.end(xmpp);
  });

  it('of silence end with the plugin, and none of no second is believed', async () => {
    const keepAlive = { interval: 300_000, timeout: 30_000 };
    for (const [idle, removed] of [
      ['60', true],
      ['0', false],
    ] as const) {
      const { server, xmpp, plugin, stream } = await online(limits('', idle), {}, { keepAlive });
      expect(plugin.current.idleSeconds).toBe(removed ? 60 : undefined);
      if (removed) xmpp.plugins.remove(StreamLimits);
      const before = stream.peer.received;
      await server.clock.advance(200_000);
      expect(stream.peer.received).toBe(before);
      await server.end(xmpp);
    }
  });

  it('hold at once where the plugin is installed in a session', async () => {
    const server = new Sasl2Server();
    const xmpp = server.client();
    xmpp.use(Sasl2);
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open();
    await stream.login({ features: BIND + limits('10000') });
    await stream.bind();
    await connecting;
    expect(xmpp.use(StreamLimits).current.maxBytes).toBe(10_000);
    expect(xmpp.sendQueue.maxStanzaBytes).toBe(10_000);
    for (const assumedMaxBytes of [9_999, 10_000.5, Number.NaN]) {
      xmpp.plugins.remove(StreamLimits);
      expect(() => xmpp.use(StreamLimits, { assumedMaxBytes })).toThrow(/assumedMaxBytes/);
    }
    expect(xmpp.use(StreamLimits, { assumedMaxBytes: 10_000 }).current.maxBytes).toBe(10_000);
    await server.end(xmpp);
  });

  it('are told where they change', async () => {
    const { server, xmpp, stream } = await online(limits('20000'), {}, { reconnect: { base: 1, max: 1 } });
    const events: unknown[] = [];
    xmpp.on('streamLimitsChanged', (event) => events.push(event));
    stream.peer.drop();
    await server.clock.advance(1_000);
    await server.stream.open();
    await server.stream.login({ features: BIND + limits('30000') });
    await server.stream.bind();
    expect(events).toEqual([{ maxBytes: 30_000, idleSeconds: undefined }]);
    for (const idle of ['', '60']) {
      server.stream.peer.drop();
      await server.clock.advance(1_000);
      await server.stream.open();
      await server.stream.login({ features: BIND + limits('30000', idle) });
      await server.stream.bind();
    }
    expect(events.slice(1)).toEqual([{ maxBytes: 30_000, idleSeconds: 60 }]);
    await server.end(xmpp);
  });
});
