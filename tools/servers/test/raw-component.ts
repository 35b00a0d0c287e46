import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { RunningServer } from '../src/index.js';

/** One connection of an external component (XEP-0114), as text. */
export class RawComponent {
  readonly #socket: Socket;
  #received = '';
  #ended = false;

  constructor(server: RunningServer, domain: string, secret = server.component.secret) {
    this.#socket = connect({ host: server.host, port: server.ports.component });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#ended = true;
    });
    let answered = false;
    this.#socket.on('data', (data: Buffer) => {
      this.#received += data.toString();
      const id = /<stream:stream[^>]*\sid=['"]([^'"]*)/.exec(this.#received)?.[1];
      if (id === undefined || answered) return;
      answered = true;
      this.#socket.write(
        `<handshake>${createHash('sha1')
          .update(id + secret)
          .digest('hex')}</handshake>`,
      );
    });
    const namespaces = 'xmlns="jabber:component:accept" xmlns:stream="http://etherx.jabber.org/streams"';
    this.#socket.write(`<stream:stream ${namespaces} to="${domain}">`);
  }

  /** The name of the element that answers the handshake: `handshake`, or the condition of the stream error. */
  async outcome(): Promise<string> {
    const [, accepted, condition = ''] = await this.#wait(/<(handshake)\s*\/?>|<stream:error><([\w-]+)/);
    return accepted ?? condition;
  }

  /** The condition of the stream error that ends the connection. */
  async error(): Promise<string> {
    const [, condition = ''] = await this.#wait(/<stream:error><([\w-]+)/);
    return condition;
  }

  close(): void {
    this.#socket.destroy();
  }

  #wait(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${pattern} in ${this.#received}`)), 10_000);
      const look = (): void => {
        const match = pattern.exec(this.#received);
        if (match === null && !this.#ended) return;
        clearTimeout(timer);
        this.#socket.off('data', look).off('close', look);
        if (match === null) reject(new Error(`no ${pattern} in ${this.#received}`));
        else resolve(match);
      };
      this.#socket.on('data', look).on('close', look);
      look();
    });
  }
}
