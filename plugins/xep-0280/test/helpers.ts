import type { Message } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { afterEach } from 'vitest';
import { MessageCarbons, NS_CARBONS } from '../src/index.js';

export const ACCOUNT = 'romeo@montague.example';
export const OWN = `${ACCOUNT}/home`;
export const OTHER = `${ACCOUNT}/garden`;
export const JULIET = 'juliet@capulet.example/balcony';

export const ENABLE = `<iq type='set' id='*'><enable xmlns='${NS_CARBONS}'/></iq>`;
export const DISABLE = `<iq type='set' id='*'><disable xmlns='${NS_CARBONS}'/></iq>`;

/** A message with its namespace written out. */
export function said(from: string, to: string, more = '', type = 'chat'): string {
  return `<message xmlns='jabber:client' from='${from}' to='${to}' type='${type}' id='i1'><body>b</body>${more}</message>`;
}

export const forwarded = (inside: string): string => `<forwarded xmlns='urn:xmpp:forward:0'>${inside}</forwarded>`;

/** A carbon around what is given. */
export function carbon(name: 'received' | 'sent', inside: string, attributes = `from='${ACCOUNT}'`): string {
  const wrapper = `<${name} xmlns='${NS_CARBONS}'>${forwarded(inside)}</${name}>`;
  return `<message ${attributes} to='${OWN}' type='chat' id='o1'>${wrapper}</message>`;
}

/** A client that has got its answer to `<enable/>`, and what it hears. */
export async function start(options: object = {}, more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [[MessageCarbons, options]], ...more });
  const { xmpp } = stream;
  const heard = { event: [] as Message[], plain: [] as Message[], copies: [] as Message[], errors: [] as Message[] };
  xmpp.on('message', (message) => heard.event.push(message));
  xmpp.on('messageError', (message) => heard.errors.push(message));
  xmpp.onMessage((message) => heard.plain.push(message));
  xmpp.onMessage((message) => heard.copies.push(message), { sources: ['carbon'] });
  const changes: { enabled: boolean; error: Error | undefined }[] = [];
  xmpp.on('carbonsChanged', (change) => changes.push(change));
  return { stream, xmpp, carbons: xmpp.plugin(MessageCarbons), heard, changes };
}

/** Starts clients that end with their test. */
export function useClients(): typeof start {
  const streams = useStreams(afterEach);
  return async (...args) => {
    const started = await start(...args);
    streams.keep(started.stream);
    return started;
  };
}
