import { StanzaError } from '@sestina/core';
import { HttpNetworkError } from '@sestina/http';
import { useStreams, VirtualClock } from '@sestina/testing';
import { Hashes, hexOf } from '@sestina/xep-0300';
import { afterEach, describe, expect, it } from 'vitest';
import {
  FileTooLargeError,
  HttpUpload,
  NoUploadServiceError,
  NS_UPLOAD,
  NS_UPLOAD_PURPOSE,
  UploadHttpError,
  UploadNetworkError,
  UploadQuotaError,
} from '../src/index.js';
import { progressOf } from '../src/progress.js';
import { GET, header, info, PUT, request, SERVICE, slot, start as startWith } from './world.js';

type Rest<T> = T extends [unknown, ...infer R] ? R : never;
const streams = useStreams(afterEach);
const start = (...args: Rest<Parameters<typeof startWith>>) => startWith(streams, ...args);

it('a file goes to the slot, and its address comes back', async () => {
  const { http, upload, serve } = await start();
  const uploaded = upload.upload(new Blob(['hello'], { type: 'text/plain' }), { name: 'Diary.TXT' });
  await serve(info());
  const asked = request(await serve(slot(header('Authorization', 'Basic x'))));
  expect(asked?.attribute('size')).toBe('5');
  expect(asked?.attribute('content-type')).toBe('text/plain');
  expect(asked?.attribute('filename')).toMatch(/^[\w-]{20}\.txt$/);
  expect(await uploaded).toEqual({ url: GET, size: 5, type: 'text/plain', hash: undefined, purposeHonoured: true });
  const [put] = http.requests;
  expect(put?.url.href).toBe(PUT);
  expect([...(put?.headers ?? [])]).toEqual([
    ['content-type', ['text/plain']],
    ['authorization', ['Basic x']],
  ]);
  expect(new TextDecoder().decode(put?.body)).toBe('hello');
});

it('its name is kept where that is wanted, and bytes are counted, not characters', async () => {
  const { upload, serve } = await start(undefined, { nameOf: 'keep' });
  const uploaded = upload.upload(new TextEncoder().encode('très'), { name: 'très cool.txt' });
  await serve(info());
  const asked = request(await serve(slot()));
  expect(asked?.attribute('filename')).toBe('très cool.txt');
  expect(asked?.attribute('size')).toBe('5');
  await uploaded;
});

it('its hash comes with it where hashes are there', async () => {
  const { upload, serve } = await start(undefined, {}, [Hashes]);
  const uploaded = upload.upload(new TextEncoder().encode('abc'));
  await serve(info());
  await serve(slot());
  const { hash } = await uploaded;
  expect(hash?.algo).toBe('sha-256');
  expect(hash && hexOf(hash)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

describe('what the service refuses', () => {
  it('a file that is too large is refused before it is asked', async () => {
    const { stream, upload, serve } = await start();
    const refused = expect(upload.upload(new Uint8Array(1_001))).rejects.toMatchObject({
      code: 'ERR_FILE_TOO_LARGE',
      size: 1_001,
      maxSize: 1_000,
    });
    await serve(info());
    await refused;
    expect(stream.sent).toHaveLength(1);
    const largest = upload.upload(new Uint8Array(1_000));
    await serve(slot());
    expect((await largest).size).toBe(1_000);
  });

  it.each(['0', '-1', 'lots', ''])('a limit of "%s" is none', async (max) => {
    const { upload, serve } = await start();
    const service = upload.service();
    await serve(info('', max));
    expect(await service).toMatchObject({ maxSize: undefined });
  });

  it.each([
    [
      'file-too-large',
      `<not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><file-too-large xmlns='${NS_UPLOAD}'><max-file-size>500</max-file-size></file-too-large>`,
      FileTooLargeError,
      { maxSize: 500, size: 700, cause: expect.any(StanzaError) },
    ],
    [
      'file-too-large, without a size',
      `<not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><file-too-large xmlns='${NS_UPLOAD}'/>`,
      FileTooLargeError,
      { maxSize: undefined },
    ],
    [
      'retry',
      `<resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><retry xmlns='${NS_UPLOAD}' stamp='2017-12-03T23:42:05Z'/>`,
      UploadQuotaError,
      { code: 'ERR_UPLOAD_QUOTA', retryAt: new Date('2017-12-03T23:42:05Z'), retryable: true },
    ],
    [
      'retry, at no time',
      `<resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><retry xmlns='${NS_UPLOAD}' stamp='soon'/>`,
      UploadQuotaError,
      { retryAt: undefined, cause: expect.any(StanzaError) },
    ],
    [
      'something else',
      `<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>`,
      StanzaError,
      { condition: 'forbidden' },
    ],
  ] as const)('%s', async (_what, inside, cls, fields) => {
    const { stream, upload, serve } = await start();
    const slotting = upload.slot({ name: 'a', size: 700 }).catch((error: unknown) => error);
    await serve(info());
    const asked = await stream.nextSent();
    await stream.recv(
      `<iq type='error' id='${asked.attribute('id')}' from='${SERVICE}'><error type='wait'>${inside}</error></iq>`,
    );
    const error = await slotting;
    expect(error).toBeInstanceOf(cls);
    expect(error).toMatchObject(fields);
  });

  it('there may be none', async () => {
    const { upload, serve } = await start();
    const refused = expect(upload.slot({ name: 'a', size: 1 })).rejects.toBeInstanceOf(NoUploadServiceError);
    await serve(`<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:http:upload'/></query>`);
    await refused;
  });
});

describe('an upload that fails', () => {
  async function failing(
    statuses: readonly (number | Error)[],
    file: Parameters<HttpUpload['upload']>[0],
    slots: number,
  ) {
    let at = 0;
    const world = await start(() => {
      const status = statuses[at++] ?? 201;
      if (typeof status === 'number') return { status };
      throw status;
    });
    const outcome = world.upload.upload(file).then(
      ({ url }) => url,
      (error: unknown) => error,
    );
    await world.serve(info());
    for (let i = 0; i < slots; i++) await world.serve(slot());
    return { outcome: await outcome, asked: world.stream.sent.length - 1, puts: world.http.requests.length };
  }

  it.each([199, 205, 401, 403, 404, 413, 507])('with %i is not tried again', async (status) => {
    const { outcome, puts } = await failing([status], new Uint8Array(3), 1);
    expect(outcome).toBeInstanceOf(UploadHttpError);
    expect(outcome).toMatchObject({ code: 'ERR_UPLOAD_HTTP', status, retryable: false });
    expect(puts).toBe(1);
  });

  it.each([200, 202, 204])('with %i has not failed', async (status) => {
    expect((await failing([status], new Uint8Array(3), 1)).outcome).toBe(GET);
  });

  it('with 500 is tried once more, in another slot', async () => {
    expect(await failing([500], new Uint8Array(3), 2)).toEqual({ outcome: GET, asked: 2, puts: 2 });
    expect((await failing([500, 502], new Uint8Array(3), 2)).outcome).toMatchObject({ status: 502 });
  });

  it.each([408, 429])('with %i is tried once more, too', async (status) => {
    expect((await failing([status], new Uint8Array(3), 2)).outcome).toBe(GET);
  });

  it('for want of a network is tried once more, and says what has happened', async () => {
    const broken = () => new HttpNetworkError('no such host');
    expect((await failing([broken()], new Uint8Array(3), 2)).outcome).toBe(GET);
    const { outcome, puts } = await failing([broken(), broken()], new Blob(['abc']), 2);
    expect(outcome).toMatchObject({
      code: 'ERR_UPLOAD_NETWORK',
      retryable: true,
      cause: expect.any(HttpNetworkError),
    });
    expect(puts).toBe(2);
  });

  it('is not tried again where the file cannot be read again', async () => {
    const once = { size: 3, stream: () => new Blob([new Uint8Array(3)]).stream() };
    expect((await failing([503], once, 1)).outcome).toMatchObject({ status: 503 });
    expect((await failing([503], { ...once, again: true }, 2)).outcome).toBe(GET);
  });

  it('on a redirect takes nothing there', async () => {
    const { upload, http, serve } = await start(() => ({
      status: 307,
      headers: { location: 'https://evil.example/' },
    }));
    const refused = expect(upload.upload(new Uint8Array(1))).rejects.toMatchObject({
      code: 'ERR_HTTP_REDIRECT',
      reason: 'upload',
    });
    await serve(info());
    await serve(slot(header('Authorization', 'secret')));
    await refused;
    expect(http.requests).toHaveLength(1);
    expect(UploadNetworkError.name).toBe('UploadNetworkError');
  });

  it('is over at once when it is given up, and not tried again', async () => {
    let gone: AbortSignal | undefined;
    const { stream, upload, serve } = await start(({ signal }) => {
      gone = signal;
      return new Promise(() => {});
    });
    const controller = new AbortController();
    const reason = new Error('enough');
    const refused = expect(upload.upload(new Uint8Array(3), { signal: controller.signal })).rejects.toBe(reason);
    await serve(info());
    await serve(slot());
    await stream.clock.advance(1);
    controller.abort(reason);
    await refused;
    expect(gone?.aborted).toBe(true);
    expect(stream.sent).toHaveLength(2);
  });

  it('is over when the plugin is removed', async () => {
    const { stream, upload, serve } = await start(() => new Promise(() => {}));
    const refused = expect(upload.upload(new Uint8Array(3))).rejects.toMatchObject({ name: 'PluginError' });
    await serve(info());
    await serve(slot());
    stream.xmpp.remove(HttpUpload);
    await refused;
  });
});

it('progress is told ten times a second at most, and never goes back', async () => {
  const told: number[] = [];
  let tries = 0;
  const { stream, upload, serve } = await start(() => ({ status: tries++ === 0 ? 500 : 201 }), {});
  const size = 1_000;
  const file = {
    size,
    again: true,
    stream: async function* () {
      for (let i = 0; i < 100; i++) {
        void stream.clock.advance(10);
        yield new Uint8Array(10);
      }
    },
  };
  const uploaded = upload.upload(file, { onProgress: ({ sent }) => told.push(sent) });
  await serve(info());
  await serve(slot());
  await serve(slot());
  await uploaded;
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(new Set(told).size).toBe(told.length);
  expect(told.length).toBeLessThanOrEqual(12);
  expect(told.at(-1)).toBe(size);
});

it('the end of an upload is told, also where the answer comes before its last piece was told', async () => {
  const { http, upload, serve } = await start();
  const sending = http.request.bind(http);
  http.request = (url, options) => sending(url, { ...options, onSent: undefined });
  const told: unknown[] = [];
  const uploaded = upload.upload(new Uint8Array(5), { onProgress: (progress) => told.push(progress) });
  await serve(info());
  await serve(slot());
  await uploaded;
  expect(told).toEqual([{ sent: 5, size: 5 }]);
});

it('progress is told at the first piece, every 100 milliseconds, and at the end', async () => {
  const clock = new VirtualClock();
  const told: number[] = [];
  const tell = progressOf(clock, 6, ({ sent, size }) => told.push(sent, size));
  for (const [after, sent] of [
    [0, 1],
    [99, 2],
    [1, 3],
    [100, 3],
    [0, 4],
    [1, 5],
    [0, 6],
    [200, 6],
  ] as const) {
    await clock.advance(after);
    tell(sent);
  }
  expect(told).toEqual([1, 6, 3, 6, 4, 6, 6, 6]);
});

describe('a purpose', () => {
  it('is told to a service that knows it', async () => {
    const { upload, serve } = await start();
    const given = upload.slot({ name: 'a', size: 1, purpose: { expiresBefore: new Date('2025-09-10T23:08:25Z') } });
    await serve(info(`<feature var='${NS_UPLOAD_PURPOSE}#ephemeral'/>`));
    const asked = request(await serve(slot()));
    expect(asked?.child('ephemeral', NS_UPLOAD_PURPOSE)?.attribute('expire-before')).toBe('2025-09-10T23:08:25Z');
    expect((await given).purposeHonoured).toBe(true);
  });

  it('is kept from one that does not, and that is said', async () => {
    const { upload, serve } = await start();
    const uploaded = upload.upload(new Uint8Array(1), { purpose: 'profile' });
    await serve(info());
    expect([...(request(await serve(slot()))?.elements() ?? [])]).toEqual([]);
    expect((await uploaded).purposeHonoured).toBe(false);
  });
});

it('a service is asked what it is once in a session', async () => {
  const { stream, upload, serve } = await start();
  const first = upload.service();
  await serve(info());
  await first;
  await upload.service();
  expect(stream.sent).toHaveLength(1);
});
