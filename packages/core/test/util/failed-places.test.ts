import { describe, expect, it } from 'vitest';
import { FailedPlaces } from '../../src/util/failed-places.js';
import { FakeClock } from '../helpers/fake-clock.js';

const name = (place: string): string => place;

describe('places that have failed', () => {
  it('come last, the one that failed last at the end, and the others stay in order', () => {
    const clock = new FakeClock();
    const failed = new FailedPlaces(clock);
    failed.add('b');
    clock.advance(1);
    failed.add('a');
    expect(failed.last(['a', 'b', 'c', 'd'], name)).toEqual(['c', 'd', 'b', 'a']);
    clock.advance(1);
    failed.add('b');
    expect(failed.last(['a', 'b', 'c', 'd'], name)).toEqual(['c', 'd', 'a', 'b']);
  });

  it('are as good as the others after five minutes', () => {
    const clock = new FakeClock();
    const failed = new FailedPlaces(clock);
    failed.add('a');
    clock.advance(299_999);
    expect(failed.last(['a', 'b'], name)).toEqual(['b', 'a']);
    clock.advance(1);
    expect(failed.last(['a', 'b'], name)).toEqual(['a', 'b']);
  });

  it('are remembered 64 at a time', () => {
    const failed = new FailedPlaces(new FakeClock());
    const places = Array.from({ length: 65 }, (_, i) => `p${i}`);
    for (const place of places) failed.add(place);
    expect(failed.last(places, name)[0]).toBe('p0');
    expect(failed.last(['p1', 'new'], name)).toEqual(['new', 'p1']);
  });
});
