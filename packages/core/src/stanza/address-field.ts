import type { XmlElement } from '@sestina/xml';
import { JID } from '../jid/index.js';
import { jid } from './codec.js';
import { ValueField } from './field.js';
import { absent, attributeSlot } from './slots.js';

/**
 * The `from` or `to` of a stanza. One that came in has had its addresses read by the stream: those are not read again. Its
 * origin is shared with the stanzas forwarded in it, which is why the texts have to agree.
 */
export class AddressField extends ValueField<JID, undefined, JID | string> {
  readonly #name: 'from' | 'to';

  constructor(name: 'from' | 'to') {
    super(attributeSlot(name), jid, absent);
    this.#name = name;
  }

  override get(xml: XmlElement): JID | undefined {
    const { origin } = xml;
    if (origin !== undefined) {
      const known = this.#name === 'from' ? origin.from : origin.to;
      if (known instanceof JID && known.full === xml.attribute(this.#name)) return known;
    }
    return super.get(xml);
  }
}
