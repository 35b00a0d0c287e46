import { JID, type MemoryStorage, type Message, type StanzaErrorCondition, type XmlElement } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { ScriptedStream, type ScriptedStreamOptions } from '@sestina/testing';
import { NS_PUBSUB, NS_PUBSUB_EVENT } from '@sestina/xep-0060';
import { StanzaIds } from '@sestina/xep-0359';
import { DisplayedSync, type DisplayedSyncOptions, NS_DISPLAYED_SYNC } from '../src/index.js';

export const OWN = 'juliet@capulet.com/chamber';
export const ACCOUNT = 'juliet@capulet.com';
export const ROMEO = 'romeo@montague.net';
export const ROOM = 'verona@rooms.example';
export const NS_MARKERS = 'urn:xmpp:chat-markers:0';

export const upTo = (id: string, by = ACCOUNT): string =>
  `<displayed xmlns='${NS_DISPLAYED_SYNC}'><stanza-id xmlns='urn:xmpp:sid:0' by='${by}' id='${id}'/></displayed>`;
export const item = (peer: string, inside: string): string => `<item id='${peer}'>${inside}</item>`;
export const items = (...inside: string[]): string =>
  `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS_DISPLAYED_SYNC}'>${inside.join('')}</items></pubsub>`;
export const event = (inside: string, from = ACCOUNT): string =>
  `<message from='${from}' to='${OWN}' type='headline'><event xmlns='${NS_PUBSUB_EVENT}'><items node='${NS_DISPLAYED_SYNC}'>${inside}</items></event></message>`;
export const says = (id: string, { from = `${ROMEO}/x`, by = ACCOUNT, type = 'chat', more = '' } = {}): string =>
  `<message from='${from}' to='${OWN}' type='${type}' id='m-${id}'><body>${id}</body><stanza-id xmlns='urn:xmpp:sid:0' by='${by}' id='${id}'/>${more}</message>`;
const disco = (...features: string[]): string =>
  `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/>${[`${NS_PUBSUB}#publish-options`, ...features].map((each) => `<feature var='${each}'/>`).join('')}</query>`;

/** How a device is started. */
export interface Setup extends Partial<DisplayedSyncOptions> {
  readonly features?: readonly string[];
  readonly plugins?: ScriptedStreamOptions['plugins'];
  readonly storage?: MemoryStorage;
  readonly index?: typeof MemoryMessageIndex;
  /** Items of the node; undefined: the server does not answer. */
  readonly known?: readonly string[] | undefined;
  /** Whether it does not say what it can. */
  readonly isSilent?: boolean;
  /** What the server says where something is published, in place of a result. */
  readonly refusals?: StanzaErrorCondition[];
}

/** A device of our account, with a server that is played. Whoever starts it keeps `stream`. */
export async function device({
  features = [],
  plugins = [],
  storage,
  index = MemoryMessageIndex,
  known,
  refusals = [],
  isSilent = false,
  ...options
}: Setup = {}) {
  const stream = await ScriptedStream.start({
    jid: OWN,
    ...(storage ? { options: { storage } } : {}),
    plugins: [
      [StanzaIds, { requireAnnounced: isSilent, originId: 'never' }],
      index,
      ...plugins,
      [DisplayedSync, options],
    ] as never,
  });
  const { xmpp } = stream;
  xmpp.roster.of().apply([{ jid: JID.parse(ROMEO), subscription: 'both' }]);
  const told: unknown[] = [];
  xmpp.on('displayedSynced', ({ peer, archiveId, facts, own }) => told.push([peer.full, archiveId, facts?.id, own]));
  const messages: Message[] = [];
  xmpp.on('message', (message) => messages.push(message));
  /** What is asked for all items, where nobody answers it. */
  const asked: XmlElement[] = [];
  const published: [string | undefined, string | undefined][] = [];
  let seen = 0;
  /** Plays the server for all that was sent since. */
  const answer = async (): Promise<void> => {
    await stream.idle();
    for (let next = stream.sent[seen]; next; next = stream.sent[seen]) {
      seen += 1;
      const pubsub = next.child('pubsub', NS_PUBSUB);
      const publish = pubsub?.child('publish')?.child('item');
      if (next.child('query', 'http://jabber.org/protocol/disco#info')) {
        if (!isSilent) await stream.recvResult(next, disco(...features));
      } else if (publish) {
        const id = publish.firstElement?.child('stanza-id', 'urn:xmpp:sid:0')?.attribute('id');
        published.push([publish.attribute('id'), id]);
        const refusal = refusals.shift();
        await (refusal ? stream.recvError(next, refusal) : stream.recvResult(next));
      } else if (pubsub?.child('items')) {
        if (known) await stream.recvResult(next, items(...known));
        else asked.push(next);
      } else if (next.child('pubsub', `${NS_PUBSUB}#owner`)) {
        await stream.recvError(next, 'feature-not-implemented');
      }
    }
  };
  const later = async (milliseconds = 3_000): Promise<void> => {
    await stream.clock.advance(milliseconds);
    await answer();
  };
  await answer();
  const sync = xmpp.plugin(DisplayedSync);
  const at = (peer = ROMEO): string | undefined => sync.position(peer)?.archiveId;
  /** What an archive gives, so many seconds after the year began. */
  const archived = async (id: string, seconds: number, from = `${ROMEO}/x`): Promise<void> => {
    const isRoom = from.startsWith(ROOM);
    const message = xmpp.message({ from, to: OWN, type: isRoom ? 'groupchat' : 'chat', id: `m-${id}`, body: id });
    const sentAt = new Date(Date.UTC(2026, 0, 1) + seconds * 1_000);
    const archive = isRoom ? JID.parse(ROOM) : xmpp.account;
    const context = { source: 'archive', by: archive, way: 'in', archive, archiveId: id } as const;
    const delivered = xmpp.messages.deliver(message, { ...context, sentAt, history: true });
    await stream.idle();
    messages.push((await delivered) as Message);
  };
  /** Shows a message that came. */
  const show = (id: string): void => {
    const message = messages.find(({ body }) => body === id) as Message;
    sync.displayed(message.context.peer, message);
  };
  return { stream, xmpp, sync, archived, told, messages, published, answer, later, asked, at, show };
}
