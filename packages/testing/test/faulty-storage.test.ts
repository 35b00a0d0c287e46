import { FaultyStorage } from '@sestina/testing';
import { describe, expect, it } from 'vitest';

describe('FaultyStorage', () => {
  it('fails at the call that was chosen, or at all from then on', async () => {
    const storage = new FaultyStorage();
    storage.at = 1;
    await storage.set('a', '1');
    await expect(storage.get('a')).rejects.toThrow('call 1');
    expect(await storage.get('a')).toBe('1');
    storage.lasting = true;
    await expect(storage.delete('a')).rejects.toThrow('call 3');
    await expect(storage.set('a', '2')).rejects.toThrow('call 4');
    expect(storage.calls).toEqual(['set a', 'get a', 'get a', 'delete a', 'set a']);
    expect([storage.count('get'), storage.count('set'), storage.count('delete')]).toEqual([2, 2, 1]);
  });

  it.each([
    ['hang', undefined],
    ['hang-then-write', '1'],
  ] as const)('does not answer before it is released (%s)', async (fault, stored) => {
    const storage = new FaultyStorage();
    Object.assign(storage, { at: 0, fault });
    const done = Promise.allSettled([storage.set('a', '1')]);
    expect(await storage.get('a')).toBeUndefined();
    for (const go of storage.release) go();
    await done;
    expect(await storage.get('a')).toBe(stored);
  });

  it('is survived by what it holds, and not by its faults', async () => {
    const storage = new FaultyStorage();
    await storage.set('a', '1');
    Object.assign(storage, { at: 0, lasting: true });
    const survivor = await storage.survivor();
    expect([await survivor.get('a'), survivor.calls]).toEqual(['1', ['get a']]);
    expect(storage.calls).toEqual(['set a']);
  });
});
