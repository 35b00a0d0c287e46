import { declareLaws } from '@sestina/testing/laws';
import { PubSubElement } from '@sestina/xep-0060';
import { NS_PUSH, PushNotifications } from '../src/index.js';
import { PushService } from '../src/service/index.js';

const PUBLISHED = `<iq type='set' id='p1' from='capulet.example'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='n'><item><notification xmlns='${NS_PUSH}'/></item></publish><publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field><field var='secret'><value>s</value></field></x></publish-options></pubsub></iq>`;

export const laws = [
  declareLaws(PushNotifications, {
    waits: {
      supported: (push, signal) => push.supported({ signal }),
      enable: (push, signal) => push.enable({ service: 'push.example.org', node: 'n' }, { signal }),
      disable: (push, signal) => push.disable({ service: 'push.example.org' }, { signal }),
    },
    refused: { enableAt: ['never', null] },
  }),
  declareLaws(PushService, {
    unasked: [
      {
        payload: PubSubElement,
        from: PUBLISHED,
        forgers: ['juliet@capulet.example/balcony', 'tybalt@capulet.example', 'x.capulet.example'],
        prepare: ({ plugin }) => void plugin.add('n', { secret: 's', owner: 'juliet@capulet.example' }),
      },
    ],
    waits: {},
  }),
];
