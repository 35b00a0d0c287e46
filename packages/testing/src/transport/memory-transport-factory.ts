import { type Transport, TransportFactory, type TransportTarget } from '@sestina/core/transport';
import type { MemoryEnd } from './memory-end.js';
import { type MemoryPairOptions, memoryPair } from './memory-pair.js';
import type { MemoryTransport } from './memory-transport.js';

/** What takes in-memory connections; `MemoryServer` does. */
export interface MemoryAcceptor {
  /** Takes the server's end. @throws ConnectError where it takes none now. */
  accept(end: MemoryEnd, target: TransportTarget): void;
}

/** Connects a client or a component to something in the same process: `transports: server.transports`. */
export class MemoryTransportFactory extends TransportFactory {
  readonly #acceptor: MemoryAcceptor;
  readonly #options: MemoryPairOptions;

  /**
   * @param acceptor Where the connections go.
   * @param options `secure: true` plays direct TLS.
   */
  constructor(acceptor: MemoryAcceptor, options: MemoryPairOptions = {}) {
    super();
    this.#acceptor = acceptor;
    this.#options = options;
  }

  /** Always: who is given this factory wants it used, whatever the address. */
  supports(_target: TransportTarget): boolean {
    return true;
  }

  create(target: TransportTarget): Transport {
    return this.connect(target);
  }

  /** The same as `create()`, typed as what it is. */
  connect(target: TransportTarget): MemoryTransport {
    const pair = memoryPair({
      ...this.#options,
      domain: target.domain,
      onConnect: () => {
        this.#options.onConnect?.();
        this.#acceptor.accept(pair.server, target);
      },
    });
    return pair.client;
  }
}
