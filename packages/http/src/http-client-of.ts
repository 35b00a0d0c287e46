import type { Clock } from '@sestina/core';
import { type DependencyContainer, lookUp } from '@sestina/core/transport';
import { PlatformHttpClient } from '#http';
import { HttpClient } from './http-client.js';

/** What a client takes from a connection. */
export interface HttpServices {
  readonly clock: Clock;
  /** Where an `HttpClient` may be registered. */
  readonly scope: DependencyContainer;
}

/** The client of a connection: what its container has for `HttpClient`, else one of the platform that makes no exceptions. */
export function httpClientOf({ clock, scope }: HttpServices): HttpClient {
  return lookUp(scope, HttpClient) ?? new PlatformHttpClient({ clock });
}
