import {
  type BaseXMPP,
  DisconnectedError,
  JID,
  type Message,
  type MessageContext,
  type Registration,
  type Storage,
  TimeoutError,
} from '@sestina/core';
import { Coalescer, LruMap, ownString, within } from '@sestina/core/util';
import type { MessageFacts, MessageIndex } from '@sestina/message-index';
import {
  NodeMisconfiguredError,
  type PrivateData,
  type PrivateNode,
  PrivateStorageUnsupportedError,
} from '@sestina/xep-0223';
import { Displayed } from '@sestina/xep-0333';
import { ArchiveOrder } from './archive-order.js';
import type { DisplayedPlace } from './events.js';
import { Chat, elementOf, type Position, positionIn } from './position.js';
import { Readiness } from './readiness.js';
import { DisplayedUpTo, NS_DISPLAYED_SYNC } from './stanza.js';
import { UnpublishedPlaces } from './unpublished.js';

/** What positions are kept with. */
export interface PositionKeeperInit {
  readonly xmpp: BaseXMPP;
  readonly data: PrivateData;
  readonly index: MessageIndex;
  readonly storage: Storage;
  /** Milliseconds in which further messages are waited for. */
  readonly delay: number;
  readonly lifetime: AbortSignal;
}

const MAX_CHATS = 10_000;
const MAX_BYTES = 16_777_216;
const ENTRY = 1_000;
/** Milliseconds that an index or a storage may take. */
const PATIENCE = 30_000;
/** Milliseconds in which further changes are waited for before they are written down. */
const WRITE_DELAY = 250;
/** Milliseconds until what the server could not take is published again. */
const RETRY = 60_000;

/** Up to where each conversation was shown: what was shown here, what the server's node says, and what of it has to go there. */
export class PositionKeeper {
  readonly #xmpp: BaseXMPP;
  readonly #index: MessageIndex;
  readonly #lifetime: AbortSignal;
  readonly #node: PrivateNode<DisplayedUpTo | Displayed>;
  readonly #order = new ArchiveOrder();
  readonly #chats = new LruMap<string, Chat>({
    maxEntries: MAX_CHATS,
    maxBytes: MAX_BYTES,
    sizeOf: ({ id, at }, key) => ENTRY + 2 * (key.length + id.length + 2 * (at?.archiveId.length ?? 0)),
  });
  readonly #ready = new Readiness();
  readonly #publishing: Coalescer;
  readonly #writing: Coalescer;
  readonly #retrying: Coalescer;
  readonly #registrations: readonly Registration[];
  readonly #stored: UnpublishedPlaces;
  /** What is done once: what the last process could not publish is read. */
  #reading: Promise<void> | undefined;
  /** Whether the items of this session could not be read, so that each is asked for by itself. */
  #isBlind = false;
  /** Whether the server keeps no such data of ours. */
  #isRefused = false;
  /** Whether the index of messages has kept us waiting in this session: it is asked no more, since thousands would wait. */
  #isIndexSilent = false;
  /** Ids that were told of while all items are gone through. */
  #touched: Set<string> | undefined;
  /** How many messages had come by themselves when the session began. */
  #before = 0;

  constructor({ xmpp, data, index, storage, delay, lifetime }: PositionKeeperInit) {
    this.#xmpp = xmpp;
    this.#index = index;
    this.#lifetime = lifetime;
    this.#stored = new UnpublishedPlaces(storage, xmpp.account);
    const coalescer = (run: () => Promise<void>, what: string, wait: number): Coalescer =>
      new Coalescer(xmpp.clock, {
        run,
        failed: (error) => xmpp.logger.debug(`${what} failed`, { error }),
        delay: wait,
      });
    this.#publishing = coalescer(() => this.#publish(), 'publishing what was shown', delay);
    this.#retrying = coalescer(async () => this.#publishing.schedule(), 'publishing what was shown', RETRY);
    this.#writing = coalescer(() => this.#write(), 'writing down what was shown', WRITE_DELAY);
    this.#node = data.node({ node: NS_DISPLAYED_SYNC, payload: [DisplayedUpTo, Displayed] });
    const { events } = this.#node;
    this.#registrations = [
      // Where the index takes its time, an older one must not be lost to a newer one, nor the other way round.
      events.on('changed', ({ id, value }) => this.#told(id, value, this.#order.live), { sequential: true }),
      events.on('changed', ({ id }) => void this.#touched?.add(id)),
      events.on('removed', ({ id }) => {
        this.#touched?.add(id);
        this.#gone(id);
      }),
      events.on('ready', () => void this.#seed()),
      events.on('failed', () => void this.#goOnBlindly()),
      this.#node.watch(),
      // Who is not there is told nothing, and finds it in the archive.
      xmpp.on('presenceBroadcast', ({ presence }) => {
        if (!presence.isAvailable) this.#order.gap();
      }),
    ];
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  dispose(): void {
    for (const coalescer of [this.#publishing, this.#retrying, this.#writing]) coalescer.dispose();
    for (const registration of this.#registrations) registration.dispose();
    this.#node.dispose();
    this.#ready.never(this.#lifetime.reason);
    this.#chats.clear();
    this.#order.clear();
  }

  /** The session is over. */
  end(): void {
    this.#ready.lost();
    this.#order.gap();
    this.#before = this.#order.live;
    this.#isRefused = false;
    this.#isIndexSilent = false;
    this.#isBlind = false;
    this.#touched = undefined;
  }

  position(peer: JID): DisplayedPlace | undefined {
    const at = this.#chats.peek(peer.full)?.at;
    return at?.archive && { archive: at.archive, archiveId: at.archiveId };
  }

  /** What has yet to be published of a conversation; undefined where nothing has, or it is not known whether it has. */
  dueOf(peer: JID): DisplayedUpTo | undefined {
    const chat = this.#ready.is ? this.#chats.peek(peer.full) : undefined;
    return chat?.at && isPublishable(chat) ? elementOf(chat.at) : undefined;
  }

  /** Shown here, up to there. */
  shown(peer: JID, { archive, archiveId }: DisplayedPlace, sentAt: Date | undefined): void {
    const chat = this.#chats.peek(peer.full) ?? new Chat(peer);
    const to = { peer, archive, archiveId: ownString(archiveId), heard: this.#order.live, here: true, isOld: false };
    this.#order.learn(to, sentAt);
    if (!chat.shown(to, this.#order)) return;
    this.#keep(chat);
    this.#publishing.schedule();
    this.#writing.schedule();
  }

  /** A message goes by: what waits for it may be decided. */
  noted(message: Message, context: MessageContext): void {
    const { archive, archiveId, peer } = context;
    if (!archive || archiveId === undefined) return;
    const { account, roster } = this.#xmpp;
    // Everybody who is in a room can fill it.
    const isKnown = peer.bare.equals(account) || roster.hasContact(account, peer.bare);
    this.#order.note(message, context, !isKnown);
    const chat = this.#chats.peek(peer.full);
    if (!chat || (!chat.waiting && (chat.isKnown || chat.at?.archiveId !== archiveId))) return;
    // Its context is complete then.
    queueMicrotask(() => this.#decide(chat, message));
  }

  #decide(chat: Chat, message: Message): void {
    if (this.#lifetime.aborted) return;
    try {
      const facts = this.#index.note(message);
      const { at } = chat;
      if (chat.decide(this.#order)) void this.#tell(chat);
      else if (at && !chat.isKnown && at.archiveId === facts.archiveId && facts.archive) this.#known(chat, facts);
      if (chat.due) this.#publishing.schedule();
    } catch (error) {
      this.#xmpp.reportError(error, 'message up to which was shown');
    }
  }

  #known(chat: Chat, facts: MessageFacts): void {
    const { archive } = facts;
    if (!archive?.equals(this.#xmpp.account) && !archive?.equals(chat.peer)) return;
    chat.settle(archive);
    if (!chat.at?.archive?.equals(archive)) return;
    chat.isKnown = true;
    if (!chat.at.here) this.#emit(chat, facts, false);
  }

  #emit({ at, peer }: Chat, facts: MessageFacts | undefined, own: boolean): void {
    if (at) this.#xmpp.emit('displayedSynced', { peer, archiveId: at.archiveId, facts, own });
  }

  async #seed(): Promise<void> {
    const touched = new Set<string>(); // bound: items of the node
    this.#touched = touched;
    await this.#readOnce();
    const items = this.#node.items;
    for (const chat of this.#all()) if (!items.has(chat.id) && !touched.has(chat.id)) this.#gone(chat.id);
    for (const [id, value] of items) {
      if (this.#touched !== touched) return;
      if (!touched.has(id)) await this.#told(id, value, this.#before);
    }
    if (this.#touched !== touched || this.#lifetime.aborted) return;
    this.#touched = undefined;
    this.#ready.reached();
    this.#publishDue();
  }

  async #goOnBlindly(): Promise<void> {
    this.#isBlind = true;
    await this.#readOnce();
    this.#publishDue();
  }

  /** The server says so, of the conversation that an item is called after. */
  async #told(id: string, { xml }: DisplayedUpTo | Displayed, heard: number): Promise<void> {
    const peer = JID.tryParse(ownString(id));
    const said = peer && positionIn(xml, peer, this.#xmpp.account, heard);
    if (!peer || !said) return;
    const chat = this.#chats.peek(peer.full) ?? new Chat(peer);
    chat.id = ownString(id);
    chat.heard = said;
    this.#keep(chat);
    const facts = await this.#find(peer, said);
    if (chat.heard !== said || this.#lifetime.aborted) return;
    const to = { ...said, archive: said.archive ?? facts?.archive };
    this.#order.learn(to, facts?.sentAt);
    const outcome = chat.told(to, this.#order);
    if (outcome && (!facts || outcome === 'published')) this.#emit(chat, facts, outcome === 'published');
    else if (facts && !chat.isKnown && chat.at?.archiveId === to.archiveId) this.#known(chat, facts);
    this.#keep(chat);
    if (chat.due) this.#publishing.schedule();
    this.#writing.schedule();
  }

  /** Tells of a position that was decided for, with its message where that is known. */
  async #tell(chat: Chat): Promise<void> {
    const { at, peer } = chat;
    const facts = at && (await this.#find(peer, at));
    if (!at || chat.at !== at || this.#lifetime.aborted) return;
    this.#writing.schedule();
    if (facts) this.#known(chat, facts);
    else this.#emit(chat, undefined, false);
  }

  async #find(peer: JID, { archive, archiveId }: Position): Promise<MessageFacts | undefined> {
    if (this.#isIndexSilent) return undefined;
    try {
      const ref = { kind: 'stanza', id: archiveId, by: archive } as const;
      const what = 'the index of messages';
      const found = await within(this.#xmpp.clock, this.#index.find(peer, ref), {
        ...{ what, timeout: PATIENCE, signal: this.#lifetime, how: 'no answer', background: true },
      });
      return found?.archiveId === archiveId ? found : undefined;
    } catch (error) {
      if (error instanceof TimeoutError) this.#isIndexSilent = true;
      if (!this.#lifetime.aborted) this.#xmpp.reportError(error, 'message up to which was shown');
      return undefined;
    }
  }

  #gone(id: string): void {
    const peer = JID.tryParse(id);
    const chat = peer && this.#chats.peek(peer.full);
    if (!chat) return;
    chat.heard = undefined;
    chat.gone();
    if (chat.at) chat.id = chat.peer.full;
    else this.#chats.delete(chat.peer.full);
  }

  #publishDue(): void {
    if (this.#all().some(({ due }) => due)) this.#publishing.schedule();
  }

  async #publish(): Promise<void> {
    if (!this.#ready.is && !this.#isBlind) return;
    for (const chat of this.#all()) {
      if (this.#isRefused || this.#lifetime.aborted || !this.#xmpp.online) break;
      if (chat.due) await this.#publishOne(chat);
    }
    this.#writing.schedule();
  }

  async #publishOne(chat: Chat): Promise<void> {
    const { session } = this.#xmpp;
    try {
      if (this.#isBlind) {
        const value = await this.#node.get(chat.id, { signal: session });
        if (value) await this.#told(chat.id, value, this.#before);
      }
      const { at } = chat;
      // That it is there the node tells.
      if (at && isPublishable(chat)) await this.#node.set(chat.id, elementOf(at), { signal: session });
    } catch (error) {
      this.#failed(chat, error);
    }
  }

  #failed(chat: Chat, error: unknown): void {
    // It goes out in the next session.
    if (this.#lifetime.aborted || error instanceof DisconnectedError || !this.#xmpp.online || !chat.due) return;
    this.#xmpp.logger.debug(`up to where ${chat.peer} was shown was not published`, { error });
    if (error instanceof PrivateStorageUnsupportedError || error instanceof NodeMisconfiguredError) {
      this.#isRefused = true;
    } else if ((error as { retryable?: boolean }).retryable) {
      this.#retrying.schedule();
    } else {
      chat.due = false;
    }
  }

  #readOnce(): Promise<void> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  async #read(): Promise<void> {
    try {
      const what = 'the storage';
      const patience = { what, timeout: PATIENCE, signal: this.#lifetime, how: 'no answer', background: true } as const;
      for (const place of await within(this.#xmpp.clock, this.#stored.read(), patience)) {
        const peer = JID.tryParse(place.id);
        const archive = JID.tryParse(place.archive);
        if (!peer || !archive || this.#chats.has(peer.full)) continue;
        const chat = new Chat(peer);
        chat.at = { peer, archive, archiveId: place.archiveId, heard: 0, here: true, isOld: false };
        chat.due = true;
        chat.over = place.over;
        this.#keep(chat);
      }
    } catch (error) {
      if (!this.#lifetime.aborted) this.#xmpp.logger.debug('what was shown was not read', { error });
    }
  }

  async #write(): Promise<void> {
    await this.#readOnce();
    const due = this.#all().flatMap(({ peer, at, due, over, waiting }) =>
      due && at?.archive && at.here
        ? [{ id: peer.full, archive: at.archive.full, archiveId: at.archiveId, over: waiting ? undefined : over }]
        : [],
    );
    await this.#stored.write(due);
  }

  #keep(chat: Chat): void {
    this.#chats.set(chat.peer.full, chat);
  }

  #all(): Chat[] {
    return [...this.#chats.keys()].flatMap((key) => this.#chats.peek(key) ?? []);
  }
}

/** Whether it is known what to publish of a conversation, and that nobody is ahead of it. */
function isPublishable({ due, at, waiting, node }: Chat): boolean {
  return due && at?.archive !== undefined && !waiting && at.archiveId !== node;
}
