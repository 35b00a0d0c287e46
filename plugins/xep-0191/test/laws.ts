import { declareLaws, type Trial } from '@sestina/testing/laws';
import { Blocking, NS_BLOCKING } from '../src/index.js';
import { Block, PrivacyPush, Unblock } from '../src/stanza.js';

const ACCOUNT = 'alice@example.org';
const push = (payload: string): string => `<iq type='set' id='p1' from='${ACCOUNT}'>${payload}</iq>`;
const item = `<item jid='tybalt@capulet.example'/>`;
const forgers = ['juliet@capulet.example/balcony', 'example.org'];
const known = async ({ plugin, stream }: Trial<Blocking>): Promise<void> => {
  const listed = plugin.list();
  await stream.idle();
  const request = stream.sent.at(-1);
  if (request) await stream.recvResult(request, `<blocklist xmlns='${NS_BLOCKING}'>${item}</blocklist>`);
  await listed;
};

export const laws = [
  declareLaws(Blocking, {
    unasked: [
      { payload: Block, forgers, from: push(`<block xmlns='${NS_BLOCKING}'>${item}</block>`) },
      { payload: Unblock, forgers, from: push(`<unblock xmlns='${NS_BLOCKING}'/>`), prepare: known },
      { payload: PrivacyPush, forgers, from: push(`<query xmlns='jabber:iq:privacy'/>`), prepare: known },
    ],
    waits: {
      supported: (blocking, signal) => blocking.supported({ signal }),
      list: (blocking, signal) => blocking.list({ signal }),
      block: (blocking, signal) => blocking.block('tybalt@capulet.example', { signal }),
      unblock: (blocking, signal) => blocking.unblock('tybalt@capulet.example', { signal }),
      unblockAll: (blocking, signal) => blocking.unblockAll({ signal }),
    },
  }),
];
