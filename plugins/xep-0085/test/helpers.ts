import { JID } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, type Streams, useStreams } from '@sestina/testing';
import { afterEach } from 'vitest';
import {
  type ChatState,
  type ChatStateChange,
  ChatStates,
  type ChatStatesOptions,
  NS_CHATSTATES,
} from '../src/index.js';

export const ACCOUNT = 'romeo@montague.example';
export const OWN = `${ACCOUNT}/orchard`;
export const JULIET = 'juliet@capulet.example';
export const BALCONY = `${JULIET}/balcony`;
export const ROOM = 'verona@rooms.example';

const NO_STORE = `<no-store xmlns='urn:xmpp:hints'/>`;
export const state = (name: string): string => `<${name} xmlns='${NS_CHATSTATES}'/>`;

/** What the other side says. */
export const says = (from: string, inside: string, { type = 'chat', to = OWN } = {}): string =>
  `<message from='${from}' to='${to}' type='${type}'>${inside}</message>`;
/** A state in a message of its own. */
export const alone = (to: string, name: ChatState, { type = 'chat', more = '', from = '' } = {}): string =>
  `<message id='*' ${from && `from='${from}'`} to='${to}' type='${type}'>${more}${state(name)}${NO_STORE}</message>`;
/** A message with a text. */
export const content = (to: string, name?: ChatState, { type = 'chat', from = '' } = {}): string =>
  `<message id='*' ${from && `from='${from}'`} to='${to}' type='${type}'><body>b</body>${name ? state(name) : ''}</message>`;

/** A connection with the plugin, to which Juliet is a contact, and the changes that it hears of. */
async function start(streams: Streams, options: Partial<ChatStatesOptions>, more: ScriptedStreamOptions) {
  const { plugins = [], ...rest } = more;
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [...plugins, [ChatStates, options]], ...rest });
  streams.keep(stream);
  const { xmpp } = stream;
  if (!xmpp.isComponent) xmpp.roster.of().apply([{ jid: JID.parse(JULIET), subscription: 'both' }]);
  const changes: ChatStateChange[] = [];
  xmpp.on('chatStateChanged', (change) => changes.push(change));
  /** What was heard of, in short. */
  const heard = (): unknown[] =>
    changes.splice(0).map(({ author, state, previous, expired }) => [`${author}`, previous, state, expired]);
  /** Has the other side show that it knows states. */
  const answers = async (from = BALCONY): Promise<void> => {
    await stream.recv(says(from, `<body>b</body>${state('active')}`));
    changes.splice(0);
  };
  return { stream, xmpp, states: xmpp.plugin(ChatStates), changes, heard, answers };
}

/** Makes such connections for the tests of the file that calls it, and closes them after each. */
export function useConnections() {
  const streams = useStreams(afterEach);
  return (options: Partial<ChatStatesOptions> = {}, more: ScriptedStreamOptions = {}) => start(streams, options, more);
}
