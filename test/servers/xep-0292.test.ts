import { VCard4, VCard4s } from '@sestina/xep-0292';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('newer cards with %s', (kind) => {
  const bench = useServer({ kind });

  it('are published, read by others where they are open, and kept of others for ourselves', async () => {
    const [one, two] = await Promise.all([bench.online(), bench.online()]);
    const mine = one.use(VCard4s);
    const theirs = two.use(VCard4s);
    expect(await mine.get()).toBeUndefined();
    await mine.update((card) => {
      card.set({ fullName: 'Juliet', nicknames: ['Jule'] });
      card.add('tel', 'tel:+39045', { types: ['cell'], valueType: 'uri' });
    });
    expect((await theirs.get(one.account))?.fullName).toBeUndefined();
    await mine.update((card) => card.set({ note: 'Balcony' }), { access: 'open' });
    const seen = await theirs.get(one.account);
    expect([seen?.fullName, seen?.nicknames, seen?.note, seen?.phones[0]?.types]).toEqual([
      'Juliet',
      ['Jule'],
      'Balcony',
      ['cell'],
    ]);
    await mine.contacts.put(two.account, new VCard4({ fullName: 'Romeo' }));
    expect((await mine.contacts.get(two.account))?.fullName).toBe('Romeo');
    await mine.contacts.remove(two.account);
    expect((await mine.contacts.all()).size).toBe(0);
  });
});
