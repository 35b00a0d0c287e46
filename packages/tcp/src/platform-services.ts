import type { Clock, DependencyContainer, Random } from '@sestina/core';

/** What the transports of a connection take from it. */
export interface PlatformServices {
  readonly clock: Clock;
  readonly random: Random;
  /** Where a `Resolver` may be registered. */
  readonly scope: DependencyContainer;
}
