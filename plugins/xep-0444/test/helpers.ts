import { JID, type Message } from '@sestina/core';
import { MemoryMessageIndex, type MessageFacts } from '@sestina/message-index';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { StanzaIds } from '@sestina/xep-0359';
import { afterEach } from 'vitest';
import { MessageReactions, type MessageReactionsOptions, NS_REACTIONS, type ReactionsChanged } from '../src/index.js';

export const OWN = 'romeo@montague.example/orchard';
export const JULIET = 'juliet@capulet.example';
export const BALCONY = `${JULIET}/balcony`;
export const ROOM = 'verona@rooms.example';
type Streams = ReturnType<typeof useStreams>;

async function begin(
  streams: Streams,
  options: Partial<MessageReactionsOptions> = {},
  more: ScriptedStreamOptions = {},
) {
  const stream = await ScriptedStream.start({
    jid: OWN,
    ...more,
    plugins: [
      [StanzaIds, { requireAnnounced: false, originId: 'never' }],
      MemoryMessageIndex,
      ...(more.plugins ?? []),
      [MessageReactions, options],
    ],
  });
  streams.keep(stream);
  const { xmpp } = stream;
  if (!xmpp.isComponent) xmpp.roster.of().apply([{ jid: JID.parse(JULIET), subscription: 'both' }]);
  const heard: ReactionsChanged[] = [];
  const messages: Message[] = [];
  xmpp.on('reactionsChanged', (changed) => heard.push(changed));
  xmpp.on('message', (message) => messages.push(message));
  await stream.idle();
  stream.skipSent();
  const [reactions, index] = [xmpp.plugin(MessageReactions), xmpp.plugin(MemoryMessageIndex)];
  const facts = async (id = 'm1', peer = JULIET) => (await index.find(JID.parse(peer), id)) as MessageFacts;
  /** Who reacts with what, in short. */
  const shown = async (id?: string, peer?: string) =>
    Object.fromEntries(
      [...reactions.of(await facts(id, peer))].map(([emoji, all]) => [emoji, all.map(({ jid }) => `${jid}`)]),
    );
  return { stream, xmpp, reactions, index, heard, messages, facts, shown };
}

export const says = (
  id: string,
  inside = `<body>${id}</body>`,
  { from = BALCONY, type = 'chat', to = OWN } = {},
): string => `<message from='${from}' to='${to}' type='${type}' id='${id}'>${inside}</message>`;
export const reacts = (to: string, ...emojis: string[]): string =>
  `<reactions xmlns='${NS_REACTIONS}' id='${to}'>${emojis.map((emoji) => `<reaction>${emoji}</reaction>`).join('')}</reactions>`;
export const told = (heard: ReactionsChanged[]): unknown[] =>
  heard.splice(0).map(({ added, removed, now }) => [added.join(''), removed.join(''), now.join('')]);

/** Makes such connections for the tests of the file that calls it, and closes them after each. */
export function useReactions() {
  const streams = useStreams(afterEach);
  return (options: Partial<MessageReactionsOptions> = {}, more: ScriptedStreamOptions = {}) =>
    begin(streams, options, more);
}
