import { base64, JID, type Logger, provide } from '@sestina/core';
import { childContainer } from '@sestina/core/connection';
import { HttpClient } from '@sestina/http';
import type { MemoryHttpClient } from '@sestina/http/memory';
import { ScriptedStream, type Streams } from '@sestina/testing';
import { NS_PUBSUB, NS_PUBSUB_EVENT } from '@sestina/xep-0060';
import {
  Avatars,
  type AvatarsOptions,
  NS_AVATAR_DATA as NS_DATA,
  NS_AVATAR_METADATA as NS_METADATA,
  sha1,
} from '../src/index.js';
import { png } from './images.js';

export const ACCOUNT = 'alice@example.org';
export const OWN = `${ACCOUNT}/desk`;
export const ROMEO = 'romeo@montague.net';
export const image = png(64, 64, 100);
export const id = await sha1(image);

interface InfoInit {
  readonly id?: string;
  readonly bytes?: number;
  readonly type?: string;
  readonly url?: string;
}
export const info = ({ id: given = id, bytes = image.length, type = 'image/png', url }: InfoInit = {}): string =>
  `<info id='${given}' bytes='${bytes}' type='${type}'${url ? ` url='${url}'` : ''}/>`;
export const metadata = (inside: string): string => `<metadata xmlns='${NS_METADATA}'>${inside}</metadata>`;
export const event = (from: string, inside: string, more = ''): string =>
  `<message from='${from}' to='${OWN}' type='headline'><event xmlns='${NS_PUBSUB_EVENT}'><items node='${NS_METADATA}'><item id='x'>${metadata(inside)}</item></items></event>${more}</message>`;
export const dataItems = (data: Uint8Array | string, given = id): string =>
  `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS_DATA}'><item id='${given}'><data xmlns='${NS_DATA}'>${typeof data === 'string' ? data : base64.encode(data)}</data></item></items></pubsub>`;
export const question = (to: string, given = id): string =>
  `<iq type='get' id='*' to='${to}'><pubsub xmlns='${NS_PUBSUB}'><items node='${NS_DATA}'><item id='${given}'/></items></pubsub></iq>`;
export const DISCO = `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/><feature var='${NS_PUBSUB}#publish-options'/></query>`;

/** A client with a contact, Romeo. The stream is to be closed after the test. */
export async function start(
  streams: Streams,
  options: Partial<AvatarsOptions> = {},
  http?: MemoryHttpClient,
  logger?: Logger,
) {
  const container = childContainer();
  if (http) provide(container, HttpClient, http);
  const stream = await ScriptedStream.start({
    jid: OWN,
    plugins: [[Avatars, options]],
    options: { container, ...(logger && { logger }) },
  });
  streams.keep(stream);
  const { xmpp } = stream;
  xmpp.roster.of().apply([{ jid: JID.from(ROMEO), subscription: 'both' }]);
  await stream.idle();
  stream.skipSent();
  const told: unknown[] = [];
  xmpp.on('avatarChanged', ({ jid, info: given, own, resource }) => told.push([jid.full, given?.id, own, resource]));
  const avatars = xmpp.plugin(Avatars);
  /** What comes of an image that Romeo announces, and sends. */
  const outcome = async (given: string, data: Uint8Array | string, asks = true, announced = id) => {
    await stream.recv(event(ROMEO, given));
    const got = avatars.get(ROMEO);
    if (asks) await stream.recvResult(await stream.expectSent(question(ROMEO, announced)), dataItems(data, announced));
    return got;
  };
  return { stream, xmpp, avatars, told, outcome };
}
