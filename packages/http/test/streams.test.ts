import { TimeoutError } from '@sestina/core';
import { VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { type Answer, CheckedHttpClient, type Exchange } from '../src/checked-http-client.js';
import { HttpStatusError } from '../src/index.js';
import { allowedUrl, checkedBody, checkedBound, checkedHeaders, plainHeaders } from '../src/rules.js';
import { chunksOf, joined, piecesOf } from '../src/streams.js';
import { Watch } from '../src/watch.js';

/** A stream of a browser that cannot be iterated over. */
function readable(chunks: readonly Uint8Array[], cancelled: (reason: unknown) => void = () => {}) {
  let at = 0;
  const reader = {
    read: async () => (at < chunks.length ? { done: false, value: chunks[at++] } : { done: true, value: undefined }),
    cancel: async () => cancelled(at),
  };
  return { getReader: () => reader } as unknown as ReadableStream<Uint8Array>;
}
const bytes = (...values: readonly number[]) => Uint8Array.of(...values);

describe('a stream that cannot be iterated over', () => {
  it('is read to its end, and ended only where it was not', async () => {
    const ends: unknown[] = [];
    const chunks = [bytes(1, 2), bytes(3)];
    expect(await joined(chunksOf(readable(chunks, (at) => ends.push(at))))).toEqual(bytes(1, 2, 3));
    expect(ends).toEqual([]);
    for await (const chunk of chunksOf(readable(chunks, (at) => ends.push(at)))) {
      expect(chunk).toEqual(bytes(1, 2));
      break;
    }
    expect(ends).toEqual([1]);
  });
});

describe('a body', () => {
  const body = (size: number, ...chunks: readonly Uint8Array[]) => ({ size, open: () => readable(chunks) });

  it('goes in pieces of 64 KiB, and has as many bytes as it says', async () => {
    const pieces: number[] = [];
    for await (const piece of piecesOf(body(131_073, new Uint8Array(131_072), bytes(1)))) pieces.push(piece.length);
    expect(pieces).toEqual([65_536, 65_536, 1]);
    for (const size of [2, 4]) await expect(joined(piecesOf(body(size, bytes(1, 2, 3))))).rejects.toThrow(TypeError);
    expect(await joined(piecesOf(body(0)))).toEqual(bytes());
  });

  it('may be empty, and belongs to PUT alone', async () => {
    const empty = { size: 0, open: () => readable([]) };
    expect(checkedBody({ method: 'PUT', body: empty })).toBe(empty);
    expect(checkedBody({ method: 'PUT', body: bytes(1, 2) })?.size).toBe(2);
    expect([checkedBody({}), checkedBody({ method: 'HEAD' })]).toEqual([undefined, undefined]);
    for (const wrong of [
      { method: 'PUT' },
      { body: bytes(1) },
      { method: 'HEAD', body: bytes(1) },
      { method: 'POST', body: bytes(1) },
      { method: 'PUT', body: { ...empty, size: -1 } },
      { method: 'PUT', body: { ...empty, size: 0.5 } },
    ])
      expect(() => checkedBody(wrong as never)).toThrow(TypeError);
  });
});

describe('fields of a request', () => {
  it.each(['connection', 'content-length', 'expect', 'host', 'te', 'trailer', 'transfer-encoding', 'upgrade'])(
    '%s is ours to say',
    (name) => expect(() => checkedHeaders([[name.toUpperCase(), 'x']])).toThrow(TypeError),
  );

  it('have names and values that are one line', () => {
    for (const [name, value] of [
      ['a b', 'x'],
      ['', 'x'],
      ['a:', 'x'],
      ['a', 'x\ny'],
      ['a', 'x\u0100'],
      ['a', '\u007f'],
    ] as const)
      expect(() => checkedHeaders([[name, value]])).toThrow(TypeError);
    expect([
      ...checkedHeaders([
        ['X-Any', 'a\tb'],
        ['x-any', '\u00ff'],
        ["!#$%&'*+-.^_`|~1", ''],
      ]),
    ]).toEqual([
      ['x-any', ['a\tb', '\u00ff']],
      ["!#$%&'*+-.^_`|~1", ['']],
    ]);
  });

  it('are shown to another origin where they say nothing of who asks', () => {
    const all = checkedHeaders(
      ['Accept', 'Accept-Language', 'Range', 'Authorization', 'Cookie', 'X-Any'].map((name) => [name, 'x']),
    );
    expect([...plainHeaders(all).keys()]).toEqual(['accept', 'accept-language', 'range']);
  });
});

it('a bound is a number from 0', () => {
  expect([checkedBound('a', 0), checkedBound('a', Number.POSITIVE_INFINITY)]).toEqual([0, Number.POSITIVE_INFINITY]);
  for (const wrong of [-1, Number.NaN, '1']) expect(() => checkedBound('a', wrong as number)).toThrow(TypeError);
});

describe('a transfer', () => {
  function watched({ timeout = 10_000, idleTimeout = 1_000, signal = undefined as AbortSignal | undefined } = {}) {
    const clock = new VirtualClock();
    return { clock, watch: new Watch(clock, { what: 'a file', timeout, idleTimeout, signal }) };
  }

  it('ends where no byte comes for so long, counted from the last one, and not while its reader takes its time', async () => {
    const { clock, watch } = watched();
    await clock.advance(600);
    watch.progress();
    await clock.advance(999);
    expect(watch.signal.aborted).toBe(false);
    watch.pause();
    await clock.advance(5_000);
    watch.resume();
    watch.resume();
    await clock.advance(999);
    expect(watch.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(watch.signal.reason).toBeInstanceOf(TimeoutError);
    expect(watch.signal.reason).toMatchObject({ timeout: 1_000 });
    watch.end();
    expect(clock.pending).toEqual([]);
  });

  it('may be silent for ever where nothing else is said, and ends in all then', async () => {
    const { clock, watch } = watched({ idleTimeout: Number.POSITIVE_INFINITY });
    expect(clock.pending).toHaveLength(1);
    await clock.advance(9_999);
    expect(watch.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(watch.signal.reason).toMatchObject({ timeout: 10_000 });
  });

  it('leaves nothing behind once it is over, or stopped', async () => {
    for (const over of ['end', 'stop'] as const) {
      const { clock, watch } = watched();
      if (over === 'end') watch.end();
      else watch.stop(new Error('enough'));
      expect(clock.pending).toEqual([]);
      expect(watch.signal.aborted).toBe(over === 'stop');
      watch.resume();
      expect(clock.pending).toHaveLength(over === 'stop' ? 0 : 1);
      watch.end();
    }
  });

  it('is raced by what comes of it', async () => {
    const { watch } = watched();
    expect(await watch.race(Promise.resolve(5))).toBe(5);
    await expect(watch.race(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    const waiting = watch.race(new Promise(() => {}));
    watch.stop(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(watch.race(new Promise(() => {}))).rejects.toThrow('enough');
    await expect(watch.race(Promise.reject(new Error('later')))).rejects.toThrow('enough');
  });
});

it.each([
  [404, false],
  [407, false],
  [408, true],
  [409, false],
  [429, true],
  [499, false],
  [500, true],
  [503, true],
])('an answer with the status %i may go better later: %s', (status, retryable) => {
  const error = new HttpStatusError('a.example', status);
  expect(error).toMatchObject({ code: 'ERR_HTTP_STATUS', host: 'a.example', status, retryable });
});

/** A client that does what a test says. */
class ScriptedClient extends CheckedHttpClient {
  readonly #script: (exchange: Exchange) => Promise<Answer>;

  constructor(script: (exchange: Exchange) => Promise<Answer>) {
    super({ clock: new VirtualClock() });
    this.#script = script;
  }

  protected override exchange(exchange: Exchange): Promise<Answer> {
    return this.#script(exchange);
  }
}
const answer = (body: AsyncIterable<Uint8Array>, discard = () => {}): Answer => ({
  ...{ status: 200, headers: new Map(), body, discard },
});
async function* nothing(): AsyncGenerator<Uint8Array> {}

describe('any client', () => {
  it('tells how much is gone only where that is more, and nothing once it is given up', async () => {
    const told: number[] = [];
    const controller = new AbortController();
    const client = new ScriptedClient(async ({ sent }) => {
      for (const bytes of [2, 2, 1, 5]) sent(bytes);
      controller.abort(new Error('enough'));
      sent(9);
      return answer(nothing());
    });
    const put = { method: 'PUT', body: bytes(1, 2), signal: controller.signal } as const;
    const given = client.request('https://a.example/', { ...put, onSent: (count) => told.push(count) });
    await expect(given).rejects.toThrow('enough');
    expect(told).toEqual([2, 5]);
  });

  it('has who still waits for a body that is discarded wait no longer', async () => {
    const discarded: string[] = [];
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      await new Promise(() => {});
      yield bytes(1);
    };
    const client = new ScriptedClient(async () => answer(endless(), () => void discarded.push('')));
    const response = await client.request('https://a.example/');
    const waiting = expect(response.bytes()).rejects.toMatchObject({ name: 'AbortError' });
    response.discard();
    await waiting;
    expect(discarded.length).toBeGreaterThan(0);
  });
});

it('no exception is made for what is neither https nor http', () => {
  expect(allowedUrl('http://a.example/', () => true).href).toBe('http://a.example/');
  expect(() => allowedUrl('ftp://a.example/', () => true)).toThrow(expect.objectContaining({ reason: 'scheme' }));
  expect(() => allowedUrl('http://a.example/', undefined)).toThrow(expect.objectContaining({ reason: 'scheme' }));
});
