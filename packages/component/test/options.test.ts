import type { ComponentOptions } from '@sestina/component';
import { ConfigError, DnsError, Plugin, PluginError, provide } from '@sestina/core';
import { childContainer, StreamNegotiation } from '@sestina/core/connection';
import { Resolver } from '@sestina/tcp';
import { describe, expect, it } from 'vitest';
import { makeComponent } from './support.js';

describe('options of a component that cannot work', () => {
  it.each([
    ['a number for limits', { limits: 5 }, 'limits'],
    ['null for the queue', { queue: null }, 'queue'],
    ['a misspelled time of keeping alive', { keepAlive: { intervall: 3 } }, 'keepAlive.intervall'],
    ['a part of reconnecting that there is not', { reconnect: { factor: 2 } }, 'reconnect.factor'],
    ['a language that is none', { lang: 'a b' }, 'lang'],
    ['a logger that logs nothing', { logger: {} }, 'logger'],
    ['a port out of range', { port: 65_536 }, 'port'],
    ['an empty host', { host: '' }, 'host'],
    ['no number of requests', { maxRequests: { total: 0 } }, 'maxRequests.total'],
    [
      'a number of requests without an end',
      { maxRequests: { perSender: Number.POSITIVE_INFINITY } },
      'maxRequests.perSender',
    ],
    ['a number of requests that is none', { maxRequests: 5 }, 'maxRequests'],
    ['a limit of requests that there is not', { maxRequests: { all: 5 } }, 'maxRequests.all'],
    ['requests of ours without an end', { maxPending: Number.POSITIVE_INFINITY }, 'maxPending'],
    ['no number of owners', { maxOwners: 0 }, 'maxOwners'],
    ['a transport that is none', { transports: 'tcp' }, 'transports'],
  ])('are refused: %s', (_, options, option) => {
    let error: unknown;
    try {
      makeComponent(options as Partial<ComponentOptions>);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ option });
  });
});

describe('the container of a component', () => {
  it('may hold what looks names up', async () => {
    const asked: string[] = [];
    class Nowhere extends Resolver {
      async srv(): Promise<never[]> {
        return [];
      }
      async addresses(host: string): Promise<never> {
        asked.push(host);
        throw new DnsError(host, 'ENOTFOUND', { retryable: false });
      }
    }
    const container = childContainer();
    provide(container, Resolver, new Nowhere());
    const component = makeComponent({ container, host: 'server.example', allowRemotePlaintext: true });
    await expect(component.connect()).rejects.toBeInstanceOf(DnsError);
    expect(asked).toEqual(['server.example']);
  });
});

describe('a plugin that negotiates', () => {
  class Negotiating extends Plugin {
    static override readonly id = 'negotiating';
    static override readonly inject = [StreamNegotiation] as const;
    constructor(readonly negotiation: StreamNegotiation) {
      super();
    }
  }

  it('cannot be installed on a component, which has no such thing', () => {
    const component = makeComponent();
    expect(() => component.use(Negotiating)).toThrow(PluginError);
    expect(() => component.use(Negotiating)).toThrow('negotiating needs StreamNegotiation');
    expect(component.plugins.ids).toEqual([]);
    expect(component.streamFeatures).toBeUndefined();
  });
});
