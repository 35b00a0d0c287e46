import { attr, children, declarePlacement, type ElementList, element, extend, int, Message } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_FALLBACK = 'urn:xmpp:fallback:0';

const place = int(0, 4_294_967_295);

/** `<body/>` of a fallback: the part of the body that is one; without places, all of it. */
export class FallbackBody extends element('body', NS_FALLBACK, {
  start: attr('start', place).lenient(),
  end: attr('end', place).lenient(),
}) {}

/** `<subject/>` of a fallback: the part of the subject that is one; without places, all of it. */
export class FallbackSubject extends element('subject', NS_FALLBACK, {
  start: attr('start', place).lenient(),
  end: attr('end', place).lenient(),
}) {}

/** `<fallback/>`: which text stands for something else, for programs that do not know that (XEP-0428 §2.2). */
export class Fallback extends element('fallback', NS_FALLBACK, {
  /** The namespace of what it stands for. */
  for: attr('for'),
  body: children(FallbackBody),
  subject: children(FallbackSubject),
}) {}

// It says something about the text, which is inside, and of whether there is one, which servers want to know.
declarePlacement(Fallback, 'both');

declare module '@sestina/core' {
  interface Message {
    /** Which of its texts stand for something else (XEP-0428). */
    readonly fallbacks: ElementList<Fallback>;
  }
}

extend(Message, { fallbacks: children(Fallback) }, NS_FALLBACK);
