import { attr, element, JID } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { definePubSubNode, NS_PUBSUB, NS_PUBSUB_EVENT, PubSub } from '@sestina/xep-0060';
import { afterEach } from 'vitest';
import { type PepEvent, PersonalEventing } from '../src/index.js';

export const OWN = 'juliet@capulet.com/chamber';
export const ACCOUNT = 'juliet@capulet.com';
export const NS = 'urn:example:mood';
export class Mood extends element('mood', NS, { is: attr('is') }) {}
export const MOOD = definePubSubNode({ node: NS, payload: Mood, itemId: 'current' });
export const SECRET = definePubSubNode({ node: 'urn:example:secret', payload: Mood, sender: 'account' });

type Streams = ReturnType<typeof useStreams>;

export const mood = (is: string): string => `<mood xmlns='${NS}' is='${is}'/>`;
export const event = (from: string | undefined, inside: string, more = ''): string =>
  `<message${from === undefined ? '' : ` from='${from}'`} to='${OWN}' type='headline'><event xmlns='${NS_PUBSUB_EVENT}'>${inside}</event>${more}</message>`;
export const items = (is: string, { id = 'current', node = NS } = {}): string =>
  `<items node='${node}'><item id='${id}'>${mood(is)}</item></items>`;
export const disco = (...features: string[]): string =>
  `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/>${features.map((each) => `<feature var='${NS_PUBSUB}#${each}'/>`).join('')}</query>`;

async function begin(streams: Streams, options: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [PersonalEventing], ...options });
  streams.keep(stream);
  const { xmpp } = stream;
  xmpp.roster.of().apply([
    { jid: JID.from('romeo@montague.net'), subscription: 'to' },
    { jid: JID.from('nurse@capulet.com'), subscription: 'from' },
  ]);
  await stream.idle();
  stream.skipSent();
  const heard: unknown[] = [];
  const note = ({ from, value, type, own, id }: PepEvent<Mood>): void => {
    heard.push([from.full, type === 'published' ? value?.is : `${type} ${id}`, ...(own ? ['own'] : [])]);
  };
  return { stream, xmpp, pep: xmpp.plugin(PersonalEventing), pubsub: xmpp.plugin(PubSub), heard, note };
}

/** Makes such connections for the tests of the file that calls it, and closes them after each. */
export function useEventing() {
  const streams = useStreams(afterEach);
  return (options: ScriptedStreamOptions = {}) => begin(streams, options);
}
