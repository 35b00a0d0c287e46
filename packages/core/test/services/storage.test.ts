import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../../src/services/storage.js';

describe('the storage in memory', () => {
  it('keeps, replaces and forgets', async () => {
    const storage = new MemoryStorage();
    expect(await storage.get('a')).toBeUndefined();
    await storage.set('a', '1');
    await storage.set('a', '2');
    expect(await storage.get('a')).toBe('2');
    await storage.delete('a');
    await storage.delete('a');
    expect(await storage.get('a')).toBeUndefined();
  });

  it('lists the keys with a prefix', async () => {
    const storage = new MemoryStorage();
    for (const key of ['sm:a', 'sm:b', 'caps:a', '__proto__']) await storage.set(key, '');
    expect((await storage.keys('sm:')).sort()).toEqual(['sm:a', 'sm:b']);
    expect(await storage.keys('')).toHaveLength(4);
    expect(await storage.get('constructor')).toBeUndefined();
  });

  it('is not shared', async () => {
    await new MemoryStorage().set('a', '1');
    expect(await new MemoryStorage().get('a')).toBeUndefined();
  });
});
