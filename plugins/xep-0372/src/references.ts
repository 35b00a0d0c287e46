import { BaseXMPP, ConfigError, JID, type Message, Plugin, Registration, type RequestOptions } from '@sestina/core';
import { within } from '@sestina/core/util';
import { type MessageFacts, MessageIndex } from '@sestina/message-index';
import { parseXmppUri, XmppUri } from '@sestina/xep-0147';
import { TextIndex, type TextRange } from '@sestina/xep-0426';
import { MAX_REFERENCES, NS_REFERENCE, Reference } from './stanza.js';

/** Milliseconds that an index may take. */
const PATIENCE = 30_000;

/** XEP-0372: References, version 0.5.0. Says what a message is about: whom it mentions, which thing it speaks of. */
export class References extends Plugin {
  static override readonly id = 'xep-0372';
  static override readonly inject = [BaseXMPP] as const;
  readonly #xmpp: BaseXMPP;
  #index: MessageIndex | undefined;

  constructor(xmpp: BaseXMPP) {
    super();
    this.#xmpp = xmpp;
    this.own(
      xmpp.advertise(NS_REFERENCE),
      xmpp.messages.classify(Reference, (message) => (isAnnotation(message) ? 'annotation' : undefined)),
      xmpp.plugins.whenInstalled(MessageIndex, (index) => {
        this.#index = index;
        return new Registration(() => {
          this.#index = undefined;
        });
      }),
    );
  }

  /**
   * Mentions somebody in a message that is to be sent.
   * @param range Where in its body, in UTF-16 units, as `indexOf()` gives it.
   * @param jid A bare address: an occupant of a room is nobody's, and XEP-0513 mentions those.
   * @throws ConfigError where there is no such part of the body, for an address that is not bare, or for more than 100 references;
   *   JidError for what is no address.
   */
  mention(message: Message, range: TextRange, jid: JID | string): Reference {
    const mentioned = JID.from(jid);
    if (!mentioned.isBare) throw new ConfigError('somebody is mentioned by the bare address', 'jid');
    const uri = new XmppUri({ jid: mentioned }).toString();
    return add(message, new Reference({ type: 'mention', uri, ...placesOf(message, range) }));
  }

  /**
   * Says that a message that is to be sent is about something: a thing on the web, an item of a node (`pubsubUri()` of XEP-0147).
   * @param range Which part of its body is, in UTF-16 units. Default: all of it.
   * @throws ConfigError for what is no URI, as `mention()` for the rest.
   */
  data(message: Message, uri: URL | XmppUri | string, range?: TextRange): Reference {
    const places = range && placesOf(message, range);
    const reference = new Reference({ type: 'data', uri: uri.toString(), ...places });
    if (reference.scheme === undefined)
      throw new ConfigError('uri has to begin with a scheme, as `https:` does', 'uri');
    return add(message, reference);
  }

  /** The part of the body that a reference is about, in UTF-16 units; undefined where it is about no part, or there is none such. */
  rangeOf(message: Message, reference: Reference): TextRange | undefined {
    const { begin = Number.NaN, end = Number.NaN } = reference;
    const { body } = message;
    // Its places are in another message than the one that has it.
    const isElsewhere = reference.anchor !== undefined && [...message.xml.elements()].includes(reference.xml);
    if (body === undefined || begin > end || isElsewhere) return undefined;
    const index = new TextIndex(body);
    const [from, to] = [index.toUtf16(begin), index.toUtf16(end)];
    return from === undefined || to === undefined ? undefined : { begin: from, end: to };
  }

  /**
   * The words that a reference is about, as the body has them, quotes and all; undefined as in `rangeOf()`.
   * @param message The one that has it, or the one that it annotates.
   */
  textOf(message: Message, reference: Reference): string | undefined {
    const range = this.rangeOf(message, reference);
    return range && message.body?.slice(range.begin, range.end);
  }

  /**
   * The message that a reference of another one annotates (XEP-0372 §3.4). Undefined where it annotates none that is known, and where
   * it does not count: it has words of its own, or comes from neither the room nor the author of that message.
   * @param options `timeout`: milliseconds that the index may take, 30,000 by default.
   * @throws ConfigError where no `MessageIndex` is installed; TimeoutError; what the index throws.
   */
  anchored(message: Message, reference: Reference, options: RequestOptions = {}): Promise<MessageFacts | undefined> {
    return this.untilRemoved(options.signal, (signal) => this.#anchored(message, reference, { ...options, signal }));
  }

  async #anchored(
    message: Message,
    reference: Reference,
    { timeout = PATIENCE, signal }: RequestOptions,
  ): Promise<MessageFacts | undefined> {
    const index = this.#index;
    if (!index) throw new ConfigError('install a MessageIndex, which knows messages', 'anchored');
    const { from, to, context } = message;
    const { peer, kind, way, author } = context;
    const uri = parseXmppUri(reference.anchor ?? '');
    const id = uri?.param('item');
    const account = (way === 'in' ? to : from)?.bare;
    if (!isAnnotation(message) || !uri?.jid || !id) return undefined;
    // Of what is in another conversation nobody knows here whose it is.
    if (!uri.jid.bare.equals(peer.bare) && !(kind === 'chat' && account && uri.jid.bare.equals(account)))
      return undefined;
    const finding = index.find(peer, id, { account, not: index.note(message) });
    const facts = await within(this.#xmpp.clock, finding, { what: 'the index of messages', timeout, signal });
    if (!facts) return undefined;
    const isRoom = kind === 'room' && way === 'in' && this.#isRoom(from, peer, account);
    return isRoom || index.sameAuthor(facts.author, author) ? facts : undefined;
  }

  /** Whether a room that was entered says it itself. */
  #isRoom(from: JID | undefined, peer: JID, account: JID | undefined): boolean {
    return from?.equals(peer) === true && this.#xmpp.claimOf(peer, account)?.kind === 'room';
  }
}

/** Whether a message says nothing itself, and something of another one. */
function isAnnotation({ type, body, references }: Message): boolean {
  return type !== 'error' && body === undefined && references.some(({ anchor }) => anchor !== undefined);
}

function placesOf({ body }: Message, range: TextRange): TextRange {
  const index = new TextIndex(body ?? '');
  const [begin, end] = [index.fromUtf16(range.begin), index.fromUtf16(range.end)];
  if (begin === undefined || end === undefined || begin >= end) {
    throw new ConfigError('range has to be a part of the body, between characters', 'range');
  }
  return { begin, end };
}

function add(message: Message, reference: Reference): Reference {
  if (message.references.length >= MAX_REFERENCES) {
    throw new ConfigError(`a message has ${MAX_REFERENCES} references at most`, 'references');
  }
  message.xml.append(reference.xml);
  return reference;
}
