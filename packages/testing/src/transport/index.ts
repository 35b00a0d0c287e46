export { ConnectionResetError } from './errors.js';
export type { DirectionFaults, Faults, Split } from './faults.js';
export { FaultyTransport } from './faulty-transport.js';
export { type FaultPlan, FaultyTransportFactory } from './faulty-transport-factory.js';
export { MemoryEnd } from './memory-end.js';
export { type MemoryPair, type MemoryPairOptions, memoryPair } from './memory-pair.js';
export { MemoryTransport } from './memory-transport.js';
export { type MemoryAcceptor, MemoryTransportFactory } from './memory-transport-factory.js';
export { RawPeer, type ReceiveOptions, type ServeOptions } from './raw-peer.js';
