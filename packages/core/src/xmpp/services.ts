import { childContainer, type DependencyContainer, lookUp, provide, type Token } from '../di/index.js';
import { BlobStore } from '../services/blob-store.js';
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
import { Secrets } from '../services/secrets.js';
import { Tracer } from '../stream/tracer.js';

/** What can be replaced when a connection is made. What is not given comes from the container, else is the platform's. */
export interface ServiceOptions {
  /** Parent container: what is registered there is used here. */
  container?: DependencyContainer | undefined;
  clock?: Clock | undefined;
  random?: Random | undefined;
  logger?: Logger | undefined;
  storage?: Storage | undefined;
  /** What is to outlive the process and nobody else may see: ids of sessions, tokens. Default: none is kept. */
  secrets?: Secrets | undefined;
  /** Where images and other bytes are kept that can be fetched again. Default: each plugin keeps some in memory. */
  blobs?: BlobStore | undefined;
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
  const service = <T extends object>(token: Token<T>, given: T | undefined, fallback: () => T): T => {
    const value = given ?? lookUp(scope, token) ?? fallback();
    provide(scope, token, value);
    return value;
  };
  const clock = service(Clock, options.clock, () => new SystemClock());
  const random = service(Random, options.random, () => new SystemRandom());
  const logger = service(Logger, options.logger, () => new ConsoleLogger());
  service(Storage, options.storage, () => new MemoryStorage());
  if (options.secrets) provide(scope, Secrets, options.secrets);
  if (options.blobs) provide(scope, BlobStore, options.blobs);
  const tracer = options.tracer ?? lookUp(scope, Tracer);
  return { scope, clock, random, logger, tracer };
}
