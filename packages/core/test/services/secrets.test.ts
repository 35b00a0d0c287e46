import { expect, it } from 'vitest';
import { MemorySecrets } from '../../src/services/secrets.js';

it('secrets in memory are kept, replaced and forgotten, and are not shared', async () => {
  const secrets = new MemorySecrets();
  expect(await secrets.get('a')).toBeUndefined();
  await secrets.set('a', '1');
  await secrets.set('a', '2');
  await secrets.set('b', '3');
  expect(await secrets.get('a')).toBe('2');
  expect(await new MemorySecrets().get('a')).toBeUndefined();
  await secrets.delete('a');
  await secrets.delete('a');
  expect([await secrets.get('a'), await secrets.get('b')]).toEqual([undefined, '3']);
});
