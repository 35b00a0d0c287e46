import type { ChannelBindingType } from '../mechanism.js';

/** What is read of an element. */
export interface SaslElement {
  attribute(name: string): string | undefined;
  child(name: string, namespace?: string): SaslElement | undefined;
  childrenNamed(name: string, namespace?: string): readonly SaslElement[];
}

/** What a login needs of the connection that it is on. */
export interface SaslLink<E> {
  sendElement(element: E): unknown;
  /** The next element; where `halt` says so of it, nothing behind it is read. */
  receive(wants?: (element: E) => boolean, halt?: (element: E) => boolean): Promise<E>;
  readonly transport: {
    readonly secure: boolean;
    /** `TLSv1.3`; undefined where nobody can know. */
    readonly tlsVersion?: string | undefined;
    readonly channelBindingTypes: readonly ChannelBindingType[];
    channelBinding(type: ChannelBindingType): Promise<Uint8Array | undefined>;
  };
}

/** What a login needs of the stream that it is on: the context of a step of the negotiation has all of it. */
export interface SaslContext<E> {
  /** The features of the stream. */
  readonly features: { readonly xml: SaslElement };
  readonly link: SaslLink<E>;
  /** Aborted where nobody waits for the login any more. */
  readonly signal: AbortSignal;
}

const NS_CHANNEL_BINDING = 'urn:xmpp:sasl-cb:0';

/** The types of channel binding that the server names (XEP-0440); undefined where it does not say. */
export function namedTypes(features: SaslElement): readonly string[] | undefined {
  const list = features.child('sasl-channel-binding', NS_CHANNEL_BINDING);
  return list?.childrenNamed('channel-binding').map((each) => each.attribute('type') ?? '');
}
