import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from 'ws';

/** A WebSocket server in this process, played by hand. */
export class LoopbackServer {
  readonly url: string;
  readonly peers: Peer[] = [];
  readonly requests: IncomingMessage[] = [];
  readonly #http: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: ((peer: Peer) => void)[] = [];

  private constructor(http: Server, scheme: 'ws' | 'wss') {
    this.#http = http;
    this.url = `${scheme}://localhost:${(http.address() as AddressInfo).port}/xmpp-websocket`;
    http.on('connection', (socket: Socket) => {
      this.#sockets.add(socket.on('error', () => {}));
    });
  }

  static async start({
    tls,
    handshake,
    ...options
  }: ServerOptions & {
    tls?: { key: string; cert: string };
    /** Plays the handshake too. */
    handshake?: (request: IncomingMessage, socket: Duplex) => void;
  } = {}): Promise<LoopbackServer> {
    const http = tls ? createTlsServer(tls) : createServer();
    http.on('error', () => {});
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const server = new LoopbackServer(http, tls ? 'wss' : 'ws');
    http.on('upgrade', (request) => server.requests.push(request));
    if (handshake) {
      http.on('upgrade', handshake);
      return server;
    }
    const webSockets = new WebSocketServer({ server: http, handleProtocols: () => 'xmpp', ...options });
    webSockets.on('connection', (socket) => server.#accept(new Peer(socket)));
    return server;
  }

  #accept(peer: Peer): void {
    this.peers.push(peer);
    this.#waiting.shift()?.(peer);
  }

  /** The next connection. */
  next(): Promise<Peer> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

/** The server's end of one WebSocket. */
export class Peer {
  readonly frames: string[] = [];
  readonly binary: boolean[] = [];
  closed: { code: number; reason: string } | undefined;

  constructor(readonly socket: WebSocket) {
    socket.on('error', () => {});
    socket.on('message', (data: RawData, isBinary) => {
      this.frames.push(String(data));
      this.binary.push(isBinary);
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
  }

  /** The TCP connection below it. */
  get raw(): Socket {
    return (this.socket as unknown as { _socket: Socket })._socket;
  }

  send(frame: Uint8Array | string): void {
    this.socket.send(frame);
  }
}
