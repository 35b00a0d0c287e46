import { TimeoutError } from '@sestina/core';
import { HttpNetworkError, HttpRedirectError, HttpRefusedError, type HttpRequest } from '@sestina/http';
import { FetchHttpClient } from '@sestina/http/fetch';
import { VirtualClock } from '@sestina/testing';
import { describe, expect, it, vi } from 'vitest';

type Call = { url: string; init: RequestInit };

function page(answer: (call: Call) => Response | Promise<Response>) {
  const calls: Call[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    calls.push({ url, init });
    return answer({ url, init });
  }) as typeof globalThis.fetch;
  return { calls, http: new FetchHttpClient({ fetch }) };
}

/** As a browser shows a redirect that it has not followed. */
const opaque = (): Response => Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' });
const at = (url: string, response: Response): Response => Object.defineProperty(response, 'url', { value: url });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('in a page', () => {
  it('nothing is sent that tells who asks', async () => {
    const { http, calls } = page(() => new Response('ok'));
    expect(text(await (await http.request('https://a.example/')).bytes())).toBe('ok');
    expect(calls[0]?.init).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'manual' });
  });

  it('cookies are not shown, nor how long something was before the browser has unpacked it', async () => {
    const headers = (more: Record<string, string>) =>
      new Response('unpacked', { headers: { 'content-length': '3', 'x-a': 'b', ...more } });
    const { http } = page(({ url }) => headers(url.endsWith('gzip') ? { 'content-encoding': 'gzip' } : {}));
    const cookie = new Response('ok', { headers: { 'x-a': 'b' } });
    const entries = [
      ['set-cookie', 'a=b'],
      ['x-a', 'b'],
    ] as const;
    Object.defineProperty(cookie, 'headers', {
      value: {
        forEach: (each: (value: string, name: string) => void) => {
          for (const [name, value] of entries) each(value, name);
        },
      },
    });
    expect([...(await page(() => cookie).http.request('https://a.example/')).headers.keys()]).toEqual(['x-a']);
    const plain = await http.request('https://a.example/plain');
    expect(plain.headers.get('content-length')).toBe('3');
    const packed = await http.request('https://a.example/gzip', { maxBytes: 8 });
    expect([packed.headers.get('content-length'), packed.headers.get('x-a'), text(await packed.bytes())]).toEqual([
      ...[undefined, 'b', 'unpacked'],
    ]);
  });

  it('what cannot be reached says why, and an answer without a body may be discarded', async () => {
    const cause = new TypeError('no such host');
    const failing = page(() => Promise.reject(cause)).http.request('https://a.example/');
    await expect(failing).rejects.toMatchObject({ code: 'ERR_HTTP_NETWORK', host: 'a.example', cause });
    const empty = await page(() => new Response(null, { status: 204 })).http.request('https://a.example/');
    empty.discard();
    expect(empty.status).toBe(204);
  });

  it('an address that is written out is checked', async () => {
    const { http, calls } = page(() => new Response('ok'));
    for (const url of ['https://192.168.0.1/', 'https://localhost/', 'http://a.example/']) {
      await expect(http.request(url)).rejects.toBeInstanceOf(HttpRefusedError);
    }
    expect(calls).toEqual([]);
  });

  it('a redirect that is not shown is followed by the browser, and where it ends is checked', async () => {
    let end = 'https://b.example/x';
    const { http, calls } = page(({ init }) =>
      init.redirect === 'manual' ? opaque() : at(end, new Response('there')),
    );
    const response = await http.request('https://a.example/');
    expect(response.url.href).toBe('https://b.example/x');
    expect(calls.map(({ init }) => init.redirect)).toEqual(['manual', 'follow']);
    end = 'http://b.example/';
    await expect(http.request('https://a.example/')).rejects.toMatchObject({
      code: 'ERR_HTTP_REDIRECT',
      reason: 'refused',
    });
  });

  it('a redirect that is not shown is not followed with secrets, nor by an upload', async () => {
    const { http, calls } = page(opaque);
    const headers = [['Authorization', 'secret']] as const;
    await expect(http.request('https://a.example/', { headers })).rejects.toBeInstanceOf(HttpRedirectError);
    await expect(http.request('https://a.example/', { maxRedirects: 0 })).rejects.toBeInstanceOf(HttpRedirectError);
    const put = { method: 'PUT', body: new Uint8Array(1) } as const;
    await expect(http.request('https://a.example/', put)).rejects.toMatchObject({ reason: 'upload' });
    expect(calls).toHaveLength(3);
  });

  it('an upload goes as a whole, and is told of at the end', async () => {
    const bodies: Uint8Array[] = [];
    const { http } = page(async ({ init }) => {
      bodies.push(new Uint8Array(await (init.body as Blob).arrayBuffer()));
      return new Response(null, { status: 201 });
    });
    const told: number[] = [];
    const open = () => new Blob([new Uint8Array(100_000).fill(3)]).stream();
    const request = {
      method: 'PUT',
      body: { size: 100_000, open },
      onSent: (bytes: number) => void told.push(bytes),
    } as const;
    expect((await http.request('https://a.example/', request)).status).toBe(201);
    expect(bodies[0]).toEqual(new Uint8Array(100_000).fill(3));
    expect(told).toEqual([100_000]);
  });

  it('what the browser says nothing more of is an error of the network, unless it was given up', async () => {
    const { http } = page(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(http.request('https://a.example/')).rejects.toBeInstanceOf(HttpNetworkError);
    const controller = new AbortController();
    const aborting = page(
      ({ init }) =>
        new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
    );
    const given = aborting.http.request('https://a.example/', { signal: controller.signal });
    controller.abort(new RangeError('enough'));
    await expect(given).rejects.toBeInstanceOf(RangeError);
  });

  it('a body that breaks off, and one that is given up, end the stream', async () => {
    let cancelled = 0;
    const { http } = page(
      ({ url }) =>
        new Response(
          new ReadableStream({
            pull: (controller) =>
              url.endsWith('breaks') ? controller.error(new Error('gone')) : controller.enqueue(new Uint8Array(10)),
            cancel: () => {
              cancelled += 1;
            },
          }),
        ),
    );
    await expect((await http.request('https://a.example/breaks')).bytes()).rejects.toBeInstanceOf(HttpNetworkError);
    for await (const _chunk of (await http.request('https://a.example/')).body) break;
    await expect((await http.request('https://a.example/', { maxBytes: 15 })).bytes()).rejects.toMatchObject({
      code: 'ERR_HTTP_TOO_LARGE',
    });
    (await http.request('https://a.example/')).discard();
    expect(cancelled).toBe(3);
  });

  it('an upload takes the time that it takes, since it is not told whether bytes go', async () => {
    const clock = new VirtualClock();
    let answer: (response: Response) => void = () => {};
    const fetch = (() => new Promise<Response>((resolve) => (answer = resolve))) as typeof globalThis.fetch;
    const http = new FetchHttpClient({ fetch, clock });
    const put = { method: 'PUT', body: new Uint8Array(1), idleTimeout: 1_000, timeout: 60_000 } as const;
    const slow = http.request('https://a.example/', put);
    await clock.advance(50_000);
    answer(new Response(null, { status: 201 }));
    expect((await slow).status).toBe(201);
    const never = http.request('https://a.example/', put);
    never.catch(() => {});
    await clock.advance(60_000);
    await expect(never).rejects.toBeInstanceOf(TimeoutError);
  });
});

/** An XMLHttpRequest whose other side is the test. */
class FakeXhr {
  static made: FakeXhr[] = [];
  responseType = '';
  status = 0;
  responseURL = '';
  response: unknown = undefined;
  upload: { onprogress: ((event: { loaded: number }) => void) | null } = { onprogress: null };
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  aborted = false;
  readonly fields: [string, string][] = [];
  constructor() {
    FakeXhr.made.push(this);
  }
  open(_method: string, url: string): void {
    this.responseURL = url;
  }
  setRequestHeader(name: string, value: string): void {
    this.fields.push([name, value]);
  }
  getAllResponseHeaders = (): string => 'content-type: text/plain\r\nX-A:  b\r\n';
  send(): void {}
  abort(): void {
    this.aborted = true;
  }
}

describe('in a page that uploads by XMLHttpRequest', () => {
  const start = (request: HttpRequest = {}) => {
    FakeXhr.made = [];
    const clock = new VirtualClock();
    const http = new FetchHttpClient({ uploads: FakeXhr, clock });
    const told: number[] = [];
    const put = { method: 'PUT', body: new Uint8Array(100), onSent: (sent: number) => told.push(sent) } as const;
    const answer = http.request('https://a.example/x', { ...put, ...request });
    answer.catch(() => {});
    return {
      clock,
      told,
      answer,
      xhr: () => vi.waitFor(() => FakeXhr.made[0] ?? Promise.reject(new Error('not yet'))),
    };
  };

  it('is told while it goes how much is gone, and of the end when there is an answer', async () => {
    const { told, answer, xhr } = start({ headers: [['Authorization', 'secret']] });
    const made = await xhr();
    for (const loaded of [10, 60, 100]) made.upload.onprogress?.({ loaded });
    expect(told).toEqual([10, 60]);
    Object.assign(made, { status: 201, response: new TextEncoder().encode('ok').buffer });
    made.onload?.();
    const response = await answer;
    expect([response.status, response.headers.get('x-a'), text(await response.bytes())]).toEqual([201, 'b', 'ok']);
    expect(told).toEqual([10, 60, 100]);
    expect(made.fields).toEqual([['authorization', 'secret']]);
  });

  it('an upload without a byte for too long, one that is given up, and one that fails, end', async () => {
    const idle = start({ idleTimeout: 1_000 });
    const made = await idle.xhr();
    await idle.clock.advance(600);
    made.upload.onprogress?.({ loaded: 1 });
    await idle.clock.advance(600);
    expect(made.aborted).toBe(false);
    await idle.clock.advance(1_000);
    await expect(idle.answer).rejects.toBeInstanceOf(TimeoutError);
    expect(made.aborted).toBe(true);
    const controller = new AbortController();
    const given = start({ signal: controller.signal });
    await given.xhr();
    controller.abort(new RangeError('enough'));
    await expect(given.answer).rejects.toBeInstanceOf(RangeError);
    expect(FakeXhr.made[0]?.aborted).toBe(true);
    const failing = start();
    (await failing.xhr()).onerror?.();
    await expect(failing.answer).rejects.toBeInstanceOf(HttpNetworkError);
  });

  it('fields of its answer are read line by line, and none is how long it was before it was unpacked', async () => {
    const { answer, xhr } = start();
    const made = await xhr();
    made.getAllResponseHeaders = () => ' X-B : c:d \r\nContent-Encoding: gzip\r\ncontent-length: 1\r\n: e\r\nnone\r\n';
    Object.assign(made, { status: 201 });
    made.onload?.();
    const response = await answer;
    expect([...response.headers]).toEqual([
      ['x-b', 'c:d'],
      ['content-encoding', 'gzip'],
    ]);
    expect(await response.bytes()).toHaveLength(0);
  });

  it('one that the browser has taken elsewhere is refused', async () => {
    const { answer, xhr } = start();
    const made = await xhr();
    Object.assign(made, { status: 201, responseURL: 'https://b.example/x' });
    made.onload?.();
    await expect(answer).rejects.toMatchObject({ code: 'ERR_HTTP_REDIRECT', reason: 'upload' });
  });

  it('what is fetched goes by fetch', async () => {
    const fetch = (async () => new Response('fetched')) as unknown as typeof globalThis.fetch;
    const http = new FetchHttpClient({ uploads: FakeXhr, fetch });
    FakeXhr.made = [];
    expect(text(await (await http.request('https://a.example/')).bytes())).toBe('fetched');
    expect(FakeXhr.made).toEqual([]);
  });
});
