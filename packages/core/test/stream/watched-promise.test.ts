import { describe, expect, it } from 'vitest';
import { WatchedPromise } from '../../src/stream/watched-promise.js';

describe('a promise that is watched', () => {
  it('knows that nobody waits for it', () => {
    expect(WatchedPromise.following(Promise.resolve(1)).watched).toBe(false);
  });

  it('knows of await, then and catch', async () => {
    const awaited = WatchedPromise.following(Promise.resolve(1));
    expect(await awaited).toBe(1);
    expect(awaited.watched).toBe(true);
    const caught = WatchedPromise.following(Promise.reject(new Error('no')));
    await caught.catch(() => {});
    expect(caught.watched).toBe(true);
  });

  it('is no unhandled rejection by itself', async () => {
    const seen: unknown[] = [];
    const note = (reason: unknown): void => void seen.push(reason);
    process.on('unhandledRejection', note);
    WatchedPromise.following(Promise.reject(new Error('nobody hears this')));
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    expect(seen).toEqual([]);
  });
});
