import { type Logger, MemoryStorage, type Message, provide, Storage } from '@sestina/core';
import { childContainer } from '@sestina/core/connection';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { MultiUserChat } from '@sestina/xep-0045';
import { NS_PUBSUB, NS_PUBSUB_EVENT } from '@sestina/xep-0060';
import { NS_BOOKMARKS } from '@sestina/xep-0402';
import { afterEach } from 'vitest';
import { NotificationSettings, type NotificationSettingsOptions, NS_NOTIFICATION_SETTINGS } from '../src/index.js';

export const OWN = 'juliet@capulet.com/chamber';
export const ACCOUNT = 'juliet@capulet.com';
export const ROOM = 'verona@rooms.example';
export const ROMEO = 'romeo@montague.net';

type Streams = ReturnType<typeof useStreams>;

export const notify = (inside: string): string => `<notify xmlns='${NS_NOTIFICATION_SETTINGS}'>${inside}</notify>`;
export const item = (id: string, inside = '', nick = 'Jule'): string =>
  `<item id='${id}'><conference xmlns='${NS_BOOKMARKS}'><nick>${nick}</nick>${inside && `<extensions>${inside}</extensions>`}</conference></item>`;
export const items = (...inside: string[]): string =>
  `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS_BOOKMARKS}'>${inside.join('')}</items></pubsub>`;
export const event = (inside: string, from = ACCOUNT): string =>
  `<message from='${from}' to='${OWN}'><event xmlns='${NS_PUBSUB_EVENT}'><items node='${NS_BOOKMARKS}'>${inside}</items></event></message>`;
export const INFO = 'http://jabber.org/protocol/disco#info';
export const DISCO = `<query xmlns='${INFO}'><identity category='pubsub' type='pep'/><feature var='${NS_PUBSUB}#publish-options'/></query>`;

async function begin(
  streams: Streams,
  known: readonly string[] | null = [],
  options: Partial<NotificationSettingsOptions> = {},
  storage: Storage = new MemoryStorage(),
  logger?: Logger,
) {
  const container = childContainer();
  provide(container, Storage, storage);
  const plugins = [[NotificationSettings, options]] as never;
  const stream = await ScriptedStream.start({ jid: OWN, plugins, options: { container, ...(logger && { logger }) } });
  streams.keep(stream);
  const { xmpp } = stream;
  const settings = xmpp.plugin(NotificationSettings);
  const told: unknown[] = [];
  xmpp.on('notificationSettingChanged', ({ peer, value, previous }) => told.push([peer.full, previous, value]));
  const notified: [text: string | undefined, notify: boolean][] = [];
  const heard = (message: Message): void => {
    if (message.body !== undefined) notified.push([message.body, settings.shouldNotify(message)]);
  };
  xmpp.onMessage(heard, { sources: ['stream', 'carbon', 'archive', 'history'] });
  const request = await stream.nextSent();
  if (known) await stream.recvResult(request, items(...known));
  return { stream, xmpp, settings, told, notified, request, storage };
}

/** Enters the room, as the only one. */
export async function enter(stream: ScriptedStream, room = ROOM): Promise<void> {
  void stream.xmpp.plugin(MultiUserChat).join(room, { nick: 'Jule' });
  await stream.idle();
  await stream.recv(
    `<presence from='${room}/Jule' to='${OWN}'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='member' role='participant'/><status code='110'/></x></presence>` +
      `<message from='${room}' to='${OWN}' type='groupchat'><subject/></message>`,
  );
}

/** Answers a publication with its settings asked for, as the first of a session is. */
export async function publish(stream: ScriptedStream, before: string): Promise<string> {
  await stream.recvResult(await stream.nextSent(), items(before));
  await stream.recvResult(await stream.nextSent(), DISCO);
  const publication = await stream.nextSent();
  const form = [
    'access_model:whitelist',
    'persist_items:1',
    'max_items:max',
    'send_last_published_item:never',
    'notify_retract:1',
  ]
    .map((each) => each.split(':'))
    .map(([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`);
  await stream.recvResult(publication);
  await stream.recvResult(
    await stream.nextSent(),
    `<pubsub xmlns='${NS_PUBSUB}#owner'><configure><x xmlns='jabber:x:data' type='form'>${form.join('')}</x></configure></pubsub>`,
  );
  return `${publication.child('pubsub', NS_PUBSUB)?.child('publish')?.child('item')?.child('conference', NS_BOOKMARKS)}`;
}

export const say = (body: string, { from = `${ROOM}/Romeo`, type = 'groupchat', more = '' } = {}): string =>
  `<message from='${from}' to='${OWN}' type='${type}'><body>${body}</body>${more}</message>`;

/** Makes such sessions for the tests of the file that calls it, and closes them after each. */
export function useSettings() {
  const streams = useStreams(afterEach);
  return (...rest: Parameters<typeof begin> extends [Streams, ...infer R] ? R : never) => begin(streams, ...rest);
}
