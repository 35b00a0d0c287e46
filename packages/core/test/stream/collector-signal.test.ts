import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { Collector } from '../../src/stream/handlers.js';
import { MatchPath } from '../../src/stream/matchers.js';

it('a collector that is closed leaves nothing behind at a signal that lives on', () => {
  const { signal } = new AbortController();
  for (let round = 0; round < 20; round++) new Collector('messages', new MatchPath('message'), 10, signal).close();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
