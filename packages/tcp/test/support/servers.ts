import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';

/** A server on the loopback, and its end of every connection. */
export class Loopback {
  readonly sockets: Socket[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  static async plain(onSocket: (socket: Socket) => void = () => {}): Promise<Loopback> {
    return Loopback.#listen(createServer(), 'connection', onSocket);
  }

  static async tls(options: TlsOptions, onSocket: (socket: TLSSocket) => void = () => {}): Promise<Loopback> {
    const server = createTlsServer(options).on('tlsClientError', () => {});
    return Loopback.#listen(server, 'secureConnection', (socket) => onSocket(socket as TLSSocket));
  }

  /** Answers `<starttls/>` with `<proceed/>`, then with TLS. */
  static async startTls(
    options: TlsOptions,
    onSocket: (socket: TLSSocket) => void = () => {},
    beforeTls: (socket: Socket) => Promise<void> = async () => {},
  ): Promise<Loopback> {
    return Loopback.plain((socket) => {
      socket.once('data', () => {
        socket.pause();
        socket.write('<proceed/>');
        beforeTls(socket).then(() => {
          const secured = new TLSSocket(socket, { ...options, isServer: true });
          secured.on('error', () => {}).on('secure', () => onSocket(secured));
        });
      });
    });
  }

  static async #listen(server: Server, event: string, onSocket: (socket: Socket) => void): Promise<Loopback> {
    const loopback = new Loopback(server);
    server.on('connection', (socket: Socket) => loopback.sockets.push(socket.on('error', () => {})));
    server.on(event, (socket: Socket) => onSocket(socket.on('error', () => {})));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return loopback;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
