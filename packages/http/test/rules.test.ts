import { TimeoutError } from '@sestina/core';
import { HttpNetworkError, HttpRedirectError, HttpRefusedError, HttpTooLargeError } from '@sestina/http';
import { MemoryHttpClient, type MemoryRequest, type MemoryResponse } from '@sestina/http/memory';
import { VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';

const PAGE = 'https://files.example/a';

function client(answer: (request: MemoryRequest) => MemoryResponse | Promise<MemoryResponse> = () => ({ body: 'ok' })) {
  const clock = new VirtualClock();
  return { clock, http: new MemoryHttpClient(answer, { clock }) };
}

const moved = (location: string, status = 302): MemoryResponse => ({ status, headers: { location } });
const never = () => new Promise<never>(() => {});
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('an address', () => {
  it.each([
    ['http://files.example/a', 'scheme'],
    ['ftp://files.example/a', 'scheme'],
    ['file:///etc/passwd', 'url'],
    ['data:text/plain,a', 'url'],
    ['javascript:alert(1)', 'url'],
    ['//files.example/a', 'url'],
    ['', 'url'],
    ['https://user:secret@files.example/', 'credentials'],
    ['https://127.0.0.1/', 'address'],
    ['https://2130706433/', 'address'],
    ['https://0x7f.1/', 'address'],
    ['https://017700000001/', 'address'],
    ['https://[::1]/', 'address'],
    ['https://[::ffff:169.254.169.254]/', 'address'],
    ['https://localhost./', 'address'],
    ['https://x.localhost:5280/', 'address'],
  ])('%s is refused as %s', async (url, reason) => {
    const { http } = client();
    const refused = http.request(url);
    await expect(refused).rejects.toBeInstanceOf(HttpRefusedError);
    await expect(refused).rejects.toMatchObject({ code: 'ERR_HTTP_REFUSED', reason });
    expect(http.requests).toEqual([]);
  });

  it.each([
    'https://user:secret@files.example/',
    'https://user:secret@files.example:99999/',
    'https://files .example/?token=secret',
    'data:text/plain,secret',
    '/path?token=secret',
  ])('with a secret is refused without showing it: %s', async (url) => {
    const error = await client()
      .http.request(url)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HttpRefusedError);
    expect(`${error} ${JSON.stringify(error)}`).not.toContain('secret');
  });

  it('is fetched where an exception is made for it, and for nothing else', async () => {
    const http = new MemoryHttpClient(() => ({ body: 'ok' }), {
      allow: ({ url, reason }) => url.port === '8080' && (reason === 'scheme' || url.hostname === '127.0.0.1'),
    });
    expect(text(await (await http.request('http://127.0.0.1:8080/')).bytes())).toBe('ok');
    await expect(http.request('http://127.0.0.1:8081/')).rejects.toBeInstanceOf(HttpRefusedError);
    await expect(http.request('http://10.0.0.1:8080/')).rejects.toMatchObject({ reason: 'address' });
  });

  it('goes without its fragment', async () => {
    const { http } = client();
    expect((await http.request(`${PAGE}#key`)).url.href).toBe(PAGE);
    expect(http.requests[0]?.url.href).toBe(PAGE);
  });
});

describe('a redirect', () => {
  it('is followed three times and no more', async () => {
    const { http } = client(({ url }) => {
      const left = Number(url.searchParams.get('left'));
      return left > 0 ? moved(`/a?left=${left - 1}`, 307) : { body: 'there' };
    });
    const response = await http.request(`${PAGE}?left=3`);
    expect(response.url.href).toBe(`${PAGE}?left=0`);
    expect(text(await response.bytes())).toBe('there');
    await expect(http.request(`${PAGE}?left=4`)).rejects.toMatchObject({
      code: 'ERR_HTTP_REDIRECT',
      reason: 'too-many',
    });
    await expect(http.request(`${PAGE}?left=1`, { maxRedirects: 0 })).rejects.toBeInstanceOf(HttpRedirectError);
  });

  it.each([
    'http://files.example/a',
    'https://127.0.0.1/',
    'https://[fd00::1]/',
    'https://u:p@files.example/',
    'file:///a',
    'https://',
  ])('to %s is not followed', async (location) => {
    const { http } = client(() => moved(location));
    await expect(http.request(PAGE)).rejects.toMatchObject({ reason: 'refused', cause: { code: 'ERR_HTTP_REFUSED' } });
    expect(http.requests).toHaveLength(1);
  });

  it('to another origin goes without secrets, and they do not come back', async () => {
    const { http } = client(({ url }) => {
      if (url.host === 'files.example') return moved(url.pathname === '/a' ? 'https://cdn.example/' : '/never');
      return url.pathname === '/' ? moved('/b') : { body: 'ok' };
    });
    const headers = [
      ['Authorization', 'Bearer secret'],
      ['X-Key', 'secret'],
      ['Accept', 'image/*'],
    ] as const;
    await (await http.request(PAGE, { headers })).bytes();
    expect(http.requests.map(({ headers: sent }) => [...sent.keys()])).toEqual([
      ['authorization', 'x-key', 'accept'],
      ['accept'],
      ['accept'],
    ]);
  });

  it('to another port is to another origin', async () => {
    const { http } = client(({ url }) => (url.port === '' ? moved('https://files.example:8443/') : { body: '' }));
    await http.request(PAGE, { headers: [['Cookie', 'a=b']] });
    expect(http.requests[1]?.headers.size).toBe(0);
  });

  it('of an upload is not followed', async () => {
    const { http } = client(() => moved('/b', 307));
    await expect(http.request(PAGE, { method: 'PUT', body: new Uint8Array(3) })).rejects.toMatchObject({
      reason: 'upload',
    });
    expect(http.requests).toHaveLength(1);
  });
});

describe('an answer', () => {
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) yield new Uint8Array(1_000);
  };

  it('without an end is ended at the bound', async () => {
    const { http } = client(() => ({ body: endless() }));
    let bytes = 0;
    const read = (async () => {
      for await (const chunk of (await http.request(PAGE, { maxBytes: 10_000 })).body) bytes += chunk.length;
    })();
    await expect(read).rejects.toBeInstanceOf(HttpTooLargeError);
    expect(bytes).toBe(10_000);
  });

  it('that says that it is too large is not read', async () => {
    const { http } = client(() => ({ headers: { 'content-length': '11' }, body: endless() }));
    await expect(http.request(PAGE, { maxBytes: 10 })).rejects.toMatchObject({
      code: 'ERR_HTTP_TOO_LARGE',
      maxBytes: 10,
    });
    expect((await http.request(PAGE, { maxBytes: 10, method: 'HEAD' })).headers.get('content-length')).toBe('11');
  });

  it('that says that it has as many bytes as it may is read, and that of a HEAD has none', async () => {
    const headers = { 'content-length': '3' };
    const { http } = client(({ method }) => ({ headers, body: method === 'HEAD' ? 'unread' : 'abc' }));
    expect(text(await (await http.request(PAGE, { maxBytes: 3 })).bytes())).toBe('abc');
    const head = await http.request(PAGE, { method: 'HEAD', maxBytes: 2 });
    expect([head.status, (await head.bytes()).length]).toEqual([200, 0]);
  });

  it('that never comes ends at the timeout', async () => {
    const { http, clock } = client(never);
    const ended = expect(http.request(PAGE, { idleTimeout: 5_000 })).rejects.toBeInstanceOf(TimeoutError);
    await clock.advance(5_000);
    await ended;
    expect(clock.pending).toEqual([]);
  });

  it('that stops in the middle ends at the timeout, and one that drips at that of all', async () => {
    const { http, clock } = client(({ url }) => ({
      body: (async function* () {
        yield new Uint8Array(1);
        if (url.pathname === '/stops') await never();
        for (;;) {
          await new Promise<void>((resolve) => clock.setTimer(20_000, resolve));
          yield new Uint8Array(1);
        }
      })(),
    }));
    for (const [path, timeout] of [
      ['/stops', 30_000],
      ['/drips', 600_000],
    ] as const) {
      const response = await http.request(new URL(path, PAGE));
      const ended = expect(response.bytes()).rejects.toMatchObject({ code: 'ERR_TIMEOUT', timeout });
      await clock.advance(timeout + 20_000);
      await ended;
    }
  });

  it('is waited for by a slow reader as long as that takes', async () => {
    const { http, clock } = client(() => ({
      body: (async function* () {
        for (let i = 0; i < 3; i++) yield Uint8Array.of(i);
      })(),
    }));
    const got: number[] = [];
    const read = (async () => {
      for await (const chunk of (await http.request(PAGE)).body) {
        got.push(...chunk);
        await new Promise<void>((resolve) => clock.setTimer(60_000, resolve));
      }
    })();
    await clock.advance(200_000);
    await read;
    expect(got).toEqual([0, 1, 2]);
  });

  it('that nobody reads is ended, and leaves no timer', async () => {
    const { http, clock } = client(() => ({ body: endless() }));
    await http.request(PAGE);
    await clock.advance(30_000);
    (await http.request(PAGE)).discard();
    for await (const _chunk of (await http.request(PAGE)).body) break;
    await clock.advance(600_000);
    expect(clock.pending).toEqual([]);
  });

  it('is given up with the reason of the signal, before and within', async () => {
    const { http, clock } = client(() => ({
      body: (async function* () {
        yield new Uint8Array(1);
        await never();
      })(),
    }));
    const reason = new Error('enough');
    const controller = new AbortController();
    const reading = (await http.request(PAGE, { signal: controller.signal })).bytes();
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await expect(http.request(PAGE, { signal: controller.signal })).rejects.toBe(reason);
    expect(http.requests).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });
});

describe('a request', () => {
  it.each([
    ['a line break in a value', { headers: [['Cookie', 'a\r\nHost: b']] }],
    ['a line break in a name', { headers: [['A\r\nB', 'c']] }],
    ['a name that is none', { headers: [['a b', 'c']] }],
    ['a Host of its own', { headers: [['Host', 'internal']] }],
    ['a length of its own', { headers: [['Content-Length', '1']] }],
    ['a length by pieces', { headers: [['Transfer-Encoding', 'chunked']] }],
    ['a body with GET', { body: new Uint8Array(1) }],
    ['no body with PUT', { method: 'PUT' }],
    ['another method', { method: 'DELETE' }],
    ['a size that is none', { method: 'PUT', body: { size: -1, open: () => new ReadableStream() } }],
    ['a bound that is none', { maxBytes: Number.NaN }],
    ['a timeout that is none', { timeout: -1 }],
    ['redirects that are none', { maxRedirects: Number.NaN }],
  ])('with %s is a TypeError', async (_what, request) => {
    const { http } = client();
    await expect(http.request(PAGE, request as never)).rejects.toBeInstanceOf(TypeError);
    expect(http.requests).toEqual([]);
  });

  it('keeps fields of one name in their order', async () => {
    const { http } = client();
    await http.request(PAGE, {
      headers: [
        ['Authorization', 'one'],
        ['authorization', 'two'],
      ],
    });
    expect([...(http.requests[0]?.headers ?? [])]).toEqual([['authorization', ['one', 'two']]]);
  });

  it('uploads in pieces and tells how many bytes are gone', async () => {
    const { http } = client(() => ({ status: 201 }));
    const told: number[] = [];
    const body = new Uint8Array(150_000).fill(7);
    await http.request(PAGE, { method: 'PUT', body, onSent: (bytes) => told.push(bytes) });
    expect(told).toEqual([65_536, 131_072, 150_000]);
    expect(http.requests[0]?.body).toEqual(body);
  });

  it.each([
    ['more', 5],
    ['fewer', 7],
  ])('whose body has %s bytes than it says fails', async (_what, size) => {
    const { http } = client();
    const open = () => new Blob([new Uint8Array(6)]).stream();
    await expect(http.request(PAGE, { method: 'PUT', body: { size, open } })).rejects.toBeInstanceOf(TypeError);
    expect(http.requests).toEqual([]);
  });
});

it('what a host says of itself is fit to be shown', () => {
  const error = new HttpNetworkError('a.example', { cause: Object.assign(new Error('x'), { code: 'E\u202e\nBAD' }) });
  expect(error.message).not.toMatch(/[\u202e\n]/);
});

describe('a body', () => {
  it('that is discarded while somebody waits for it is waited for no longer', async () => {
    const { http } = client(() => ({ body: new ReadableStream({ pull: never }) }));
    const response = await http.request(PAGE);
    const reading = expect(response.bytes()).rejects.toMatchObject({ name: 'AbortError' });
    response.discard();
    await reading;
    expect(http.requests[0]?.signal.aborted).toBe(true);
  });

  it('is read once, and no empty file the second time', async () => {
    const { http } = client();
    const response = await http.request(PAGE);
    expect(text(await response.bytes())).toBe('ok');
    await expect(response.bytes()).rejects.toBeInstanceOf(TypeError);
  });
});
