import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { HttpNetworkError, HttpRefusedError } from '@sestina/http';
import { NodeHttpClient, type NodeHttpOptions } from '@sestina/http/node';
import { selfSignedCertificate } from '@sestina/testing/node';
import { afterEach, describe, expect, it } from 'vitest';

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listening<S extends Server>(server: S): Promise<number> {
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const serve = (listener: RequestListener) => listening(createServer(listener));

async function serveRaw(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    onSocket(socket);
  });
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const allow = () => true;
const plain = new NodeHttpClient({ allow });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('a name', () => {
  const named = (options: NodeHttpOptions) =>
    new NodeHttpClient({ allow: ({ reason }) => reason === 'scheme', ...options });

  it('that leads to this machine is refused after it was looked up, and nobody is connected to', async () => {
    let asked = 0;
    const port = await serve((_request, response) => {
      asked += 1;
      response.end();
    });
    for (const address of [
      '127.0.0.1',
      '::1',
      '10.0.0.1',
      '::ffff:127.0.0.1',
      '169.254.169.254',
      'no address',
      '127.0.0.1%lo',
    ]) {
      const client = named({ resolve: async () => [address] });
      await expect(client.request(`http://innocent.example:${port}/`)).rejects.toBeInstanceOf(HttpRefusedError);
    }
    await expect(named({ resolve: async () => [] }).request('https://a.example/')).rejects.toBeInstanceOf(
      HttpRefusedError,
    );
    expect(asked).toBe(0);
  });

  it('is looked up once for a connection, and that is where it goes', async () => {
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    let lookups = 0;
    const port = await serve((request, response) => response.end(request.headers.host));
    const client = new NodeHttpClient({
      allow: ({ reason, address }) => reason === 'scheme' || address === '127.0.0.1',
      resolve: async () => answers[lookups++] ?? [],
    });
    const response = await client.request(`http://rebound.example:${port}/`);
    expect(text(await response.bytes())).toBe(`rebound.example:${port}`);
    expect(lookups).toBe(1);
    await expect(client.request(`http://rebound.example:${port}/`)).rejects.toBeInstanceOf(HttpRefusedError);
  });

  it('that a redirect leads to is looked up and checked, too', async () => {
    let asked = 0;
    const port = await serve((request, response) => {
      asked += 1;
      response.writeHead(302, { location: `http://inner.example:${request.socket.localPort}/` }).end();
    });
    const client = new NodeHttpClient({
      allow: ({ reason, url }) => reason === 'scheme' || url.hostname === 'outer.example',
      resolve: async () => ['127.0.0.1'],
    });
    await expect(client.request(`http://outer.example:${port}/`)).rejects.toMatchObject({
      host: 'inner.example',
      reason: 'address',
    });
    expect(asked).toBe(1);
  });

  it('that nobody knows is an error of the network', async () => {
    const client = named({
      resolve: async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    });
    await expect(client.request('https://nobody.example/')).rejects.toMatchObject({
      code: 'ERR_HTTP_NETWORK',
      retryable: true,
      host: 'nobody.example',
      cause: expect.objectContaining({ code: 'ENOTFOUND' }),
    });
  });

  it('that stands for no address is refused, whatever is allowed; an address is not looked up', async () => {
    let lookups = 0;
    const client = new NodeHttpClient({
      allow: () => true,
      resolve: async () => {
        lookups += 1;
        return ['no address', ''];
      },
    });
    await expect(client.request('http://a.example/')).rejects.toMatchObject({ reason: 'address' });
    expect(lookups).toBe(1);
    const port = await serve((_request, response) => response.end('ok'));
    expect(text(await (await client.request(`http://127.0.0.1:${port}/`)).bytes())).toBe('ok');
    expect(lookups).toBe(1);
  });
});

describe('over TLS', () => {
  const certificate = selfSignedCertificate({ names: ['files.example'] });
  const resolve = async () => ['127.0.0.1'];
  const start = () => listening(createTlsServer(certificate, (_request, response) => response.end('secret')));

  it('a host is asked that proves its name', async () => {
    const port = await start();
    const client = new NodeHttpClient({ allow, resolve, ca: certificate.cert });
    expect(text(await (await client.request(`https://files.example:${port}/`)).bytes())).toBe('secret');
  });

  it('a host is not asked that has another name, or that nobody vouches for', async () => {
    const port = await start();
    const trusting = new NodeHttpClient({ allow, resolve, ca: [certificate.cert] });
    await expect(trusting.request(`https://other.example:${port}/`)).rejects.toBeInstanceOf(HttpNetworkError);
    const strict = new NodeHttpClient({ allow, resolve });
    await expect(strict.request(`https://files.example:${port}/`)).rejects.toBeInstanceOf(HttpNetworkError);
  });
});

describe('a transfer', () => {
  it('uploads exactly what it says, with its fields in order', async () => {
    const got: { headers: string[]; body: Buffer }[] = [];
    const port = await serve(async (request, response) => {
      got.push({ headers: request.rawHeaders, body: await bodyOf(request) });
      response.writeHead(201).end();
    });
    const told: number[] = [];
    const bytes = Buffer.alloc(300_000, 'x');
    const response = await plain.request(`http://127.0.0.1:${port}/slot`, {
      method: 'PUT',
      headers: [
        ['Authorization', 'one'],
        ['Authorization', 'two'],
        ['Content-Type', 'text/plain'],
      ],
      body: { size: bytes.length, open: () => new Blob([bytes]).stream() },
      onSent: (sent) => told.push(sent),
    });
    expect(response.status).toBe(201);
    response.discard();
    expect(got[0]?.body.equals(bytes)).toBe(true);
    expect(got[0]?.headers.join('|')).toContain(
      'authorization|one|authorization|two|content-type|text/plain|content-length|300000',
    );
    expect(got[0]?.headers.join('|').toLowerCase()).not.toContain('transfer-encoding');
    expect(told.at(-1)).toBe(300_000);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  it('ends an upload where the answer comes before its end', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(413, { connection: 'close' }).end('too much');
    });
    let pulled = 0;
    const open = async function* () {
      for (;;) {
        pulled += 65_536;
        yield new Uint8Array(65_536);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const response = await plain.request(`http://127.0.0.1:${port}/`, { method: 'PUT', body: { size: 1e12, open } });
    expect(response.status).toBe(413);
    expect(text(await response.bytes())).toBe('too much');
    const then = pulled;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pulled).toBeLessThanOrEqual(then + 65_536);
  });

  it('is gone from the wire at once when it is given up', async () => {
    let gone: (() => void) | undefined;
    const closed = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const port = await serve((request) => {
      request.on('close', () => gone?.());
      request.resume();
    });
    const controller = new AbortController();
    const reason = new Error('enough');
    const open = async function* () {
      yield new Uint8Array(500_000);
      controller.abort(reason);
      yield new Uint8Array(500_000);
    };
    const request = { method: 'PUT', body: { size: 1_000_000, open }, signal: controller.signal } as const;
    await expect(plain.request(`http://127.0.0.1:${port}/`, request)).rejects.toBe(reason);
    await closed;
  });

  it('whose source fails rejects with what it failed with, and ends the connection', async () => {
    let begun: () => void = () => {};
    const begins = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let over: () => void = () => {};
    const ended = new Promise<void>((resolve) => {
      over = resolve;
    });
    const port = await serve((request) => {
      begun();
      request.on('close', over).resume();
    });
    const open = async function* () {
      yield new Uint8Array(10);
      await begins;
      throw new RangeError('disk');
    };
    const request = { method: 'PUT', body: { size: 20, open } } as const;
    await expect(plain.request(`http://127.0.0.1:${port}/`, request)).rejects.toBeInstanceOf(RangeError);
    await ended;
  });

  it.each([
    ['nothing', ''],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['half of its fields', 'HTTP/1.1 200 OK\r\nContent-'],
    ['fields without an end', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(10_000)}\r\n`],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ])('with %s for an answer is an error of the network', async (_what, answer) => {
    const port = await serveRaw((socket) => socket.once('data', () => socket.end(answer)));
    await expect(plain.request(`http://127.0.0.1:${port}/`)).rejects.toBeInstanceOf(HttpNetworkError);
  });

  it.each([
    ['by length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
    ['by pieces', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('that is cut is no whole file (%s)', async (_what, answer) => {
    const port = await serveRaw((socket) => socket.once('data', () => socket.end(answer)));
    const response = await plain.request(`http://127.0.0.1:${port}/`);
    await expect(response.bytes()).rejects.toBeInstanceOf(HttpNetworkError);
  });

  it('that nobody listens to any more harms nobody', async () => {
    const port = await serveRaw((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
        setTimeout(() => socket.resetAndDestroy(), 5);
      });
    });
    const response = await plain.request(`http://127.0.0.1:${port}/`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    response.discard();
  });

  it('shows no cookies', async () => {
    const port = await serve((_request, response) => response.setHeader('set-cookie', 'a=b').end());
    expect((await plain.request(`http://127.0.0.1:${port}/`)).headers.has('set-cookie')).toBe(false);
  });
});
