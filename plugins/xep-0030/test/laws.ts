import { declareLaws } from '@sestina/testing/laws';
import { DiscoInfo, DiscoItems, NS_DISCO_INFO, NS_DISCO_ITEMS, ServiceDiscovery } from '../src/index.js';

const JULIET = 'juliet@capulet.example/balcony';
const asks = (namespace: string): string =>
  `<iq type='get' id='q1' from='${JULIET}'><query xmlns='${namespace}'/></iq>`;

export const laws = [
  declareLaws(ServiceDiscovery, {
    options: { answer: 'contacts' },
    unasked: [
      { payload: DiscoInfo, from: asks(NS_DISCO_INFO) },
      { payload: DiscoItems, from: asks(NS_DISCO_ITEMS) },
    ],
    refused: { identities: ['client', null, [{ category: 'client', type: 'a<b' }]] },
    waits: {
      info: (disco, signal) => disco.info(JULIET, { signal }),
      items: (disco, signal) => disco.items(JULIET, { signal }),
      supports: (disco, signal) => disco.supports(JULIET, 'urn:xmpp:ping', { signal }),
      find: (disco, signal) => disco.find('capulet.example', 'urn:xmpp:ping', { signal }),
      ownInfo: { local: (disco) => disco.ownInfo() },
    },
  }),
];
