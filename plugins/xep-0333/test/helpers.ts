import { JID, type Message } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { StanzaIds } from '@sestina/xep-0359';
import { afterEach } from 'vitest';
import {
  type DisplayedElsewhere,
  DisplayedMarkers,
  type DisplayedMarkersOptions,
  type DisplayedReceived,
  NS_MARKERS,
} from '../src/index.js';

export const OWN = 'romeo@montague.example/orchard';
export const ACCOUNT = 'romeo@montague.example';
export const JULIET = 'juliet@capulet.example';
export const BALCONY = `${JULIET}/balcony`;
export const ROOM = 'verona@rooms.example';
export const STORE = `<store xmlns='urn:xmpp:hints'/>`;
async function start(
  streams: ReturnType<typeof useStreams>,
  options: Partial<DisplayedMarkersOptions> = {},
  more: ScriptedStreamOptions = {},
) {
  const stream = await ScriptedStream.start({
    jid: OWN,
    ...more,
    plugins: [
      [StanzaIds, { requireAnnounced: false, originId: 'never' }],
      MemoryMessageIndex,
      ...(more.plugins ?? []),
      [DisplayedMarkers, options],
    ],
  });
  streams.keep(stream);
  const { xmpp } = stream;
  if (!xmpp.isComponent) xmpp.roster.of().apply([{ jid: JID.parse(JULIET), subscription: 'both' }]);
  const [received, elsewhere, messages]: [DisplayedReceived[], DisplayedElsewhere[], Message[]] = [[], [], []];
  xmpp.on('displayedReceived', (each) => received.push(each));
  xmpp.on('displayedElsewhere', (each) => elsewhere.push(each));
  xmpp.on('message', (message) => messages.push(message));
  await stream.idle();
  stream.skipSent();
  return { stream, xmpp, markers: xmpp.plugin(DisplayedMarkers), received, elsewhere, messages };
}

export const MARKABLE = `<markable xmlns='${NS_MARKERS}'/>`;
export const marker = (id: string, kind = 'displayed'): string => `<${kind} xmlns='${NS_MARKERS}' id='${id}'/>`;
export const says = (
  id: string,
  inside = `<body>${id}</body>${MARKABLE}`,
  { from = BALCONY, type = 'chat', to = OWN } = {},
) => `<message from='${from}' to='${to}' type='${type}' id='${id}'>${inside}</message>`;

/** The markers that were sent, as the ids that they are for. */
export const told = ({ sent }: ScriptedStream): (string | undefined)[] =>
  sent.flatMap((xml) => xml.child('displayed', NS_MARKERS) ?? []).map((xml) => xml.attribute('id'));

/** Makes such connections for the tests of the file that calls it, and closes them after each. */
export function useMarkers() {
  const streams = useStreams(afterEach);
  return (options: Partial<DisplayedMarkersOptions> = {}, more: ScriptedStreamOptions = {}) =>
    start(streams, options, more);
}
