import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpUpload } from '../src/index.js';
import { info, request, slot, start as startWith } from './world.js';

type Rest<T> = T extends [unknown, ...infer R] ? R : never;
const streams = useStreams(afterEach);
const start = (...args: Rest<Parameters<typeof startWith>>) => startWith(streams, ...args);

describe('a file', () => {
  it.each([
    ['a File has its own', {}, 'keep', 'Me.PNG'],
    ['what is given comes first', { name: 'you.jpeg' }, 'keep', 'you.jpeg'],
    ['of a name that is hidden the extension is kept', {}, 'random', /^[\w-]{20}\.png$/],
    ['ten characters are an extension', { name: 'a.abcdefgh12' }, 'random', /^[\w-]{20}\.abcdefgh12$/],
    ['eleven are none', { name: 'a.abcdefgh123' }, 'random', /^[\w-]{20}$/],
    ['nor is one in the middle', { name: 'a.png of mine' }, 'random', /^[\w-]{20}$/],
    ['nothing is no name', { name: '' }, 'keep', /^[\w-]{20}$/],
  ] as const)('has a name: %s', async (_what, how, nameOf, expected) => {
    const { upload, serve } = await start(undefined, { nameOf });
    const uploaded = upload.upload(new File(['abc'], 'Me.PNG'), how);
    await serve(info());
    const name = request(await serve(slot()))?.attribute('filename');
    if (typeof expected === 'string') expect(name).toBe(expected);
    else expect(name).toMatch(expected);
    await uploaded;
  });

  it.each([
    ['its own', new Blob(['abc'], { type: 'image/png' }), {}, 'image/png'],
    ['the one that is given', new Blob(['abc'], { type: 'image/png' }), { type: 'image/gif' }, 'image/gif'],
    ['none where it says nothing', new Blob(['abc']), {}, undefined],
  ])('has a type: %s', async (_what, file, how, type) => {
    const { upload, http, serve } = await start();
    const uploaded = upload.upload(file, how);
    await serve(info());
    expect(request(await serve(slot()))?.attribute('content-type')).toBe(type);
    expect((await uploaded).type).toBe(type);
    expect(http.requests[0]?.headers.get('content-type')).toEqual(type && [type]);
  });

  it('may have to say how large it is: then none is kept of what does not, but for an empty one', async () => {
    const { upload, serve } = await start(undefined, { bufferBytes: 0 });
    await expect(upload.upload({ stream: () => new Blob(['a']).stream() })).rejects.toBeInstanceOf(TypeError);
    const uploaded = upload.upload({ stream: () => new Blob([]).stream() });
    await serve(info());
    await serve(slot());
    expect((await uploaded).size).toBe(0);
  });

  it('that comes in pieces without a size is put together', async () => {
    const { upload, http, serve } = await start();
    const pieces = async function* () {
      yield Uint8Array.of(1, 2);
      yield Uint8Array.of(3);
      yield Uint8Array.of(4, 5);
    };
    const uploaded = upload.upload({ stream: pieces });
    await serve(info());
    await serve(slot());
    expect((await uploaded).size).toBe(5);
    expect(http.requests[0]?.body).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
  });

  it('of which nobody says how large it is is not read on once it is given up', async () => {
    const { upload } = await start();
    const controller = new AbortController();
    let read = 0;
    const endless = async function* () {
      for (; read < 1_000; read++) {
        if (read === 3) controller.abort();
        yield new Uint8Array(1);
      }
    };
    await expect(upload.upload({ stream: endless }, { signal: controller.signal })).rejects.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    expect(read).toBeLessThan(10);
  });

  it('without a size is read first, and may not be too long for that', async () => {
    const { upload, serve } = await start(undefined, { bufferBytes: 10 });
    const stream = (bytes: number) => () => new Blob([new Uint8Array(bytes)]).stream();
    await expect(upload.upload({ stream: stream(11) })).rejects.toBeInstanceOf(TypeError);
    const uploaded = upload.upload({ stream: stream(10) });
    await serve(info());
    expect(request(await serve(slot()))?.attribute('size')).toBe('10');
    await uploaded;
  });

  it.each([
    ['a stream without a size', { stream: () => new ReadableStream<Uint8Array>() }, {}],
    ['encryption', new Uint8Array(3), { encrypt: () => new Promise<never>(() => {}) }],
  ])(
    'that %s never gives is waited for until it is given up, the plugin goes, or time is over',
    async (_w, file, how) => {
      const { stream, upload } = await start(undefined, { uploadTimeout: 1_000 });
      const controller = new AbortController();
      const reason = new Error('enough');
      const given = expect(upload.upload(file, { ...how, signal: controller.signal })).rejects.toBe(reason);
      controller.abort(reason);
      await given;
      const late = expect(upload.upload(file, how)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
      await stream.clock.advance(1_000);
      await late;
      const gone = expect(upload.upload(file, how)).rejects.toMatchObject({ name: 'PluginError' });
      stream.xmpp.remove(HttpUpload);
      await gone;
    },
  );

  it.each([
    null,
    'text',
    5,
    {},
    { size: -1, stream: () => new Blob([]).stream() },
    { size: 1.5, stream: () => new Blob([]).stream() },
  ])('%o is none', async (file) => {
    const { stream, upload } = await start();
    await expect(upload.upload(file as never)).rejects.toThrow(/^(a file is a Blob|the size of a file is)/);
    expect(stream.sent).toEqual([]);
  });

  it('may have no bytes, and no name', async () => {
    const { upload, serve } = await start(undefined, { nameOf: 'keep' });
    const uploaded = upload.upload({ size: 0, stream: () => new Blob([]).stream() });
    await serve(info());
    const asked = request(await serve(slot()));
    expect([asked?.attribute('size'), asked?.attribute('content-type')]).toEqual(['0', undefined]);
    expect(asked?.attribute('filename')).toMatch(/^[\w-]{20}$/);
    await uploaded;
  });

  it('is encrypted before anybody is told how large it is', async () => {
    const { http, upload, serve } = await start();
    const encrypt = () => ({ size: 4, stream: () => new Blob([Uint8Array.of(1, 2, 3, 4)]).stream() });
    const uploaded = upload.upload(new Uint8Array(3), { encrypt });
    await serve(info());
    expect(request(await serve(slot()))?.attribute('size')).toBe('4');
    expect((await uploaded).size).toBe(4);
    expect(http.requests[0]?.body).toEqual(Uint8Array.of(1, 2, 3, 4));
  });
});
