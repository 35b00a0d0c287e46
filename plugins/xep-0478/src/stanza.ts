import { child, childText, element, extend } from '@sestina/core';
import { StreamFeatures } from '@sestina/core/connection';

/** The namespace of the limits of a stream, and the feature. */
export const NS_LIMITS = 'urn:xmpp:stream-limits:0';

/** `<limits/>`: what the server takes on this stream (XEP-0478 §3.1), as it says it. */
export class LimitsFeature extends element('limits', NS_LIMITS, {
  maxBytes: childText('max-bytes'),
  idleSeconds: childText('idle-seconds'),
}) {}

declare module '@sestina/core/connection' {
  interface StreamFeatures {
    /** The limits of the stream (XEP-0478). */
    limits: LimitsFeature | undefined;
  }
}

extend(StreamFeatures, { limits: child(LimitsFeature) }, NS_LIMITS);
