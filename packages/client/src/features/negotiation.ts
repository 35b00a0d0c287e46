import {
  isA,
  type Link,
  NegotiationError,
  NS_CLIENT,
  type OpeningHeader,
  type SessionOutcome,
  StreamError,
  StreamFeatures,
  TlsRequiredError,
  viewOf,
  type XmlElement,
} from '@sestina/core';
import type { FeatureContext, FeatureOutcome } from './feature.js';
import type { FeatureRegistry, RegisteredFeature } from './feature-registry.js';
import { NS_TLS, STARTTLS } from './starttls.js';

/** What a negotiation knows of the client that it is for. */
export interface NegotiationHost {
  readonly domain: string;
  readonly lang: string | undefined;
  /** TLS has to be on before anything else happens. */
  readonly requireTls: boolean;
  readonly authenticated: boolean;
  readonly bound: boolean;
  /** The bare JID for the header's `from`; only sent when TLS is on (RFC 6120 §4.7.1). */
  readonly from: string | undefined;
  /** What the server offers has arrived. */
  offered(features: StreamFeatures): void;
  /** Nothing of what it offers is a way to log in. */
  noLogin(): void;
}

// TLS, SASL and one of a plugin's make three; a server that asks for more and more is not negotiating.
const MAX_STREAMS = 8;

/** Opens streams and negotiates their features until there is a session (RFC 6120 §4.3). */
export async function negotiate(
  link: Link,
  registry: FeatureRegistry,
  host: NegotiationHost,
  signal: AbortSignal,
): Promise<SessionOutcome> {
  for (let streams = 0; streams < MAX_STREAMS; streams++) {
    const features = await openStream(link, host);
    host.offered(features);
    const outcome = await negotiateFeatures(link, features, registry, host, signal);
    if (outcome === 'resumed') return 'resumed';
    if (outcome === 'session') return 'new';
  }
  throw new NegotiationError(`the server wanted more than ${MAX_STREAMS} streams in a row`);
}

async function openStream(link: Link, host: NegotiationHost): Promise<StreamFeatures> {
  const header: OpeningHeader = {
    to: host.domain,
    from: link.transport.secure ? host.from : undefined,
    lang: host.lang,
    contentNamespace: NS_CLIENT,
    version: '1.0',
  };
  await link.openStream(header, { contentNamespace: NS_CLIENT, from: host.domain });
  const first = await link.receive();
  if (!isA(StreamFeatures, first)) {
    if (host.requireTls && !link.transport.secure) throw new TlsRequiredError(unexpected(first));
    throw new StreamError('unsupported-stanza-type', { text: unexpected(first) });
  }
  return viewOf(StreamFeatures, first);
}

const unexpected = (xml: XmlElement): string =>
  `expected the stream's features, got <${xml.name} xmlns="${xml.namespace}">`;

async function negotiateFeatures(
  link: Link,
  features: StreamFeatures,
  registry: FeatureRegistry,
  host: NegotiationHost,
  signal: AbortSignal,
): Promise<Exclude<FeatureOutcome, 'next'>> {
  const done = new Set<string>();
  const isDue = (feature: RegisteredFeature): boolean =>
    !done.has(keyOf(feature)) && isOffered(feature, features) && mayBegin(feature, link, host);
  for (;;) {
    // Asked anew each time: a handler may have logged in, bound an address, or removed another handler.
    const next = [...registry].find(isDue);
    if (!next) break;
    done.add(keyOf(next));
    const xml = features.xml.child(next.name, next.namespace) as XmlElement;
    const context: FeatureContext = {
      feature: xml,
      features,
      link,
      signal,
      authenticated: host.authenticated,
      bound: host.bound,
    };
    const outcome = await next.handler(context);
    // A handler that takes no notice of the signal must not go on for an attempt that was given up.
    signal.throwIfAborted();
    if (outcome !== 'next') return outcome;
  }
  if (host.bound) return 'session';
  if (host.requireTls && !link.transport.secure) throw new TlsRequiredError();
  if (!host.authenticated) host.noLogin();
  const offered = [...features.xml.elements()].map((xml) => xml.name).join(', ') || 'nothing';
  throw new NegotiationError(
    `the server offers no way to ${host.authenticated ? 'bind an address' : 'log in'} here: it offers ${offered}`,
  );
}

const keyOf = ({ name, namespace }: RegisteredFeature): string => `{${namespace}}${name}`;

function isOffered({ name, namespace }: RegisteredFeature, features: StreamFeatures): boolean {
  return features.has(name, namespace);
}

function mayBegin(feature: RegisteredFeature, link: Link, host: NegotiationHost): boolean {
  if (host.requireTls && !link.transport.secure) return feature.name === STARTTLS && feature.namespace === NS_TLS;
  return feature.beforeLogin || host.authenticated;
}
