import type { Clock, Random } from '@sestina/core';
import type { DependencyContainer } from '@sestina/core/transport';

/** What the transports of a connection take from it. */
export interface PlatformServices {
  readonly clock: Clock;
  readonly random: Random;
  /** Where a `Resolver` may be registered. */
  readonly scope: DependencyContainer;
}
