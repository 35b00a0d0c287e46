import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { parseDocument, type XmlElement } from '@sestina/core';

const NS_COMPONENT = 'jabber:component:accept';

/** A TCP port that leads to a component port, and keeps what the component writes. */
export class Wire implements AsyncDisposable {
  readonly #server = createServer((component) => this.#pass(component));
  readonly #sockets = new Set<Socket>();
  readonly #to: { readonly host: string; readonly port: number };
  #chunks: Buffer[] = [];

  private constructor(to: { readonly host: string; readonly port: number }) {
    this.#to = to;
  }

  static async to(host: string, port: number): Promise<Wire> {
    const wire = new Wire({ host, port });
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The stanzas that the component has written behind its handshake, in the order of their text. */
  get stanzas(): string[] {
    const text = Buffer.concat(this.#chunks).toString();
    const [, written = ''] = text.split('</handshake>');
    const end = written.indexOf('</stream:stream>');
    const stream = `<stream xmlns='${NS_COMPONENT}'>${end < 0 ? written : written.slice(0, end)}</stream>`;
    return [...parseDocument(stream).elements()].map(meaning).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(component: Socket): void {
    this.#chunks = [];
    const server = connect(this.#to);
    component.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    for (const [socket, other] of [
      [component, server],
      [server, component],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
      socket.pipe(other);
    }
  }
}

/** Ids are anybody's choice, and those of answers are looked at by who asked; slixmpp puts a language on all that it sends. */
const OWN = ['id', 'xml:lang'];

/** What two ways of writing the same stanza have in common. */
function meaning(element: XmlElement): string {
  const attributes = [...element.attributes()]
    .filter(([name]) => !OWN.includes(name))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .sort();
  const children = element.children.map((child) =>
    typeof child === 'string' ? JSON.stringify(child) : meaning(child),
  );
  return `{${element.namespace}}${element.name}[${attributes.join(' ')}](${children.join(' ')})`;
}
