import { NS_CLIENT, quotedTag, XmlElement } from '@sestina/xml';
import { provide, type Token } from '../di/index.js';
import type { JID } from '../jid/index.js';
import type { Registration } from '../registration.js';
import type { Sending, SendOptions } from '../sending.js';
import { type ElementClass, type ElementView, isA } from '../stanza/element.js';
import { Iq } from '../stanza/iq.js';
import { Message } from '../stanza/message.js';
import { Presence } from '../stanza/presence.js';
import { StreamError } from '../stanza/stream-error.js';
import { StreamFeatures } from '../stanza/stream-features.js';
import type { Handler } from '../stream/handlers.js';
import type { Link } from '../stream/link.js';
import type { Dispatch } from '../stream/receiver.js';
import { seal } from '../stream/seal.js';
import { Admission, NOWHERE } from './admission.js';
import { DataProviders } from './data-providers.js';
import { ExtensibleXMPP } from './extensible-xmpp.js';
import { IncomingIqs } from './iq/incoming.js';
import type { IqHandler, IqHandlerOptions, IqLimits } from './iq/iq-handlers.js';
import { type MessageListenOptions, type PayloadOf, type PresenceListenOptions, StanzaListener } from './listeners.js';
import { type Messages, type MessageWays, messageWays } from './messages/messages.js';
import { servicesFor } from './services.js';
import type { MessageInit } from './stanza-init.js';
import { checkOptions, type XMPPOptions } from './xmpp-options.js';

/** What client and component share: stanzas, answers to requests, messages, plugins. */
export abstract class BaseXMPP extends ExtensibleXMPP {
  static override readonly name: string = 'BaseXMPP';
  /** What happens to messages between the stream and those who listen to them. */
  readonly messages: Messages;
  /** Where plugins ask for their data, and you say what they get: for each address, for each node. */
  readonly api = new DataProviders((registration) => this.registered(registration));
  protected readonly contentNamespace = NS_CLIENT;
  readonly #admission: Admission;
  readonly #incoming: IncomingIqs;
  readonly #ways: MessageWays;

  /** @throws ConfigError for options that cannot work; JidError for what is no address. */
  constructor(jid: JID | string, options: XMPPOptions = {}) {
    checkOptions(jid, options);
    const services = servicesFor(options);
    super(jid, options, services);
    for (const token of [BaseXMPP, this.constructor as Token<this>]) provide(this.scope, token, this);
    this.#incoming = new IncomingIqs(
      {
        clock: this.clock,
        self: this,
        installing: () => this.plugins.installing,
        vouches: (from, to) => this.vouches(from, to),
        send: (answer) => this.send(answer),
        sendInstead: (answer) => void super.send(answer),
        enqueue: (run, how) => this.enqueue(run, how),
        reportError: (error, where) => this.reportError(error, where),
      },
      options.maxRequests,
    );
    this.#admission = new Admission({
      self: this,
      dropped: (what, element) => {
        this.dropped(what);
        if (!element || this.listenerCount('malformedStanza') === 0) return;
        seal(element);
        this.emitSized('malformedStanza', { element: element.compact() }, element.toString().length);
      },
      refuse: (iq, text) => void this.send(iq.bind(this).errorReply('bad-request', text)),
    });
    this.#ways = messageWays(
      {
        clock: this.clock,
        stream: this,
        self: this,
        registrant: () => this.plugins.installing ?? 'application',
        registered: (registration) => this.registered(registration),
        claimOf: (jid, owner) => this.claimOf(jid, owner),
        knows: (peer, own) =>
          this.vouches(peer, own) !== undefined ||
          this.roster.hasContact(own, peer) ||
          this.claimOf(peer, own) !== undefined,
        raise: (event, message, bytes) => {
          if (this.listenerCount(event) > 0) this.emitSized(event, message, bytes);
        },
        deliver: (message, bytes) => this.deliver(message, bytes),
        push: (entry) => this.queue.push(entry),
        attributed: (callback) => this.queue.attributed(callback),
        write: (stanza, options) => super.send(stanza, options),
        hold: (stanza, options = {}) => this.heldBack.hold(stanza, options),
        release: (sending, stanza) => this.heldBack.release(sending, stanza),
        fail: (sending, error) => this.heldBack.failHeld(sending, error),
        refuse: (stanza, error) => this.refuse(stanza, error),
        warn: (text) => this.logger.warn(text),
        reportError: (error, where) => this.reportError(error, where),
      },
      options.maxUnhandled ?? 256,
    );
    this.messages = this.#ways.messages;
    for (const cls of [Message, Presence, Iq, StreamFeatures]) super.registerStanza(cls as unknown as ElementClass);
  }

  /** What the server offered last (RFC 6120 §4.3.2); undefined before it did, and on a component. */
  get streamFeatures(): StreamFeatures | undefined {
    return undefined;
  }

  // Making stanzas.

  /** A message of this connection: `xmpp.message({ to, body }).send()`. */
  message(init: MessageInit = {}): Message {
    return new Message(init).bind(this);
  }

  /** Makes a message and sends it. */
  sendMessage(init: MessageInit, options?: SendOptions): Sending {
    return this.send(this.message(init), options);
  }

  /**
   * Fills in what a stanza needs before it can go out, and sends it. A stanza that may be answered gets an id, where it
   * has none.
   * @throws TypeError for what is neither a stanza object nor an element.
   */
  override send(given: ElementView | XmlElement, options?: SendOptions): Sending {
    const stanza = isElement(given) ? this.stanzaOf(given) : given;
    if (!isElement(stanza?.xml)) {
      throw new TypeError(
        'send() takes a stanza or an element: make one with message(), presence() or iq(), with xml(), or of text with parseStanza()',
      );
    }
    const { xml } = stanza;
    if (xml.namespace === NS_CLIENT && !xml.readOnly) {
      if (isAnswered(xml) && xml.attribute('id') === undefined) xml.setAttribute('id', this.random.id());
      const refused = xml.name === 'iq' ? this.#incoming.sends(xml) : undefined;
      if (refused) return this.refuse(stanza, refused);
    }
    if (stanza instanceof Presence) return super.send(stanza, options);
    const isMessage = xml.name === 'message' && xml.namespace === NS_CLIENT;
    const sending = isMessage ? this.#ways.outgoing.send(stanza, options) : super.send(stanza, options);
    // Not only now: it may wait, and be dropped when it is written.
    if (xml.name === 'iq') this.#incoming.sent(xml, sending);
    return sending;
  }

  // Answering.

  /** How many requests of others are worked on at once; more are answered with `resource-constraint`. */
  get maxRequests(): IqLimits {
    return this.#incoming.limits;
  }

  /**
   * Answers requests with that payload: what the handler returns is the result's payload (nothing: an empty result), a
   * `StanzaError` that it throws is the answer, anything else it throws becomes `internal-server-error`.
   */
  onIq<V extends ElementView>(
    type: 'get' | 'set',
    payload: ElementClass<V>,
    handler: IqHandler<V>,
    options?: IqHandlerOptions,
  ): Registration {
    return this.registered(this.#incoming.add(type, payload, handler, options));
  }

  /** The kinds of request that are answered, as `get {namespace}name`. */
  get handledRequests(): string[] {
    return this.#incoming.kinds;
  }

  /**
   * Calls back for every message that comes by itself, but for those of type `error`; the options say which others, and with which payload.
   * @throws ConfigError for a timeout or a limit that is no positive number; JidError for what is no address.
   */
  onMessage<C extends ElementClass | undefined = undefined>(
    callback: (message: Message, payload: PayloadOf<C>) => unknown,
    options: MessageListenOptions<C> = {},
  ): Registration {
    return this.registerHandler(new StanzaListener(this, Message, callback, options));
  }

  /**
   * Calls back for every presence but those of type `error`; the options say which others, and with which payload.
   * @throws ConfigError for a timeout or a limit that is no positive number; JidError for what is no address.
   */
  onPresence<C extends ElementClass | undefined = undefined>(
    callback: (presence: Presence, payload: PayloadOf<C>) => unknown,
    options: PresenceListenOptions<C> = {},
  ): Registration {
    return this.registerHandler(new StanzaListener(this, Presence, callback, options));
  }

  // Receiving.

  protected override accept(element: XmlElement, link: Link): boolean {
    return this.#admission.admits(element, link);
  }

  protected override dispatching(stanza: ElementView, bytes: number): Dispatch {
    const { xml } = stanza;
    if (xml.namespace !== NS_CLIENT) return 'open';
    switch (xml.name) {
      case 'message':
        return this.#ways.incoming.received(stanza as Message, bytes) ? 'withheld' : 'taken';
      case 'presence':
        this.enqueue(() => this.roster.received(stanza as Presence), { size: bytes });
        return 'taken';
      case 'iq':
        return this.#iq(stanza as Iq, bytes) ? 'taken' : 'open';
      default:
        return 'open';
    }
  }

  #iq(iq: Iq, bytes: number): boolean {
    if (iq.isRequest) return this.#incoming.received(iq, bytes);
    this.answered(iq, bytes);
    return true;
  }

  protected override unhandled(stanza: ElementView, link: Link, handled: boolean): void {
    const { xml } = stanza;
    if (isA(Iq as unknown as ElementClass, xml)) {
      this.#incoming.unhandled(stanza as Iq, handled);
      return;
    }
    if (handled) return;
    // What belongs to a protocol of its own that nobody has asked for changes nothing; a stanza of a kind that does not exist ends the
    // stream.
    if (xml.namespace !== NS_CLIENT) {
      this.logger.debug(`${quotedTag(xml)} was ignored: nothing asked for it`);
      return;
    }
    link.fail(new StreamError('unsupported-stanza-type', { text: `${quotedTag(xml)} is no stanza` }));
  }

  protected override handlerFailed(error: unknown, handler: Pick<Handler, 'name'>, stanza: ElementView): void {
    const isIq = isA(Iq as unknown as ElementClass, stanza.xml);
    if (isIq && this.#incoming.handlerFailed(error, stanza as Iq)) return;
    super.handlerFailed(error, handler, stanza);
  }

  protected override askForLife(): void {
    // XEP-0199. Whatever comes back shows that the peer is there, an error too.
    const ping = new XmlElement('iq', NS_CLIENT, { type: 'get', id: this.random.id() });
    // Where several connections have the domain, what is for an address of it may come on any of them. That this is no address
    // is said on the stream that it came on (RFC 6120 §8.1.1, §8.3.3.8).
    if (this.isComponent) ping.setAttribute('from', this.requestedJid.full).setAttribute('to', NOWHERE);
    this.sendNow(ping.append(new XmlElement('ping', 'urn:xmpp:ping')));
  }

  // Life.

  protected override async disposing(): Promise<void> {
    this.plugins.close();
    this.#ways.close();
    this.#incoming.close();
    await super.disposing();
  }
}

/** By shape, since it may come from another copy of this package. */
function isElement(value: unknown): value is XmlElement {
  return typeof (value as XmlElement | undefined)?.nodeAt === 'function';
}

/** Whether it may be answered: presence that enters a room, or asks for something, and whatever is no presence. */
function isAnswered(xml: XmlElement): boolean {
  if (xml.name !== 'presence') return true;
  const type = xml.attribute('type');
  return xml.attribute('to') !== undefined && (type === undefined || type === 'subscribe' || type === 'probe');
}
