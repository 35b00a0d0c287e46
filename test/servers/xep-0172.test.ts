import { Nicknames } from '@sestina/xep-0172';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('nicknames with %s', (kind) => {
  const bench = useServer({ kind });

  it('come with a request, and from the account once it is a contact', async () => {
    const [juliet, romeo] = await Promise.all(['juliet', 'romeo'].map((name) => bench.account(name)));
    const [one, two] = [juliet, romeo].map((user) =>
      bench.client({ jid: user?.jid ?? '', password: user?.password ?? '', autoAuthorize: true, autoSubscribe: true }),
    );
    if (!one || !two) throw new Error('two accounts');
    for (const client of [one, two]) {
      client.use(Nicknames);
      await client.connect();
      await client.getRoster();
      client.sendPresence();
    }
    await one.plugin(Nicknames).publish('Jule');
    const heard = two.wait('nicknameChanged', { filter: ({ jid }) => jid.equals(one.account), timeout: 30_000 });
    const seen = [
      one.wait('gotOnline', { filter: ({ jid }) => jid.equals(two.account), timeout: 30_000 }),
      two.wait('gotOnline', { filter: ({ jid }) => jid.equals(one.account), timeout: 30_000 }),
    ];
    one.clientRoster.subscribe(two.account);
    expect((await heard).nickname).toBe('Jule');
    await Promise.all(seen);
    // What a contact can do ejabberd takes from presence that comes once both see each other.
    two.sendPresence();
    const changed = async (): Promise<string | undefined> => {
      await one.plugin(Nicknames).publish('Julia');
      return two.plugin(Nicknames).of(one.account);
    };
    await expect.poll(changed, { timeout: 30_000, interval: 500 }).toBe('Julia');
    expect(await two.plugin(Nicknames).ask(one.account)).toBe('Julia');
    await one.plugin(Nicknames).publish(undefined);
    await expect.poll(() => two.plugin(Nicknames).of(one.account), { timeout: 30_000 }).toBeUndefined();
  });
});
