import { declareSecret, NegotiationError, XmlElement } from '@sestina/core';
import { type Link, NS_CLIENT, NS_COMPONENT } from '@sestina/core/connection';
import { quotedTag } from '@sestina/core/util';

for (const namespace of [NS_CLIENT, NS_COMPONENT]) declareSecret({ name: 'handshake', namespace });

/**
 * Proves that we know the secret, by the SHA-1 of it behind the stream's id (XEP-0114 §3).
 * @throws NegotiationError for an answer that is none, or that comes before there was anything to answer: nothing is proved then.
 */
export async function handshake(link: Link, streamId: string, secret: string): Promise<void> {
  let early = false;
  const answered = link.receive();
  answered.then(
    () => {
      early = true;
    },
    () => {},
  );
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(streamId + secret));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (early) throw new NegotiationError(`the server sent ${quotedTag(await answered)} before the handshake was made`);
  link.sendElement(new XmlElement('handshake', NS_CLIENT).append(hex));
  const answer = await answered;
  const known = answer.namespace === NS_CLIENT || answer.namespace === NS_COMPONENT;
  if (answer.name !== 'handshake' || !known) {
    throw new NegotiationError(`the server answered the handshake with ${quotedTag(answer)}`);
  }
}
