import { XmlElement } from '@sestina/core';
import { NS_VCARD, VCards } from '@sestina/xep-0054';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('cards with %s', (kind) => {
  const bench = useServer({ kind });

  async function connected(name: string) {
    const { jid, password } = await bench.account(name);
    const client = bench.client({ jid, password });
    const cards = client.use(VCards);
    await client.connect();
    return { client, cards };
  }

  it('are stored, seen by others, and changed with what is unknown in them', async () => {
    const [juliet, romeo] = [await connected('juliet'), await connected('romeo')];
    expect(await juliet.cards.get()).toBeUndefined();
    expect(await romeo.cards.get(juliet.client.account)).toBeUndefined();
    const data = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
    await juliet.cards.update((card) => {
      card.set({ fullName: 'Juliet', photo: { type: 'image/png', data } });
      card.xml.append(new XmlElement('X-VENDOR', NS_VCARD).append('v'));
    });
    // Two at once: none of them is lost.
    await Promise.all([
      juliet.cards.update((card) => card.set({ nickname: 'Jule' })),
      juliet.cards.update((card) => card.set({ title: 'Miss' })),
    ]);
    const seen = await romeo.cards.get(juliet.client.account, { cached: false });
    expect([seen?.fullName, seen?.nickname, seen?.title, seen?.photo]).toEqual([
      'Juliet',
      'Jule',
      'Miss',
      { type: 'image/png', data },
    ]);
    // Prosody keeps a card as one of XEP-0292, in which there is no place for it.
    const kept = kind === 'prosody' ? undefined : 'v';
    expect(seen?.xml.child('X-VENDOR', NS_VCARD)?.text).toBe(kept);
  });

  it('are not there of accounts that are not', async () => {
    const { client, cards } = await connected('juliet');
    expect(await cards.get(`nobody@${client.account.domain}`)).toBeUndefined();
  });
});
