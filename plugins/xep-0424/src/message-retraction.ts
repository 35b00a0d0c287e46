import {
  BaseXMPP,
  type JID,
  Message,
  type MessageSources,
  Plugin,
  type Sending,
  type SendOptions,
} from '@sestina/core';
import { booleanOption } from '@sestina/core/connection';
import type { Author } from '@sestina/core/handlers';
import { LruMap } from '@sestina/core/util';
import {
  type MessageFacts,
  MessageIndex,
  messageBeside,
  otherNature,
  referenceTo,
  TargetFinder,
} from '@sestina/message-index';
import '@sestina/xep-0334';
import { Fallback, FallbackIndication } from '@sestina/xep-0428';
import { RetractionError } from './errors.js';
import { ApplyTo, LegacyRetracted, NS_RETRACT, NS_RETRACT_0, Retracted, Retraction } from './stanza.js';

/** A message was taken back, or somebody wants that. */
export interface MessageRetracted {
  /** The other side of the conversation: a bare address, or that of an occupant for a private message in a room. */
  readonly peer: JID;
  /** What is known of the message that was taken back, its first version; undefined where it is not known, or somebody else has said it. */
  readonly facts: MessageFacts | undefined;
  /** Who takes it back; of a tombstone, who had said the message. */
  readonly by: Author;
  /** The message that takes it back, or the tombstone. */
  readonly retraction: Message;
  /** Whether the one who has said the message takes it back, or its archive says that it is gone. */
  readonly verified: boolean;
  /** Whether an archive says that here was a message. */
  readonly tombstone: boolean;
  /** The way on which it came. */
  readonly source: keyof MessageSources;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A message was taken back (XEP-0424): remove it where `verified` says so. */
    messageRetracted: MessageRetracted;
  }
}

/** Options of `MessageRetraction`. */
export class MessageRetractionOptions {
  /**
   * Whether what takes a message back has words for programs that do not know it.
   * @default true
   */
  fallback = true;
  /**
   * Whether those of the former version (`urn:xmpp:message-retract:0`) count.
   * @default true
   */
  legacy = true;
}

/** How a message is taken back. */
export interface RetractOptions extends SendOptions {
  /** Other words for programs that do not know it. */
  readonly fallback?: string | undefined;
  /** The address of a component that has said it, where only facts are given. */
  readonly from?: JID | string | undefined;
}

/** How a retraction counts that XEP-0425 has made certain of. */
export interface Acceptance {
  /** Who takes the message back. @default who says so */
  readonly by?: Author | undefined;
  /** Whether it stands in the place of the message, in an archive. @default false */
  readonly tombstone?: boolean;
}

const WORDS = '/me has taken back an earlier message, which this program does not know how to remove.';
const MODERATED = 'urn:xmpp:message-moderate:';

/** XEP-0424: Message Retraction, version 0.4.2. Takes back what was said, and tells when others do. Nobody can be made to forget. */
export class MessageRetraction extends Plugin {
  static override readonly id = 'xep-0424';
  static override readonly Options = MessageRetractionOptions;
  static override readonly inject = [BaseXMPP, MessageRetractionOptions, MessageIndex] as const;
  readonly #xmpp: BaseXMPP;
  readonly #fallback: boolean;
  readonly #index: MessageIndex;
  readonly #finder: TargetFinder;
  /** Retractions that were told: one comes by several ways. */
  readonly #told = new LruMap<string, boolean>({ maxEntries: 1_000, isStranger: (stranger) => stranger });
  readonly #gone = new LruMap<string, boolean>({
    maxEntries: 10_000,
    maxBytes: 2_000_000,
    isStranger: (stranger) => stranger,
  });

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { fallback, legacy }: MessageRetractionOptions, index: MessageIndex) {
    super();
    booleanOption('fallback', fallback);
    booleanOption('legacy', legacy);
    this.#xmpp = xmpp;
    this.#fallback = fallback;
    this.#index = index;
    this.#finder = this.own(new TargetFinder(xmpp, index));
    const { inOrder } = this.#finder;
    this.own(
      xmpp.advertise(NS_RETRACT),
      // Its words are for programs that do not know it, whatever they say: they are its sender's.
      xmpp.messages.classify(Retraction, () => 'annotation'),
      xmpp.plugins.whenInstalled(FallbackIndication, (fallbacks) => fallbacks.understands(NS_RETRACT)),
      xmpp.onMessage(
        (message, retraction) => {
          if (!isModerated(retraction)) return this.#arrived(message, retraction.id);
        },
        { ...inOrder, payload: Retraction },
      ),
      xmpp.onMessage((message) => this.#buried(message), { ...inOrder, payload: Retracted }),
    );
    if (!legacy) return;
    this.own(
      xmpp.messages.classify(ApplyTo, (_message, { retraction }) => (retraction ? 'annotation' : undefined)),
      xmpp.plugins.whenInstalled(FallbackIndication, (fallbacks) => fallbacks.understands(NS_RETRACT_0)),
      xmpp.onMessage(
        (message, { id, retraction }) => {
          if (retraction) return this.#arrived(message, id);
        },
        { ...inOrder, payload: ApplyTo },
      ),
      xmpp.onMessage((message) => this.#buried(message), { ...inOrder, payload: LegacyRetracted }),
    );
  }

  /**
   * Takes back a message of ours. Others are asked to remove it, and may not: nothing is promised.
   * @throws RetractionError for a message that cannot be retracted; CannotReferError for one that nobody calls anything; PluginError once
   *   the plugin is removed.
   */
  retract(message: Message | MessageFacts, options: RetractOptions = {}): Sending {
    this.lifetime.throwIfAborted();
    const { fallback, from, ...how } = options;
    const facts = message instanceof Message ? this.#index.note(message) : message;
    if (facts.way !== 'out') throw new RetractionError('not-ours');
    if (message instanceof Message && otherNature(message)) throw new RetractionError('other-nature');
    const retraction = messageBeside(this.#xmpp, message, from);
    retraction.retraction = new Retraction({ id: referenceTo(facts, 'retraction') });
    if (fallback !== undefined || this.#fallback) {
      retraction.fallbacks.add(new Fallback({ for: NS_RETRACT }));
      retraction.body = fallback ?? WORDS;
    }
    retraction.hints = ['store'];
    return this.#xmpp.send(retraction, how);
  }

  /** Whether a message was taken back, for certain and as far as that is remembered: of the last ten thousand. */
  isRetracted({ key }: MessageFacts): boolean {
    return this.#gone.has(key);
  }

  /**
   * For XEP-0425: a message was taken back by somebody who may, as the caller has made certain.
   * @param retraction The message that says so.
   */
  accept(retraction: Message, facts: MessageFacts, how?: Acceptance): void {
    this.#tell(retraction, facts, how);
  }

  async #arrived(message: Message, id: string | undefined): Promise<void> {
    const { context, type } = message;
    if (!id || type === 'headline') return;
    const inRoom = context.kind === 'room';
    const target = { ref: inRoom ? id : ({ kind: 'message', id } as const), author: context.author };
    const facts = await this.#finder.find(message, target);
    if (this.lifetime.aborted) return;
    this.#tell(message, facts);
    // Archives may give the message behind what takes it back.
    if (!facts) this.#finder.later(message, target, (kept, found) => this.#tell(kept, found));
  }

  /** What an archive has in the place of a message. From anybody else it would be an invention. */
  async #buried(message: Message): Promise<void> {
    const { source } = message.context;
    if (source !== 'archive' && source !== 'history') return;
    const facts = await this.#index.original(this.#index.note(message));
    if (!this.lifetime.aborted) this.#tell(message, facts, { tombstone: true });
  }

  #tell(retraction: Message, facts: MessageFacts | undefined, { by, tombstone = false }: Acceptance = {}): void {
    const { peer, source, author } = retraction.context;
    const verified = facts !== undefined;
    const key = `${this.#index.note(retraction).key} ${verified}`;
    if (this.#told.has(key)) return;
    const stranger = this.#finder.isStranger(retraction);
    this.#told.set(key, stranger);
    if (facts) this.#gone.set(facts.key, stranger);
    this.#xmpp.emit('messageRetracted', { peer, facts, by: by ?? author, retraction, verified, tombstone, source });
  }
}

/** Whether it says that a moderator takes the message back: a room's word, which XEP-0425 takes, and nobody else's. */
function isModerated({ xml }: Retraction): boolean {
  for (const { namespace } of xml.elements()) if (namespace.startsWith(MODERATED)) return true;
  return false;
}
