import { ClientXMPP } from '@sestina/client';
import { type Sending, SilentLogger } from '@sestina/core';
import { type MemoryEnd, MemoryTransportFactory, VirtualClock } from '@sestina/testing';
import { StreamManagement, type StreamManagementOptions } from '@sestina/xep-0198';

const NS_SM = 'urn:xmpp:sm:3';
const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
  "id='s1' from='example.org' version='1.0'>";
const MECHANISMS =
  "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>";
const FEATURES = `<stream:features><sm xmlns='${NS_SM}'/><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>`;

/** What comes first: the header or the end of the stream, or an element as the client writes it. */
const FIRST = /^(?:<\?xml[^>]*>)?(?:<\/?stream:stream[^>]*>|<([\w:]+)(?:[^>]*\/>|.*?<\/\1>))/s;

/** `up`: what the server reads. Counted over all connections, from the first byte behind `<enable/>` and `<enabled/>`. */
export interface Cut {
  readonly way: 'down' | 'up';
  readonly at: number;
}

/** A server with one account, that keeps its session, counts as it should, and hangs up after some byte. */
export class ModelServer {
  readonly clock = new VirtualClock();
  readonly client: ClientXMPP;
  readonly management: StreamManagement;
  readonly events: string[] = [];
  /** Ids of the messages that the server has taken, and of those that the client has heard. */
  readonly taken: string[] = [];
  readonly heard: string[] = [];
  readonly sendings: Sending[] = [];
  /** Bytes of the session so far. */
  readonly passed = { down: 0, up: 0 };
  connections = 0;
  readonly #cuts: Cut[];
  #end: MemoryEnd | undefined;
  #loggedIn = false;
  #managed = false;
  #text = '';
  /** The server's counters. */
  #in = 0;
  #acked = 0;
  #out: string[] = [];

  constructor(cuts: readonly Cut[], options: Partial<StreamManagementOptions> = {}) {
    this.#cuts = [...cuts];
    const transports = new MemoryTransportFactory(
      {
        accept: (end) => {
          this.connections += 1;
          this.#end = end;
          this.#loggedIn = false;
          this.#text = '';
          const decoder = new TextDecoder();
          end.listen({
            data: (bytes) => {
              if (this.#end === end)
                this.#read(typeof bytes === 'string' ? bytes : decoder.decode(bytes, { stream: true }));
            },
            drain: () => {},
            close: () => {},
          });
        },
      },
      { clock: this.clock, secure: true },
    );
    this.client = new ClientXMPP({
      jid: 'a@example.org/p',
      password: 'x',
      logger: new SilentLogger(),
      clock: this.clock,
      keepAlive: false,
      transports,
      reconnect: { base: 1, max: 1 },
    });
    this.management = this.client.use(StreamManagement, { requestEvery: 3, ackEvery: 3, timeout: 1_000, ...options });
    for (const name of ['sessionStart', 'sessionResumed', 'sessionEnd', 'smFailed', 'smUnknown'] as const) {
      this.client.on(name, () => this.events.push(name));
    }
    this.client.onMessage(({ id }) => this.heard.push(id ?? ''));
    this.client.on('connectionFailed', () => {});
  }

  /** A dialogue of so many stanzas each way: each answer leads to the next question. */
  async run(stanzas: number): Promise<this> {
    this.client.onMessage(() => {
      if (this.sendings.length < stanzas) this.#ask();
    });
    void this.client.connect().catch(() => {});
    this.#ask();
    await this.clock.advance(10_000);
    return this;
  }

  #ask(): void {
    this.sendings.push(this.client.sendMessage({ to: 'b@x', id: `m${this.sendings.length}`, body: 'é' }));
  }

  #say(id: string): void {
    const text = `<message id='${id}'><body>é</body></message>`;
    this.#out.push(text);
    this.#send(`${text}<r xmlns='${NS_SM}'/>`);
  }

  #send(text: string): void {
    this.#end?.write(this.#managed ? this.#passes('down', text) : text);
  }

  /** As much of it as passes before a cut. */
  #passes(way: Cut['way'], text: string): string {
    const cut = this.#cuts.findIndex((one) => one.way === way && one.at < this.passed[way] + text.length);
    const [one] = cut < 0 ? [] : this.#cuts.splice(cut, 1);
    const length = one ? Math.max(0, one.at - this.passed[way]) : text.length;
    this.passed[way] += length;
    if (!one) return text;
    const end = this.#end;
    this.#end = undefined;
    // What was sent arrives, then the end.
    if (way === 'down') end?.write(text.slice(0, length));
    end?.end();
    return way === 'up' ? text.slice(0, length) : '';
  }

  #read(text: string): void {
    this.#text += this.#managed ? this.#passes('up', text) : text;
    for (;;) {
      const [element] = FIRST.exec(this.#text) ?? [];
      if (element === undefined) return;
      this.#text = this.#text.slice(element.length);
      this.#take(element);
    }
  }

  #take(text: string): void {
    const name = /<([\w:/]+)/.exec(text)?.[1];
    const value = (attribute: string) => new RegExp(` ${attribute}='([^']*)'`).exec(text)?.[1] ?? '';
    switch (name) {
      case 'stream:stream':
        this.#send(HEADER + (this.#loggedIn ? FEATURES : MECHANISMS));
        break;
      case 'auth':
        this.#loggedIn = true;
        this.#send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        break;
      case 'iq':
        this.#send(
          `<iq type='result' id='${value('id')}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>a@example.org/p</jid></bind></iq>`,
        );
        break;
      case 'enable':
        this.#send(`<enabled xmlns='${NS_SM}' id='i' resume='1'/>`);
        this.#managed = true;
        break;
      case 'message':
        this.#in += 1;
        this.taken.push(value('id'));
        this.#say(value('id').replace('m', 's'));
        break;
      case 'r':
        this.#send(`<a xmlns='${NS_SM}' h='${this.#in}'/>`);
        break;
      case 'a':
        this.#count(Number(value('h')));
        break;
      case 'resume':
        this.#count(Number(value('h')));
        this.#send(`<resumed xmlns='${NS_SM}' previd='i' h='${this.#in}'/>${this.#out.join('')}<r xmlns='${NS_SM}'/>`);
        break;
      default:
    }
  }

  #count(h: number): void {
    this.#out.splice(0, h - this.#acked);
    this.#acked = h;
  }
}
