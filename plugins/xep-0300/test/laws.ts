import { declareLaws } from '@sestina/testing/laws';
import { Hashes } from '../src/index.js';

const never = async function* (): AsyncGenerator<Uint8Array> {
  await new Promise(() => {});
};

export const laws = [
  declareLaws(Hashes, {
    refused: {
      providers: [
        [{ md5: () => undefined }],
        [{ 'sha-256': 1 }],
        [null],
        [5],
        [{ 'sha-256': () => undefined, md5: () => undefined }],
        'sha-256',
      ],
    },
    waits: {
      of: (hashes, signal) => hashes.of(never(), undefined, { signal }),
      verify: (hashes, signal) => hashes.verify(never(), [], { signal }),
    },
  }),
];
