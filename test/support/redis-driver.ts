import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Driver } from 'unstorage';

type Reply = string | undefined | readonly Reply[];

interface Pending {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

const GONE = 'the connection to Redis is gone';
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

/** One connection to a Redis, on which commands need not wait for each other. */
class Redis {
  readonly #socket: Socket;
  readonly #pending: Pending[] = [];
  #buffer: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const { reject } of this.#pending.splice(0)) reject(new Error(GONE));
    });
  }

  ask(...parts: readonly string[]): Promise<Reply> {
    const command = parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('');
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error(GONE));
        return;
      }
      this.#pending.push({ resolve, reject });
      this.#socket.write(`*${parts.length}\r\n${command}`);
    });
  }

  close(): void {
    this.#socket.destroy();
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

/** What unstorage's own driver for Redis does, without a client for Redis from npm. */
export async function redisDriver(options: { readonly host: string; readonly port: number }): Promise<Driver> {
  const socket = connect({ ...options, noDelay: true });
  await once(socket, 'connect');
  const redis = new Redis(socket);
  return {
    name: 'redis',
    hasItem: async (key) => (await redis.ask('EXISTS', key)) === '1',
    getItem: async (key) => ((await redis.ask('GET', key)) as string | undefined) ?? null,
    setItem: async (key, value) => void (await redis.ask('SET', key, value)),
    removeItem: async (key) => void (await redis.ask('DEL', key)),
    getKeys: async (base) => {
      const prefix = base.replace(/[*?[\]\\^]/g, '\\$&');
      return [...((await redis.ask('KEYS', `${prefix}*`)) as readonly string[])];
    },
    dispose: () => redis.close(),
  };
}
