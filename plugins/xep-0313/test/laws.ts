import { declareLaws } from '@sestina/testing/laws';
import { ArchiveResult, MessageArchive } from '../src/index.js';

export const laws = [
  declareLaws(MessageArchive, {
    // Nothing is taken that was not asked for, from whoever it comes.
    anybody: [ArchiveResult],
    waits: {
      query: (archive, signal) => archive.query({}, { signal }),
      catchUp: (archive, signal) => archive.catchUp({ since: new Date(0), signal }),
      page: (archive, signal) => archive.page({}, { signal }),
      get: (archive, signal) => archive.get(['a1'], { signal }),
      metadata: (archive, signal) => archive.metadata(undefined, { signal }),
      fields: (archive, signal) => archive.fields(undefined, { signal }),
      features: (archive, signal) => archive.features(undefined, { signal }),
    },
  }),
];
