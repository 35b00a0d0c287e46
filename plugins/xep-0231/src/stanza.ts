import {
  attr,
  base64,
  children,
  type ElementList,
  element,
  extend,
  int,
  Message,
  ownText,
  Presence,
} from '@sestina/core';

/** The namespace, which is also the feature. */
export const NS_BOB = 'urn:xmpp:bob';

/** In declarations by this name: with type arguments, as they would be inferred, TypeScript before 5.7 refuses it. */
interface Bytes extends Uint8Array {}

/** `<data/>`: some bytes, or without any the question for them (XEP-0231 §2.5). */
export class BitsData extends element('data', NS_BOB, {
  /** The content id: `sha1+…@bob.xmpp.org`. */
  cid: attr('cid').required(),
  /** Seconds that it may be kept. 0: it is not to be kept. */
  maxAge: attr('max-age', int(0)).lenient(),
  /** The media type, as its sender says. */
  type: attr('type'),
  /** The bytes; white space that old servers put between them is taken, too. Undefined where they are no base64. */
  data: ownText<Bytes>(base64).lenient(),
}) {}

declare module '@sestina/core' {
  interface Message {
    /** Bytes that come with it (XEP-0231). Nothing says that they are what their content id says. */
    readonly bits: ElementList<BitsData>;
  }
  interface Presence {
    /** Bytes that come with it (XEP-0231). Nothing says that they are what their content id says. */
    readonly bits: ElementList<BitsData>;
  }
}

extend(Message, { bits: children(BitsData) }, NS_BOB);
extend(Presence, { bits: children(BitsData) }, NS_BOB);
