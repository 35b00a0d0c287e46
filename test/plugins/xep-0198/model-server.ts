import { ClientXMPP } from '@sestina/client';
import { ConnectError, MemoryStorage, type Registration, type Sending, SilentLogger } from '@sestina/core';
import { type MemoryEnd, MemoryTransportFactory, StoredSecrets, VirtualClock } from '@sestina/testing';
import { StreamManagement, type StreamManagementOptions, type UnsentStanza } from '@sestina/xep-0198';
import { Bind2 } from '@sestina/xep-0386';
import { Sasl2 } from '@sestina/xep-0388';

const NS_SM = 'urn:xmpp:sm:3';
const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
  "id='s1' from='example.org' version='1.0'>";
const MECHANISMS =
  "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>";
const FEATURES = `<stream:features><sm xmlns='${NS_SM}'/><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>`;
const REFUSAL =
  "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>";
const NS_SASL2 = 'urn:xmpp:sasl:2';
const NS_BIND2 = 'urn:xmpp:bind:0';
const INLINE =
  `<stream:features><authentication xmlns='${NS_SASL2}'><mechanism>PLAIN</mechanism><inline><sm xmlns='${NS_SM}'/>` +
  `<bind xmlns='${NS_BIND2}'><inline><feature var='${NS_SM}'/></inline></bind></inline></authentication></stream:features>`;
/** What comes first: the header or the end of the stream, or an element as the client writes it. */
const FIRST = /^(?:<\?xml[^>]*>)?(?:<\/?stream:stream[^>]*>|<([\w:]+)(?:[^>]*\/>|.*?<\/\1>))/s;

/** `up`: what the server reads. Counted over all connections, from the first byte behind `<enable/>` and `<enabled/>`. */
export interface Cut {
  readonly way: 'down' | 'up';
  readonly at: number;
}

/** One connection to the server, as it is read there. */
class Connection {
  text = '';
  loggedIn = false;

  constructor(
    readonly end: MemoryEnd,
    readonly by: ModelProcess,
  ) {}
}

/** A server with one account, that keeps its session, counts as it should, and hangs up after some byte. */
export class ModelServer {
  readonly clock = new VirtualClock();
  /** Ids of the messages that it has taken, in order. */
  readonly taken: string[] = [];
  /** Bytes of the session so far. */
  readonly passed = { down: 0, up: 0 };
  /** What clients told of more than they had handled. */
  readonly lies: string[] = [];
  connections = 0;
  /** It takes no connections. */
  away = false;
  readonly #cuts: Cut[];
  #connection: Connection | undefined;
  #sessions = 0;
  /** What resumes the session that there is. */
  #id: string | undefined;
  #managed = false;
  /** The server's counters, and what was not acknowledged. */
  #in = 0;
  #acked = 0;
  #out: string[] = [];

  readonly #poison: string | undefined;
  readonly inline: boolean;

  /**
   * @param poison The id of a message that it ends the stream over, and does not count.
   * @param inline Whether all of it is done within the login (XEP-0198 §9).
   */
  constructor(
    cuts: readonly Cut[] = [],
    { poison, inline = false }: { readonly poison?: string | undefined; readonly inline?: boolean } = {},
  ) {
    this.inline = inline;
    this.#cuts = [...cuts];
    this.#poison = poison;
  }

  /** A process with a client. */
  start(options: Partial<StreamManagementOptions> = {}, storage?: MemoryStorage): ModelProcess {
    return new ModelProcess(this, options, storage);
  }

  /** It knows of no session any more. */
  forget(): void {
    this.#id = undefined;
  }

  accept(end: MemoryEnd, by: ModelProcess): void {
    this.connections += 1;
    const connection = new Connection(end, by);
    this.#connection = connection;
    const decoder = new TextDecoder();
    end.listen({
      data: (bytes) => {
        const text = typeof bytes === 'string' ? bytes : decoder.decode(bytes, { stream: true });
        if (this.#connection === connection) this.#read(connection, text);
      },
      drain: () => {},
      close: () => {},
    });
  }

  /** The connection is gone. */
  drop(): void {
    this.#connection?.end.end();
    this.#connection = undefined;
  }

  #say(id: string): void {
    const text = `<message id='${id}'><body>é</body></message>`;
    this.#out.push(text);
    this.#send(`${text}<r xmlns='${NS_SM}'/>`);
  }

  #send(text: string): void {
    this.#connection?.end.write(this.#managed ? this.#passes('down', text) : text);
  }

  /** As much of it as passes before a cut. */
  #passes(way: Cut['way'], text: string): string {
    const cut = this.#cuts.findIndex((one) => one.way === way && one.at < this.passed[way] + text.length);
    const [one] = cut < 0 ? [] : this.#cuts.splice(cut, 1);
    const length = one ? Math.max(0, one.at - this.passed[way]) : text.length;
    this.passed[way] += length;
    if (!one) return text;
    // What was sent arrives, then the end.
    if (way === 'down') this.#connection?.end.write(text.slice(0, length));
    this.drop();
    return way === 'up' ? text.slice(0, length) : '';
  }

  #read(connection: Connection, text: string): void {
    connection.text += this.#managed ? this.#passes('up', text) : text;
    for (;;) {
      const [element] = FIRST.exec(connection.text) ?? [];
      if (element === undefined) return;
      connection.text = connection.text.slice(element.length);
      this.#take(element, connection);
    }
  }

  #take(text: string, connection: Connection): void {
    const name = /<([\w:/]+)/.exec(text)?.[1];
    const value = (attribute: string) => new RegExp(` ${attribute}='([^']*)'`).exec(text)?.[1] ?? '';
    switch (name) {
      case 'stream:stream':
        this.#send(HEADER + (connection.loggedIn ? FEATURES : this.inline ? INLINE : MECHANISMS));
        break;
      case 'auth':
        connection.loggedIn = true;
        this.#send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        break;
      case 'authenticate':
        this.#logInWithin(text, connection);
        break;
      case 'iq':
        this.#send(
          `<iq type='result' id='${value('id')}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>a@example.org/p</jid></bind></iq>`,
        );
        break;
      case 'enable':
        this.#begin(connection);
        break;
      case 'message':
        if (value('id') === this.#poison) {
          this.#connection?.end.write(REFUSAL);
          this.drop();
          break;
        }
        this.#in += 1;
        this.taken.push(value('id'));
        this.#say(value('id').replace('m', 's'));
        break;
      case 'r':
        this.#send(`<a xmlns='${NS_SM}' h='${this.#in}'/>`);
        break;
      case 'a':
        this.#count(Number(value('h')), connection);
        break;
      case 'resume':
        this.#resume(value('previd'), Number(value('h')), connection);
        break;
      default:
    }
  }

  #logInWithin(text: string, connection: Connection): void {
    const previd = / previd='([^']*)'/.exec(text)?.[1];
    const success = (jid: string, inside: string): string =>
      `<success xmlns='${NS_SASL2}'><authorization-identifier>${jid}</authorization-identifier>${inside}</success>`;
    if (previd !== undefined && previd === this.#id) {
      this.#resume(previd, Number(/ h='(\d+)'/.exec(text)?.[1]), connection, (resumed) =>
        success('a@example.org/q', resumed),
      );
      return;
    }
    const failed = previd === undefined ? '' : `<failed xmlns='${NS_SM}'/>`;
    this.#begin(connection, (enabled) => {
      const bound = `<bound xmlns='${NS_BIND2}'>${enabled}</bound>`;
      return `${success('a@example.org/q', `${failed}${bound}`)}<stream:features/>`;
    });
  }

  #begin({ by }: Connection, within = (enabled: string): string => enabled): void {
    this.#id = `i${this.#sessions}`;
    this.#sessions += 1;
    this.#in = 0;
    this.#acked = 0;
    by.base = by.handled;
    this.#send(within(`<enabled xmlns='${NS_SM}' id='${this.#id}' resume='1'/>`));
    this.#managed = true;
    // What nobody has acknowledged is delivered to whoever comes next.
    this.#send(this.#out.join(''));
  }

  #resume(id: string, h: number, connection: Connection, within = (resumed: string): string => resumed): void {
    if (id !== this.#id) {
      this.#send(`<failed xmlns='${NS_SM}'/>`);
      return;
    }
    // What another process has handled counts.
    if (connection.by.base === undefined) connection.by.base = connection.by.handled - h;
    this.#count(h, connection);
    const resumed = `<resumed xmlns='${NS_SM}' previd='${id}' h='${this.#in}'/>`;
    this.#send(`${within(resumed)}${this.#out.join('')}<r xmlns='${NS_SM}'/>`);
  }

  #count(h: number, { by }: Connection): void {
    const handled = by.handled - (by.base ?? 0);
    if (h > handled) this.lies.push(`${h} of ${handled}`);
    this.#out.splice(0, h - this.#acked);
    this.#acked = h;
  }
}

/** A process with a client. */
export class ModelProcess {
  readonly client: ClientXMPP;
  readonly management: StreamManagement;
  readonly events: string[] = [];
  /** Ids of the messages that it has heard, in order. */
  readonly heard: string[] = [];
  readonly sendings: Sending[] = [];
  readonly unknown: UnsentStanza[] = [];
  /** To `smUnknown`. */
  readonly listening: Registration;
  /** Stanzas whose handlers are done. */
  handled = 0;
  /** How many of them were of other sessions. */
  base: number | undefined;
  readonly #server: ModelServer;
  #dead = false;

  constructor(server: ModelServer, options: Partial<StreamManagementOptions>, storage = new MemoryStorage()) {
    this.#server = server;
    const { clock } = server;
    const accept = (end: MemoryEnd): void => {
      if (this.#dead || server.away) throw new ConnectError('example.org', []);
      server.accept(end, this);
    };
    this.client = new ClientXMPP({
      jid: server.inline ? 'a@example.org' : 'a@example.org/p',
      password: 'x',
      logger: new SilentLogger(),
      clock,
      keepAlive: false,
      transports: new MemoryTransportFactory({ accept }, { clock, secure: true }),
      reconnect: { base: 1, max: 1 },
      storage,
      secrets: new StoredSecrets(storage),
    });
    if (server.inline) {
      // What is kept of the session is all that is kept.
      this.client.use(Sasl2, { clientId: false });
      this.client.use(Bind2, { withoutArchive: 'accept' });
    }
    const often = { requestEvery: 3, ackEvery: 3, timeout: 1_000 };
    this.management = this.client.use(StreamManagement, { ...often, ...options });
    for (const name of ['sessionStart', 'sessionResumed', 'sessionRestored', 'sessionEnd', 'smFailed'] as const) {
      this.client.on(name, () => this.events.push(name));
    }
    this.listening = this.client.on('smUnknown', ({ sendings }) => {
      this.events.push('smUnknown');
      this.unknown.push(...sendings);
    });
    this.client.onMessage(({ id }) => {
      this.handled += 1;
      this.heard.push(id ?? '');
    });
    this.client.on('connectionFailed', () => {});
  }

  /**
   * Goes on with a dialogue up to so many stanzas each way: each answer leads to the next question.
   * @param atOnce How many questions.
   */
  async run(stanzas: number, from = 0, atOnce = 1): Promise<this> {
    let next = from;
    const ask = (): void => {
      for (let i = 0; i < atOnce && next < stanzas; i++, next++) {
        this.sendings.push(this.client.sendMessage({ to: 'b@x', id: `m${next}`, body: 'é' }));
      }
    };
    this.client.onMessage(ask);
    void this.client.connect().catch(() => {});
    ask();
    await this.#server.clock.advance(10_000);
    return this;
  }

  /** It is gone, and does nothing any more that anybody could see. */
  async kill(): Promise<void> {
    this.#dead = true;
    this.#server.drop();
    const gone = this.client.dispose();
    await this.#server.clock.advance(10_000);
    await gone;
  }
}
