import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { CertificatePair } from '@sestina/servers';

/** What becomes of connections: passed on; cut and refused; taken and left without an answer; taken by somebody with a certificate. */
export type WayState = 'cut' | 'open' | 'portal' | 'silent';

/** Where it leads: asked for each connection, since a server that starts again may be elsewhere. */
type Upstream = () => { readonly host: string; readonly port: number };

/** The way to a server, on which everything can go wrong; its port stays the same. */
export class Way implements AsyncDisposable {
  readonly #server: Server;
  readonly #portal: CertificatePair;
  readonly #upstream: Upstream;
  readonly #sockets = new Set<Socket>();
  #state: WayState = 'open';

  private constructor(upstream: Upstream, portal: CertificatePair) {
    this.#upstream = upstream;
    this.#portal = portal;
    this.#server = createServer((client) => this.#came(client));
  }

  /** @param upstream Where it leads. @param portal The certificate of who stands in the way. */
  static async to(upstream: Upstream, portal: CertificatePair): Promise<Way> {
    const way = new Way(upstream, portal);
    way.#server.listen(0, '127.0.0.1');
    await once(way.#server, 'listening');
    return way;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on. Connections that are there are cut, or nothing more is heard on them. */
  set state(state: WayState) {
    this.#state = state;
    for (const socket of this.#sockets) {
      if (state === 'silent') socket.pause().unpipe();
      else socket.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #came(client: Socket): void {
    this.#keep(client);
    switch (this.#state) {
      case 'cut':
        client.resetAndDestroy();
        break;
      case 'silent':
        client.pause();
        break;
      case 'portal': {
        const secured = new TLSSocket(client, { isServer: true, ...this.#portal });
        secured.on('error', () => client.destroy());
        secured.end('HTTP/1.1 302 Found\r\nLocation: https://portal.example/\r\n\r\n');
        break;
      }
      default: {
        const upstream = this.#keep(connect(this.#upstream()));
        upstream.on('close', () => client.destroy());
        client.on('close', () => upstream.destroy());
        client.pipe(upstream).pipe(client);
      }
    }
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
