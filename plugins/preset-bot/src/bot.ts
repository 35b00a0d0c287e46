import { BaseXMPP, JID, Plugin, type PluginClass, type Registration, Storage } from '@sestina/core';
import { RateLimiter } from '@sestina/core/util';
import { MemoryMessageIndex, MessageIndex } from '@sestina/message-index';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { type JoinOptions, MultiUserChat, type Room } from '@sestina/xep-0045';
import { AdHocCommands } from '@sestina/xep-0050';
import { SoftwareVersion } from '@sestina/xep-0092';
import { EntityCapabilities } from '@sestina/xep-0115';
import { Blocking } from '@sestina/xep-0191';
import { StreamManagement } from '@sestina/xep-0198';
import { Ping } from '@sestina/xep-0199';
import { DelayedDelivery } from '@sestina/xep-0203';
import { DirectInvitations } from '@sestina/xep-0249';
import { MessageCorrection } from '@sestina/xep-0308';
import { StanzaIds } from '@sestina/xep-0359';
import { MucSelfPing } from '@sestina/xep-0410';
import { OccupantIds } from '@sestina/xep-0421';
import { FallbackIndication } from '@sestina/xep-0428';
import { MessageReplies } from '@sestina/xep-0461';
import { BotRooms } from './bot-rooms.js';
import { BotOptions, checkBotOptions } from './options.js';
import type { RequestHandler } from './request.js';
import { Requests } from './requests.js';

/**
 * What a bot needs: it is in rooms, hears what is meant for it, once, and answers in kind. It answers neither itself nor other bots, nothing that
 * is old, and nobody more often than is good.
 */
export class Bot extends Plugin {
  static override readonly id = 'preset-bot';
  static override readonly Options = BotOptions;
  static override readonly inject = [BaseXMPP, Storage, BotOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: BotOptions;
  readonly #muc: MultiUserChat;
  readonly #rooms: BotRooms;
  readonly #requests: Requests;
  readonly #subscribers: RateLimiter;

  /** @throws ConfigError for an option that cannot be meant; what `use()` throws for one of the parts. */
  constructor(xmpp: BaseXMPP, storage: Storage, options: BotOptions) {
    super();
    checkBotOptions(options);
    this.#xmpp = xmpp;
    this.#options = options;
    this.own(xmpp.useAll(partsFor(xmpp, options) as never));
    this.#muc = xmpp.plugin(MultiUserChat);
    this.#rooms = this.own(new BotRooms(xmpp, this.#muc, options, this.lifetime));
    const plugins = {
      muc: this.#muc,
      index: xmpp.plugin(MessageIndex),
      fallbacks: xmpp.plugin(FallbackIndication),
      replies: xmpp.plugin(MessageReplies),
      capabilities: xmpp.plugin(EntityCapabilities),
    };
    this.#requests = new Requests({ xmpp, storage, options, lifetime: this.lifetime, ...plugins });
    this.#subscribers = new RateLimiter(xmpp.clock, { perKey: 1, total: 30 });
    this.own(
      xmpp.plugin(ServiceDiscovery).addIdentity({ category: 'client', type: 'bot', name: options.nick }),
      xmpp.onMessage((message) => this.#requests.take(message), { type: ['chat', 'normal', 'groupchat'] }),
      xmpp.on('roomInvite', (invite) => void this.#rooms.invited(invite)),
      xmpp.on('roomLeft', (left) => this.#rooms.left(left.room, left)),
      xmpp.on('rosterSubscriptionRequest', ({ from, to }) => this.#subscribe(from, to)),
    );
    if (options.commands.length === 0) return;
    const commands = xmpp.plugin(AdHocCommands);
    for (const command of options.commands) this.own(commands.add(command));
  }

  override sessionStart(signal: AbortSignal): void {
    if (this.#options.presence && !this.#xmpp.isComponent) this.#xmpp.sendPresence();
    this.#rooms.enterAll(signal);
  }

  /**
   * Calls back with each request. Those of one author have their turn one after the other; what the function returns is waited for, within
   * `timeout`.
   */
  on(_name: 'request', handler: RequestHandler): Registration {
    this.lifetime.throwIfAborted();
    return this.own(this.#requests.on(handler));
  }

  /**
   * Enters a room, without what was said before.
   * @throws RoomJoinError and what else `MultiUserChat.join()` throws; PluginError once the bot is removed.
   */
  join(room: JID | string, options: JoinOptions = {}): Promise<Room> {
    return this.untilRemoved(options.signal, (signal) => this.#rooms.join(room, { ...options, signal }));
  }

  /** The rooms that it is in, or is entering. */
  get rooms(): Iterable<Room> {
    return this.#muc.rooms;
  }

  /** Leaves a room, and does not come back by itself. @param options `from` is the address of a component that is in it. */
  leave(
    room: JID | string,
    options: { from?: JID | string; signal?: AbortSignal; status?: string } = {},
  ): Promise<void> {
    return this.untilRemoved(options.signal, async (signal) => {
      const { from, status } = options;
      const jid = JID.from(room).bare;
      this.#rooms.leaves(jid);
      await this.#muc.room(jid, from)?.leave({ signal, status });
    });
  }

  #subscribe(from: JID | undefined, to: JID | undefined): void {
    const { subscriptions } = this.#options;
    if (!from || subscriptions === 'ask' || this.#subscribers.take(from.bare.full) > 0) return;
    const decide = async (): Promise<void> => {
      const admitted = await this.#xmpp.admits(subscriptions, from, to);
      if (this.lifetime.aborted) return;
      const roster = this.#xmpp.roster.of(this.#xmpp.isComponent ? to?.bare : undefined);
      if (admitted) roster.authorize(from.bare);
      else roster.unauthorize(from.bare);
    };
    decide().catch((error: unknown) => this.#xmpp.reportError(error, 'a request to see the presence of the bot'));
  }
}

/** What is installed with it, and how. */
function partsFor(xmpp: BaseXMPP, options: BotOptions): readonly (PluginClass | readonly [PluginClass, object])[] {
  const parts: (PluginClass | readonly [PluginClass, object])[] = [
    ServiceDiscovery,
    EntityCapabilities,
    Ping,
    DelayedDelivery,
    StanzaIds,
    [MultiUserChat, { nick: options.nick, history: 0 }],
    MucSelfPing,
    OccupantIds,
    [DirectInvitations, { accept: options.invites }],
    FallbackIndication,
  ];
  // Whoever has an index in a database is asked instead.
  if (!xmpp.plugins.has(MessageIndex)) parts.push(MemoryMessageIndex);
  parts.push(MessageReplies, MessageCorrection);
  if (!xmpp.isComponent) parts.push(StreamManagement, Blocking);
  if (options.commands.length > 0) parts.push(AdHocCommands);
  if (options.version) parts.push([SoftwareVersion, options.version]);
  return parts;
}
