import {
  BaseXMPP,
  type JID,
  type Message,
  type MessageSources,
  Plugin,
  type Sending,
  type SendOptions,
} from '@sestina/core';
import { checkOption, isOneOf } from '@sestina/core/connection';
import { LruMap } from '@sestina/core/util';
import { type MessageFacts, MessageIndex, otherNature, TargetFinder } from '@sestina/message-index';
import { type Changes, correctedOf } from './corrected.js';
import { NS_CORRECT, Replace } from './stanza.js';

/** A message wants to take the place of an earlier one. */
export interface MessageCorrected {
  /** The other side of the conversation: a bare address, or that of an occupant for a private message in a room. */
  readonly peer: JID;
  /** The new version, whole: what it has takes the place of all that the original had. */
  readonly message: Message;
  /** What is known of the first version; undefined where it is not known, or somebody else has said it. */
  readonly original: MessageFacts | undefined;
  /** Whether the one who has said the original says this, too. Otherwise show it as a message of its own. */
  readonly verified: boolean;
  /** Whether no later version is known. Archives may give them in any order. */
  readonly latest: boolean;
  /** The way on which it came. */
  readonly source: keyof MessageSources;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A message takes the place of an earlier one, or wants to (XEP-0308). */
    messageCorrected: MessageCorrected;
  }
}

/** Options of `MessageCorrection`. */
export class MessageCorrectionOptions {
  /**
   * Only the last so many messages of an author in a conversation may be corrected; corrections do not count.
   * @default all that are known
   */
  window: number | undefined = undefined;
  /**
   * What becomes of a correction of which it is not certain that it is one: `event` tells of it with `verified: false`; `drop` does not.
   * In both cases it is an ordinary message, too, and one whose original comes later is told then.
   * @default 'event'
   */
  unverified: 'event' | 'drop' = 'event';
}

const MAX_KEPT = 1_000;

/** XEP-0308: Last Message Correction, version 1.2.1. Corrects what was said, and tells when others do. */
export class MessageCorrection extends Plugin {
  static override readonly id = 'xep-0308';
  static override readonly Options = MessageCorrectionOptions;
  static override readonly inject = [BaseXMPP, MessageCorrectionOptions, MessageIndex] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: MessageCorrectionOptions;
  readonly #index: MessageIndex;
  readonly #finder: TargetFinder;
  /** Corrections that were told: one comes by several ways. */
  readonly #told = new LruMap<string, boolean>({ maxEntries: MAX_KEPT, isStranger: (stranger) => stranger });
  /** Of messages that were corrected, when the latest version was said. */
  readonly #latest = new LruMap<string, { readonly said: number; readonly stranger: boolean }>({
    maxEntries: MAX_KEPT,
    sizeOf: () => 200,
    isStranger: ({ stranger }) => stranger,
  });

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, options: MessageCorrectionOptions, index: MessageIndex) {
    super();
    const { window, unverified } = options;
    checkOption('window', window, Number.isSafeInteger(window) && (window as number) >= 1, 'a whole number from 1');
    checkOption('unverified', unverified, isOneOf(unverified, 'event', 'drop'), "'event' or 'drop'");
    this.#xmpp = xmpp;
    this.#options = options;
    this.#index = index;
    this.#finder = this.own(new TargetFinder(xmpp, index));
    this.own(
      xmpp.advertise(NS_CORRECT),
      xmpp.onMessage((message) => this.#arrived(message), {
        ...this.#finder.inOrder,
        payload: Replace,
      }),
    );
  }

  /**
   * Sends a message again with other words: all of its payloads, under the id of the first version, also where it is itself a
   * correction. What was said of places in the old words is left out.
   * @param original A message of ours, as it was sent or as it came back; of what the index knows there is nothing but its addresses.
   * @param changes The new words, or a function that changes a copy of the message.
   * @throws CorrectionError for a message that cannot be corrected; PluginError once the plugin is removed.
   */
  correct(original: Message | MessageFacts, changes: Changes, options?: SendOptions): Sending {
    this.lifetime.throwIfAborted();
    return this.#xmpp.send(correctedOf(this.#xmpp, original, changes), options);
  }

  async #arrived(message: Message): Promise<void> {
    const { replaces, type, context } = message;
    // It changes words, and not what kind of message it is.
    if (replaces === undefined || type === 'headline' || context.class !== 'content' || otherNature(message)) return;
    const target = {
      ref: { kind: 'message', id: replaces },
      author: context.author,
      last: this.#options.window,
    } as const;
    const original = await this.#finder.find(message, target);
    if (this.lifetime.aborted) return;
    if (original) {
      this.#tell(message, original);
      return;
    }
    if (this.#options.unverified === 'event') this.#tell(message, undefined);
    this.#finder.later(message, target, (kept, found) => this.#tell(kept, found));
  }

  #tell(message: Message, original: MessageFacts | undefined): void {
    const { peer, source, sentAt } = message.context;
    const verified = original !== undefined;
    const key = `${this.#index.note(message).key} ${verified}`;
    if (this.#told.has(key)) return;
    const stranger = this.#finder.isStranger(message);
    this.#told.set(key, stranger);
    const said = sentAt?.getTime() ?? this.#xmpp.clock.now();
    const before = original && this.#latest.get(original.key)?.said;
    const latest = before === undefined || said >= before;
    if (original && latest) this.#latest.set(original.key, { said, stranger });
    this.#xmpp.emit('messageCorrected', { peer, message, original, verified, latest, source });
  }
}
