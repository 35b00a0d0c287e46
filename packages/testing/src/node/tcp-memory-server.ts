import { createServer, type Server } from 'node:net';
import { ConnectError, JID } from '@sestina/core';
import { MemoryServer } from '../server/memory-server.js';
import type { MemoryServerOptions } from '../server/settings.js';
import { type KeyAndCertificate, selfSignedCertificate } from './certificate.js';
import { TcpConnection } from './tcp-connection.js';

/** Options of a `TcpMemoryServer`. */
export interface TcpMemoryServerOptions extends MemoryServerOptions {
  /** Key and certificate for TLS, PEM. Default: a self-signed one for the domain, made when it is first needed. */
  tls?: KeyAndCertificate;
}

/** Options of `listen()`. */
export interface ListenOptions {
  /** Default 0: a free one. */
  port?: number;
  /** Default `127.0.0.1`. Leave it at loopback: this is a server for tests. */
  host?: string;
  /** Speaks TLS from the first byte (XEP-0368) in place of STARTTLS. Default false. */
  directTls?: boolean;
}

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

interface Listener {
  readonly options: Required<ListenOptions>;
  server: Server;
}

/**
 * A `MemoryServer` that can be reached over TCP on this machine too, by clients and components on the same port:
 * `const { host, port } = await server.listen()`, with `tls: { ca: server.certificate }` for the client.
 */
export class TcpMemoryServer extends MemoryServer {
  #tls: KeyAndCertificate | undefined;
  #listeners: Listener[] = [];
  readonly #connections = new Set<TcpConnection>();

  constructor(options: TcpMemoryServerOptions = {}) {
    super(options);
    this.#tls = options.tls;
  }

  /** The certificate, PEM: what a client needs as `ca` where it is the self-signed one. */
  get certificate(): string {
    return this.#keyAndCertificate().cert;
  }

  /** Takes connections over TCP until `stop()`. @throws ConnectError where the port is taken. */
  async listen(options: ListenOptions = {}): Promise<ListenAddress> {
    const { port = 0, host = '127.0.0.1', directTls = false } = options;
    const listener: Listener = { options: { port, host, directTls }, server: createServer() };
    const bound = await this.#open(listener);
    // After stop() and start() it is found at the same place.
    listener.options.port = bound;
    this.#listeners.push(listener);
    return { host, port: bound };
  }

  override async stop(): Promise<void> {
    const closed = this.#listeners.map(({ server }) => new Promise<void>((resolve) => server.close(() => resolve())));
    await super.stop();
    for (const connection of this.#connections) connection.endNow();
    await Promise.all(closed);
  }

  /** Listens again at the same ports. @throws ConnectError where somebody else has one of them now. */
  override async start(): Promise<void> {
    if (!this.stopped) return;
    await super.start();
    for (const listener of this.#listeners) {
      listener.server = createServer();
      await this.#open(listener);
    }
  }

  #open({ server, options }: Listener): Promise<number> {
    const { host, port, directTls } = options;
    server.on('connection', (socket) => {
      const connection: TcpConnection = new TcpConnection(
        socket,
        this.domain,
        () => this.#keyAndCertificate(),
        () => this.#connections.delete(connection),
      );
      this.#connections.add(connection);
      this.#admit(connection, directTls);
    });
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(new ConnectError(this.domain, [{ address: host, port, error }])));
      server.listen(port, host, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  async #admit(connection: TcpConnection, directTls: boolean): Promise<void> {
    try {
      if (directTls) await connection.acceptTls();
      this.accept(connection);
    } catch {
      connection.destroy();
    }
  }

  #keyAndCertificate(): KeyAndCertificate {
    const domain = JID.parse(this.domain).asciiDomain;
    this.#tls ??= selfSignedCertificate({ names: [domain] });
    return this.#tls;
  }
}
