import { ConfigError, ConnectError } from '@sestina/core';
import type { TransportTarget } from '@sestina/core/transport';
import { describe, expect, it } from 'vitest';
import { notLoaded } from '../src/transport-errors.js';

const TARGET: TransportTarget = { domain: 'example.org', kind: 'client', service: 'wss://example.org/ws' };

describe('a WebSocket package that does not load', () => {
  it.each([
    ['Chromium', "Failed to resolve module specifier '@sestina/websocket'"],
    ['Chromium, in a module', 'Failed to resolve module specifier "@sestina/websocket". Relative references must …'],
    ['Firefox', 'The specifier “@sestina/websocket” was a bare specifier, but was not remapped to anything.'],
    ['Safari', "Module name, '@sestina/websocket' does not resolve to a valid URL."],
    ['Node', "Cannot find package '@sestina/websocket' imported from /app/node_modules/@sestina/client/dist/x.js"],
    ['Vite', 'Could not resolve "@sestina/websocket" imported by "@sestina/client". Is it installed?'],
    ['webpack', "Cannot find module '@sestina/websocket'"],
  ])('is to be installed where it cannot be found (%s)', (_who, message) => {
    for (const cause of [new TypeError(message), new Error(message)]) {
      const error = notLoaded(TARGET, cause);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ option: 'transports', retryable: false, cause });
      expect(error.message).toContain('"wss://example.org/ws": install @sestina/websocket');
    }
  });

  it.each([
    ['Chromium', 'Failed to fetch dynamically imported module: https://example.org/assets/index-1a2b3c.js'],
    [
      'Chromium, with an import map',
      'Failed to fetch dynamically imported module: https://example.org/npm/@sestina/websocket/dist/index.js',
    ],
    [
      'Firefox, with an import map',
      'error loading dynamically imported module: https://example.org/npm/@sestina/websocket/dist/index.js',
    ],
    ['Safari', 'Importing a module script failed.'],
    ['webpack', 'Loading chunk 12 failed.\n(error: https://example.org/12.js)'],
  ])('may come another time where a file of it did not (%s)', (_who, message) => {
    const cause = new TypeError(message);
    const error = notLoaded(TARGET, cause) as ConnectError;
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ domain: 'example.org', retryable: true });
    expect(error.attempts).toEqual([{ address: '@sestina/websocket', error: cause }]);
    expect(error.message).toContain('is the network up?');
    expect(error.message).not.toContain('is the server running?');
  });

  it.each([
    ['fails when it runs', new TypeError("Cannot read properties of undefined (reading 'x')")],
    [
      'wants a newer core',
      new SyntaxError("The requested module 'https://a/core.js' does not provide an export named 'x'"),
    ],
    [
      'lacks a file',
      new Error("Cannot find module '/app/node_modules/@sestina/websocket/dist/x.js' imported from /app/x.js"),
    ],
    ['throws what is no error', 'no'],
  ])('is one of the wrong version where it %s', (_what, cause) => {
    const error = notLoaded(TARGET, cause);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ option: 'transports', retryable: false, cause });
    expect(error.message).toContain('install the version of it that fits @sestina/core');
    expect(error.message).toContain(cause instanceof Error ? cause.message : cause);
  });
});
