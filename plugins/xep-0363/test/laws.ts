import { declareLaws } from '@sestina/testing/laws';
import { HttpUpload } from '../src/index.js';

export const laws = [
  declareLaws(HttpUpload, {
    options: { service: 'upload.example.org' },
    refused: {
      service: ['@', ''],
      nameOf: ['hidden', null],
      bufferBytes: [-1, 0.5, Number.NaN],
      uploadTimeout: [0, -1, Number.POSITIVE_INFINITY],
    },
    waits: {
      service: (upload, signal) => upload.service(undefined, { signal }),
      slot: (upload, signal) => upload.slot({ name: 'a', size: 1 }, { signal }),
      upload: (upload, signal) => upload.upload(new Uint8Array(1), { signal }),
    },
  }),
];
