export { type ClusterOptions, type RunningCluster, startCluster } from './cluster.js';
export { ServerError } from './errors.js';
export { ensureInstalled, type Installable } from './install.js';
export { type RunningRedis, startRedis } from './redis.js';
export { startServer } from './start.js';
export type {
  CertificatePair,
  RunningServer,
  ServerHosts,
  ServerKind,
  ServerOptions,
  ServerPorts,
  ServerUser,
  StopSignal,
} from './types.js';
