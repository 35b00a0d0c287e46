import { MemoryStorage } from '@sestina/core';
import { StoredSecrets } from '@sestina/testing';
import { expect, it } from 'vitest';

it('secrets outlive the object in the storage, apart from what else is kept there', async () => {
  const storage = new MemoryStorage();
  await storage.set('token', 'open');
  await new StoredSecrets(storage).set('token', 'hidden');
  const again = new StoredSecrets(storage);
  expect([await again.get('token'), await storage.get('token')]).toEqual(['hidden', 'open']);
  await again.delete('token');
  expect([await again.get('token'), await storage.get('token')]).toEqual([undefined, 'open']);
});
