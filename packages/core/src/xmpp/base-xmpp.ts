import { NS_CLIENT, NS_STREAM, XmlElement } from '@sestina/xml';
import { type DependencyContainer, provide, type Token } from '../di/index.js';
import { DisconnectedError, TimeoutError } from '../errors.js';
import { JID, JidParser } from '../jid/index.js';
import { disposeAll, type Registration } from '../registration.js';
import { type ElementClass, type ElementView, isA, viewOf } from '../stanza/element.js';
import { Iq } from '../stanza/iq.js';
import { Message } from '../stanza/message.js';
import { Presence } from '../stanza/presence.js';
import { StanzaError } from '../stanza/stanza-error.js';
import { StreamError } from '../stanza/stream-error.js';
import { StreamFeatures } from '../stanza/stream-features.js';
import { Callback, type CallbackOptions, type Handler } from '../stream/handlers.js';
import type { Link } from '../stream/link.js';
import { MatchPayload } from '../stream/matchers.js';
import { follow } from '../stream/reasons.js';
import { SendError, type Sending, type SendOptions } from '../stream/sending.js';
import { type SessionOutcome, XMLStream } from '../stream/xml-stream.js';
import { AdvertisedFeatures } from './advertised.js';
import { DataProviders } from './data-providers.js';
import { type IqHandler, type IqHandlerOptions, IqHandlers, type IqLimits } from './iq/incoming.js';
import { OpenRequests } from './iq/one-answer.js';
import { type Pending, type RequestOptions, Requests, SessionLostError } from './iq/outgoing.js';
import type { Plugin, PluginClass, PluginOptions } from './plugins/plugin.js';
import { PluginRegistry } from './plugins/plugin-registry.js';
import { Roster } from './presence/index.js';
import { servicesFor } from './services.js';
import type { IqInit, MessageInit, PresenceInit } from './stanza-init.js';
import type { XMPPEvents } from './xmpp-events.js';
import { checkOptions, type XMPPOptions } from './xmpp-options.js';

/** What a component asks for a sign of life: no address. */
const NOWHERE = '@';

/** What client and component share: stanzas, requests, roster and presence, plugins. */
export abstract class BaseXMPP extends XMLStream<XMPPEvents> {
  /** Services and plugins of this connection, for `resolve()`; nothing here is shared with another connection. */
  readonly scope: DependencyContainer;
  /** The installed plugins. */
  readonly plugins: PluginRegistry;
  /** The announced features. */
  readonly advertised: AdvertisedFeatures;
  /** Rosters and presence, by owner. */
  readonly roster: Roster;
  /** Where plugins ask for their data, and you say what they get: for each address, for each node. */
  readonly api = new DataProviders((registration) => this.registered(registration));
  /** The address that was asked for. */
  readonly requestedJid: JID;
  readonly isComponent: boolean = false;
  protected readonly contentNamespace = NS_CLIENT;
  readonly #jids = new JidParser();
  readonly #requests: Requests;
  readonly #open = new Set<Pending>();
  readonly #iqHandlers: IqHandlers;
  readonly #openRequests = new OpenRequests(this.clock, (iq) => void this.send(iq.errorReply('service-unavailable')));
  #boundJid: JID | undefined;
  #recorder: Registration[] | undefined;

  /** @throws ConfigError for options that cannot work; JidError for what is no address. */
  constructor(jid: JID | string, options: XMPPOptions = {}) {
    checkOptions(jid, options);
    const services = servicesFor(options);
    super(options, services);
    this.requestedJid = JID.from(jid);
    this.scope = services.scope;
    for (const token of [BaseXMPP, this.constructor as Token<this>]) provide(this.scope, token, this);
    this.#iqHandlers = new IqHandlers(options.maxRequests, this.clock);
    const self = this;
    this.#requests = new Requests(this.clock, this, options.maxPending ?? 1_000);
    this.advertised = new AdvertisedFeatures(() => this.emit('featuresChanged', { features: [...this.advertised] }));
    this.plugins = new PluginRegistry(this.scope, {
      constructing: (construct) => this.#constructing(construct),
      reportError: (error, where) => this.reportError(error, where),
      get online() {
        return self.online;
      },
    });
    this.roster = new Roster(this, {
      autoAuthorize: options.autoAuthorize ?? 'ask',
      autoSubscribe: options.autoSubscribe ?? false,
    });
    for (const cls of [Message, Presence, Iq, StreamFeatures]) super.registerStanza(cls as unknown as ElementClass);
  }

  /** The address that the server gave us; undefined before the first session. */
  get boundJid(): JID | undefined {
    return this.#boundJid;
  }

  protected setBoundJid(jid: JID): void {
    this.#boundJid = jid;
    this.emit('sessionBind', { jid });
  }

  /** The domain of the server, or of the component. */
  get serverDomain(): string {
    return this.requestedJid.domain;
  }

  // Plugins.

  /**
   * Installs a plugin and those that it needs; a second call gives the same instance.
   * @throws PluginError: something is missing, a circle, an unknown option. DisconnectedError after `dispose()`.
   */
  use<C extends PluginClass>(cls: C, options?: PluginOptions<C>): InstanceType<C> {
    return this.plugins.use(cls, options);
  }

  /** The instance of an installed plugin. @throws PluginError where it is not installed. */
  plugin<P extends Plugin>(cls: PluginClass<P>): P {
    return this.plugins.get(cls);
  }

  /** Removes a plugin with everything that it registered. @throws PluginError while another plugin needs it. */
  remove(cls: PluginClass): boolean {
    return this.plugins.remove(cls);
  }

  #constructing<T>(construct: () => T): T {
    const outer = this.#recorder;
    const recorded: Registration[] = [];
    this.#recorder = recorded;
    try {
      return construct();
    } catch (error) {
      try {
        disposeAll(recorded);
      } catch (undo) {
        // What went wrong first is what the caller has to hear.
        this.reportError(undo, 'undoing what a plugin registered');
      }
      throw error;
    } finally {
      this.#recorder = outer;
    }
  }

  protected override registered(registration: Registration): Registration {
    this.#recorder?.push(registration);
    return registration;
  }

  /** Announces a feature to those who ask (XEP-0030 reads what is announced here). */
  advertise(feature: string): Registration {
    return this.registered(this.advertised.add(feature));
  }

  // Making stanzas.

  /** A message of this connection: `xmpp.message({ to, body }).send()`. */
  message(init: MessageInit = {}): Message {
    return new Message(init as never).bind(this);
  }

  /** A presence of this connection. */
  presence(init: PresenceInit = {}): Presence {
    return new Presence(init as never).bind(this);
  }

  /** An iq of this connection, with its payload. For a question, `iqGet` and `iqSet` are shorter. */
  iq(init: IqInit, payload?: ElementView): Iq {
    const iq = new Iq(init as never).bind(this);
    if (payload) iq.xml.append(payload.xml);
    return iq;
  }

  /** Makes a message and sends it. */
  sendMessage(init: MessageInit, options?: SendOptions): Sending {
    return this.send(this.message(init), options);
  }

  /** Makes a presence and sends it; without `to` it goes to all who are subscribed. */
  sendPresence(init: PresenceInit = {}, options?: SendOptions): Sending {
    return this.send(this.presence(init), options);
  }

  /** Asks a contact for a subscription, or sends another of the four subscription types. Goes to the bare JID. */
  sendPresenceSubscription(
    to: JID | string,
    type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed' = 'subscribe',
    init: PresenceInit = {},
  ): Sending {
    return this.sendPresence({ ...init, to: JID.from(to).bare, type });
  }

  /**
   * Fills in what a stanza needs before it can go out, and sends it. An iq or a message without an id gets one.
   * @throws TypeError for what is no stanza object.
   */
  override send(stanza: ElementView, options?: SendOptions): Sending {
    // By shape, since it may come from another copy of this package.
    if (typeof stanza?.xml?.attribute !== 'function') {
      throw new TypeError(
        'send() takes a stanza object: make one with message(), presence() or iq(), or new ElementView(parseDocument(text))',
      );
    }
    const { xml } = stanza;
    if (xml.namespace === NS_CLIENT && !xml.readOnly) {
      if (xml.name !== 'presence' && xml.attribute('id') === undefined) xml.setAttribute('id', this.random.id());
      const request = xml.name === 'iq' && (xml.origin?.request ?? this.#openRequests.find(xml, this.isComponent));
      if (request) {
        if (request.answered) {
          return this.refuse(stanza, new SendError('rejected', 'this request has been answered already'));
        }
        request.answered = true;
        xml.origin ??= { sealed: false };
        xml.origin.request = request;
        this.#openRequests.answered(request);
      }
    }
    const sending = super.send(stanza, options);
    if (stanza instanceof Presence) this.roster.sent(stanza, sending);
    // Not only now: an out filter may take its time.
    if (xml.name === 'iq' && xml.origin?.request) sending.onFailed((error) => this.#answerInstead(xml, error));
    return sending;
  }

  // Who asked is owed an answer, also where the one that was meant for it is not fit to be sent.
  #answerInstead(answer: XmlElement, error: SendError | undefined): void {
    if (error?.reason !== 'invalid' && error?.reason !== 'too-large' && error?.reason !== 'dropped') return;
    const instead = new XmlElement('iq', NS_CLIENT, {
      type: 'error',
      id: answer.attribute('id'),
      to: answer.attribute('to'),
      from: answer.attribute('from'),
    });
    instead.origin = answer.origin;
    super.send(new Iq(instead.append(new StanzaError('internal-server-error').toElement().xml)));
  }

  // Asking.

  /**
   * Sends a request and resolves with its result.
   * @throws DisconnectedError: there is no connection, and none is being made. StanzaError: the error that came back.
   *   TimeoutError: none came within `timeout` milliseconds. SessionLostError:
   *   none will come. SendError: it did not go out. The signal's reason where that aborts.
   */
  async request(iq: Iq, { timeout = this.timeout, signal }: RequestOptions = {}): Promise<Iq> {
    if (!iq.isRequest) throw new TypeError('a request is an iq of type get or set');
    if (this.state === 'disconnected')
      throw new DisconnectedError('there is no connection to ask on: call connect() first');
    iq.id ??= this.random.id();
    let pending = undefined as Pending | undefined;
    const answer = this.#requests.open(iq, timeout, signal, (opened) => {
      pending = opened;
    });
    if (!pending) return answer;
    const { reject } = pending;
    this.awaitsAnswersChanged();
    this.#open.add(pending);
    // What is still in the queue when nobody waits for the answer any more is not sent.
    const over = new AbortController();
    const release = follow(signal, over);
    const sending = this.send(iq, { signal: over.signal, ttl: timeout });
    const unsent = (): void => {
      if (sending.state !== 'failed' && sending.state !== 'unknown') return;
      reject(sending.error ?? new SessionLostError('the request was not sent'));
    };
    sending.onState(unsent);
    unsent();
    try {
      return await answer;
    } catch (error) {
      throw fromHere(error);
    } finally {
      this.#open.delete(pending);
      release();
      over.abort();
      this.awaitsAnswersChanged();
    }
  }

  /** Asks with an iq of type `get`. Without `to` the server is asked. With an answer class, resolves with that payload. */
  iqGet(to: JID | string | undefined, payload: ElementView, answer?: undefined, options?: AskOptions): Promise<Iq>;
  iqGet<V extends ElementView>(
    to: JID | string | undefined,
    payload: ElementView,
    answer: ElementClass<V>,
    options?: AskOptions,
  ): Promise<V>;
  iqGet(to: JID | string | undefined, payload: ElementView, options: AskOptions): Promise<Iq>;
  iqGet(
    to: JID | string | undefined,
    payload: ElementView,
    answer?: ElementClass | AskOptions,
    options?: AskOptions,
  ): Promise<never> {
    return this.#ask('get', to, payload, answer, options);
  }

  /** Asks with an iq of type `set`. Without `to` the server is asked. With an answer class, resolves with that payload. */
  iqSet(to: JID | string | undefined, payload: ElementView, answer?: undefined, options?: AskOptions): Promise<Iq>;
  iqSet<V extends ElementView>(
    to: JID | string | undefined,
    payload: ElementView,
    answer: ElementClass<V>,
    options?: AskOptions,
  ): Promise<V>;
  iqSet(to: JID | string | undefined, payload: ElementView, options: AskOptions): Promise<Iq>;
  iqSet(
    to: JID | string | undefined,
    payload: ElementView,
    answer?: ElementClass | AskOptions,
    options?: AskOptions,
  ): Promise<never> {
    return this.#ask('set', to, payload, answer, options);
  }

  async #ask(
    type: 'get' | 'set',
    to: JID | string | undefined,
    payload: ElementView,
    second: ElementClass | AskOptions | undefined,
    third: AskOptions | undefined,
  ): Promise<never> {
    const answer = second && 'tag' in second ? second : undefined;
    const { from, ...options } = third ?? (answer ? {} : ((second ?? {}) as AskOptions));
    // The overloads of the callers say what it really is.
    const result = await this.request(this.iq({ type, to, from }, payload), options);
    if (!answer) return result as never;
    const found = result.payload(answer);
    if (found) return found as never;
    const got = result.xml.firstElement;
    const text = `expected <${answer.tag} xmlns="${answer.namespace}">, got ${got ? `<${got.name} xmlns="${got.namespace}">` : 'an empty result'}`;
    throw new StanzaError('undefined-condition', { text, stanza: result });
  }

  /** Requests that wait for an answer. */
  get pendingRequests(): number {
    return this.#requests.size;
  }

  /** How many requests of others are worked on at once; more are answered with `resource-constraint`. */
  get maxRequests(): IqLimits {
    return this.#iqHandlers.limits;
  }

  /** Answers to our requests that came from somebody who was not asked, and were ignored. */
  get spoofedReplies(): number {
    return this.#requests.spoofed;
  }

  protected override get awaitsAnswers(): boolean {
    return this.#requests.size > 0 || super.awaitsAnswers;
  }

  // Answering.

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
    return this.registered(this.#iqHandlers.add(type, payload, handler, options));
  }

  /** The kinds of request that are answered, as `get {namespace}name`. */
  get handledRequests(): string[] {
    return this.#iqHandlers.kinds;
  }

  /** Calls back for every message, or for those with that payload. Those of type `error` only where `type` says so. */
  onMessage(callback: (message: Message) => unknown, options?: StanzaListenerOptions): Registration;
  onMessage<V extends ElementView>(
    payload: ElementClass<V>,
    callback: (message: Message, payload: V) => unknown,
    options?: StanzaListenerOptions,
  ): Registration;
  onMessage(
    first: ElementClass | ((message: Message) => unknown),
    second?: StanzaListenerOptions | ((message: Message, payload: never) => unknown),
    third?: StanzaListenerOptions,
  ): Registration {
    return this.#listen(Message, first, second, third);
  }

  /** Calls back for every presence, or for those with that payload. Those of type `error` only where `type` says so. */
  onPresence(callback: (presence: Presence) => unknown, options?: StanzaListenerOptions): Registration;
  onPresence<V extends ElementView>(
    payload: ElementClass<V>,
    callback: (presence: Presence, payload: V) => unknown,
    options?: StanzaListenerOptions,
  ): Registration;
  onPresence(
    first: ElementClass | ((presence: Presence) => unknown),
    second?: StanzaListenerOptions | ((presence: Presence, payload: never) => unknown),
    third?: StanzaListenerOptions,
  ): Registration {
    return this.#listen(Presence, first, second, third);
  }

  #listen<S extends ElementView>(
    root: ElementClass<S>,
    first: ElementClass | ((stanza: S) => unknown),
    second: StanzaListenerOptions | ((stanza: S, payload: never) => unknown) | undefined,
    third: StanzaListenerOptions | undefined,
  ): Registration {
    const cls = 'tag' in first ? first : undefined;
    const callback = (cls ? second : first) as (stanza: S, payload?: ElementView) => unknown;
    const options = ((cls ? third : second) ?? {}) as StanzaListenerOptions;
    const { type } = options;
    const run = (stanza: S): unknown => {
      if (type === undefined && stanza.xml.attribute('type') === 'error') return undefined;
      const found = cls && stanza.xml.child(cls.tag, cls.namespace);
      return cls && found ? callback(stanza, viewOf(cls, found)) : callback(stanza);
    };
    const name = options.name ?? `${root.tag}${cls ? `/{${cls.namespace}}${cls.tag}` : ''}`;
    return this.registerHandler(new Callback<S>(name, new MatchPayload(root, cls, type), run, options));
  }

  // Receiving.

  protected override accept(element: XmlElement, link: Link): boolean {
    if (element.namespace !== NS_CLIENT) return this.#acceptOther(element, link);
    if (!this.#readAddresses(element)) {
      if (this.isComponent && element.attribute('from') === NOWHERE) return false;
      this.logger.warn(`a <${element.name}/> with a malformed address was dropped`);
      return false;
    }
    return element.name !== 'iq' || this.#acceptIq(element);
  }

  /** False where one is malformed. */
  #readAddresses(element: XmlElement): boolean {
    const rawFrom = element.attribute('from');
    const rawTo = element.attribute('to');
    const bound = this.#boundJid;
    const from = rawFrom === undefined ? undefined : this.#jids.tryParse(rawFrom);
    const to = rawTo === undefined ? undefined : rawTo === bound?.full ? bound : this.#jids.tryParse(rawTo);
    const { origin } = element;
    if (origin) {
      origin.from = from;
      origin.to = to;
    }
    return (from !== undefined || rawFrom === undefined) && (to !== undefined || rawTo === undefined);
  }

  #acceptOther(element: XmlElement, link: Link): boolean {
    const { name, namespace } = element;
    if (name === 'message' || name === 'presence' || name === 'iq') {
      link.fail(new StreamError('invalid-namespace', { text: `<${name}/> in the namespace ${namespace || '(none)'}` }));
      return false;
    }
    return !(namespace === NS_STREAM && name === 'features');
  }

  #acceptIq(element: XmlElement): boolean {
    const iq = viewOf(Iq, element);
    const type = element.attribute('type');
    const known = type === 'get' || type === 'set' || type === 'result' || type === 'error';
    if (known && (type === 'result' || type === 'error')) return true;
    let payloads = 0;
    for (const _child of element.elements()) payloads += 1;
    const id = element.attribute('id');
    if (known && id && payloads === 1) return true;
    const wrong = !known
      ? 'an iq of no known type'
      : !id
        ? 'an iq without an id'
        : `a request with ${payloads} payloads`;
    // Without an id an answer could not be matched to anything.
    if (id) this.send(iq.bind(this).errorReply('bad-request', wrong));
    else this.logger.warn(`${wrong} was dropped`);
    return false;
  }

  protected override dispatching(stanza: ElementView, bytes: number): boolean {
    const { xml } = stanza;
    if (xml.namespace !== NS_CLIENT) return false;
    switch (xml.name) {
      case 'message':
        this.#message(stanza as Message, bytes);
        return true;
      case 'presence':
        this.#presence(stanza as Presence, bytes);
        return true;
      case 'iq':
        return this.#iq(stanza as Iq, bytes);
      default:
        return false;
    }
  }

  #message(message: Message, bytes: number): void {
    const { xml } = message;
    if (xml.attribute('type') === 'error') this.emit('messageError', message);
    else if (this.listenerCount('message') > 0 && xml.child('body')) this.emitSized('message', message, bytes);
  }

  #presence(presence: Presence, bytes: number): void {
    this.enqueue(() => this.roster.received(presence), { size: bytes });
  }

  #iq(iq: Iq, bytes: number): boolean {
    if (!iq.isRequest) {
      const found = this.#requests.find(iq);
      if (found) this.enqueue(() => found.answer(), { settles: true, size: bytes });
      return true;
    }
    const payload = iq.xml.firstElement;
    const entry = payload && this.#iqHandlers.find(iq.type, payload, iq);
    this.#openRequests.add(iq);
    if (!entry || !payload) return false;
    this.enqueue(() => this.#answer(entry, payload, iq), { size: bytes });
    return true;
  }

  async #answer(entry: Parameters<IqHandlers['answer']>[0], payload: XmlElement, iq: Iq): Promise<void> {
    const where = `handler of iq ${iq.type} {${payload.namespace}}${payload.name}`;
    const answer = await this.#iqHandlers.answer(entry, payload, iq, (error) => this.reportError(error, where));
    if (answer) this.send(answer);
    this.#openRequests.forget(iq);
  }

  protected override unhandled(stanza: ElementView, link: Link, handled: boolean): void {
    const { xml } = stanza;
    if (isA(Iq as unknown as ElementClass, xml)) {
      const iq = stanza as Iq;
      // Handlers that do not have to answer may only look at it, or answer in their own time.
      if (handled) this.enqueue(() => this.#openRequests.called(iq));
      else {
        this.send(iq.errorReply('service-unavailable'));
        this.#openRequests.forget(iq);
      }
      return;
    }
    if (handled) return;
    // Answers of stream-level protocols that nobody asked for change nothing; a stanza of a kind that does not exist ends the stream.
    if (xml.namespace.startsWith('urn:xmpp:') || xml.namespace.startsWith('urn:ietf:params:xml:ns:xmpp-')) {
      this.logger.debug(`<${xml.name} xmlns="${xml.namespace}"> was ignored: nothing asked for it`);
      return;
    }
    link.fail(new StreamError('unsupported-stanza-type', { text: `<${xml.name}/> is no stanza` }));
  }

  protected override handlerFailed(error: unknown, handler: Pick<Handler, 'name'>, stanza: ElementView): void {
    if (isA(Iq as unknown as ElementClass, stanza.xml)) {
      const iq = stanza as Iq;
      if (iq.isRequest && !stanza.xml.origin?.answered) {
        // An error that came from somebody else is no answer to this sender.
        const own = error instanceof StanzaError && !error.stanza;
        this.send(iq.errorReply(own ? error : 'internal-server-error'));
        if (own) return;
      }
    }
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

  protected override sessionBegins(outcome: SessionOutcome): void {
    if (outcome === 'new') this.roster.sessionBegins();
    this.#notify((plugin) => (outcome === 'new' ? plugin.sessionStart?.() : plugin.sessionResumed?.()), true);
  }

  // In its turn: what was received before the loss still belongs to the session, answers above all.
  protected override sessionLost(reason: Error): void {
    const lost = new SessionLostError(`the session was lost before the answer came: ${reason.message}`, {
      cause: reason,
    });
    const open = [...this.#open];
    const fail = (): void => {
      for (const { reject } of open) reject(lost);
    };
    if (open.length > 0) this.enqueue(fail, { settles: true });
    this.#notify((plugin) => plugin.sessionEnd?.(reason), false);
    this.enqueue(() => this.roster.reset());
  }

  // Those that are installed later are told by the registry.
  #notify(hook: (plugin: Plugin) => unknown, inSession: boolean): void {
    const only = new Set(this.plugins);
    this.enqueue(() => this.plugins.notify(hook, { only, inSession }));
  }

  protected override async disposing(): Promise<void> {
    this.plugins.close();
    this.#openRequests.close();
    await this.scope.dispose();
  }
}

/** The stack of whoever asked, on an error that was made where the answer came in. Errors that are not ours stay as they are. */
function fromHere(error: unknown): unknown {
  // Every request that a lost session ends gets the same error.
  if (error instanceof SessionLostError) return new SessionLostError(error.message, { cause: error.cause });
  const { captureStackTrace } = Error as { captureStackTrace?: (target: Error, above: unknown) => void };
  if (error instanceof StanzaError || error instanceof TimeoutError) captureStackTrace?.(error, fromHere);
  return error;
}

/** Options of `iqGet` and `iqSet`. */
export interface AskOptions extends RequestOptions {
  /** The address that asks; a component's has to be given. */
  from?: JID | string | undefined;
}

/** Options of `onMessage` and `onPresence`. */
export interface StanzaListenerOptions extends CallbackOptions {
  /** Only stanzas with exactly this `type` attribute. */
  type?: string;
  /** For error reports and `removeHandler`. */
  name?: string;
}
