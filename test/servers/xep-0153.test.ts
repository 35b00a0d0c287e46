import { Avatars } from '@sestina/xep-0084';
import { VCardAvatars } from '@sestina/xep-0153';
import { AvatarConversion } from '@sestina/xep-0398';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

/** A PNG of one grey pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

describe.each(KINDS)('avatars in cards with %s', (kind) => {
  const bench = useServer({ kind });
  const data = new Uint8Array(Buffer.from(PIXEL, 'base64'));

  it('are seen by who does not read what is published, whoever puts the hash into presence', async () => {
    const users = await Promise.all(['juliet', 'romeo'].map((name) => bench.account(name)));
    const [one, two] = users.map(({ jid, password }) => bench.client({ jid, password, autoAuthorize: true }));
    if (!one || !two) throw new Error('two accounts');
    one.use(AvatarConversion);
    two.use(VCardAvatars);
    for (const client of [one, two]) {
      await client.connect();
      await client.getRoster();
      client.sendPresence();
    }
    for (const [client, other] of [
      [one, two],
      [two, one],
    ] as const) {
      const seen = client.wait('gotOnline', { filter: ({ jid }) => jid.equals(other.account), timeout: 30_000 });
      client.clientRoster.subscribe(other.account);
      await seen;
    }
    const mine = one.plugin(VCardAvatars);
    const heard = two.wait('vcardAvatarChanged', {
      filter: ({ jid, hash }) => jid.bare.equals(one.account) && hash !== '',
      timeout: 30_000,
    });
    await mine.setOwn({ data });
    expect(mine.advertises).toBe(!(await mine.serverConverts()));
    expect(one.plugin(AvatarConversion).supported).toBe(await mine.serverConverts());
    const { hash } = await heard;
    expect(two.plugin(VCardAvatars).hashOf(one.account)).toBe(hash);
    const got = async (): Promise<string | undefined> => (await two.plugin(Avatars).get(one.account))?.id;
    await expect.poll(got, { timeout: 30_000 }).toBe(hash);
    const gone = two.wait('vcardAvatarChanged', { filter: (change) => change.hash === '', timeout: 30_000 });
    await mine.removeOwn();
    expect((await gone).jid.bare.full).toBe(one.account.full);
  });
});
