import { createHash } from 'node:crypto';
import { provide } from '@sestina/core';
import { childContainer } from '@sestina/core/connection';
import { HttpClient } from '@sestina/http';
import { NodeHttpClient } from '@sestina/http/node';
import { Hashes, hexOf } from '@sestina/xep-0300';
import { FileTooLargeError, HttpUpload, type HttpUploadOptions } from '@sestina/xep-0363';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

const MAX_SIZE = 5_242_880;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe.each(KINDS)('uploads to %s', (kind) => {
  const bench = useServer({ kind });

  async function uploader(options: Partial<HttpUploadOptions> = {}) {
    const container = childContainer();
    const { ca, ports } = bench.server;
    // Nothing but the web server of the test server.
    const allow = ({ url, reason }: { url: URL; reason: string }) =>
      reason === 'address' && url.port === `${ports.https}`;
    const http = new NodeHttpClient({ ca, allow, resolve: async () => ['127.0.0.1'] });
    provide(container, HttpClient, http);
    const client = await bench.online(undefined, { container });
    client.use(Hashes);
    return { client, http, upload: client.use(HttpUpload, options) };
  }

  it('arrive whole, and can be fetched by who has the address', async () => {
    const { http, upload } = await uploader();
    const bytes = new Uint8Array(3 * 1_048_576);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31) & 0xff;
    const told: number[] = [];
    const file = await upload.upload(new Blob([bytes], { type: 'image/png' }), {
      name: 'très cool.png',
      onProgress: ({ sent }) => told.push(sent),
    });
    expect(file).toMatchObject({ size: bytes.length, type: 'image/png' });
    expect(file.hash && hexOf(file.hash)).toBe(sha256(bytes));
    expect(told.at(-1)).toBe(bytes.length);
    expect(file.url).toMatch(/\.png$/);
    const response = await http.request(file.url);
    expect(response.status).toBe(200);
    expect(sha256(await response.bytes())).toBe(sha256(bytes));
  });

  it('say how large they may be, and larger ones are refused here', async () => {
    const { upload } = await uploader();
    expect(await upload.service()).toMatchObject({ maxSize: MAX_SIZE });
    await expect(upload.upload(new Uint8Array(MAX_SIZE + 1))).rejects.toBeInstanceOf(FileTooLargeError);
  });

  it('keep a name of any characters', async () => {
    const { http, upload } = await uploader({ nameOf: 'keep' });
    const { url } = await upload.upload(new Uint8Array(10), { name: 'très cool & new.bin' });
    const response = await http.request(url);
    expect((await response.bytes()).length).toBe(10);
  });

  it('have a length that has to be right', async () => {
    const { http, upload } = await uploader();
    const { put, headers } = await upload.slot({ name: 'a.bin', size: 10 });
    const response = await http.request(put, { method: 'PUT', headers, body: new Uint8Array(11) });
    response.discard();
    expect(response.status).toBeGreaterThanOrEqual(400);
  });

  it('are not sent where no exception is made for this machine', async () => {
    const client = await bench.online();
    await expect(client.use(HttpUpload).upload(new Uint8Array(10))).rejects.toMatchObject({ code: 'ERR_HTTP_REFUSED' });
  });
});
