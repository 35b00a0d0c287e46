import { type Clock, SystemClock, TimeoutError } from '@sestina/core';
import { NS_CLIENT, NS_COMPONENT } from '@sestina/core/connection';
import type { Framing } from '@sestina/core/transport';
import type { MemoryEnd } from '../transport/memory-end.js';
import { MemoryTransportFactory } from '../transport/memory-transport-factory.js';
import { RawPeer } from '../transport/raw-peer.js';
import { VirtualClock } from '../virtual-clock.js';
import type { Lie, LyingStep } from './lie.js';
import { ADDRESS, BIND, bound, features, managed, mechanisms, NS_SM, NS_TLS, success } from './texts.js';
import { type Dialect, framedDialect, type LyingVoice, streamDialect } from './voice.js';

/** Options of a `LyingServer`. */
export interface LyingServerOptions {
  /** How far it is honest. */
  readonly at: LyingStep;
  /**
   * Whom it serves: a client as `alice@example.org`, whatever the password, or the component `bot.example.org`.
   * @default 'client'
   */
  readonly kind?: 'client' | 'component' | undefined;
  /**
   * How its peer cuts streams into pieces. With `webSocketFraming` of `@sestina/websocket` it speaks as RFC 7395 has it.
   * @default that of RFC 6120
   */
  readonly framing?: Framing | undefined;
  /**
   * What the turns of the connections run on. A millisecond at a time passes on a `VirtualClock` until the step is reached.
   * @default the system's
   */
  readonly clock?: Clock | undefined;
}

const MOST_TURNS = 2_000;

/**
 * A server that is honest up to a step of the negotiation and lies there: for tests of what its peer believes. One connection is
 * served; for the step `resume` a second one, after the first was cut.
 */
export class LyingServer {
  /** What leads to it: `transports: server.transports`. */
  readonly transports: MemoryTransportFactory;
  readonly #at: LyingStep;
  readonly #dialect: Dialect;
  readonly #clock: Clock;
  readonly #system = new SystemClock();
  readonly #from: string;
  readonly #ends: MemoryEnd[] = [];
  readonly #peers: RawPeer[] = [];
  #mark = 0;
  readonly #heard = { id: '', nonce: '', h: '' };

  constructor({ at, kind = 'client', framing, clock = new SystemClock() }: LyingServerOptions) {
    this.#at = at;
    this.#clock = clock;
    this.#from = kind === 'client' ? 'example.org' : 'bot.example.org';
    const [namespace, version] = kind === 'client' ? [NS_CLIENT, " version='1.0'"] : [NS_COMPONENT, ''];
    this.#dialect = framing?.header?.root === 'open' ? framedDialect : streamDialect(namespace, version);
    const accept = (end: MemoryEnd): void => {
      this.#ends.push(end);
      this.#peers.push(RawPeer.serve(end));
    };
    const secure = kind === 'client' && at !== 'clear' && at !== 'starttls';
    this.transports = new MemoryTransportFactory({ accept }, { clock, secure, framing });
  }

  /** How many have connected. */
  get connections(): number {
    return this.#peers.length;
  }

  /** Whether the connection of now is gone. */
  get closed(): boolean {
    return this.#peers.at(-1)?.closed ?? false;
  }

  /** What has come since the step was reached. */
  get since(): string {
    return this.#peers.at(-1)?.received.slice(this.#mark) ?? '';
  }

  /**
   * Waits for a connection, and is honest up to the step.
   * @throws TimeoutError where its peer does not come that far.
   */
  async reach(): Promise<LyingVoice> {
    await this.#honest();
    this.#mark = this.#live.received.length;
    const { close, header } = this.#dialect;
    const honest = this.#honestHeader('s2');
    return { heard: this.#heard, close, header: (attributes = honest) => header(attributes) };
  }

  /**
   * Reaches the step, and tells a lie.
   * @param cut Cuts what is said into what is read at once; where frames are sent, each element is one. Default: at once.
   */
  async tell({ says }: Pick<Lie, 'says'>, cut: (text: string) => readonly string[] = (text) => [text]): Promise<void> {
    this.say(says(await this.reach()), cut);
  }

  /** Says that, which may be anything. @param cut See `tell()`. */
  say(elements: readonly string[], cut: (text: string) => readonly string[] = (text) => [text]): void {
    const frames = this.#dialect === framedDialect ? elements.map(framedDialect.dress) : cut(elements.join(''));
    for (const frame of frames) this.#live.send(frame);
  }

  /** Cuts what is connected. */
  [Symbol.dispose](): void {
    for (const end of this.#ends) end.destroy();
  }

  get #live(): RawPeer {
    const peer = this.#peers.at(-1);
    if (!peer) throw new TimeoutError('a connection', MOST_TURNS);
    return peer;
  }

  #honestHeader(id: string): string {
    return `id='${id}' from='${this.#from}'`;
  }

  async #honest(): Promise<void> {
    const at = this.#at;
    await this.#opened();
    if (at === 'clear' || at === 'header') return;
    this.#open('s1');
    if (at === 'features') return this.#turn();
    if (at === 'handshake' || at === 'session') {
      await this.#hear(/<handshake[^>]*>[^<]*<\/handshake>/);
      if (at === 'session') this.say(['<handshake/>']);
      return this.#turn();
    }
    if (at === 'starttls') {
      this.say([features(`<starttls xmlns='${NS_TLS}'><required/></starttls>`)]);
      await this.#hear(/<starttls/);
      return;
    }
    await this.#loggedIn();
    if (at === 'plain' || at === 'scram' || at === 'restart') return;
    await this.#bound();
    if (at === 'bind') return;
    await this.#managed();
  }

  /** The peer has logged in, and has begun another stream. */
  async #loggedIn(): Promise<void> {
    const at = this.#at;
    this.say([features(mechanisms(at === 'scram' ? 'SCRAM-SHA-256' : 'PLAIN'))]);
    const auth = await this.#hear(/<auth [^>]*>([^<]*)<\/auth>/);
    this.#heard.nonce = /,r=([^,]*)/.exec(atob(auth))?.[1] ?? '';
    if (at === 'scram' || at === 'plain') return;
    this.say([success()]);
    await this.#opened();
  }

  /** It has asked for an address. */
  async #bound(): Promise<void> {
    const manages = this.#at === 'enable' || this.#at === 'managed' || this.#at === 'resume';
    this.#open('s2');
    this.say([features(manages ? `${BIND}<sm xmlns='${NS_SM}'/>` : BIND)]);
    this.#heard.id = await this.#hear(/<iq [^>]*id=['"]([^'"]*)['"].*<\/iq>/);
  }

  /** Its stanzas are counted; the session is asked for again, where the step is that one. */
  async #managed(): Promise<void> {
    this.say([bound(this.#heard.id, ADDRESS)]);
    await this.#hear(/<enable [^>]*>/);
    if (this.#at === 'enable') return;
    this.say([managed('enabled', "id='kept' resume='true'")]);
    await this.#turn();
    if (this.#at === 'managed') return;
    const { connections } = this;
    this.#live.drop();
    await this.#until(() => this.connections > connections, 'a second connection');
    await this.#opened();
    this.#open('s3');
    await this.#loggedIn();
    this.#open('s4');
    this.say([features(`${BIND}<sm xmlns='${NS_SM}'/>`)]);
    this.#heard.h = await this.#hear(/<resume [^>]*h=['"](\d+)['"][^>]*>/);
  }

  #open(id: string): void {
    this.say([this.#dialect.header(this.#honestHeader(id))]);
  }

  async #opened(): Promise<void> {
    await this.#hear(this.#dialect.opening);
  }

  /** Waits for it; gives what the first group matches. */
  async #hear(pattern: RegExp): Promise<string> {
    await this.#until(() => pattern.test(this.#peers.at(-1)?.unread ?? ''), `"${pattern}"`);
    return pattern.exec(await this.#live.receive(pattern))?.[1] ?? '';
  }

  async #until(done: () => boolean, what: string): Promise<void> {
    for (let turns = 0; !done(); turns++) {
      if (turns === MOST_TURNS) throw new TimeoutError(what, MOST_TURNS);
      await this.#turn();
    }
  }

  /** Hashing takes its time outside of a clock that stands still. */
  async #turn(): Promise<void> {
    if (this.#clock instanceof VirtualClock) await this.#clock.advance(1);
    await new Promise<void>((resolve) => this.#system.setTimer(1, resolve));
  }
}
