import {
  type BaseXMPP,
  type JID,
  SilentLogger,
  type StanzaErrorCondition,
  SystemClock,
  type XmlElement,
} from '@sestina/core';
import type { StreamHeader } from '@sestina/core/transport';
import { checkJid, type JidExpectation } from './check-jid.js';
import { errorText, resultText } from './scripted/answers.js';
import { type ContactExpectation, checkRoster } from './scripted/check-roster.js';
import { ScriptError } from './scripted/errors.js';
import { headerText } from './scripted/header.js';
import type { HeaderAttributes, ScriptedPlugin, ScriptedStreamOptions } from './scripted/options.js';
import { eventually, ScriptedConnection } from './scripted/scripted-connection.js';
import { defaultJid, TestXMPP } from './scripted/test-xmpp.js';
import { fillWildcards } from './scripted/wildcards.js';
import { SeededRandom } from './seeded-random.js';
import { NS_BIND, NS_SASL } from './server/namespaces.js';
import { MemoryTransportFactory } from './transport/index.js';
import { VirtualClock } from './virtual-clock.js';
import { expectXml, formatXml, parseXml, type SameXmlOptions } from './xml/index.js';
import { escapeXml } from './xml/parse.js';

export { type ContactExpectation, checkRoster } from './scripted/check-roster.js';
export { RosterDifferenceError, ScriptError } from './scripted/errors.js';
export type { HeaderAttributes, ScriptedPlugin, ScriptedStreamOptions } from './scripted/options.js';
export { type ScriptedKind, TestXMPP } from './scripted/test-xmpp.js';

/** How a login is played. */
export interface ScriptedLogin {
  /** Features beside binding, as XML. Default: none. */
  features?: string;
  /** The address that is bound. Default: what the client asks for. */
  jid?: JID | string;
}

/** How what was sent is compared. */
export interface ExpectSentOptions extends SameXmlOptions {
  /** Real milliseconds to wait for it, for what happens outside of the virtual clock. Default 1,000. */
  timeout?: number;
}

/**
 * A connection of which the test plays the server, line by line: `recv()` what the server says, `expectSent()` what it should
 * hear. In memory, on a virtual clock, with the same ids each time.
 */
export class ScriptedStream {
  /** The connection under test. */
  readonly xmpp: BaseXMPP;
  readonly clock = new VirtualClock();
  /** Every stanza and other first-level element that it has sent, expected or not. */
  readonly sent: XmlElement[] = [];
  /** What went wrong in handlers, listeners and filters: the connection's `error` events. */
  readonly errors: { readonly error: Error; readonly where: string }[] = [];
  /** What `xmpp.connect()` gave; settled once there is a session, or there will be none. */
  session: Promise<void> = Promise.resolve();
  readonly #options: ScriptedStreamOptions;
  readonly #system = new SystemClock();
  readonly #headers: StreamHeader[] = [];
  #connection: ScriptedConnection | undefined;
  #next = 0;
  #footers = 0;
  #fault: Error | undefined;

  private constructor(options: ScriptedStreamOptions) {
    this.#options = options;
    const { secure = false, jid, kind = 'client', connect } = options;
    const acceptor = { accept: (end: ConstructorParameters<typeof ScriptedConnection>[0]) => this.#accept(end) };
    const transports = new MemoryTransportFactory(acceptor, { clock: this.clock, secure });
    this.xmpp = connect
      ? connect(transports, this.clock)
      : new TestXMPP(jid ?? defaultJid(kind), kind, transports, {
          reconnect: false,
          keepAlive: false,
          logger: new SilentLogger(),
          random: new SeededRandom(1),
          ...options.options,
          clock: this.clock,
        });
    this.xmpp.on('error', (event) => this.errors.push(event));
    for (const plugin of options.plugins ?? []) install(this.xmpp, plugin);
  }

  /**
   * Makes a connection, installs the plugins and connects. Resolves when the session has started and everything that follows
   * from it has happened; where the script does the header or logs in, as soon as it is the script's turn.
   */
  static async start(options: ScriptedStreamOptions = {}): Promise<ScriptedStream> {
    const stream = new ScriptedStream(options);
    await stream.connect();
    if (!options.connect && options.header !== 'manual') await stream.session;
    await stream.idle();
    return stream;
  }

  /** Connects again, after a disconnection. Resolves when it is the script's turn; `session` is what `connect()` gave. */
  async connect(): Promise<void> {
    this.session = this.xmpp.connect();
    this.session.catch(() => undefined);
    await this.idle();
  }

  /** Waits until nothing happens any more on the virtual clock. */
  idle(): Promise<void> {
    return this.clock.runUntilIdle();
  }

  // What the server says.

  /** Feeds text as it is, one stanza, several, or something broken. Resolves when all that it triggers has run. */
  async recv(xml: string | XmlElement): Promise<void> {
    this.#live().write(typeof xml === 'string' ? xml : xml.toString());
    await this.idle();
  }

  /** Answers a request that was sent with a result, empty or with this payload. */
  recvResult(request: XmlElement, payload: string | XmlElement = ''): Promise<void> {
    return this.recv(resultText(request, payload.toString()));
  }

  /** Answers a request that was sent with an error. */
  recvError(request: XmlElement, condition: StanzaErrorCondition): Promise<void> {
    return this.recv(errorText(request, condition));
  }

  /** Feeds a stream header; `undefined` leaves an attribute out. Default: the one that the client expects. */
  recvHeader(attributes: HeaderAttributes = {}): Promise<void> {
    return this.recv(this.#headerText(attributes));
  }

  /** Sends the client `<stream:features/>` with this inside. */
  sendFeatures(features = ''): Promise<void> {
    return this.recv(`<stream:features>${features}</stream:features>`);
  }

  /**
   * The server's part of a client's login, where the connection is a `ClientXMPP` of your own: offers PLAIN, says yes to whatever
   * comes, and binds. Needs `secure: true`, as passwords do. Resolves once there is a session, and what was sent for it is behind.
   */
  async login({ features = '', jid }: ScriptedLogin = {}): Promise<void> {
    await this.sendFeatures(`<mechanisms xmlns='${NS_SASL}'><mechanism>PLAIN</mechanism></mechanisms>`);
    await this.recv(`<success xmlns='${NS_SASL}'/>`);
    await this.sendFeatures(`<bind xmlns='${NS_BIND}'/>${features}`);
    const request = this.sent.at(-1);
    const asked = request?.child('bind', NS_BIND);
    if (!request || !asked) throw new ScriptError('the client did not log in by PLAIN and ask for a resource');
    const resource = asked.child('resource')?.text ?? 'resource';
    const bound = jid ?? `${this.xmpp.requestedJid.bare}/${resource}`;
    await this.recvResult(request, `<bind xmlns='${NS_BIND}'><jid>${escapeXml(String(bound))}</jid></bind>`);
    await this.session;
    await this.idle();
    this.skipSent();
  }

  /** The server's part of a simulated STARTTLS, after it said `<proceed/>`. */
  async acceptTls(): Promise<void> {
    await this.#live().acceptTls();
    await this.idle();
  }

  /** The server ends the stream. */
  async disconnect(): Promise<void> {
    const connection = this.#live();
    connection.write('</stream:stream>');
    connection.end();
    await this.idle();
  }

  /** The connection breaks, with an error or just so. */
  async drop(error?: Error): Promise<void> {
    this.#live().drop(error);
    await this.idle();
  }

  // What it hears.

  /** The next element that was sent and not looked at, waited for. @throws ScriptError where there comes none. */
  async nextSent({ timeout = 1_000 }: { timeout?: number } = {}): Promise<XmlElement> {
    await this.idle();
    await eventually(this.#system, timeout, () => this.#next < this.sent.length || this.#fault !== undefined);
    this.#check();
    const element = this.sent[this.#next];
    if (!element) throw new ScriptError('nothing more was sent');
    this.#next += 1;
    return element;
  }

  /**
   * Takes the next element that was sent and compares it by meaning (see `sameXml`). An attribute given as `*` may have any
   * value: `id='*'`.
   * @returns What was sent.
   * @throws XmlDifferenceError, or ScriptError where nothing was sent.
   */
  async expectSent(expected: string | XmlElement, options: ExpectSentOptions = {}): Promise<XmlElement> {
    const wanted = typeof expected === 'string' ? parseXml(expected, options.namespace) : expected;
    let actual: XmlElement;
    try {
      actual = await this.nextSent(options);
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      throw new ScriptError(`${error.message}; expected was\n${formatXml(wanted)}`, { cause: error });
    }
    expectXml(actual, fillWildcards(wanted, actual), options);
    return actual;
  }

  /** Asserts that nothing was sent that was not looked at. @throws ScriptError */
  async expectNothingSent(): Promise<void> {
    await this.idle();
    this.#check();
    const rest = this.sent.slice(this.#next);
    if (rest.length > 0)
      throw new ScriptError(`nothing should have been sent, but was\n${rest.map(formatXml).join('\n')}`);
  }

  /** Goes on behind what was sent up to now, without looking at it. */
  skipSent(): void {
    this.#next = this.sent.length;
  }

  /** The stream header that the client sent last. */
  get header(): StreamHeader | undefined {
    return this.#headers.at(-1);
  }

  /** Asserts the given attributes of the header that the client sent last. @throws ScriptError */
  async expectHeader(expected: HeaderAttributes): Promise<StreamHeader> {
    await this.idle();
    this.#check();
    const { header } = this;
    if (!header) throw new ScriptError('no stream header was sent');
    for (const name of Object.keys(expected) as (keyof HeaderAttributes)[]) {
      const [is, should] = [header[name], expected[name]];
      if (is !== should)
        throw new ScriptError(`the header's ${name} is ${is ?? 'not there'}, not ${should ?? 'missing'}`);
    }
    return header;
  }

  /** Asserts that the client has closed the connection, by the end of its stream. @throws ScriptError */
  async expectDisconnected({ timeout = 1_000 }: { timeout?: number } = {}): Promise<void> {
    await this.idle();
    await eventually(this.#system, timeout, () => this.#connection?.closed !== false);
    if (this.#connection?.closed === false) throw new ScriptError('the connection is still there');
    if (this.#footers === 0) throw new ScriptError('the connection was closed without the end of the stream');
  }

  // What it knows.

  /** Asserts what a roster holds; see `checkRoster`. @throws RosterDifferenceError */
  async expectRoster(owner: JID | string, expected: Readonly<Record<string, ContactExpectation>>): Promise<void> {
    await this.idle();
    checkRoster(this.xmpp.roster.of(owner), expected);
  }

  /** Asserts the parts of the address that it is bound to. @throws JidDifferenceError */
  expectJid(expected: JidExpectation): void {
    const { boundJid } = this.xmpp;
    if (!boundJid) throw new ScriptError('no address is bound');
    checkJid(boundJid, expected);
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    const disposed = this.xmpp.dispose();
    await this.idle();
    this.#connection?.drop();
    await disposed;
  }

  #accept(end: ConstructorParameters<typeof ScriptedConnection>[0]): void {
    this.#footers = 0;
    this.#connection = new ScriptedConnection(end, {
      header: (header) => this.#opened(header),
      element: (element) => this.sent.push(element),
      footer: () => this.#ended(),
      closed: () => {},
      fault: (error) => {
        this.#fault ??= error;
      },
    });
  }

  #opened(header: StreamHeader): void {
    this.#headers.push(header);
    if (this.#options.header === 'manual') return;
    this.#connection?.write(this.#headerText({}));
    if (!this.#options.connect && !this.xmpp.isComponent) this.#connection?.write('<stream:features/>');
  }

  #headerText(attributes: HeaderAttributes): string {
    const { isComponent, serverDomain } = this.xmpp;
    const version = isComponent ? undefined : '1.0';
    return headerText(isComponent, { from: serverDomain, id: `stream${this.#headers.length}`, version, ...attributes });
  }

  #ended(): void {
    this.#footers += 1;
    if (this.#options.footer === 'manual' || this.#connection?.closed) return;
    this.#connection?.write('</stream:stream>');
    this.#connection?.end();
  }

  #live(): ScriptedConnection {
    if (!this.#connection || this.#connection.closed) throw new ScriptError('there is no connection');
    return this.#connection;
  }

  #check(): void {
    if (this.#fault)
      throw new ScriptError(`what was sent is no XML stream: ${this.#fault.message}`, { cause: this.#fault });
  }
}

function install(xmpp: BaseXMPP, plugin: ScriptedPlugin): void {
  if (typeof plugin === 'function') xmpp.use(plugin);
  else xmpp.use(plugin[0], plugin[1]);
}
