/** What a lie may be made of. */
export interface Heard {
  /** The id of the request for an address. */
  readonly id: string;
  /** The nonce of SCRAM. */
  readonly nonce: string;
  /** How many stanzas the peer has counted (XEP-0198), where it asks for its session. */
  readonly h: string;
}

/** How a server speaks on a connection: over a stream of RFC 6120, or in the frames of RFC 7395. */
export interface LyingVoice {
  readonly heard: Heard;
  /** What opens a stream. @param attributes Those that are not always the same, `id` and `from` where it is honest. */
  header(attributes?: string): string;
  /** What ends it. */
  readonly close: string;
}

/** How a server speaks, and what it takes for the opening of a stream. @internal */
export interface Dialect {
  header(attributes: string): string;
  readonly close: string;
  readonly opening: RegExp;
  /** The element as it is sent: a frame declares all of its namespaces. */
  dress(element: string): string;
}

const NS_STREAM = 'http://etherx.jabber.org/streams';
const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';

const plainly = (element: string): string => element;

/** That of RFC 6120. @internal */
export const streamDialect = (namespace: string, version: string): Dialect => ({
  header: (attributes) =>
    `<?xml version='1.0'?><stream:stream xmlns='${namespace}' xmlns:stream='${NS_STREAM}'${version} ${attributes}>`,
  close: '</stream:stream>',
  opening: /<stream:stream[^>]*>/,
  dress: plainly,
});

/** That of RFC 7395. @internal */
export const framedDialect: Dialect = {
  header: (attributes) => `<open xmlns='${NS_FRAMING}' version='1.0' ${attributes}/>`,
  close: `<close xmlns='${NS_FRAMING}'/>`,
  opening: /<open [^>]*>/,
  dress: (element) =>
    element
      .replace(/^<(stream:(?!stream)[a-z]+)(?![^>]*xmlns:stream=)/, `<$1 xmlns:stream='${NS_STREAM}'`)
      .replace(/^<(message|presence|iq|handshake)(?![^>]*xmlns=)/, "<$1 xmlns='jabber:client'"),
};
