import { provide } from '@sestina/core';
import { childContainer } from '@sestina/core/connection';
import { HttpClient, httpClientOf } from '@sestina/http';
import { MemoryHttpClient } from '@sestina/http/memory';
import { NodeHttpClient } from '@sestina/http/node';
import { VirtualClock } from '@sestina/testing';
import { expect, it } from 'vitest';

it('a connection has the client of its container, else that of the platform', () => {
  const [clock, scope] = [new VirtualClock(), childContainer()];
  expect(httpClientOf({ clock, scope })).toBeInstanceOf(NodeHttpClient);
  const client = new MemoryHttpClient(() => ({}));
  provide(scope, HttpClient, client);
  expect(httpClientOf({ clock, scope })).toBe(client);
});
