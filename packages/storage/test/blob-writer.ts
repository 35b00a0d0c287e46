// Writes blobs over and over until it is killed, for file-blob-store.test.ts.
import { FileBlobStore } from '@sestina/storage/fs';

const store = new FileBlobStore(process.argv[2] ?? '');

for (let round = 1; ; round++) {
  const data = new Uint8Array(round % 2 === 0 ? 3_000 : 3_000_000).fill(round);
  await Promise.all(['a', 'b'].map((key) => store.put(key, data)));
  if (round === 2) process.stdout.write('writing');
}
