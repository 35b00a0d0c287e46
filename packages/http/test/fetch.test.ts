import { HttpNetworkError, HttpRedirectError, HttpRefusedError } from '@sestina/http';
import { FetchHttpClient } from '@sestina/http/fetch';
import { describe, expect, it } from 'vitest';

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
});
