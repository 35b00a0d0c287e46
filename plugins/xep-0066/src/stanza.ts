import { attr, child, children, childText, type ElementList, element, extend, Message, Presence } from '@sestina/core';

/** The namespace of addresses in messages and presence, which is also the feature. */
export const NS_OOB = 'jabber:x:oob';
/** The namespace of offers, which is also the feature. */
export const NS_OOB_IQ = 'jabber:iq:oob';

/** `<x/>`: the address of something (XEP-0066 §3). */
export class OutOfBandData extends element('x', NS_OOB, {
  /** As it was sent: of any scheme, and no word on what is there. */
  url: childText('url').required(),
  /** For people. */
  desc: childText('desc'),
}) {}

/** `<query/>`: offers a file that is to be fetched at once (XEP-0066 §2). */
export class OobOffer extends element('query', NS_OOB_IQ, {
  url: childText('url').required(),
  /** For people. */
  desc: childText('desc'),
  /** The stream of XEP-0095 that it stands for. */
  sid: attr('sid'),
}) {}

declare module '@sestina/core' {
  interface Message {
    /** The first address that comes with it (XEP-0066). */
    oob: OutOfBandData | undefined;
    /** All addresses that come with it (XEP-0066). */
    readonly oobs: ElementList<OutOfBandData>;
  }
  interface Presence {
    /** The address that comes with it (XEP-0066). */
    oob: OutOfBandData | undefined;
  }
}

extend(Message, { oob: child(OutOfBandData), oobs: children(OutOfBandData) }, NS_OOB);
extend(Presence, { oob: child(OutOfBandData) }, NS_OOB);
