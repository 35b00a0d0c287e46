import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { CertificatePair, RunningServer } from '@sestina/servers';

type Change = (text: string) => string;

/** Somebody on the way between a client and a server. */
export class Middleman implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What clients sent, as far as it can be read here. */
  sent = '';

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Passes on TCP connections to the STARTTLS port, and changes what the server says in the clear. */
  static async inTheClear(server: RunningServer, change: Change): Promise<Middleman> {
    const middleman: Middleman = new Middleman(
      createServer((client) => middleman.#pass(client, connect(server.ports.c2s, server.host), change)),
    );
    return middleman.#listen();
  }

  /** Ends TLS with a certificate of its own, and has TLS of its own to the direct TLS port. */
  static async withCertificate(
    server: RunningServer,
    certificate: CertificatePair,
    change: Change = (text) => text,
  ): Promise<Middleman> {
    const middleman: Middleman = new Middleman(
      createTlsServer({ ...certificate }, (client) => {
        // The same version on both sides: no more can be had from a man in the middle who wants to pass unnoticed.
        const version = client.getProtocol() === 'TLSv1.2' ? 'TLSv1.2' : 'TLSv1.3';
        const upstream = connectTls({
          host: server.host,
          port: server.ports.c2sTls,
          servername: server.domain,
          ca: server.ca,
          minVersion: version,
          maxVersion: version,
        });
        middleman.#pass(client, upstream, change);
      }),
    );
    return middleman.#listen();
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #listen(): Promise<this> {
    this.#server.on('tlsClientError', () => {});
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  #pass(client: Socket | TLSSocket, upstream: Socket | TLSSocket, change: Change): void {
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
    client.on('data', (chunk: Buffer) => {
      this.sent += chunk.toString('latin1');
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => client.write(change(chunk.toString('latin1')), 'latin1'));
    client.on('end', () => upstream.end());
    upstream.on('end', () => client.end());
  }
}
