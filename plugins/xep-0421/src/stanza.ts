import { attr, element, extend, type Field, Message, Presence, type XmlElement } from '@sestina/core';

/** The namespace, which is also the feature of a room. */
export const NS_OCCUPANT_ID = 'urn:xmpp:occupant-id:0';

/** `<occupant-id/>`: who an occupant is, whatever its nick (XEP-0421 §3). Anybody can write one: it counts where the room does. */
export class OccupantId extends element('occupant-id', NS_OCCUPANT_ID, { id: attr('id') }) {}

const MAX_LENGTH = 128;

/** The id in a stanza; undefined where there is none, more than one, or one that is too long. */
export function rawIdIn(xml: XmlElement): string | undefined {
  const [only, ...more] = xml.childrenNamed(OccupantId.tag, NS_OCCUPANT_ID);
  const id = more.length === 0 ? only?.attribute('id') : undefined;
  return id !== undefined && id !== '' && id.length <= MAX_LENGTH ? id : undefined;
}

const raw: Field<string | undefined> = {
  get: rawIdIn,
  set: (xml, id) => {
    for (const old of xml.childrenNamed(OccupantId.tag, NS_OCCUPANT_ID)) xml.remove(old);
    if (id !== undefined) xml.append(new OccupantId({ id }).xml);
  },
};

declare module '@sestina/core' {
  interface Message {
    /** The occupant id in it, whoever has written it (XEP-0421): what the room vouches for is `context.author.occupantId`. */
    rawOccupantId: string | undefined;
  }
  interface Presence {
    /** The occupant id in it, whoever has written it (XEP-0421): what the room vouches for is `Occupant.occupantId`. */
    rawOccupantId: string | undefined;
  }
}

extend(Message, { rawOccupantId: raw }, NS_OCCUPANT_ID);
extend(Presence, { rawOccupantId: raw }, NS_OCCUPANT_ID);
