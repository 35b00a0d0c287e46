import {
  BaseXMPP,
  type JID,
  type Message,
  type MessageInit,
  Plugin,
  type Sending,
  type SendOptions,
} from '@sestina/core';
import { booleanOption } from '@sestina/core/connection';
import {
  CannotReferError,
  type MessageFacts,
  MessageIndex,
  messageBeside,
  referenceTo,
  TargetFinder,
} from '@sestina/message-index';
import { codePoints } from '@sestina/xep-0426';
import { FallbackIndication } from '@sestina/xep-0428';
import { movePlaces, quoteOf } from './quote.js';
import { NS_REPLY, Reply } from './stanza.js';

/** Options of `MessageReplies`. */
export class MessageRepliesOptions {
  /**
   * Whether replies quote what they answer, for programs that do not know replies.
   * @default true
   */
  quote = true;
}

/** How a reply is sent. */
export interface ReplyOptions extends SendOptions {
  /**
   * Whether it quotes what it answers. `true`, said here, also has a message answered that nobody calls anything: with the quote alone.
   * @default the option of the plugin
   */
  readonly quote?: boolean | undefined;
}

/** The message that a reply answers. */
export interface ReplyTarget extends MessageFacts {
  /** Whether the reply says that somebody else has written it: believe `author`, which is who did. */
  readonly claimed: boolean;
}

/** XEP-0461: Message Replies, version 0.2.1. Answers a certain message, and finds the one that others answer. */
export class MessageReplies extends Plugin {
  static override readonly id = 'xep-0461';
  static override readonly Options = MessageRepliesOptions;
  static override readonly inject = [BaseXMPP, MessageRepliesOptions, MessageIndex, FallbackIndication] as const;
  readonly #xmpp: BaseXMPP;
  readonly #quote: boolean;
  readonly #index: MessageIndex;
  readonly #fallbacks: FallbackIndication;
  readonly #finder: TargetFinder;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { quote }: MessageRepliesOptions, index: MessageIndex, fallbacks: FallbackIndication) {
    super();
    booleanOption('quote', quote);
    this.#xmpp = xmpp;
    this.#quote = quote;
    this.#index = index;
    this.#fallbacks = fallbacks;
    this.#finder = this.own(new TargetFinder(xmpp, index));
    this.own(xmpp.advertise(NS_REPLY), fallbacks.understands(NS_REPLY));
  }

  /**
   * Answers a message, in its conversation. `message.reply()` of the core answers without saying which message is meant.
   * @param to The message that is answered.
   * @param body The answer, or more than words. Places that it speaks of are those in its own body; they are moved behind the quote.
   * @throws CannotReferError for a message that nobody calls anything, unless `options.quote` is true: in a room only the room's word
   *   counts (XEP-0461 §4.1). PluginError once the plugin is removed.
   */
  reply(to: Message, body: string | MessageInit, options: ReplyOptions = {}): Sending {
    const { quote, ...how } = options;
    return this.#xmpp.send(this.compose(to, body, { quote }), how);
  }

  /**
   * A reply that is not sent yet, for who puts more into it, or shows it before it is sent.
   * @throws as `reply()`.
   */
  compose(to: Message, body: string | MessageInit, { quote }: Pick<ReplyOptions, 'quote'> = {}): Message {
    this.lifetime.throwIfAborted();
    const beside = messageBeside(this.#xmpp, to);
    const init = typeof body === 'string' ? { body } : body;
    const message = this.#xmpp.message({
      thread: to.thread,
      ...init,
      to: beside.to,
      from: beside.from,
      type: beside.type,
    });
    for (const child of beside.xml.elements()) message.xml.append(child.copy());
    const text = (quote ?? this.#quote) ? quoteOf(this.text(to)) : '';
    const reference = this.#reference(to, quote === true);
    if (reference) message.inReplyTo = reference;
    if (text !== '') {
      movePlaces(message, codePoints(text));
      if (reference) this.#fallbacks.prepend(message, NS_REPLY, text);
      else message.body = text + (message.body ?? '');
    }
    return message;
  }

  /** The message that another one answers, with who has really written it; undefined where it answers none that is known. */
  async target(message: Message): Promise<ReplyTarget | undefined> {
    const { inReplyTo, context } = message;
    const id = inReplyTo?.id;
    this.lifetime.throwIfAborted();
    if (!id) return undefined;
    const inRoom = context.kind === 'room';
    const facts = await this.#finder.find(message, { ref: inRoom ? id : { kind: 'origin', id } });
    return facts && { ...facts, claimed: isMistaken(inReplyTo.to, facts) };
  }

  /**
   * What a message says without the quote in it, to be shown beside the message that it answers. Where that is not shown, show
   * `message.body`: the quote is all there is then.
   */
  text(message: Message): string | undefined {
    return this.#fallbacks.text(message);
  }

  #reference(to: Message, orQuote: boolean): Reply | undefined {
    try {
      const { way, author } = to.context;
      const id = referenceTo(this.#index.note(to), 'reply');
      return new Reply({ id, to: way === 'in' && to.from ? to.from : author.jid });
    } catch (error) {
      if (orQuote && error instanceof CannotReferError) return undefined;
      throw error;
    }
  }
}

/** Whether somebody else has written the message than who is said to have. */
function isMistaken(claimed: JID | undefined, { author, kind }: MessageFacts): boolean {
  if (!claimed) return false;
  return kind === 'chat' ? !claimed.bare.equals(author.jid.bare) : !claimed.equals(author.jid);
}
