import {
  BaseXMPP,
  ConfigError,
  JID,
  type Message,
  type MessageContext,
  Plugin,
  type RequestOptions,
  StanzaError,
} from '@sestina/core';
import { booleanOption } from '@sestina/core/connection';
import { LruMap } from '@sestina/core/util';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { type MessageRef, type Purpose, refer } from './refer.js';
import { NS_SID, StanzaId } from './stanza.js';

declare module '@sestina/core' {
  interface MessageContext {
    /** Whose archive has it, where that has said so and can be believed: our account's, a room's (XEP-0359). */
    archive?: JID;
    /** What that archive calls it. */
    archiveId?: string;
  }
}

/** Options of `StanzaIds`. */
export class StanzaIdsOptions {
  /**
   * Which messages of ours say what we call them: rooms may give them another `id`.
   * @default 'always'
   */
  originId: 'always' | 'groupchat' | 'never' = 'always';
  /**
   * Whether ids count only where the archive announces that it takes away those that others have made up.
   * @default true
   */
  requireAnnounced = true;
}

const NS_MAM = 'urn:xmpp:mam:2';
const NS_FORWARD = 'urn:xmpp:forward:0';
const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
const MAX_ROOMS = 1_000;

/**
 * XEP-0359: Unique and Stable Stanza IDs, version 0.7.0. Says what archives and rooms call a message, as far as they can be believed,
 * and how to refer to it.
 */
export class StanzaIds extends Plugin {
  static override readonly id = 'xep-0359';
  static override readonly Options = StanzaIdsOptions;
  static override readonly inject = [BaseXMPP, StanzaIdsOptions, ServiceDiscovery] as const;
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;
  readonly #requireAnnounced: boolean;
  /** By bare address, whether ids of that archive count. */
  readonly #archives = new LruMap<string, boolean>({ maxEntries: MAX_ROOMS });
  /** Rooms that are asked. */
  readonly #asked = new Set<string>(); // bound: look-ups under way

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { originId, requireAnnounced }: StanzaIdsOptions, disco: ServiceDiscovery) {
    super();
    if (!['always', 'groupchat', 'never'].includes(originId)) {
      throw new ConfigError('originId is `always`, `groupchat` or `never`', 'originId');
    }
    booleanOption('requireAnnounced', requireAnnounced);
    this.#xmpp = xmpp;
    this.#disco = disco;
    this.#requireAnnounced = requireAnnounced;
    this.own(
      xmpp.messages.describe((message, context) => this.#describe(message, context)),
      // Before encryption: others shall not read what our archive calls a message.
      xmpp.messages.transform('out', (message) => withoutStanzaIds(message)),
    );
    if (originId === 'never') return;
    this.own(
      xmpp.messages.decorate((copy) => {
        if (originId === 'always' || copy.type === 'groupchat') copy.originId = copy.id;
      }),
    );
  }

  override async sessionStart(signal: AbortSignal): Promise<void> {
    if (!this.#xmpp.isComponent) await this.ready(undefined, { signal });
  }

  override sessionEnd(): void {
    this.#archives.clear();
  }

  /**
   * Whether ids of an archive count, once that is known. Until then `archiveId()` knows none of them.
   * @param archive A room; without, our own account.
   * @throws what `request()` of the connection throws.
   */
  async ready(archive?: JID | string, options: RequestOptions = {}): Promise<boolean> {
    const jid = archive === undefined ? this.#xmpp.account : JID.from(archive).bare;
    if (!this.#requireAnnounced) return true;
    const known = this.#archives.get(jid.full);
    if (known !== undefined) return known;
    const isOwn = !this.#xmpp.isComponent && jid.equals(this.#xmpp.account);
    const counts = await this.untilRemoved(options.signal, async (signal) => {
      try {
        // A room may announce something else since it was asked.
        const info = await this.#disco.info(jid, { ...options, cached: isOwn, signal });
        return info.has(NS_SID) || (isOwn && info.has(NS_MAM));
      } catch (error) {
        // Who refuses to tell announces nothing.
        if (error instanceof StanzaError && !error.retryable) return false;
        throw error;
      }
    });
    this.#archives.set(jid.full, counts);
    return counts;
  }

  /**
   * What the archive that has a message calls it: that of our account in a chat, the room's own in a room. Undefined where nobody says
   * so who can be believed (XEP-0359 §6), and until that is known.
   */
  archiveId(message: Message): string | undefined {
    return this.#trusted(message, message.context)?.id;
  }

  /**
   * How to refer to a message for a purpose: each specification has its own word. Undefined where it cannot be referred to.
   * `correction` and all others mean the first version of a message that was corrected.
   */
  refer(message: Message, purpose: Purpose): MessageRef | undefined {
    const { context } = message;
    return refer(message, purpose, context.kind === 'room', this.#trusted(message, context));
  }

  #describe(message: Message, context: MessageContext): void {
    if (isReconfigured(message)) this.#archives.delete(message.from?.full ?? '');
    if (context.archiveId !== undefined || (context.way === 'out' && context.source === 'stream')) return;
    const trusted = this.#trusted(message, context);
    if (!trusted) return;
    context.archive = trusted.by;
    context.archiveId = trusted.id;
  }

  #trusted(message: Message, context: MessageContext): { id: string; by: JID } | undefined {
    const { archive, archiveId } = context;
    if (archive && archiveId !== undefined) return { id: archiveId, by: archive };
    const by = this.#archiveOf(message, context);
    if (!by || !this.#counts(by)) return undefined;
    let found: string | undefined;
    for (const xml of message.xml.childrenNamed(StanzaId.tag, NS_SID)) {
      const raw = xml.attribute('by');
      if (raw === undefined || JID.tryParse(raw)?.equals(by) !== true) continue;
      // Of two one is made up.
      if (found !== undefined) return undefined;
      found = xml.attribute('id') || '';
    }
    return found ? { id: found, by } : undefined;
  }

  #archiveOf({ type, from }: Message, { kind }: MessageContext): JID | undefined {
    if (type === 'groupchat') return from?.bare;
    return this.#xmpp.isComponent || kind === 'room' ? undefined : this.#xmpp.account;
  }

  #counts(archive: JID): boolean {
    if (!this.#requireAnnounced) return true;
    const known = this.#archives.get(archive.full);
    if (known === undefined && this.#xmpp.claimOf(archive)?.kind === 'room') this.#lookAt(archive);
    return known === true;
  }

  /** Asks a room that was entered, for what it says next. */
  #lookAt(room: JID): void {
    if (this.#asked.has(room.full)) return;
    this.#asked.add(room.full);
    this.ready(room, { signal: this.#xmpp.session })
      .catch((error: unknown) => this.#xmpp.logger.debug(`what ${room} announces is not known`, { error }))
      .finally(() => this.#asked.delete(room.full));
  }
}

/** Whether a room says that it is not what it was (XEP-0045 §10.2.1). */
function isReconfigured({ type, from, xml }: Message): boolean {
  if (type !== 'groupchat' || !from?.isBare) return false;
  const statuses = xml.child('x', NS_MUC_USER)?.childrenNamed('status') ?? [];
  return statuses.some((status) => status.attribute('code') === '104');
}

/** What others call a message is between them and us: also of one that is forwarded, or copied. */
function withoutStanzaIds(message: Message): Message {
  const { xml } = message;
  const quoted = xml.childrenNamed('forwarded', NS_FORWARD).flatMap((forwarded) => [...forwarded.elements()]);
  for (const each of [xml, ...quoted]) {
    for (const found of each.childrenNamed(StanzaId.tag, NS_SID)) each.remove(found);
  }
  return message;
}
