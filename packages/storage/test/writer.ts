// Writes records over and over until it is killed, for atomic-fs.test.ts.
import { UnstorageAdapter } from '@sestina/storage';
import { atomicFs } from '@sestina/storage/fs';
import { createStorage } from 'unstorage';

const storage = new UnstorageAdapter(createStorage({ driver: atomicFs({ base: process.argv[2] ?? '' }) }));
const keys = ['roster/a@x', 'roster/b@x', 'roster/c@x', 'roster/d@x'];

for (let round = 0; ; round++) {
  // Of different lengths: an end of the longer one must not stay behind the shorter.
  await Promise.all(keys.map((key) => storage.set(key, `${round} `.repeat(round % 2 === 0 ? 300_000 : 1_000))));
  if (round === 0) process.stdout.write('writing');
}
