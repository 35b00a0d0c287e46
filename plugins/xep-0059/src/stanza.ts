import { childText, element, type Field, int, XmlElement } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_RSM = 'http://jabber.org/protocol/rsm';

// A number that cannot be read is as good as none: nothing depends on it.
const number = int(0, 2_147_483_647);

const firstIndex: Field<number | undefined> = {
  get: (xml) => {
    const raw = xml.child('first')?.attribute('index');
    return raw === undefined ? undefined : number.decode(raw);
  },
  set: (xml, value) => {
    const raw = value === undefined ? undefined : number.encode(value);
    const first = xml.child('first');
    if (first) first.setAttribute('index', raw);
    else if (raw !== undefined) xml.append(new XmlElement('first', NS_RSM, { index: raw }));
  },
};

/**
 * `<set/>`: which part of a long list is asked for, or was given (XEP-0059 §2). Items are named by UIDs, which mean nothing but to who
 * has the list.
 */
export class ResultSet extends element('set', NS_RSM, {
  /** Asks for so many items at most; 0 asks only how many there are. */
  max: childText('max', number).lenient(),
  /** Asks for the items right before that one; empty, for the last ones that there are. */
  before: childText('before'),
  /** Asks for the items right behind that one. */
  after: childText('after'),
  /** Asks for the items from that place on, the first being 0. */
  index: childText('index', number).lenient(),
  /** The UID of the first item that was given. */
  first: childText('first'),
  /** The place of that item in the whole list, as far as who has it cares to say. */
  firstIndex,
  /** The UID of the last item that was given. */
  last: childText('last'),
  /** How many items the whole list has; often missing, and often not exact. */
  count: childText('count', number).lenient(),
}) {}
