import { Blocked, Blocking } from '@sestina/xep-0191';
import { PingQuery } from '@sestina/xep-0199';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('blocking with %s', (kind) => {
  const bench = useServer({ kind });

  it('keeps away who is blocked until that is over, as all devices of the account know', async () => {
    const juliet = await bench.account('juliet');
    const [one, other, romeo] = await Promise.all([bench.online(juliet), bench.online(juliet), bench.online()]);
    const [blocking, seen] = [one.use(Blocking), other.use(Blocking)];
    expect(await blocking.supported()).toBe(true);
    expect([...(await blocking.list()), ...(await seen.list())]).toEqual([]);

    const pushed = other.wait('blocklistChanged');
    await blocking.block(romeo.account);
    expect((await pushed).blocked.map(String)).toEqual([`${romeo.account}`]);
    expect([blocking.isBlocked(romeo.boundJid ?? ''), seen.isBlocked(romeo.boundJid ?? '')]).toEqual([true, true]);

    const refused = one.wait('messageError');
    one.sendMessage({ to: romeo.boundJid, type: 'chat', body: 'Art thou there?' });
    const { error } = await refused;
    expect(error?.condition).toBe('not-acceptable');
    // ejabberd says it in words alone.
    expect(error?.applicationAs(Blocked) !== undefined).toBe(kind === 'prosody');
    const answer = romeo.iqGet(one.boundJid, new PingQuery());
    await expect(answer).rejects.toMatchObject({ condition: 'service-unavailable' });

    const over = other.wait('blocklistChanged');
    await blocking.unblock(romeo.account);
    expect((await over).unblocked.map(String)).toEqual([`${romeo.account}`]);
    const heard = one.wait('message');
    romeo.sendMessage({ to: one.boundJid, type: 'chat', body: 'I am' });
    expect((await heard).body).toBe('I am');
  });

  it('takes several at once, and lets all of them go', async () => {
    const client = await bench.online();
    const blocking = client.use(Blocking);
    await blocking.block(['tybalt@capulet.example', 'spam.example']);
    expect([...(await blocking.list())].sort()).toEqual(['spam.example', 'tybalt@capulet.example']);
    expect(blocking.isBlocked('anybody@spam.example/a')).toBe(true);
    await blocking.unblockAll();
    expect(blocking.isBlocked('anybody@spam.example/a')).toBe(false);
    client.remove(Blocking);
    expect([...(await client.use(Blocking).list())]).toEqual([]);
  });
});
