import { ClientXMPP } from '@sestina/client';
import { Logger } from '@sestina/core';
import { MemoryServer } from '@sestina/testing';
import { describe, expect, it } from 'vitest';

class Lines extends Logger {
  readonly lines: string[] = [];
  debug(): void {}
  info(): void {}
  warn(message: string): void {
    this.lines.push(message);
  }
  error(message: string): void {
    this.lines.push(message);
  }
}

function make(password: string, server: MemoryServer): { client: ClientXMPP; logger: Lines } {
  const logger = new Lines();
  const client = new ClientXMPP({ jid: 'alice@localhost/a', password, transports: server.transports, logger });
  return { client, logger };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

describe('a connection that is given up', () => {
  it('is told in the log where nobody waits for connect()', async () => {
    const server = new MemoryServer({ users: { alice: 'right' } });
    const { client, logger } = make('wrong', server);
    void client.connect();
    await expect.poll(() => logger.lines.join()).toContain('connect() failed, and nobody waits for it');
    expect(logger.lines.join()).not.toContain('wrong password');
  });

  it('is not told twice where somebody waits for connect()', async () => {
    const server = new MemoryServer({ users: { alice: 'right' } });
    const { client, logger } = make('wrong', server);
    await expect(client.connect()).rejects.toMatchObject({ code: 'ERR_AUTH' });
    await turn();
    expect(logger.lines).toEqual([]);
  });

  it('fails what waits to be sent, so that nobody waits for ever', async () => {
    const server = new MemoryServer({ users: { alice: 'right' } });
    const { client } = make('wrong', server);
    const sending = client.sendMessage({ to: 'bob@localhost', body: 'hello' });
    const [login, message] = await Promise.allSettled([client.connect(), sending]);
    expect(login).toMatchObject({ status: 'rejected', reason: { code: 'ERR_AUTH' } });
    expect(message).toMatchObject({ status: 'rejected', reason: { reason: 'disconnected' } });
  });

  it('is told in the log where it was lost for good and nobody listens', async () => {
    const server = new MemoryServer({ users: { alice: 'right' } });
    const { client, logger } = make('right', server);
    await client.connect();
    server.session('alice@localhost/a')?.kick('conflict', 'another one came');
    await expect.poll(() => logger.lines.join()).toContain('is not made again');
    expect(client.state).toBe('disconnected');
  });

  it('is not told in the log after disconnect()', async () => {
    const server = new MemoryServer({ users: { alice: 'right' } });
    const { client, logger } = make('right', server);
    await client.connect();
    await client.disconnect();
    await turn();
    expect(logger.lines).toEqual([]);
  });
});
