import { provide } from '@sestina/core';
import { childContainer } from '@sestina/core/connection';
import { HttpClient } from '@sestina/http';
import { NodeHttpClient } from '@sestina/http/node';
import { HttpUpload } from '@sestina/xep-0363';
import { type FileShare, FileSharing } from '@sestina/xep-0447';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('files shared over %s', (kind) => {
  const bench = useServer({ kind });

  async function sharer() {
    const container = childContainer();
    const { ca, ports } = bench.server;
    // Nothing but the web server of the test server.
    const allow = ({ url, reason }: { url: URL; reason: string }) =>
      reason === 'address' && url.port === `${ports.https}`;
    provide(container, HttpClient, new NodeHttpClient({ ca, allow, resolve: async () => ['127.0.0.1'] }));
    const client = await bench.online(undefined, { container });
    client.use(HttpUpload);
    return { client, sharing: client.use(FileSharing) };
  }

  it('are uploaded, told of, fetched and compared', async () => {
    const [romeo, juliet] = [await sharer(), await sharer()];
    const data = new Uint8Array(300_000).fill(5);
    const messages: unknown[] = [];
    juliet.client.on('message', ({ body }) => void messages.push(body));
    const told = juliet.client.wait('filesShared', { timeout: 30_000 });
    const file = new File([data], 'très cool.bin', { type: 'application/x-test' });
    const to = juliet.client.boundJid ?? '';
    await romeo.sharing.share(to, file, { disposition: 'inline', desc: 'Fives' });
    const { message, files } = await told;
    const share = files[0] as FileShare;
    expect(share.file).toMatchObject({
      name: 'très cool.bin',
      mediaType: 'application/x-test',
      size: 300_000,
      desc: 'Fives',
    });
    const fetched = await juliet.sharing.fetch(share, { from: message });
    expect(fetched.verified).toBe(true);
    expect(fetched.data).toEqual(data);
    const end = juliet.client.wait('message', { timeout: 30_000, filter: ({ body }) => body === 'end' });
    await romeo.client.sendMessage({ to, type: 'chat', body: 'end' });
    await end;
    expect(messages).toEqual(['end']);
  });
});
