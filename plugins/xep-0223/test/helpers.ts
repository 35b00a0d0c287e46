import { attr, element } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { NS_PUBSUB, NS_PUBSUB_EVENT } from '@sestina/xep-0060';
import { afterEach } from 'vitest';
import { PrivateData, type PrivateDataOptions } from '../src/index.js';

export const OWN = 'juliet@capulet.com/chamber';
export const ACCOUNT = 'juliet@capulet.com';
export const NS = 'urn:example:note';
export class Note extends element('note', NS, { text: attr('text') }) {}

type Streams = ReturnType<typeof useStreams>;

export const note = (text: string, more = ''): string => `<note xmlns='${NS}' text='${text}'>${more}</note>`;
export const item = (id: string, text: string): string => `<item id='${id}'>${note(text)}</item>`;
export const pubsub = (inside: string, owner = ''): string => `<pubsub xmlns='${NS_PUBSUB}${owner}'>${inside}</pubsub>`;
export const event = (inside: string, from = ACCOUNT): string =>
  `<message from='${from}' to='${OWN}' type='headline'><event xmlns='${NS_PUBSUB_EVENT}'>${inside}</event></message>`;
export const changed = (...items: string[]): string => `<items node='${NS}'>${items.join('')}</items>`;
export const disco = (...features: string[]): string =>
  `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/>${features.map((each) => `<feature var='${NS_PUBSUB}#${each}'/>`).join('')}</query>`;
export const form = (fields: Readonly<Record<string, string>>): string =>
  pubsub(
    `<configure node='${NS}'><x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'><value>${NS_PUBSUB}#node_config</value></field>${Object.entries(
      fields,
    )
      .map(([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`)
      .join('')}</x></configure>`,
    '#owner',
  );
export const GOOD = {
  access_model: 'whitelist',
  persist_items: '1',
  max_items: 'max',
  send_last_published_item: 'never',
  notify_retract: '1',
};
export const ALL = `<iq type='get' id='*'>${pubsub(`<items node='${NS}'/><set xmlns='http://jabber.org/protocol/rsm'><max>50</max></set>`)}</iq>`;

async function begin(streams: Streams, options: Partial<PrivateDataOptions>, more: ScriptedStreamOptions) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [[PrivateData, options]], ...more });
  streams.keep(stream);
  const node = stream.xmpp.plugin(PrivateData).node({ node: NS, payload: Note });
  const told: unknown[] = [];
  node.events.on('changed', ({ id, value, previous, own }) => told.push([id, previous?.text, value.text, own]));
  node.events.on('removed', ({ id, previous }) => told.push(['removed', id, previous?.text]));
  node.events.on('ready', ({ items }) => told.push(['ready', ...items.keys()]));
  return { stream, xmpp: stream.xmpp, node, told };
}

/** Makes such connections for the tests of the file that calls it, and closes them after each. */
export function useNodes() {
  const streams = useStreams(afterEach);
  return (options: Partial<PrivateDataOptions> = {}, more: ScriptedStreamOptions = {}) => begin(streams, options, more);
}
