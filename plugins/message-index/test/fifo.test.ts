import { SeededRandom } from '@sestina/testing';
import { expect, it } from 'vitest';
import { Fifo } from '../src/fifo.js';

it('has the first that is left, whatever is taken out', () => {
  const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
  const alive = new Set<number>();
  const fifo = new Fifo(alive);
  for (let i = 0; i < 5_000; i++) {
    alive.add(i);
    fifo.push(i);
    if (random.integer(3) > 0) alive.delete(random.integer(2) === 0 ? (fifo.first as number) : random.integer(i + 1));
    const [first] = alive;
    expect(fifo.first, `seed ${random.seed}`).toBe(first);
  }
});
