import type { Link, StreamFeatures, XmlElement } from '@sestina/core';

/**
 * What a feature handler tells: `next`, look at the other features; `restart`, the stream has to be opened anew;
 * `session`, negotiation is over with a new session; `resumed`, it is over and the old session goes on. Where nothing is
 * left to negotiate and an address is bound, that is a new session too.
 */
export type FeatureOutcome = 'next' | 'restart' | 'resumed' | 'session';

/** What a feature handler works with. */
export interface FeatureContext {
  /** The feature as the server offers it. */
  readonly feature: XmlElement;
  /** All that the server offers at this point. */
  readonly features: StreamFeatures;
  /** The connection: `sendElement`, `receive`, `startTls`, `transport`. */
  readonly link: Link;
  readonly signal: AbortSignal;
  /** Whether logging in is done. */
  readonly authenticated: boolean;
  /** Whether there is an address yet. */
  readonly bound: boolean;
}

/** Negotiates a stream feature (RFC 6120 §4.3). Throwing ends the attempt with that error. */
export type FeatureHandler = (context: FeatureContext) => FeatureOutcome | Promise<FeatureOutcome>;

/** When a feature has its turn. What is not given is that of the registration it replaces. */
export interface FeatureOptions {
  /** Lower is earlier. STARTTLS has 0, SASL 100, binding 10,000, the legacy session 10,001. Default 5,000. */
  readonly order?: number;
  /** Negotiated before logging in too; never before TLS where TLS has to be on. Default false. */
  readonly beforeLogin?: boolean;
}
