import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** `up`: from the client to the server. */
export type Way = 'down' | 'up';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** A TCP port that leads to another one, and whose connections can be cut in the middle of anything. */
export class Cable implements AsyncDisposable {
  readonly #listener = createServer((client) => this.#pass(client));
  readonly #to: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<Pair>();
  readonly #left: Record<Way, number> = { down: Number.POSITIVE_INFINITY, up: Number.POSITIVE_INFINITY };
  /** How many connections were made. */
  connections = 0;

  private constructor(to: { readonly host: string; readonly port: number }) {
    this.#to = to;
  }

  static async to(host: string, port: number): Promise<Cable> {
    const cable = new Cable({ host, port });
    cable.#listener.listen(0, '127.0.0.1');
    await once(cable.#listener, 'listening');
    return cable;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  /** Cuts what is connected: what is on its way is lost both ways. */
  cut(): void {
    for (const pair of this.#pairs) this.#end(pair);
  }

  /** Cuts once so many more bytes have passed that way: with the last of them. */
  cutAfter(way: Way, bytes: number): void {
    this.#left[way] = bytes;
  }

  /** Nothing passes any more on what is connected, and nobody is told. */
  hang(): void {
    for (const { client, server } of this.#pairs) for (const socket of [client, server]) socket.pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #pass(client: Socket): void {
    this.connections += 1;
    const server = connect(this.#to.port, this.#to.host);
    const pair: Pair = { client, server };
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.#end(pair));
      socket.on('close', () => this.#end(pair));
    }
    client.on('data', (bytes) => this.#carry('up', bytes, pair, server));
    server.on('data', (bytes) => this.#carry('down', bytes, pair, client));
  }

  #carry(way: Way, bytes: Buffer, pair: Pair, to: Socket): void {
    const left = this.#left[way];
    if (bytes.length < left) {
      this.#left[way] -= bytes.length;
      to.write(bytes);
      return;
    }
    this.#left[way] = Number.POSITIVE_INFINITY;
    // What was cut off has to arrive, the end of it too.
    to.write(bytes.subarray(0, left), () => this.#end(pair));
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  }
}
