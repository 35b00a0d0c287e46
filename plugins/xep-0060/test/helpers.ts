import { attr, element, type JID } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, type Streams } from '@sestina/testing';
import { definePubSubNode, type NodeEvent, NS_PUBSUB, NS_PUBSUB_EVENT, PubSub } from '../src/index.js';

export const OWN = 'juliet@capulet.com/chamber';
export const SERVICE = 'pubsub.capulet.com';
export const NS = 'urn:example:weather';
export class Weather extends element('weather', NS, { degrees: attr('degrees') }) {}
export const WEATHER = definePubSubNode({ node: 'weather', payload: Weather });

export const pubsub = (inside: string): string => `<pubsub xmlns='${NS_PUBSUB}'>${inside}</pubsub>`;
export const owner = (inside: string): string => `<pubsub xmlns='${NS_PUBSUB}#owner'>${inside}</pubsub>`;
export const item = (id: string, degrees = '1'): string =>
  `<item id='${id}'><weather xmlns='${NS}' degrees='${degrees}'/></item>`;
export const iq = (type: 'get' | 'set', inside: string, to: string | undefined = SERVICE): string =>
  `<iq type='${type}' id='*'${to === '' ? '' : ` to='${to}'`}>${inside}</iq>`;
export const field = (name: string, value: string): string => `<field var='${name}'><value>${value}</value></field>`;
export const submit = (type: string, fields: Readonly<Record<string, string>>): string =>
  `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>${NS_PUBSUB}#${type}</value></field>${Object.entries(
    fields,
  )
    .map(([name, value]) => field(name, value))
    .join('')}</x>`;
export const message = (event: string, { from = SERVICE, to = OWN, more = '', type = 'headline' } = {}): string =>
  `<message${from === '' ? '' : ` from='${from}'`} to='${to}' type='${type}'><event xmlns='${NS_PUBSUB_EVENT}'>${event}</event>${more}</message>`;
export const published = (...items: string[]): string => `<items node='weather'>${items.join('')}</items>`;
export const disco = (...features: string[]): string =>
  `<query xmlns='http://jabber.org/protocol/disco#info'>${features.map((each) => `<feature var='${NS_PUBSUB}#${each}'/>`).join('')}</query>`;
export const DISCO = (to: string): string =>
  `<iq type='get' id='*' to='${to}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`;

export async function start(streams: Streams, options: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [PubSub], ...options });
  streams.keep(stream);
  const plugin = stream.xmpp.plugin(PubSub);
  const heard: unknown[] = [];
  const note = (event: NodeEvent<Weather>): void => {
    heard.push(summary(event));
  };
  return { stream, xmpp: stream.xmpp, plugin, heard, note };
}

/** What an event says, in short. */
export function summary(event: NodeEvent<Weather>): unknown {
  const from: JID = event.service;
  if (event.type === 'published') {
    return [from.full, ...event.items.map(({ id, value }) => `${id}=${value?.degrees}`)];
  }
  return [from.full, event.type, ...(event.type === 'retracted' ? event.ids : [])];
}
