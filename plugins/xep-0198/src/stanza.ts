import { attr, bool, child, element, extend, int, type StanzaError } from '@sestina/core';
import { NS_STANZA_ERRORS, STANZA_ERROR_TYPES, StreamFeatures } from '@sestina/core/connection';

/** The namespace of stream management, and the feature that the server offers. */
export const NS_SM = 'urn:xmpp:sm:3';

/** Counters have 32 bits and wrap to 0 (XEP-0198 §4). */
export const WRAP = 2 ** 32;

const count = int(0, WRAP - 1);

/** `<sm/>`: the server offers stream management (XEP-0198 §2). */
export class StreamManagementFeature extends element('sm', NS_SM) {}

/** `<enable/>`: asks the server to count (XEP-0198 §3). */
export class Enable extends element('enable', NS_SM, {
  /** Whether the session is to be one that can be resumed. */
  resume: attr('resume', bool),
  /** Seconds for which it is to be kept without a connection. */
  max: attr('max', int(1)),
}) {}

/** `<enabled/>`: the server counts (XEP-0198 §3). Undefined is what is missing, and what cannot be read. */
export class Enabled extends element('enabled', NS_SM, {
  /** What resumes the session. */
  id: attr('id'),
  resume: attr('resume', bool).lenient(),
  /** Seconds for which the session is kept without a connection. */
  max: attr('max', int(0)).lenient(),
  /** Where the server wants to be resumed, as `host:port`. */
  location: attr('location'),
}) {}

/** `<resume/>`: asks for a session that was kept (XEP-0198 §5). */
export class Resume extends element('resume', NS_SM, {
  h: attr('h', count),
  previd: attr('previd'),
}) {}

/** `<resumed/>`: the session goes on (XEP-0198 §5). */
export class Resumed extends element('resumed', NS_SM, {
  h: attr('h', count).lenient(),
  previd: attr('previd'),
}) {}

/** `<a/>`: how many stanzas were handled (XEP-0198 §4). */
export class Ack extends element('a', NS_SM, { h: attr('h', count).lenient() }) {}

/** `<r/>`: asks how many were (XEP-0198 §4). */
export class AckRequest extends element('r', NS_SM) {}

/** `<failed/>`: the server does not count, or does not resume (XEP-0198 §6). */
export class Failed extends element('failed', NS_SM, { h: attr('h', count).lenient() }) {
  /** Why, as far as that is a condition of RFC 6120 §8.3.3. */
  get condition(): StanzaError['condition'] | undefined {
    for (const { name, namespace } of this.xml.elements()) {
      if (namespace === NS_STANZA_ERRORS && Object.hasOwn(STANZA_ERROR_TYPES, name)) {
        return name as StanzaError['condition'];
      }
    }
    return undefined;
  }
}

declare module '@sestina/core/connection' {
  interface StreamFeatures {
    /** Stream management (XEP-0198). */
    sm: StreamManagementFeature | undefined;
  }
}

extend(StreamFeatures, { sm: child(StreamManagementFeature) }, NS_SM);
