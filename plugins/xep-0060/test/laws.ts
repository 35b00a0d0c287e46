import { declareLaws, type Trial } from '@sestina/testing/laws';
import { Form } from '@sestina/xep-0004';
import { NS_PUBSUB_EVENT, PubSub, PubSubEventElement } from '../src/index.js';

const SERVICE = 'pubsub.example.org';
const forgers = ['juliet@capulet.example/balcony', 'example.org'];

/** Who was asked is known. */
const prepare = async ({ plugin, stream }: Trial<PubSub>): Promise<void> => {
  plugin
    .service(SERVICE)
    .mySubscriptions()
    .catch(() => {});
  await stream.idle();
};

const fields = { 'pubsub#node': 'news', 'pubsub#subscriber_jid': 'bob@example.org' };
const form = Object.entries(fields).map(
  ([name, value]) =>
    `<field var='${name}' type='${name.endsWith('jid') ? 'jid-single' : 'text-single'}'><value>${value}</value></field>`,
);

export const laws = [
  declareLaws(PubSub, {
    unasked: [
      {
        payload: PubSubEventElement,
        forgers,
        prepare,
        from: `<message from='${SERVICE}'><event xmlns='${NS_PUBSUB_EVENT}'>
          <items node='news'><item id='1'><entry xmlns='urn:example:entry'/></item></items>
        </event></message>`,
      },
      {
        payload: Form,
        forgers,
        prepare,
        from: `<message from='${SERVICE}' id='a1'><x xmlns='jabber:x:data' type='form'>
          <field var='FORM_TYPE' type='hidden'>
            <value>http://jabber.org/protocol/pubsub#subscribe_authorization</value>
          </field>${form.join('')}
        </x></message>`,
      },
    ],
    waits: {
      'service.nodes': (pubsub, signal) => pubsub.service(SERVICE).nodes({ signal }),
      'service.features': (pubsub, signal) => pubsub.service(SERVICE).features({ signal }),
      'service.defaults': (pubsub, signal) => pubsub.service(SERVICE).defaults({ signal }),
      'service.mySubscriptions': (pubsub, signal) => pubsub.service(SERVICE).mySubscriptions({ signal }),
      'service.myAffiliations': (pubsub, signal) => pubsub.service(SERVICE).myAffiliations({ signal }),
      'node.items': (pubsub, signal) => pubsub.service(SERVICE).node('news').items({ signal }),
      'node.item': (pubsub, signal) => pubsub.service(SERVICE).node('news').item('1', { signal }),
      'node.subscribe': (pubsub, signal) => pubsub.service(SERVICE).node('news').subscribe({ signal }),
    },
  }),
];
