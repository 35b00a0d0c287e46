import { JID, type Message } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { ScriptedStream, type ScriptedStreamOptions, type Streams, useStreams } from '@sestina/testing';
import { StanzaIds } from '@sestina/xep-0359';
import { afterEach } from 'vitest';
import { type MessageCorrected, MessageCorrection, type MessageCorrectionOptions, NS_CORRECT } from '../src/index.js';

export const OWN = 'romeo@montague.example/orchard';
export const ACCOUNT = 'romeo@montague.example';
export const JULIET = 'juliet@capulet.example';
export const BALCONY = `${JULIET}/balcony`;

export const replace = (id: string): string => `<replace xmlns='${NS_CORRECT}' id='${id}'/>`;

/** What somebody says. */
export const says = (
  id: string,
  inside = `<body>${id}</body>`,
  { from = BALCONY, type = 'chat', to = OWN } = {},
): string => `<message from='${from}' to='${to}' type='${type}' id='${id}'>${inside}</message>`;

/** Another version of what somebody has said. */
export const corrects = (id: string, first: string, more: Parameters<typeof says>[2] = {}): string =>
  says(id, `<body>${id}</body>${replace(first)}`, more);

async function start(streams: Streams, options: Partial<MessageCorrectionOptions>, more: ScriptedStreamOptions) {
  const stream = await ScriptedStream.start({
    jid: OWN,
    ...more,
    plugins: [
      [StanzaIds, { requireAnnounced: false, originId: 'never' }],
      MemoryMessageIndex,
      ...(more.plugins ?? []),
      [MessageCorrection, options],
    ],
  });
  streams.keep(stream);
  const { xmpp } = stream;
  if (!xmpp.isComponent) xmpp.roster.of().apply([{ jid: JID.parse(JULIET), subscription: 'both' }]);
  const heard: MessageCorrected[] = [];
  const messages: Message[] = [];
  xmpp.on('messageCorrected', (corrected) => heard.push(corrected));
  xmpp.on('message', (message) => messages.push(message));
  await stream.idle();
  stream.skipSent();
  return { stream, xmpp, correction: xmpp.plugin(MessageCorrection), heard, messages };
}

/** Makes connections with the plugin for the tests of the file that calls it, and closes them after each. */
export function useConnections() {
  const streams = useStreams(afterEach);
  return (options: Partial<MessageCorrectionOptions> = {}, more: ScriptedStreamOptions = {}) =>
    start(streams, options, more);
}

/** What was told, in short: the id of the correction, that of its original, whether it is the latest. */
export const told = (heard: readonly MessageCorrected[]): unknown[] =>
  heard.map(({ message, original, verified, latest }) => [message.id, verified ? original?.id : verified, latest]);
