import { ConnectError, StreamError, TlsError } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

const SECURITIES = ['starttls', 'direct'] as const;

describe.each(KINDS)('the way to %s', (kind) => {
  const bench = useServer({ kind });

  describe.each(SECURITIES)('(%s)', (security) => {
    it('is encrypted before anything is said that matters', async () => {
      const user = await bench.account();
      const client = bench.client({ ...user, ...bench[security] });
      const order: string[] = [];
      client.on('tlsSuccess', () => order.push('tls'));
      client.on('authSuccess', () => order.push('login'));
      client.on('sessionStart', () => order.push('session'));
      const started = client.wait('sessionStart');
      await client.connect();
      await started;
      expect(client.transport?.secure).toBe(true);
      expect(order).toEqual(security === 'starttls' ? ['tls', 'login', 'session'] : ['login', 'session']);
    });

    it.each([
      ['expired', 'certificate-expired'],
      ['wrongName', 'certificate-name'],
      ['selfSigned', 'certificate-untrusted'],
    ] as const)('is refused where the certificate is %s', async (host, reason) => {
      const jid = `alice@${bench.server.hosts[host]}`;
      const client = bench.client({ jid, password: 'secret', ...bench[security] });
      const error = await client.connect().catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(TlsError);
      expect(error).toMatchObject({ reason, domain: bench.server.hosts[host], retryable: false });
      expect(client.state).toBe('disconnected');
    });

    it('is refused where nobody here knows the authority of the certificate', async () => {
      const client = bench.client({ ...(await bench.account()), ...bench[security], tls: {} });
      const error = await client.connect().catch((failure: unknown) => failure);
      expect(error).toMatchObject({ code: 'ERR_TLS', reason: 'certificate-untrusted', retryable: false });
      expect((error as Error).message).toContain('ca');
    });

    it('is refused to a server that does not know the domain', async () => {
      const client = bench.client({ jid: 'alice@nowhere.example', password: 'secret', ...bench[security] });
      const error = await client.connect().catch((failure: unknown) => failure);
      // TLS is first to ask for the name where it comes first.
      expect(error).toBeInstanceOf(security === 'starttls' ? StreamError : TlsError);
      if (error instanceof StreamError) expect(error).toMatchObject({ condition: 'host-unknown', origin: 'peer' });
      expect(error).toMatchObject({ retryable: false });
    });
  });

  it('leads to a good error on the port for direct TLS when STARTTLS was meant', async () => {
    const { host, ports } = bench.server;
    const client = bench.client({ ...(await bench.account()), host, port: ports.c2sTls, connectTimeout: 10_000 });
    const error = await client.connect().catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(NOT_XMPP|CONNECTION_LOST|TLS_REQUIRED)$/) });
  });

  it('leads to a good error on the STARTTLS port when direct TLS was meant', async () => {
    const { host, ports } = bench.server;
    const service = `xmpps://${host}:${ports.c2s}`;
    const error = await bench
      .client({ ...(await bench.account()), service })
      .connect()
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'ERR_TLS', reason: expect.stringMatching(/protocol|interrupted/) });
  });

  it('leads to an error within the time for it on the port of a web server', async () => {
    const { host, ports } = bench.server;
    const client = bench.client({ ...(await bench.account()), host, port: ports.http, connectTimeout: 500 });
    const error = await client.connect().catch((failure: unknown) => failure);
    // Both servers wait for the rest of what they take for a line.
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT', retryable: true });
  });

  it('gives up in the middle when told to', async () => {
    const client = bench.client(await bench.account());
    const controller = new AbortController();
    client.on('connected', () => controller.abort(new Error('not any more')));
    await expect(client.connect({ signal: controller.signal })).rejects.toThrow('not any more');
    expect(client.state).toBe('disconnected');
    await client.connect();
    expect(client.online).toBe(true);
  });
});

describe('a server that is down', () => {
  const bench = useServer({ kind: 'prosody' });

  it('is said to be, at once and for every kind of connection', async () => {
    const user = await bench.account();
    const clients = SECURITIES.map((security) => bench.client({ ...user, ...bench[security] }));
    await bench.server.stop('KILL');
    for (const client of clients) {
      const error = await client.connect().catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(ConnectError);
      expect(error).toMatchObject({ retryable: true, attempts: [{ address: '127.0.0.1' }] });
    }
    const component = bench.component({ jid: bench.server.component.domains[0] ?? '' });
    await expect(component.connect()).rejects.toBeInstanceOf(ConnectError);
    await bench.server.start();
  });

  it('is waited for where the first connection is to be retried too', async () => {
    const user = await bench.account();
    await bench.server.stop();
    const client = bench.client({ ...user, reconnect: { base: 20, max: 100, slowMax: 2_000, initial: true } });
    let tries = 0;
    client.on('connectionFailed', () => {
      tries += 1;
    });
    const connecting = client.connect();
    await client.wait('reconnectDelay', { filter: ({ attempt }) => attempt >= 3 });
    await bench.server.start();
    await connecting;
    expect(client.online).toBe(true);
    expect(tries).toBeGreaterThanOrEqual(3);
  });
});
