import { MessageArchive } from '@sestina/xep-0313';
import { ArchivePreferences } from '@sestina/xep-0441';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('what %s archives', (kind) => {
  const bench = useServer({ kind, archive: true });

  it('is what it was asked to', async () => {
    const [me, friend, other] = await Promise.all([bench.online(), bench.online(), bench.online()]);
    const preferences = me.use(ArchivePreferences);
    const archive = me.use(MessageArchive);
    me.sendPresence();
    const wanted = { default: 'never', always: [friend.account], never: [other.account] } as const;
    const applied = await preferences.set(wanted);
    expect(applied.default).toBe('never');
    expect(applied.always.map(String)).toEqual([friend.account.full]);
    expect(applied.never.map(String)).toEqual([other.account.full]);
    expect(await preferences.get()).toEqual(applied);

    const heard: (string | undefined)[] = [];
    me.onMessage(({ body }) => void heard.push(body));
    for (const [from, body] of [[other, 'gone'] as const, [friend, 'kept'] as const]) {
      from.sendMessage({ to: me.account, type: 'chat', body });
      await expect.poll(() => heard, { timeout: 30_000 }).toContain(body);
    }
    const bodies = async (): Promise<(string | undefined)[]> => {
      const found: (string | undefined)[] = [];
      for await (const { message } of archive.query()) found.push(message?.body);
      return found;
    };
    await expect.poll(bodies, { timeout: 30_000 }).toEqual(['kept']);

    const changed = await preferences.update((prefs) => ({ ...prefs, default: 'always', never: [] }));
    expect([changed.default, changed.always.map(String), changed.never]).toEqual(['always', [friend.account.full], []]);
    other.sendMessage({ to: me.account, type: 'chat', body: 'kept now' });
    await expect.poll(bodies, { timeout: 30_000 }).toEqual(['kept', 'kept now']);
  });
});
