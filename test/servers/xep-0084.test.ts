import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientXMPP } from '@sestina/client';
import { FileBlobStore } from '@sestina/storage/fs';
import { Avatars } from '@sestina/xep-0084';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

/** A PNG of one grey pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

describe.each(KINDS)('avatars with %s', (kind) => {
  const bench = useServer({ kind });
  const data = new Uint8Array(Buffer.from(PIXEL, 'base64'));

  async function friends(): Promise<[ClientXMPP, ClientXMPP]> {
    const users = await Promise.all(['juliet', 'romeo'].map((name) => bench.account(name)));
    const clients = users.map(({ jid, password }) => bench.client({ jid, password, autoAuthorize: true }));
    for (const client of clients) {
      client.use(Avatars);
      await client.connect();
      await client.getRoster();
      client.sendPresence();
    }
    const [one, two] = clients as [ClientXMPP, ClientXMPP];
    for (const [client, other] of [
      [one, two],
      [two, one],
    ] as const) {
      const seen = client.wait('gotOnline', { filter: ({ jid }) => jid.equals(other.account), timeout: 30_000 });
      client.clientRoster.subscribe(other.account);
      await seen;
    }
    // What a contact can do ejabberd takes from presence that comes once both see each other.
    two.sendPresence();
    return [one, two];
  }

  it('are published, seen, fetched and taken away', async () => {
    const [one, two] = await friends();
    const mine = one.plugin(Avatars);
    const theirs = two.plugin(Avatars);
    const info = await mine.publish({ data });
    const again = async (): Promise<string | undefined> => {
      // ejabberd has to have asked what two can do before.
      if (!theirs.info(one.account)) await mine.publish({ data }, { access: 'presence' });
      return theirs.info(one.account)?.id;
    };
    await expect.poll(again, { timeout: 30_000, interval: 300 }).toBe(info.id);
    expect(await theirs.get(one.account)).toMatchObject({ id: info.id, type: 'image/png', width: 1, height: 1, data });
    await mine.disable();
    await expect.poll(() => theirs.info(one.account), { timeout: 30_000 }).toBeUndefined();
    await expect.poll(() => mine.ownInfo, { timeout: 30_000 }).toBeNull();
    await mine.publish({ data });
    await expect.poll(() => theirs.info(one.account)?.id, { timeout: 30_000 }).toBe(info.id);
  });

  it('are there in the next process, and not fetched a second time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sestina-avatars-'));
    try {
      const { jid, password } = await bench.account();
      const run = async (): Promise<ClientXMPP> => {
        const client = bench.client({ jid, password, blobs: new FileBlobStore(folder) });
        client.use(Avatars);
        await client.connect();
        await client.getRoster();
        return client;
      };
      const first = await run();
      const { id } = await first.plugin(Avatars).publish({ data });
      await first.disconnect();
      const second = await run();
      const asked: string[] = [];
      second.onWritten(({ element }) => asked.push(element.toString()));
      expect(await second.plugin(Avatars).get(second.account)).toMatchObject({ id, data });
      expect(asked.filter((xml) => xml.includes('urn:xmpp:avatar:metadata'))).toHaveLength(1);
      expect(asked.filter((xml) => xml.includes('urn:xmpp:avatar:data'))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('are for strangers only where they are open', async () => {
    const [one, two] = await Promise.all([bench.online(), bench.online()]);
    await one.use(Avatars).publish({ data });
    const theirs = two.use(Avatars);
    expect(await theirs.get(one.account)).toBeUndefined();
    two.remove(Avatars);
    await one.plugin(Avatars).publish({ data }, { access: 'open' });
    expect((await two.use(Avatars).get(one.account))?.data).toEqual(data);
  });
});
