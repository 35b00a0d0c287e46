import { type ClientOptions, ClientXMPP } from '@sestina/client';
import { type Message, SilentLogger } from '@sestina/core';
import { type MemoryEnd, MemoryTransportFactory, RawPeer, VirtualClock } from '@sestina/testing';

export const PASSWORD = 'pencil-und-papier';
export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
export const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
export const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
export const BIND = `<bind xmlns='${NS_BIND}'/>`;

export const header = (attributes = "id='s1' from='example.org'"): string =>
  `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' ${attributes}>`;
export const features = (inside: string): string => `<stream:features>${inside}</stream:features>`;
export const mechanisms = (...names: string[]): string =>
  `<mechanisms xmlns='${NS_SASL}'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`;
export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** How far the server is honest. What the client has said last then: */
export type Step =
  /** its first header, in the clear. */
  | 'clear'
  /** that it wants TLS. */
  | 'starttls'
  /** its first header, within TLS: so are those that follow. */
  | 'header'
  /** the same, and it has got ours. */
  | 'features'
  /** the password, by PLAIN. */
  | 'plain'
  /** the first message of SCRAM-SHA-256. */
  | 'scram'
  /** the header of after the login. */
  | 'restart'
  /** its request for an address. */
  | 'bind';

/** What a lie may be made of. */
export interface Heard {
  /** The id of the request for an address. */
  readonly id: string;
  /** The client's nonce. */
  readonly nonce: string;
}

/** How what the server says is cut into what is read at once. */
export type Cut = (text: string) => string[];

/** What came of a lie. */
export interface Outcome {
  readonly client: ClientXMPP;
  /** What `connect()` rejected with; undefined where there was a session; null where it still waits. */
  readonly refused: Error | null | undefined;
  /** What the client has written since. */
  readonly since: string;
  /** The events of the client, by name. */
  readonly told: readonly string[];
  readonly messages: readonly Message[];
}

/** A server that is honest up to a step, and a client that believes it so far. */
export class LyingServer {
  readonly #clock = new VirtualClock();
  readonly #client: ClientXMPP;
  readonly #told: string[] = [];
  readonly #messages: Message[] = [];
  #peer: RawPeer | undefined;
  #end: MemoryEnd | undefined;
  #refused: Error | null | undefined = null;

  constructor(step: Step, options: Partial<ClientOptions> = {}) {
    const accept = (end: MemoryEnd): void => {
      this.#end = end;
      this.#peer = RawPeer.serve(end);
    };
    const secure = step !== 'clear' && step !== 'starttls';
    this.#client = new ClientXMPP({
      jid: 'alice@example.org/phone',
      password: PASSWORD,
      transports: new MemoryTransportFactory({ accept }, { clock: this.#clock, secure }),
      clock: this.#clock,
      logger: new SilentLogger(),
      reconnect: false,
      keepAlive: false,
      ...options,
    });
    for (const name of ['authSuccess', 'sessionBind', 'sessionStart', 'error'] as const) {
      this.#client.on(name, () => this.#told.push(name));
    }
    this.#client.on('message', (message) => this.#messages.push(message));
  }

  /** Goes as far as the step, lies, and waits for what comes of it: so many milliseconds, where it is not enough to be heard. */
  async lie(step: Step, says: (heard: Heard) => string, cut: Cut, patience: number): Promise<Outcome> {
    this.#client.connect().then(
      () => {
        this.#refused = undefined;
      },
      (error: Error) => {
        this.#refused = error;
      },
    );
    const heard = await this.#honest(step);
    const mark = this.#live.received.length;
    for (const part of cut(says(heard))) this.#live.send(part);
    await this.#until(() => this.#refused !== null || this.#live.closed);
    await this.#clock.advance(patience);
    return {
      client: this.#client,
      refused: this.#refused,
      since: this.#live.received.slice(mark),
      told: this.#told,
      messages: this.#messages,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const disposed = this.#client.dispose();
    await this.#clock.runUntilIdle();
    this.#end?.destroy();
    await disposed;
  }

  get #live(): RawPeer {
    if (!this.#peer) throw new Error('nobody has connected');
    return this.#peer;
  }

  async #honest(step: Step): Promise<Heard> {
    let nonce = '';
    await this.#hear(/<stream:stream[^>]*>/);
    if (step === 'clear' || step === 'header') return { id: '', nonce };
    if (step === 'starttls') {
      this.#live.send(header() + features(`<starttls xmlns='${NS_TLS}'><required/></starttls>`));
      await this.#hear(/<starttls/);
      return { id: '', nonce };
    }
    this.#live.send(header());
    if (step === 'features') {
      await this.#clock.runUntilIdle();
      return { id: '', nonce };
    }
    this.#live.send(features(mechanisms(step === 'scram' ? 'SCRAM-SHA-256' : 'PLAIN')));
    const auth = await this.#hear(/<auth [^>]*>([^<]*)<\/auth>/);
    nonce = /,r=([^,]*)/.exec(Buffer.from(auth, 'base64').toString())?.[1] ?? '';
    if (step === 'scram' || step === 'plain') return { id: '', nonce };
    this.#live.send(`<success xmlns='${NS_SASL}'/>`);
    await this.#hear(/<stream:stream[^>]*>/);
    if (step === 'restart') return { id: '', nonce };
    this.#live.send(header("id='s2' from='example.org'") + features(BIND));
    return { id: await this.#hear(/<iq [^>]*id=['"]([^'"]*)['"].*<\/iq>/), nonce };
  }

  /** Waits for it; gives what the first group matches. */
  async #hear(pattern: RegExp): Promise<string> {
    await this.#until(() => pattern.test(this.#live.unread));
    return pattern.exec(await this.#live.receive(pattern))?.[1] ?? '';
  }

  /** Hashing takes its time outside of the clock. */
  async #until(done: () => boolean): Promise<void> {
    await this.#clock.runUntilIdle();
    for (let turns = 0; turns < 50 && !done(); turns++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await this.#clock.runUntilIdle();
    }
  }
}
