import { attr, element, extend, type Field, Message } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_CORRECT = 'urn:xmpp:message-correct:0';

/** `<replace/>`: the message takes the place of an earlier one (XEP-0308 §3). */
export class Replace extends element('replace', NS_CORRECT, {
  /** The `id` of the first version. Undefined where it is missing. */
  id: attr('id'),
}) {}

/** The id in a correction. */
const replaces: Field<string | undefined> = {
  get: (xml) => xml.child(Replace.tag, NS_CORRECT)?.attribute('id') || undefined,
  set: (xml, id) => {
    for (const old of xml.childrenNamed(Replace.tag, NS_CORRECT)) xml.remove(old);
    if (id !== undefined) xml.append(new Replace({ id }).xml);
  },
};

declare module '@sestina/core' {
  interface Message {
    /** The `id` of the message that this one takes the place of, as its sender says (XEP-0308): `messageCorrected` tells whether it may. */
    replaces: string | undefined;
  }
}

extend(Message, { replaces }, NS_CORRECT);
