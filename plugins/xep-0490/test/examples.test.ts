import { roundTrip } from '@sestina/testing/laws';
import { expect, it } from 'vitest';
import { DisplayedUpTo } from '../src/index.js';

const CLASSES = [DisplayedUpTo];
/** The examples of the specification. */
const EXAMPLES: readonly (readonly [name: string, xml: string])[] = [
  [
    '1: Client marks a chat as display',
    `<iq xmlns='jabber:client' from='juliet@capulet.lit/balcony' type='set' id='flag-as-displayed-1'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <publish node='urn:xmpp:mds:displayed:0'>
      <item id='romeo@montegue.lit'>
        <displayed xmlns='urn:xmpp:mds:displayed:0'>
          <stanza-id xmlns='urn:xmpp:sid:0'
                     by='juliet@capulet.lit'
                     id='0f710f2b-52ed-4d52-b928-784dad74a52b'/>
        </displayed>
      </item>
    </publish>
    <publish-options>
      <x xmlns='jabber:x:data' type='submit'>
        <field var='FORM_TYPE' type='hidden'>
          <value>http://jabber.org/protocol/pubsub#publish-options</value>
        </field>
        <field var='pubsub#persist_items'>
          <value>true</value>
        </field>
        <field var='pubsub#max_items'>
          <value>max</value>
        </field>
        <field var='pubsub#send_last_published_item'>
          <value>never</value>
        </field>
        <field var='pubsub#access_model'>
          <value>whitelist</value>
        </field>
      </x>
    </publish-options>
  </pubsub>
</iq>`,
  ],
  [
    '2: Server acknowledges successful storage',
    `<iq xmlns='jabber:client' to='juliet@capulet.lit/balcony' type='result' id='flag-as-displayed-1'/>`,
  ],
  [
    '3: Client retrieves all displayed items',
    `<iq xmlns='jabber:client' from='juliet@capulet.lit/balcony' type='get' id='catchup-1'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <items node='urn:xmpp:mds:displayed:0'/>
  </pubsub>
</iq>`,
  ],
  [
    '4: Server returns the displayed states for various chat',
    `<iq xmlns='jabber:client' type='result'
    to='juliet@capulet.lit/balcony'
    id='catchup-1'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <items node='urn:xmpp:mds:displayed:0'>
      <item id='romeo@montegue.lit'>
        <displayed xmlns='urn:xmpp:mds:displayed:0'>
          <stanza-id xmlns='urn:xmpp:sid:0'
                     id='0f710f2b-52ed-4d52-b928-784dad74a52b'
                     by='juliet@capulet.lit'/>
        </displayed>
      </item>
      <item id='example@conference.shakespeare.lit'>
        <displayed xmlns='urn:xmpp:mds:displayed:0'>
          <stanza-id xmlns='urn:xmpp:sid:0'
                     id='ca21deaf-812c-48f1-8f16-339a674f2864'
                     by='example@conference.shakespeare.lit'/>
        </displayed>
      </item>
    </items>
  </pubsub>
</iq>`,
  ],
  [
    '5: Client queries for server features',
    `<iq xmlns='jabber:client' type='get' id='disco-1' to='juliet@capulet.lit' from='juliet@capulet.lit/balcony'>
  <query xmlns='http://jabber.org/protocol/disco#info'/>
</iq>`,
  ],
  [
    '6: Server responds with features',
    `<iq xmlns='jabber:client' type='result' id='disco1' from='juliet@capulet.lit' to='juliet@capulet.lit/balcony'>
  <query xmlns='http://jabber.org/protocol/disco#info'>
    <feature var='urn:xmpp:mds:server-assist:0'/>
  </query>
</iq>`,
  ],
  [
    '7: Juliet receives a message from Romeo',
    `<message xmlns='jabber:client' to='juliet@capulet.lit' from='romeo@montegue.lit/orchard' id='the-msg-1'>
  <body>Hi. How are you?</body>
  <markable xmlns='urn:xmpp:chat-markers:0'/>
  <stanza-id xmlns='urn:xmpp:sid:0' by='juliet@capulet.lit' id='0423e3a9-d516-493d-bb06-bee0e51ab9fb'/>
</message>`,
  ],
  [
    '8: Juliet lets both Romeo and her other devices know she has displayed the message',
    `<message xmlns='jabber:client' to='romeo@montegue.lit'>
  <displayed xmlns='urn:xmpp:chat-markers:0' id='the-msg-1'/>
  <displayed xmlns='urn:xmpp:mds:displayed:0'>
    <stanza-id xmlns='urn:xmpp:sid:0' by='juliet@capulet.lit' id='0423e3a9-d516-493d-bb06-bee0e51ab9fb'/>
  </displayed>
</message>`,
  ],
  [
    '9: Juliet’s server strips the displayed element used for server assist and forwards the stanza to Romeo',
    `<message xmlns='jabber:client' to='romeo@montegue.lit' from='juliet@capulet.let/balcony'>
  <displayed xmlns='urn:xmpp:chat-markers:0' id='the-msg-1'/>
</message>`,
  ],
  [
    '10: Server sends out PEP notifications to Juliets connected devices',
    `<message xmlns='jabber:client' from='juliet@capulet.lit' to='juliet@capulet.lit/balcony' type='headline' id='new-displayed-pep-event'>
  <event xmlns='http://jabber.org/protocol/pubsub#event'>
    <items node='urn:xmpp:mds:displayed:0'>
      <item id='romeo@montegue.lit'>
        <displayed xmlns='urn:xmpp:mds:displayed:0'>
          <stanza-id xmlns='urn:xmpp:sid:0' by='juliet@capulet.lit' id='0423e3a9-d516-493d-bb06-bee0e51ab9fb'/>
        </displayed>
      </item>
    </items>
  </event>
</message>`,
  ],
];

for (const [name, xml] of EXAMPLES) {
  it(`reads and writes example ${name}`, () => {
    expect(roundTrip(xml, CLASSES)).toEqual(undefined);
  });
}
