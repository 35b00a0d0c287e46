import { XmlElement } from '@sestina/xml';
import type { Field } from './field.js';

const parent: Field<string | undefined> = {
  get: (xml) => xml.child('thread')?.attribute('parent'),
  set: (xml, value) => {
    let thread = xml.child('thread');
    if (!thread && value !== undefined) {
      thread = new XmlElement('thread', xml.namespace);
      xml.append(thread);
    }
    thread?.setAttribute('parent', value);
  },
};

/** The thread that a message's thread has branched off (RFC 6121 §5.2.5). */
export const threadFields = { parent } as const;
