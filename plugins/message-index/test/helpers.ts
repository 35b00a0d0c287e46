import type { Message } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions } from '@sestina/testing';
import { MemoryMessageIndex, type MemoryMessageIndexOptions } from '../src/index.js';

export const ACCOUNT = 'alice@example.org';
export const OWN = `${ACCOUNT}/phone`;
export const BOB = 'bob@example.net/x';
export const ROOM = 'room@muc.example.org';

/** A client whose archive and whose rooms may be believed. */
export async function start(options: Partial<MemoryMessageIndexOptions> = {}, more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ jid: OWN, ...more });
  const { xmpp } = stream;
  const { StanzaIds } = await import('@sestina/xep-0359');
  xmpp.use(StanzaIds, { requireAnnounced: false });
  const index = xmpp.use(MemoryMessageIndex, options);
  const heard: Message[] = [];
  xmpp.onMessage((message) => heard.push(message), { sources: ['stream', 'carbon', 'archive', 'history'] });
  await stream.idle();
  stream.skipSent();
  return { stream, xmpp, index, heard };
}

export const sid = (id: string, by = ACCOUNT): string => `<stanza-id xmlns='urn:xmpp:sid:0' by='${by}' id='${id}'/>`;

export function text(id: string, { body = id, from = BOB, to = OWN, type = 'chat', more = '' } = {}): string {
  return `<message from='${from}' to='${to}' type='${type}' id='${id}'><body>${body}</body>${more}</message>`;
}
