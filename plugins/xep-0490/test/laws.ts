import { MemoryMessageIndex } from '@sestina/message-index';
import { declareLaws } from '@sestina/testing/laws';
import { DisplayedSync } from '../src/index.js';

const NS_DISCO = 'http://jabber.org/protocol/disco#info';

export const laws = [
  declareLaws(DisplayedSync, {
    needs: [MemoryMessageIndex],
    answer: (request) =>
      request.child('query', NS_DISCO) &&
      `<query xmlns='${NS_DISCO}'><identity category='pubsub' type='pep'/><feature var='urn:xmpp:sid:0'/></query>`,
  }),
];
