import { ConfigError } from '@sestina/core';
import type { TransportTarget } from '@sestina/core/transport';
import { WebSocketTransportFactory } from '@sestina/websocket';
import { describe, expect, it } from 'vitest';
import * as node from '../src/platform.js';
import * as browser from '../src/platform-browser.js';

const target = (more: Partial<TransportTarget> = {}): TransportTarget => ({
  domain: 'example.org',
  kind: 'client',
  ...more,
});

describe('what the factory supports', () => {
  it.each([
    [{ service: 'wss://example.org/ws' }, true],
    [{ service: 'WSS://example.org/ws' }, true],
    [{ service: 'ws://localhost/ws' }, true],
    [{ service: 'xmpps://example.org' }, false],
    [{ service: 'https://example.org/bind' }, false],
    [{}, false],
    [{ service: 'wss://example.org/ws', kind: 'component' }, false],
  ] as const)('is %j: %s', (more, supported) => {
    expect(new WebSocketTransportFactory().supports(target(more))).toBe(supported);
  });

  it('is a domain alone where it may discover, but no host and no port', () => {
    const factory = new WebSocketTransportFactory({ discover: true });
    expect(factory.supports(target())).toBe(true);
    expect(factory.supports(target({ host: 'xmpp.example.org' }))).toBe(false);
    expect(factory.supports(target({ port: 5222 }))).toBe(false);
    expect(factory.supports(target({ kind: 'component' }))).toBe(false);
  });

  it('may be told to use the WebSocket of the platform', () => {
    const factory = new WebSocketTransportFactory({ webSocket: globalThis.WebSocket });
    expect(factory.supports(target({ service: 'wss://example.org/ws' }))).toBe(true);
  });

  it('is a domain alone by default in browsers, not on Node', () => {
    expect([browser.DISCOVERS, node.DISCOVERS]).toEqual([true, false]);
  });
});

describe('what the factory refuses', () => {
  const create = (more: Partial<TransportTarget>, options = {}) =>
    new WebSocketTransportFactory(options).create(target(more));

  it.each([
    'ws://example.org/ws',
    'ws://127.example.org/ws',
    'ws://localhost.example.org/ws',
    'ws://evil-localhost/ws',
    'ws://10.0.0.1/ws',
    'ws://[::2]/ws',
    'ws://0.0.0.0/ws',
  ])('is %s, but for allowInsecure', (service) => {
    expect(() => create({ service })).toThrow(ConfigError);
    expect(() => create({ service })).toThrow('allowInsecure');
    expect(create({ service }, { allowInsecure: true }).secure).toBe(false);
  });

  it.each(['ws://localhost:1/', 'ws://xmpp.localhost/', 'ws://127.0.0.1/', 'ws://127.1/', 'ws://[::1]:5280/x'])(
    'is not %s, which is this machine',
    (service) => {
      expect(create({ service }).kind).toBe('websocket');
    },
  );

  it('is a target that it does not support', () => {
    for (const more of [{}, { service: 'xmpp://example.org' }]) expect(() => create(more)).toThrow(ConfigError);
  });

  it.each(['wss://', 'wss://exa mple/', 'wss://a:99999/'])('is %s, which is no address', (service) => {
    expect(() => create({ service })).toThrow(ConfigError);
  });

  it('is a user and a password in the address, which it does not repeat', () => {
    const service = 'wss://alice:secret@example.org/ws';
    expect(() => create({ service })).toThrow(ConfigError);
    expect(() => create({ service })).not.toThrow('secret');
  });

  it.each([
    { servername: 'evil.example' },
    { minVersion: 'TLSv1' },
    { maxVersion: 'TLSv1.1' },
    { secureProtocol: 'TLSv1_method' },
    { pskCallback: () => null },
  ])('is the TLS option %j', (tls) => {
    expect(() => create({ service: 'wss://example.org/', tls })).toThrow(ConfigError);
  });

  it('is nothing of that in browsers, which have no say in TLS', () => {
    const check: (tls?: object) => void = browser.checkTlsOptions;
    expect(() => check({ servername: 'x' })).not.toThrow();
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', 9_999, 10_000.5])('is maxFrameBytes: %s', (value) => {
    expect(() => new WebSocketTransportFactory({ maxFrameBytes: value as number })).toThrow(ConfigError);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5'])('is connectTimeout: %s', (value) => {
    expect(() => new WebSocketTransportFactory({ connectTimeout: value as number })).toThrow(ConfigError);
  });
});
