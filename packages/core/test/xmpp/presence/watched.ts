import type { XMPPEvents } from '../../../src/xmpp/xmpp-events.js';
import { online, type TestOptions, type TestXMPP } from '../../helpers/stream-xmpp.js';

export const BOB = 'bob@example.net';
export const presence = (from: string, type = '', inside = '', to = '') =>
  `<presence from='${from}'${type && ` type='${type}'`}${to && ` to='${to}'`}>${inside}</presence>`;

/** The presences that were written, attributes in alphabetical order. */
export function sent(xmpp: TestXMPP): string[] {
  const found = xmpp.wire.take().match(/<presence[^>]*?(?:\/>|>.*?<\/presence>)/g) ?? [];
  return found.map((text) =>
    text.replace(/^<presence((?: \w+='[^']*')*)/, (_all, attributes: string) => {
      return `<presence${(attributes.replace(/ id='[^']*'/, " id='*'").match(/ \w+='[^']*'/g) ?? []).sort().join('')}`;
    }),
  );
}

const WATCHED = [
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
  'rosterSubscriptionRequest',
  'rosterSubscriptionAuthorized',
  'rosterSubscriptionRemove',
  'rosterSubscriptionRemoved',
] as const satisfies (keyof XMPPEvents)[];

/** A session with the names of the roster's events, as they come. */
export async function watched(options: TestOptions = {}) {
  const xmpp = await online(options);
  const seen: string[] = [];
  for (const name of WATCHED) xmpp.on(name, () => seen.push(name));
  const receive = async (...texts: string[]) => {
    await xmpp.receive(texts.join(''));
    return seen.splice(0);
  };
  return { xmpp, seen, receive };
}
