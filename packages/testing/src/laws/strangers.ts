import type { XmlElement } from '@sestina/core';
import { inWorld } from './living.js';
import type { Subject } from './world.js';

const NS_FOREIGN = 'urn:example:of-nobody';
const FOREIGN = `<x xmlns='${NS_FOREIGN}' key='value'><y>text</y></x>`;
const STANZAS: readonly string[] = [
  `<message from='mallory@evil.example/x' type='chat'><body>Hark</body>${FOREIGN}</message>`,
  `<message from='juliet@capulet.example/balcony' type='groupchat'>${FOREIGN}</message>`,
  `<presence from='juliet@capulet.example/balcony'>${FOREIGN}</presence>`,
  `<iq from='juliet@capulet.example/balcony' id='q1' type='get'>${FOREIGN}</iq>`,
];

/** Nothing is decoded of what is none of its business. */
export async function looksAway(subject: Subject): Promise<void> {
  await inWorld(subject, { installed: true }, async (world) => {
    let came: XmlElement | undefined;
    world.xmpp.onArrived((stanza) => {
      came = stanza;
    });
    for (const text of STANZAS) {
      came = undefined;
      await world.recv(text);
      const foreign = (came as XmlElement | undefined)?.child('x', NS_FOREIGN);
      if (foreign?.unreadBytes === undefined)
        throw world.broken(`it looks into a payload that it does not know, of ${text}`);
    }
    world.expectNoErrors('a payload that it does not know');
  });
}
