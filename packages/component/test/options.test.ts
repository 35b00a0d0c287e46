import type { ComponentOptions } from '@sestina/component';
import { ConfigError } from '@sestina/core';
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
