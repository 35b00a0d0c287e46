import { childContainer, type DependencyContainer, lookUp, type Token } from '../di/index.js';
import {
  Clock,
  ConsoleLogger,
  Logger,
  MemoryStorage,
  Random,
  Storage,
  SystemClock,
  SystemRandom,
} from '../services/index.js';
import { Tracer } from '../stream/tracer.js';

/** What can be replaced when a connection is made. What is not given comes from the container, else is the platform's. */
export interface ServiceOptions {
  /** Parent container: what is registered there is used here. */
  container?: DependencyContainer | undefined;
  clock?: Clock | undefined;
  random?: Random | undefined;
  logger?: Logger | undefined;
  storage?: Storage | undefined;
  /** Sees every element in and out, secrets replaced. Off by default. */
  tracer?: Tracer | undefined;
}

/** The container of a connection, with the services in it. */
export function servicesFor(options: ServiceOptions): {
  scope: DependencyContainer;
  clock: Clock;
  random: Random;
  logger: Logger;
  tracer: Tracer | undefined;
} {
  const scope = childContainer(options.container);
  const provide = <T extends object>(token: Token<T>, given: T | undefined, fallback: () => T): T => {
    const value = given ?? lookUp(scope, token) ?? fallback();
    scope.registerInstance<T>(token as never, value);
    return value;
  };
  const clock = provide(Clock, options.clock, () => new SystemClock());
  const random = provide(Random, options.random, () => new SystemRandom());
  const logger = provide(Logger, options.logger, () => new ConsoleLogger());
  provide(Storage, options.storage, () => new MemoryStorage());
  const tracer = options.tracer ?? lookUp(scope, Tracer);
  return { scope, clock, random, logger, tracer };
}
