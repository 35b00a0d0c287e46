import { NS_CLIENT } from '@sestina/xml';
import { element, isA, viewOf } from '../../src/stanza/element.js';
import { childText } from '../../src/stanza/fields.js';
import { Message } from '../../src/stanza/message.js';
import type { Unwrapped } from '../../src/xmpp/messages/steps.js';
import type { TestXMPP } from './stream-xmpp.js';

export class Wrapped extends element('wrapped', 'urn:test:wrap') {}
export class Secret extends element('secret', 'urn:test:secret', { text: childText('text') }) {}
export class Note extends element('note', 'urn:test:note') {}

export const BOB = 'bob@example.net/x';
export const CAROL = 'carol@example.org/y';

/** A message as it is on the stream. */
export function message(from: string, id: string, body = id, more = ''): string {
  return `<message id='${id}' from='${from}' to='alice@example.org/phone'><body>${body}</body>${more}</message>`;
}

/** One that has another one in it. */
export function wrapped(inner: string, from = 'alice@example.org'): string {
  return `<message id='outer' from='${from}' to='alice@example.org/phone'><wrapped xmlns='urn:test:wrap'>${inner}</wrapped></message>`;
}

/** A message with the namespace written out, to stand in another element. */
export function inner(from: string, to: string, id: string, more = ''): string {
  return `<message xmlns='${NS_CLIENT}' from='${from}' to='${to}' id='${id}'><body>${id}</body>${more}</message>`;
}

/** Has the first message inside of `<wrapped/>` taken out. */
export function takeOut(xmpp: TestXMPP, known: Partial<Unwrapped> = {}): void {
  xmpp.messages.unwrap(Wrapped, (_outer, { xml }) => {
    const found = [...xml.elements()].find((child) => isA(Message, child));
    return found ? { message: viewOf(Message, found), source: 'carbon', ...known } : undefined;
  });
}

/** The ids of what is told by the event, and by `onMessage` with all sources. */
export function listen(xmpp: TestXMPP): { event: string[]; heard: string[]; errors: string[] } {
  const seen = { event: [] as string[], heard: [] as string[], errors: [] as string[] };
  xmpp.on('message', ({ id }) => seen.event.push(id ?? ''));
  xmpp.onMessage(({ id }) => seen.heard.push(id ?? ''), { sources: ['stream', 'carbon', 'archive', 'history'] });
  xmpp.on('error', ({ error, where }) => seen.errors.push(`${where}: ${error.message}`));
  return seen;
}

/** A promise and what settles it. */
export function gate<T = void>(): { promise: Promise<T>; open: (value: T) => void; fail: (error: Error) => void } {
  let open: (value: T) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}
