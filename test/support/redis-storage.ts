import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Storage } from '@sestina/core';

type Reply = string | undefined | readonly Reply[];

interface Pending {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

const CR_LF = Buffer.from('\r\n');

/** One answer of Redis (RESP2) at that place, and where the next one begins; undefined while it is not all there. */
function read(buffer: Buffer, at: number): { reply: Reply | Error; end: number } | undefined {
  const line = buffer.indexOf(CR_LF, at);
  if (line < 0) return undefined;
  const text = buffer.toString('utf8', at + 1, line);
  const next = line + CR_LF.length;
  switch (buffer[at]) {
    case 0x24: {
      const length = Number(text);
      if (length < 0) return { reply: undefined, end: next };
      const end = next + length + CR_LF.length;
      return end > buffer.length ? undefined : { reply: buffer.toString('utf8', next, next + length), end };
    }
    case 0x2a: {
      const list: Reply[] = [];
      let end = next;
      for (let left = Number(text); left > 0; left--) {
        const item = read(buffer, end);
        if (!item) return undefined;
        list.push(item.reply as Reply);
        end = item.end;
      }
      return { reply: list, end };
    }
    case 0x2d:
      return { reply: new Error(text), end: next };
    default:
      return { reply: text, end: next };
  }
}

/** A `Storage` in Redis, over one connection, on which commands need not wait for each other. */
export class RedisStorage extends Storage implements Disposable {
  readonly #socket: Socket;
  readonly #pending: Pending[] = [];
  #buffer: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const { reject } of this.#pending.splice(0)) reject(new Error('the connection to Redis is gone'));
    });
  }

  static async connect(options: { readonly host: string; readonly port: number }): Promise<RedisStorage> {
    const socket = connect({ ...options, noDelay: true });
    await once(socket, 'connect');
    return new RedisStorage(socket);
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#ask('GET', key)) as string | undefined;
  }

  async set(key: string, value: string): Promise<void> {
    await this.#ask('SET', key, value);
  }

  async delete(key: string): Promise<void> {
    await this.#ask('DEL', key);
  }

  async keys(prefix: string): Promise<string[]> {
    const found = await this.#ask('KEYS', `${prefix.replace(/[*?[\]\\^]/g, '\\$&')}*`);
    return found as string[];
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #ask(...parts: readonly string[]): Promise<Reply> {
    const command = parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('');
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error('the connection to Redis is gone'));
        return;
      }
      this.#pending.push({ resolve, reject });
      this.#socket.write(`*${parts.length}\r\n${command}`);
    });
  }

  #received(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    let at = 0;
    for (let found = read(this.#buffer, at); found; found = read(this.#buffer, at)) {
      at = found.end;
      const pending = this.#pending.shift();
      if (found.reply instanceof Error) pending?.reject(found.reply);
      else pending?.resolve(found.reply);
    }
    this.#buffer = this.#buffer.subarray(at);
  }
}
