import type { Clock } from '@sestina/core';
import { VirtualClock } from '@sestina/testing';
import { DiscoveryError, WebSocketTransportFactory } from '@sestina/websocket';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { failure, never, Recorder, settled } from './support/recorder.js';

const JSON_URL = 'https://example.org/.well-known/host-meta.json';
const XML_URL = 'https://example.org/.well-known/host-meta';
const REL = 'urn:xmpp:alt-connections:websocket';

type Answer = Response | Error | ((signal: AbortSignal) => Promise<Response>);

/** Pages by address; what is not there is a 404. */
function web(pages: Record<string, () => Answer>) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
    const url = String(input);
    asked.push({ url, init });
    const answer = pages[url]?.() ?? new Response('', { status: 404 });
    if (answer instanceof Error) throw answer;
    return answer instanceof Response ? answer : answer(init.signal as AbortSignal);
  };
  return { fetch: fetch as typeof globalThis.fetch, asked };
}

const json =
  (...hrefs: unknown[]) =>
  () =>
    Response.json({
      links: [
        { rel: 'urn:xmpp:alt-connections:xbosh', href: 'https://x/' },
        ...hrefs.map((href) => ({ rel: REL, href })),
      ],
    });
const xrd = (content: string) => () =>
  new Response(
    `<?xml version='1.0' encoding='utf-8'?><XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>${content}</XRD>\n`,
  );
const link = (href: string) => `<Link rel="${REL}" href="${href}"/>`;
const redirect =
  (location: string, status = 302) =>
  () =>
    new Response(null, { status, headers: { location } });

/** Tries to connect, and gives the addresses that were tried and the error that came of it. */
async function discover(
  pages: Record<string, () => Answer>,
  { domain = 'example.org', clock, tried = [] }: { domain?: string; clock?: Clock; tried?: string[] } = {},
) {
  const { fetch, asked } = web(pages);
  class Nowhere extends WebSocket {
    constructor(url: string) {
      tried.push(url);
      super('ws://127.0.0.1:9/');
    }
  }
  const factory = new WebSocketTransportFactory({ discover: true, fetch, webSocket: Nowhere, clock });
  const error = await failure(factory.create({ domain, kind: 'client' }).connect(new Recorder(), never()));
  return { tried, error, asked };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the address that a host-meta names', () => {
  it('is that of its JSON form', async () => {
    const { tried, asked } = await discover({ [JSON_URL]: json('wss://web.example.com:443/ws') });
    expect(tried).toEqual(['wss://web.example.com/ws']);
    expect(asked.map(({ url }) => url).sort()).toEqual([XML_URL, JSON_URL]);
    for (const { init } of asked) expect(init).toMatchObject({ credentials: 'omit', redirect: 'manual' });
  });

  it('is that of its XML form', async () => {
    const { tried } = await discover({
      [XML_URL]: xrd(`<!-- by hand --><Subject>x</Subject>${link('wss://web.example.com/ws?a=1&amp;b=2')}<!-- -- -->`),
    });
    expect(tried).toEqual(['wss://web.example.com/ws?a=1&b=2']);
  });

  const hang = () => (signal: AbortSignal) =>
    new Promise<Response>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });

  it('is that of its JSON form at once where the XML form hangs', async () => {
    const clock = new VirtualClock();
    const { tried, asked } = await discover({ [XML_URL]: hang, [JSON_URL]: json('wss://a/') }, { clock });
    expect(tried).toEqual(['wss://a/']);
    expect(asked.filter(({ init }) => init.signal?.aborted).map(({ url }) => url)).toEqual([XML_URL]);
    expect(clock.pending).toEqual([]);
  });

  it('is that of its XML form half a second later where the JSON form hangs', async () => {
    const clock = new VirtualClock();
    const tried: string[] = [];
    const found = discover({ [JSON_URL]: hang, [XML_URL]: xrd(link('wss://a/')) }, { clock, tried });
    await settled();
    await clock.advance(499);
    expect(tried).toEqual([]);
    await clock.advance(1);
    expect(tried).toEqual(['wss://a/']);
    expect((await found).asked.filter(({ init }) => init.signal?.aborted).map(({ url }) => url)).toEqual([JSON_URL]);
    expect(clock.pending).toEqual([]);
  });

  it('is that of its JSON form, also where the XML form is faster', async () => {
    const clock = new VirtualClock();
    const slow = (answer: () => Response) => () => () =>
      new Promise<Response>((resolve) => void clock.setTimer(50, () => resolve(answer())));
    const found = discover({ [JSON_URL]: slow(json('wss://json/')), [XML_URL]: xrd(link('wss://xml/')) }, { clock });
    await settled();
    await clock.advance(50);
    expect((await found).tried).toEqual(['wss://json/']);
    expect(clock.pending).toEqual([]);
  });

  it('is that of its XML form as soon as the JSON form is known to name none', async () => {
    const clock = new VirtualClock();
    const { tried } = await discover({ [JSON_URL]: json(), [XML_URL]: xrd(link('wss://xml/')) }, { clock });
    expect(tried).toEqual(['wss://xml/']);
    expect(clock.pending).toEqual([]);
  });

  it('is each of several in turn, four at most', async () => {
    const { tried, error } = await discover({
      [JSON_URL]: json('wss://a/', 'wss://b/', 'wss://a/', 'wss://c/', 'wss://d/', 'wss://e/'),
    });
    expect(tried).toEqual(['wss://a/', 'wss://b/', 'wss://c/', 'wss://d/']);
    expect(error).toMatchObject({ code: 'ERR_CONNECT', domain: 'example.org' });
    expect((error as { attempts?: unknown[] }).attempts?.length).toBe(4);
  });

  it('is looked for under the A-labels of the domain', async () => {
    const { asked } = await discover({}, { domain: 'bücher.example' });
    expect(asked.map(({ url }) => new URL(url).host)).toEqual(['xn--bcher-kva.example', 'xn--bcher-kva.example']);
  });

  it('is followed over three redirects', async () => {
    const { tried } = await discover({
      [JSON_URL]: redirect('/a', 301),
      'https://example.org/a': redirect('https://www.example.org/b', 307),
      'https://www.example.org/b': redirect('//www.example.com/c', 308),
      'https://www.example.com/c': json('wss://a/'),
    });
    expect(tried).toEqual(['wss://a/']);
  });
});

describe('what a host-meta cannot do', () => {
  const refused = async (pages: Record<string, () => Answer>, reason: string, retryable = false) => {
    const { tried, error } = await discover(pages);
    expect(error).toBeInstanceOf(DiscoveryError);
    expect(error).toMatchObject({ code: 'ERR_DISCOVERY', domain: 'example.org', reason, retryable });
    expect(error.message).toContain('wss://');
    expect(tried).toEqual([]);
    return error;
  };

  it.each([
    'ws://example.org/ws',
    'http://example.org/ws',
    'https://example.org/ws',
    'javascript:alert(1)',
    'wss://alice:secret@example.org/ws',
    'wss://',
    '/ws',
    '',
  ])('is to send us to %s', async (href) => {
    await refused({ [JSON_URL]: json(href), [XML_URL]: xrd(link(href)) }, 'no-endpoint');
  });

  it('is to hide a good address behind bad ones', async () => {
    const { tried } = await discover({ [JSON_URL]: json('ws://a/', null, 5, { x: 1 }, 'wss://b/') });
    expect(tried).toEqual(['wss://b/']);
  });

  it('is to redirect to http', async () => {
    await refused({ [JSON_URL]: redirect('http://example.org/a') }, 'redirect');
    await refused({ [XML_URL]: redirect('/a'), 'https://example.org/a': redirect('http://example.org/b') }, 'redirect');
  });

  it.each(['http://[', ''])('is to redirect to "%s"', async (location) => {
    await refused(
      { [JSON_URL]: location ? redirect(location) : () => new Response(null, { status: 302 }) },
      'redirect',
    );
  });

  it('is to redirect for ever', async () => {
    const pages = { [JSON_URL]: redirect(JSON_URL) };
    const { asked } = await discover(pages);
    expect(asked.filter(({ url }) => url === JSON_URL).length).toBe(4);
    await refused(pages, 'redirect');
  });

  it('is to be larger than 64 KiB, of which no more is read', async () => {
    let sent = 0;
    let cancelled = false;
    const endless = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent += 4_096;
            controller.enqueue(new Uint8Array(4_096).fill(0x20));
          },
          cancel() {
            cancelled = true;
          },
        }),
      );
    await refused({ [JSON_URL]: endless }, 'too-large');
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThanOrEqual(80_000);
  });

  it('is to be 64 KiB of the beginnings of comments', async () => {
    // Work that grew with the square of it would not be done in the time that a test has.
    await refused({ [XML_URL]: xrd('<!--'.repeat(16_000)) }, 'unreadable');
  });

  it.each([
    ['JSON that is none', JSON_URL, '{'],
    ['JSON without an object', JSON_URL, 'null'],
    ['XML that is none', XML_URL, '<XRD'],
    [
      'XML with a DOCTYPE',
      XML_URL,
      "<!DOCTYPE XRD [<!ENTITY a 'b'>]><XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'/>",
    ],
    ['a web page', XML_URL, '<html><body>Not here</body></html>'],
  ])('is to be %s', async (_what, url, text) => {
    await refused({ [url]: () => new Response(text) }, 'unreadable');
  });

  it('is to have links that are no list', async () => {
    await refused({ [JSON_URL]: () => Response.json({ links: { 0: { rel: REL, href: 'wss://a/' } } }) }, 'no-endpoint');
  });

  it('is not to be there', async () => {
    await refused({}, 'no-endpoint');
  });

  it.each([408, 429, 500, 503])('is to answer with %i, which may pass', async (status) => {
    await refused({ [JSON_URL]: () => new Response('', { status }) }, 'unreachable', true);
  });

  it('is to be out of reach, which may pass', async () => {
    const error = await refused({ [JSON_URL]: () => new TypeError('fetch failed') }, 'unreachable', true);
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  it('is to keep us waiting', async () => {
    const clock = new VirtualClock();
    const signals: AbortSignal[] = [];
    // One that does not listen to its signal, either.
    const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
      signals.push(init?.signal as AbortSignal);
      return new Promise(() => {});
    };
    const factory = new WebSocketTransportFactory({
      discover: true,
      fetch: fetch as typeof globalThis.fetch,
      clock,
      connectTimeout: 5_000,
    });
    const transport = factory.create({ domain: 'example.org', kind: 'client' });
    const connecting = failure(transport.connect(new Recorder(), never()));
    await settled();
    await clock.advance(5_000);
    expect(await connecting).toMatchObject({ code: 'ERR_DISCOVERY', reason: 'unreachable', retryable: true });
    expect([clock.pending, signals.map(({ aborted }) => aborted)]).toEqual([[], [true, true]]);
  });
});

describe('in a browser, which does not tell where a redirect leads', () => {
  // What `redirect: 'manual'` comes to there.
  const opaque = () => Object.defineProperty(new Response(), 'type', { value: 'opaqueredirect' });
  const from = (url: string, response: Response) => Object.defineProperty(response, 'url', { value: url });

  function pages(final: string) {
    let asked = 0;
    return { [JSON_URL]: () => (asked++ === 0 ? opaque() : from(final, json('wss://a/')())) };
  }

  it('it is followed on a page that came over https, which allows none to http', async () => {
    vi.stubGlobal('location', { protocol: 'https:' });
    const { tried, asked } = await discover(pages('https://www.example.org/x'));
    expect(tried).toEqual(['wss://a/']);
    expect(asked.filter(({ url }) => url === JSON_URL).map(({ init }) => init.redirect)).toEqual(['manual', 'follow']);
  });

  it('it is not believed where it ended at http all the same', async () => {
    vi.stubGlobal('location', { protocol: 'https:' });
    const { error } = await discover(pages('http://www.example.org/x'));
    expect(error).toMatchObject({ code: 'ERR_DISCOVERY', reason: 'redirect' });
  });

  it('it is not followed on any other page', async () => {
    vi.stubGlobal('location', { protocol: 'http:' });
    const { error, tried } = await discover(pages('https://www.example.org/x'));
    expect(error).toMatchObject({ code: 'ERR_DISCOVERY', reason: 'redirect' });
    expect(tried).toEqual([]);
  });
});

describe('a look-up', () => {
  it('whose code cannot be loaded is a typed error, which may pass', async () => {
    vi.doMock('../src/host-meta.js', () => {
      throw new Error('offline');
    });
    try {
      const { error, asked } = await discover({});
      expect(error).toBeInstanceOf(DiscoveryError);
      expect(error).toMatchObject({ reason: 'unreachable', retryable: true });
      expect(error.message).toContain("service: 'wss://");
      expect(asked).toEqual([]);
    } finally {
      vi.doUnmock('../src/host-meta.js');
    }
  });

  it('ends with the signal', async () => {
    const controller = new AbortController();
    const { fetch } = web({
      [JSON_URL]: () => () => new Promise(() => {}),
    });
    const factory = new WebSocketTransportFactory({ discover: true, fetch });
    const transport = factory.create({ domain: 'example.org', kind: 'client' });
    const connecting = failure(transport.connect(new Recorder(), controller.signal));
    await settled();
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await connecting).toBe(reason);
  });

  it.each(['example.org/x', 'a@example.org', 'example.org:81', 'exa mple', 'example.org?x', '%65xample.org', ''])(
    'is not made for the domain "%s"',
    async (domain) => {
      const { error, asked } = await discover({}, { domain });
      expect(error).toMatchObject({ code: 'ERR_CONFIG', option: 'domain' });
      expect(asked).toEqual([]);
    },
  );
});
