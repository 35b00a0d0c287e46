import { attr, element } from '@sestina/core';
import { PubSub } from '@sestina/xep-0060';
import { PublicData } from '@sestina/xep-0222';
import { NodeMisconfiguredError } from '@sestina/xep-0223';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

const NS = 'urn:example:recipe';
class Recipe extends element('recipe', NS, { title: attr('title') }) {}

describe.each(KINDS)('public data by personal eventing with %s', (kind) => {
  const bench = useServer({ kind });

  it('is read by others, of whom it is meant for all', async () => {
    const [one, other] = await Promise.all([bench.online(), bench.online()]);
    const init = { node: NS, payload: Recipe, access: 'open' } as const;
    const mine = one.use(PublicData).node(init);
    await mine.set('potion', new Recipe({ title: 'Sleep' }));
    expect(await mine.access()).toBe('open');
    const theirs = other.use(PublicData).node(init).of(one.account);
    expect([...(await theirs.all())].map(([id, { title }]) => [id, title])).toEqual([['potion', 'Sleep']]);
  });

  it('is not stored where the node is for others than it should be, until that is changed', async () => {
    const one = await bench.online();
    await one.use(PubSub).service().node(NS).create({ accessModel: 'presence', persistItems: true });
    const mine = one.use(PublicData).node({ node: NS, payload: Recipe, access: 'open', maxItems: 1 });
    await expect(mine.set('a', new Recipe({ title: 'x' }))).rejects.toBeInstanceOf(NodeMisconfiguredError);
    expect((await mine.all()).size).toBe(0);
    await mine.setAccess();
    expect(await mine.access()).toBe('open');
  });
});
