import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startRedis } from '../src/index.js';

function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(`${command}\r\n`));
    socket.once('error', reject);
    socket.once('data', (data: Buffer) => {
      socket.destroy();
      resolve(data.toString());
    });
  });
}

it('a Redis is empty, keeps what it is given, and is gone once it is disposed of', async () => {
  const redis = await startRedis();
  try {
    expect(await ask(redis.port, 'DBSIZE')).toBe(':0\r\n');
    expect(await ask(redis.port, 'SET key value')).toBe('+OK\r\n');
    expect(await ask(redis.port, 'GET key')).toBe('$5\r\nvalue\r\n');
    await using other = await startRedis();
    expect(await ask(other.port, 'DBSIZE')).toBe(':0\r\n');
  } finally {
    await redis[Symbol.asyncDispose]();
  }
  await expect(ask(redis.port, 'PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
