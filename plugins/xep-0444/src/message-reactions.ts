import {
  BaseXMPP,
  type JID,
  Message,
  type MessageSources,
  Plugin,
  type RequestOptions,
  type Sending,
  type SendOptions,
} from '@sestina/core';
import { checkOption } from '@sestina/core/connection';
import type { Author } from '@sestina/core/handlers';
import { LruMap } from '@sestina/core/util';
import {
  type MessageFacts,
  MessageIndex,
  messageBeside,
  referenceTo,
  sameAuthor,
  TargetFinder,
} from '@sestina/message-index';
import { ServiceDiscovery } from '@sestina/xep-0030';
import '@sestina/xep-0334';
import type {} from '@sestina/xep-0045';
import type {} from '@sestina/xep-0424';
import { emojisOf, isEmoji } from './emoji.js';
import { ReactionTable } from './reaction-table.js';
import { NS_REACTIONS, Reactions } from './stanza.js';

/** Somebody reacts to a message with other emojis than before. */
export interface ReactionsChanged {
  /** The other side of the conversation: a bare address, or that of an occupant for a private message in a room. */
  readonly peer: JID;
  /** What is known of the message, its first version. */
  readonly facts: MessageFacts;
  readonly author: Author;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** All of that person. */
  readonly now: readonly string[];
  /** Whether it is certain who that is. Of others nothing is kept: they might be somebody who has reacted already. */
  readonly verified: boolean;
  /** Whether it was refused, and what was before is so again (XEP-0444 §3.3). */
  readonly reverted: boolean;
  /** The way on which it came. */
  readonly source: keyof MessageSources;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Somebody, we ourselves perhaps, reacts to a message in another way than before (XEP-0444). */
    reactionsChanged: ReactionsChanged;
  }
}

/** Options of `MessageReactions`. */
export class MessageReactionsOptions {
  /**
   * Emojis of one person to one message.
   * @default 20
   */
  maxPerMessage = 20;
  /**
   * People whose reactions to one message are kept.
   * @default 500
   */
  maxAuthors = 500;
  /**
   * Messages whose reactions are kept.
   * @default 5_000
   */
  maxMessages = 5_000;
  /**
   * Bytes of all these, estimated.
   * @default 4_194_304
   */
  maxBytes = 4_194_304;
}

/** How a reaction is sent. */
export interface ReactOptions extends SendOptions {
  /** The address of a component that reacts, where only facts are given. */
  readonly from?: JID | string | undefined;
}

/** Which reactions somebody takes (XEP-0444 §2.2). */
export interface ReactionRestrictions {
  /** How many of one person to one message; undefined where there is no limit. */
  readonly max: number | undefined;
  /** These and no others; undefined where all are allowed. */
  readonly allowed: readonly string[] | undefined;
}

interface Sent {
  readonly facts: MessageFacts;
  readonly author: Author;
  readonly before: readonly string[];
  readonly emojis: readonly string[];
}

const RESTRICTIONS = 'urn:xmpp:reactions:0:restrictions';
const NS_FALLBACK = 'urn:xmpp:fallback:0';

/** XEP-0444: Message Reactions, version 0.2.1. Reacts to messages with emojis, and knows who else does. */
export class MessageReactions extends Plugin {
  static override readonly id = 'xep-0444';
  static override readonly Options = MessageReactionsOptions;
  static override readonly inject = [BaseXMPP, MessageReactionsOptions, MessageIndex, ServiceDiscovery] as const;
  readonly #xmpp: BaseXMPP;
  readonly #maxPerMessage: number;
  readonly #index: MessageIndex;
  readonly #disco: ServiceDiscovery;
  readonly #finder: TargetFinder;
  readonly #table: ReactionTable;
  /** Messages that were taken back: nobody reacts to them. */
  readonly #gone = new LruMap<string, boolean>({ maxEntries: 1_000, isStranger: (stranger) => stranger });
  /** Reactions that were taken: one comes by several ways, and late by some. */
  readonly #told = new LruMap<string, boolean>({ maxEntries: 2_000, isStranger: (stranger) => stranger });
  /** Of messages that we have reacted to, who we are there. */
  readonly #ours = new LruMap<string, Author>({ maxEntries: 2_000, sizeOf: () => 500 });
  /** By id, what we have sent last and may get back. */
  readonly #sent = new LruMap<string, Sent>({ maxEntries: 200, maxBytes: 400_000, sizeOf: () => 2_000 });

  /** @throws ConfigError for a number that is none from 1. */
  constructor(xmpp: BaseXMPP, options: MessageReactionsOptions, index: MessageIndex, disco: ServiceDiscovery) {
    super();
    for (const [name, value] of Object.entries(options)) {
      checkOption(name, value, Number.isSafeInteger(value) && value >= 1, 'a whole number from 1');
    }
    this.#xmpp = xmpp;
    this.#maxPerMessage = options.maxPerMessage;
    this.#index = index;
    this.#disco = disco;
    this.#finder = this.own(new TargetFinder(xmpp, index));
    const isStranger = ({ peer: { bare } }: MessageFacts): boolean =>
      !xmpp.isComponent &&
      xmpp.vouches(bare, undefined) === undefined &&
      !xmpp.claimOf(bare) &&
      !xmpp.roster.hasContact(xmpp.account, bare);
    this.#table = new ReactionTable({ ...options, isStranger });
    this.own(
      xmpp.advertise(NS_REACTIONS),
      // Words that do not say that they stand for the reaction are words: nobody hides them by reacting.
      xmpp.messages.classify(Reactions, (message) =>
        message.body === undefined || isFallback(message) ? 'annotation' : undefined,
      ),
      xmpp.onMessage((message) => this.#arrived(message), {
        ...this.#finder.inOrder,
        payload: Reactions,
      }),
      xmpp.on('messageError', (message) => this.#bounced(message)),
      xmpp.on('messageRetracted', ({ facts, verified, retraction }) => {
        if (!facts || !verified) return;
        this.#gone.set(facts.key, this.#finder.isStranger(retraction));
        this.#table.delete(facts);
      }),
      xmpp.on('roomLeft', ({ room }) => this.#forgetRoom(room.jid)),
    );
  }

  /**
   * Reacts to a message with these emojis, and no longer with others: none takes all of them back.
   * @returns what becomes of the message that says so. What is refused is taken back here, too.
   * @throws TypeError for what is no single emoji, and for more than `maxPerMessage`; CannotReferError for a message that nobody calls
   *   anything, as in a room that gives no ids; PluginError once the plugin is removed.
   */
  react(message: Message | MessageFacts, emojis: Iterable<string>, options: ReactOptions = {}): Sending {
    this.lifetime.throwIfAborted();
    const { from, ...how } = options;
    const all = [...new Set(emojis)];
    const wrong = all.find((emoji) => !isEmoji(emoji));
    if (wrong !== undefined) throw new TypeError(`"${wrong}" is no single emoji: give each one as a text of its own`);
    if (all.length > this.#maxPerMessage) {
      throw new TypeError(`${all.length} reactions to one message, maxPerMessage is ${this.#maxPerMessage}`);
    }
    const facts = this.#factsOf(message);
    const reaction = messageBeside(this.#xmpp, message, from);
    reaction.reactions = new Reactions({ id: referenceTo(facts, 'reaction'), emojis: all });
    reaction.id = this.#xmpp.random.id();
    if (!facts.noStore) reaction.hints = ['store'];
    const sending = this.#xmpp.send(reaction, how);
    this.#note(reaction, facts, all, sending);
    return sending;
  }

  /** Reacts with one emoji more, or with it no longer; as `react()`. */
  toggle(message: Message | MessageFacts, emoji: string, options: ReactOptions = {}): Sending {
    const now = new Set(this.mine(this.#factsOf(message)));
    if (!now.delete(emoji)) now.add(emoji);
    return this.react(message, now, options);
  }

  /** By emoji, who reacts to a message with it. Of a message that was corrected, ask with its first version. */
  of(facts: MessageFacts): ReadonlyMap<string, readonly Author[]> {
    const found = new Map<string, Author[]>();
    for (const { author, emojis } of this.#table.get(facts)) {
      for (const emoji of emojis) found.set(emoji, [...(found.get(emoji) ?? []), author]);
    }
    return found;
  }

  /** What we react to a message with. */
  mine(facts: MessageFacts): ReadonlySet<string> {
    const own = this.#ours.peek(facts.key) ?? { jid: this.#xmpp.account };
    return new Set(this.#table.by(facts, own)?.emojis);
  }

  /**
   * Which reactions somebody takes: a room, or a gateway to another network.
   * @throws what `ServiceDiscovery.info()` throws.
   */
  async restrictions(jid: JID | string, options: RequestOptions = {}): Promise<ReactionRestrictions> {
    return this.untilRemoved(options.signal, async (signal) => {
      const form = (await this.#disco.info(jid, { ...options, signal })).form(RESTRICTIONS);
      const max = Number(form?.field('max_reactions_per_user')?.value ?? Number.NaN);
      const allowed = form?.field('allowlist')?.values;
      return {
        max: Number.isSafeInteger(max) && max >= 0 ? max : undefined,
        allowed: allowed && [...allowed],
      };
    });
  }

  #factsOf(message: Message | MessageFacts): MessageFacts {
    return message instanceof Message ? this.#index.note(message) : message;
  }

  /** What we have said is so at once, and no longer once it comes back or is not sent. */
  #note(reaction: Message, facts: MessageFacts, emojis: readonly string[], sending: Sending): void {
    const { author } = reaction.context;
    this.#weAre(facts, author);
    const before = this.#table.by(facts, author)?.emojis ?? [];
    const sent = { facts, author, before, emojis };
    if (reaction.id !== undefined) this.#sent.set(reaction.id, sent);
    this.#change(reaction, facts, emojis);
    const look = (): void => {
      if (sending.state === 'failed') this.#revert(reaction, sent);
    };
    sending.onState(look);
    look();
  }

  async #arrived(message: Message): Promise<void> {
    const { reactions, context, type } = message;
    const id = reactions?.id;
    if (!id || type === 'headline') return;
    const ref = context.kind === 'room' ? id : ({ kind: 'origin', id } as const);
    const facts = await this.#finder.find(message, { ref });
    if (this.lifetime.aborted) return;
    if (facts) this.#take(message, facts);
    // Archives bring reactions without what they are for.
    else this.#finder.later(message, { ref }, (kept, found) => this.#take(kept, found));
  }

  #take(message: Message, facts: MessageFacts): void {
    const { context, reactions } = message;
    const { key } = this.#index.note(message);
    if (this.#gone.has(facts.key) || this.#told.has(key)) return;
    this.#told.set(key, this.#finder.isStranger(message));
    if (context.way === 'out') this.#weAre(facts, context.author);
    const now = emojisOf(reactions?.emojis ?? [], this.#maxPerMessage);
    this.#change(message, facts, now);
  }

  /** A room has said who we are there, or we have come back to it. */
  #weAre(facts: MessageFacts, author: Author): void {
    const before = this.#ours.peek(facts.key);
    if (before) this.#table.rename(facts, before, author);
    this.#ours.set(facts.key, author);
  }

  #change({ context }: Message, facts: MessageFacts, now: readonly string[]): void {
    const { author, peer, source, history, sentAt } = context;
    const verified = sameAuthor(author, author);
    const at = sentAt?.getTime() ?? this.#xmpp.clock.now();
    const former = verified ? this.#table.by(facts, author) : undefined;
    // What is told now was said before: what was said since stands.
    const isLate = history || source === 'archive' || source === 'history';
    if (isLate && former && former.at > at) return;
    if (verified) this.#table.set(facts, { author, emojis: now, at });
    const before = former?.emojis ?? [];
    const added = now.filter((emoji) => !before.includes(emoji));
    const removed = before.filter((emoji) => !now.includes(emoji));
    if (added.length === 0 && removed.length === 0) return;
    const changed = { added, removed, now, verified, reverted: false };
    this.#xmpp.emit('reactionsChanged', { peer, facts, author, ...changed, source });
  }

  #bounced(message: Message): void {
    const sent = message.id === undefined ? undefined : this.#sent.peek(message.id);
    if (!sent || !message.context.peer.equals(sent.facts.peer)) return;
    this.#sent.delete(message.id ?? '');
    this.#revert(message, sent);
  }

  /** Where nothing else was said since. */
  #revert({ context }: Message, { facts, before, emojis, ...sent }: Sent): void {
    const author = this.#ours.peek(facts.key) ?? sent.author;
    const now = this.#table.by(facts, author)?.emojis ?? [];
    if (now.join(' ') !== emojis.join(' ')) return;
    this.#table.set(facts, { author, emojis: before, at: this.#xmpp.clock.now() });
    const added = before.filter((emoji) => !now.includes(emoji));
    const removed = now.filter((emoji) => !before.includes(emoji));
    if (added.length === 0 && removed.length === 0) return;
    const changed = { added, removed, now: before, verified: true, reverted: true };
    this.#xmpp.emit('reactionsChanged', { peer: facts.peer, facts, author, ...changed, source: context.source });
  }

  #forgetRoom(room: JID): void {
    this.#table.forget(({ peer }) => peer.bare.equals(room));
    this.#finder.forget(({ context }) => context.peer.bare.equals(room));
  }
}

/** Whether its words say that they stand for the reaction. */
function isFallback({ xml }: Message): boolean {
  return xml.childrenNamed('fallback', NS_FALLBACK).some((fallback) => fallback.attribute('for') === NS_REACTIONS);
}
