import {
  BaseXMPP,
  type ElementView,
  isA,
  JID,
  type Message,
  type MessageContext,
  Plugin,
  Presence,
  type RequestOptions,
  viewOf,
} from '@sestina/core';
import { booleanOption, checkOption } from '@sestina/core/connection';
import { LruMap } from '@sestina/core/util';
import { definePubSubNode } from '@sestina/xep-0060';
import { type PepEvent, type PepPublishOptions, PersonalEventing } from '@sestina/xep-0163';
import { Nick, NS_NICK } from './stanza.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Somebody wants to be called something else (XEP-0172). It proves nothing of who it is. */
    nicknameChanged: {
      /** Bare JID. */
      readonly jid: JID;
      /** What can be shown of it; undefined where it is called nothing any more. */
      readonly nickname: string | undefined;
      readonly own: boolean;
    };
  }
}

/** Options of `Nicknames`. */
export class NicknamesOptions {
  /**
   * Whether requests for a subscription, and the first message to somebody who is no contact, say what we are called.
   * @default true
   */
  sendWithRequests = true;
  /**
   * Nicknames that are kept of those who have told them with a message or a request; and peers that were told ours.
   * @default 1_000
   */
  maxKept = 1_000;
}

const NICKNAMES = definePubSubNode({ node: NS_NICK, payload: Nick, itemId: 'current' });

/** XEP-0172: User Nickname, version 1.1. Says what we want to be called, and knows what others do. */
export class Nicknames extends Plugin {
  static override readonly id = 'xep-0172';
  static override readonly Options = NicknamesOptions;
  static override readonly inject = [BaseXMPP, NicknamesOptions, PersonalEventing] as const;
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #eventing: PersonalEventing;
  /** What was told with messages and requests, by bare JID. */
  readonly #told: LruMap<string, string>;
  /** Those to whom a message of ours has said it. */
  readonly #greeted: LruMap<string, true>;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { sendWithRequests, maxKept }: NicknamesOptions, eventing: PersonalEventing) {
    super();
    booleanOption('sendWithRequests', sendWithRequests);
    checkOption('maxKept', maxKept, typeof maxKept === 'number' && maxKept >= 1, 'a number from 1');
    this.#xmpp = xmpp;
    this.#eventing = eventing;
    const isStranger = (_nickname: string, jid: string): boolean => !xmpp.roster.of().has(jid);
    this.#told = new LruMap({ maxEntries: maxKept, isStranger });
    this.#greeted = new LruMap({ maxEntries: maxKept, sizeOf: (_greeted, jid) => 120 + 2 * jid.length });
    this.own(
      eventing.on(NICKNAMES, (event) => this.#published(event)),
      xmpp.onMessage((message, nick) => this.#heard(message.from, nick, message.context), { payload: Nick }),
      xmpp.onPresence(({ from }, nick) => this.#heard(from, nick), { payload: Nick, type: 'subscribe' }),
    );
    if (!sendWithRequests) return;
    this.own(
      xmpp.addFilter('out', (stanza) => this.#introduceRequest(stanza)),
      xmpp.messages.decorate((copy, context) => this.#introduceMessage(copy, context)),
    );
  }

  /** What we are called, as our account has published it and this session has heard. */
  get nickname(): string | undefined {
    return this.#eventing.last(NICKNAMES)?.value?.display;
  }

  /**
   * Publishes what we want to be called, for our contacts; undefined for nothing any more.
   * @throws what `PersonalEventing.publish()` throws.
   */
  async publish(nickname: string | undefined, options: Omit<PepPublishOptions, 'id'> = {}): Promise<void> {
    const nick = new Nick({ text: nickname?.trim() || undefined });
    await this.untilRemoved(options.signal, (signal) =>
      this.#eventing.publish(NICKNAMES, nick, { ...options, signal }),
    );
  }

  /** Asks what somebody wants to be called; undefined where it says nothing. @throws what `PersonalEventing.get()` throws. */
  ask(jid: JID | string, options: RequestOptions = {}): Promise<string | undefined> {
    return this.untilRemoved(options.signal, async (signal) => {
      const item = await this.#eventing.get(NICKNAMES, jid, { ...options, signal });
      return item?.value?.display;
    });
  }

  /**
   * What somebody wants to be called, as far as that was heard: from its account, else from its last message or request. Nothing is asked. It
   * is to be shown, and proves nothing.
   */
  of(jid: JID | string): string | undefined {
    const { bare } = JID.from(jid);
    const published = this.#eventing.last(NICKNAMES, bare);
    return published ? published.value?.display : this.#told.get(bare.full);
  }

  /** The same, for who has no name in our roster yet: what a person may be asked to call it. */
  suggestedName(jid: JID | string): string | undefined {
    return this.#xmpp.roster.of().get(jid)?.name ? undefined : this.of(jid);
  }

  #published({ from, value, own }: PepEvent<Nick>): void {
    this.#xmpp.emit('nicknameChanged', { jid: from, nickname: value?.display, own });
  }

  /** Told with a message, or with a request: it counts as long as nothing was published. */
  #heard(from: JID | undefined, nick: Nick, context?: MessageContext): void {
    const jid = from?.bare;
    if (!jid || this.#xmpp.claimOf(jid) || (context && (context.kind !== 'chat' || context.way !== 'in'))) return;
    const nickname = nick.display;
    if (!nickname || jid.equals(this.#xmpp.account) || this.#eventing.last(NICKNAMES, jid)) return;
    if (this.#told.get(jid.full) === nickname) return;
    this.#told.set(jid.full, nickname);
    this.#xmpp.emit('nicknameChanged', { jid, nickname, own: false });
  }

  #introduceRequest(stanza: ElementView): ElementView {
    const { nickname } = this;
    if (!nickname || !isA(Presence, stanza.xml) || stanza.xml.attribute('type') !== 'subscribe') return stanza;
    if (stanza.xml.child(Nick.tag, NS_NICK)) return stanza;
    const copy = viewOf(Presence, stanza.xml.copy());
    copy.nickname = new Nick({ text: nickname });
    return copy;
  }

  #introduceMessage(copy: Message, { kind, peer, class: said }: MessageContext): void {
    const { nickname } = this;
    if (!nickname || kind !== 'chat' || said !== 'content' || copy.nickname || copy.type === 'error') return;
    const { bare } = peer;
    if (bare.equals(this.#xmpp.account) || this.#xmpp.roster.of().get(bare)?.from) return;
    if (this.#greeted.get(bare.full)) return;
    this.#greeted.set(bare.full, true);
    copy.nickname = new Nick({ text: nickname });
  }
}
