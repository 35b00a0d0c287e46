import { BaseXMPP, ConfigError, JID, Message, Plugin, Registration, Storage } from '@sestina/core';
import { booleanOption, checkOption } from '@sestina/core/connection';
import { type MessageFacts, MessageIndex } from '@sestina/message-index';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { PrivateData } from '@sestina/xep-0223';
import { DisplayedMarkers } from '@sestina/xep-0333';
import { StanzaIds } from '@sestina/xep-0359';
import { assist } from './assist.js';
import type { DisplayedPlace } from './events.js';
import { PositionKeeper } from './position-keeper.js';
import { NS_SERVER_ASSIST } from './stanza.js';

/** Options of `DisplayedSync`. */
export class DisplayedSyncOptions {
  /**
   * Milliseconds in which further messages are waited for, so that the last one stands for all.
   * @default 3_000
   */
  delay = 3_000;
  /**
   * Whether a marker that goes to a contact anyway (XEP-0333) takes it to the server, where that can do so.
   * @default true
   */
  serverAssist = true;
}

/** XEP-0490: Message Displayed Synchronization, version 1.0.1. Up to where each conversation was shown, the same on all of our devices. */
export class DisplayedSync extends Plugin {
  static override readonly id = 'xep-0490';
  static override readonly Options = DisplayedSyncOptions;
  static override readonly inject = [
    BaseXMPP,
    DisplayedSyncOptions,
    PrivateData,
    MessageIndex,
    StanzaIds,
    ServiceDiscovery,
    Storage,
  ] as const;
  // A component has no account.
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #index: MessageIndex;
  readonly #ids: StanzaIds;
  readonly #disco: ServiceDiscovery;
  readonly #keeper: PositionKeeper;
  readonly #wantsAssist: boolean;
  #markers: DisplayedMarkers | undefined;
  /** Whether our server makes an item of what stands beside a marker. */
  #assists = false;

  /** @throws ConfigError for an option that cannot work. */
  constructor(
    xmpp: BaseXMPP,
    { delay, serverAssist }: DisplayedSyncOptions,
    data: PrivateData,
    index: MessageIndex,
    ids: StanzaIds,
    disco: ServiceDiscovery,
    storage: Storage,
  ) {
    super();
    checkOption('delay', delay, Number.isFinite(delay) && delay >= 0, 'milliseconds from 0');
    booleanOption('serverAssist', serverAssist);
    this.#xmpp = xmpp;
    this.#index = index;
    this.#ids = ids;
    this.#disco = disco;
    this.#wantsAssist = serverAssist;
    this.#keeper = this.own(new PositionKeeper({ xmpp, data, index, storage, delay, lifetime: this.lifetime }));
    this.own(
      xmpp.messages.describe((message, context) => this.#keeper.noted(message, context)),
      xmpp.plugins.whenInstalled(DisplayedMarkers, (markers) => {
        this.#markers = markers;
        return new Registration(() => {
          this.#markers = undefined;
        });
      }),
      xmpp.messages.decorate((copy) => {
        if (this.#assists && this.#markers) assist(copy, this.#keeper);
      }),
    );
  }

  override async sessionStart(signal: AbortSignal): Promise<void> {
    if (!this.#wantsAssist) return;
    try {
      const info = await this.#disco.info(this.#xmpp.account, { signal });
      this.#assists = info.has(NS_SERVER_ASSIST);
    } catch (error) {
      if (!signal.aborted) this.#xmpp.logger.debug('whether the server helps with markers is not known', { error });
    }
  }

  override sessionEnd(): void {
    this.#assists = false;
    this.#keeper.end();
  }

  /**
   * Settles when what our other devices have shown is known in this session. Nothing is published before.
   * It rejects when the plugin is removed.
   */
  get ready(): Promise<void> {
    return this.#keeper.ready;
  }

  /**
   * A conversation was shown up to a message, on this device: it was opened, or marked as read, in whatever way. The other devices are told after
   * `delay`, once for all that was shown; so is the sender, where `DisplayedMarkers` is installed and a `Message` is given. What is before
   * the known position changes nothing, and neither does a message that no archive has.
   * @param peer The other side of the conversation, as `message.context.peer` has it.
   * @throws ConfigError for a message of another conversation; JidError for what is no address; PluginError once the plugin is removed.
   */
  displayed(peer: JID | string, upTo: Message | MessageFacts): void {
    this.lifetime.throwIfAborted();
    const jid = JID.from(peer);
    const isMessage = upTo instanceof Message;
    if (isMessage && (upTo.type === 'error' || upTo.type === 'headline')) return;
    const facts = isMessage ? this.#index.note(upTo) : upTo;
    if (!facts.peer.equals(facts.kind === 'private' ? jid : jid.bare)) {
      throw new ConfigError(
        'the message is of another conversation: give the one that its `context.peer` says',
        'peer',
      );
    }
    if (isMessage) this.#markers?.displayed(upTo);
    const archive = this.#archiveOf(facts);
    if (facts.archiveId === undefined) {
      if (isMessage) void this.#shownLater(facts, archive, upTo.compact());
    } else if (facts.archive?.equals(archive)) {
      this.#keeper.shown(facts.peer, { archive, archiveId: facts.archiveId }, facts.sentAt);
    }
  }

  /**
   * Up to which message a conversation was shown, on any of our devices, as far as that is known: also where the message itself is not.
   * @param peer As in `displayed()`: that of an occupant of a room is for what is said in private.
   */
  position(peer: JID | string): DisplayedPlace | undefined {
    return this.#keeper.position(JID.from(peer));
  }

  /** What came before it was known that the ids of its archive count. */
  async #shownLater(facts: MessageFacts, archive: JID, message: Message): Promise<void> {
    try {
      const room = facts.kind === 'room' ? archive : undefined;
      await this.untilRemoved(this.#xmpp.session, (signal) => this.#ids.ready(room, { signal }));
      const found = this.#ids.refer(message, 'sync');
      if (!found?.by?.equals(archive) || this.lifetime.aborted) return;
      this.#keeper.shown(facts.peer, { archive, archiveId: found.id }, facts.sentAt);
    } catch (error) {
      this.#xmpp.logger.debug(`whether ${archive} has a message is not known`, { error });
    }
  }

  #archiveOf({ kind, peer }: MessageFacts): JID {
    return kind === 'room' ? peer : this.#xmpp.account;
  }
}
