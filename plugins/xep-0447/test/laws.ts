import { declareLaws } from '@sestina/testing/laws';
import { HttpUpload } from '@sestina/xep-0363';
import {
  FileShare,
  FileSharing,
  FileSources,
  NS_FILE_SHARING,
  NS_MESSAGE_ATTACHING,
  NS_URL_DATA,
  UrlData,
} from '../src/index.js';

const JULIET = 'juliet@capulet.example';

/** A file at a source that never answers. */
function unanswered(sharing: FileSharing): FileShare {
  sharing.defineFileSource(UrlData, {
    isSecure: () => true,
    fetch: async function* () {
      await new Promise(() => {});
    },
  });
  const sources = new FileSources();
  sources.urls.add(new UrlData({ target: 'https://files.example/a' }));
  return new FileShare({ sources });
}

export const laws = [
  declareLaws(FileSharing, {
    needs: [HttpUpload],
    unasked: [
      {
        payload: FileSources,
        from: `<message from='${JULIET}/balcony' type='chat'><attach-to xmlns='${NS_MESSAGE_ATTACHING}' id='m1'/><sources xmlns='${NS_FILE_SHARING}'><url-data xmlns='${NS_URL_DATA}' target='https://files.example/a'/></sources></message>`,
        believed: (event, data) => event === 'fileSourcesAdded' && (data as { bySender: boolean }).bySender,
        prepare: async ({ stream }) => {
          await stream.recv(
            `<message from='${JULIET}/balcony' id='m1' type='chat'><file-sharing xmlns='${NS_FILE_SHARING}'/></message>`,
          );
        },
      },
    ],
    anybody: [FileShare],
    waits: {
      share: (sharing, signal) => sharing.share(JULIET, new Uint8Array(1), { signal }),
      fetch: (sharing, signal) => sharing.fetch(unanswered(sharing), { signal }),
    },
  }),
];
