import type { ComponentOptions, ComponentXMPP } from '@sestina/component';
import type { XMPPEvents, XmlElement } from '@sestina/core';
import type { ScriptedStream } from '@sestina/testing';
import { scripted } from '../scripted.js';

export const BOB = 'bob@example.net';
export const BOT = 'bot@echo.example.org';

export const presence = (from: string, type = '', inside = '', to = BOT): string =>
  `<presence from='${from}'${type && ` type='${type}'`} to='${to}'>${inside}</presence>`;
export const to = (type: string, from = BOB, owner = BOT): string => presence(from, type, '', owner);

/** The events that a roster makes. */
export const WATCHED = [
  'presence',
  'presenceAvailable',
  'presenceUnavailable',
  'presenceError',
  'presenceProbe',
  'presenceSubscribe',
  'presenceSubscribed',
  'presenceUnsubscribe',
  'presenceUnsubscribed',
  'changedSubscription',
  'gotOnline',
  'changedStatus',
  'gotOffline',
  'rosterUpdate',
  'rosterSubscriptionRequest',
  'rosterSubscriptionAuthorized',
  'rosterSubscriptionRemove',
  'rosterSubscriptionRemoved',
] as const satisfies (keyof XMPPEvents)[];

export interface Watched {
  readonly xmpp: ComponentXMPP;
  readonly stream: ScriptedStream;
  /** Feeds stanzas. The names of the events that they made come back, in order. */
  receive(...texts: string[]): Promise<string[]>;
  /** The presences that were sent since, attributes in alphabetical order. */
  sent(): Promise<string[]>;
}

/** A component with a session, and the names of the roster's events as they come. */
export async function component(
  options: Partial<ComponentOptions> = {},
  before?: (component: ComponentXMPP) => void,
): Promise<Watched> {
  const { component: xmpp, stream } = await scripted({ jid: 'echo.example.org', ...options }, before);
  stream.skipSent();
  const seen: string[] = [];
  for (const name of WATCHED) xmpp.on(name, () => seen.push(name));
  let taken = stream.sent.length;
  return {
    xmpp,
    stream,
    receive: async (...texts) => {
      await stream.recv(texts.join(''));
      return seen.splice(0);
    },
    sent: async () => {
      await stream.idle();
      const sent = stream.sent.slice(taken).filter(({ name }) => name === 'presence');
      taken = stream.sent.length;
      return sent.map(written);
    },
  };
}

function written(xml: XmlElement): string {
  const attributes = xml.attributes().map(([name, value]) => ` ${name}='${name === 'id' ? '*' : value}'`);
  const inside = [...xml.elements()].map(({ name, text }) => `<${name}>${text}</${name}>`).join('');
  return `<presence${attributes.sort().join('')}${inside ? `>${inside}</presence>` : '/>'}`;
}
