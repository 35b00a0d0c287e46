import { EntityTime } from '@sestina/xep-0202';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('the time over %s', (kind) => {
  const bench = useServer({ kind });

  it('is that of the server, which is on this machine', async () => {
    const client = await bench.online();
    const { skew, roundTrip } = await client.use(EntityTime).time();
    // A server may tell whole seconds.
    expect(Math.abs(skew)).toBeLessThan(1_500 + roundTrip);
  });

  it('is told by another client that may tell it, and by a stranger not', async () => {
    const juliet = await bench.account('juliet');
    const [one, other, stranger] = await Promise.all([bench.online(juliet), bench.online(juliet), bench.online()]);
    other.use(EntityTime);
    const { skew, offset, roundTrip } = await one.use(EntityTime).time(other.boundJid);
    expect(offset).toBe(0);
    expect(Math.abs(skew)).toBeLessThanOrEqual(roundTrip + 1);
    const refused = stranger.use(EntityTime).time(other.boundJid);
    await expect(refused).rejects.toMatchObject({ condition: 'service-unavailable' });
  });
});
