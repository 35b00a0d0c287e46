import { ClientXMPP } from '@sestina/client';
import { ComponentXMPP } from '@sestina/component';
import {
  type BaseXMPP,
  element,
  type Iq,
  type Message,
  type Presence,
  SilentLogger,
  type StreamError,
} from '@sestina/core';
import { type MemoryEnd, MemoryTransportFactory, RawPeer, VirtualClock } from '@sestina/testing';
import { type Cut, type Entry, read } from './corpus.js';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
  "id='s0' from='example.org' version='1.0'>";
const PASSWORD = 'pencil-und-papier';

class Ping extends element('ping', 'urn:xmpp:ping') {}

/** How a file is run. */
export interface RunOptions {
  readonly cut: Cut;
  /** Each chunk comes in a turn of its own, and all it leads to has happened before the next one comes. */
  readonly spaced?: boolean;
  /** Somebody listens to everything. Without, nothing may be uncaught all the same. */
  readonly listeners?: boolean;
  /** Called with what came of it, before the connection is closed. */
  readonly look: (outcome: Outcome) => Promise<void> | void;
  /** Before it connects. */
  readonly prepare?: (xmpp: BaseXMPP) => void;
}

/** What came of a file. */
export interface Outcome {
  readonly xmpp: BaseXMPP;
  /** What was sent since the context was reached. */
  readonly sent: string;
  /** All that was sent. */
  readonly wire: string;
  /** How connecting ended; undefined where there is a session, or nothing has been decided. */
  readonly refused: Error | undefined;
  /** How the session ended, if it did. */
  readonly ended: Error | undefined;
  /** Whether there was a session at the end. */
  readonly online: boolean;
  readonly messages: readonly Message[];
  readonly errorMessages: readonly Message[];
  /** What was heard as a copy, or out of an archive. */
  readonly copies: readonly Message[];
  /** Those that were taken for a sign that somebody is there. */
  readonly presences: readonly Presence[];
  readonly streamErrors: readonly StreamError[];
  /** What `error` events told. */
  readonly errors: readonly Error[];
  /** The request that `pending` asked for: `pending`, the answer, or what it rejected with. */
  readonly pending: 'pending' | Error | Iq | undefined;
  /** What was sent up to now. */
  heard(): string;
  /** Goes on behind the file. */
  say(text: string): Promise<void>;
}

/** Brings a connection into the context of an entry and feeds it the file. Gives what nobody caught. */
export async function run(file: string, entry: Entry, options: RunOptions): Promise<readonly unknown[]> {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => {
    uncaught.push(error);
  };
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  try {
    await new Play(file, entry, options).run();
    return uncaught;
  } finally {
    process.off('uncaughtException', note);
    process.off('unhandledRejection', note);
  }
}

/** One run of one file. */
class Play {
  readonly #entry: Entry;
  readonly #options: RunOptions;
  readonly #clock = new VirtualClock();
  readonly #xmpp: BaseXMPP;
  readonly #head: Uint8Array;
  #rest: Uint8Array;
  readonly #found = {
    messages: [] as Message[],
    errorMessages: [] as Message[],
    copies: [] as Message[],
    presences: [] as Presence[],
    streamErrors: [] as StreamError[],
    errors: [] as Error[],
  };
  #peer: RawPeer | undefined;
  #end: MemoryEnd | undefined;
  #refused: Error | undefined;
  #ended: Error | undefined;
  #settled = false;
  #pending: 'pending' | Error | Iq | undefined;
  #mark = 0;

  constructor(file: string, entry: Entry, options: RunOptions) {
    this.#entry = entry;
    this.#options = options;
    ({ head: this.#head, rest: this.#rest } = read(file));
    const accept = (end: MemoryEnd): void => {
      this.#end = end;
      this.#peer = RawPeer.serve(end, { clock: this.#clock });
    };
    const secure = entry.context !== 'plain';
    this.#xmpp = this.#make(new MemoryTransportFactory({ accept }, { clock: this.#clock, secure }));
    if (options.listeners !== false) this.#listen();
    options.prepare?.(this.#xmpp);
  }

  async run(): Promise<void> {
    const connecting = this.#xmpp.connect().then(
      () => {
        this.#settled = true;
      },
      (error: Error) => {
        this.#refused = error;
        this.#settled = true;
      },
    );
    await this.#clock.runUntilIdle();
    await this.#context();
    await this.#feed(this.#rest);
    if (this.#entry.layer === 'transport') this.#end?.end();
    await this.#idle();
    // A server has two seconds to explain its header.
    if (!this.#settled) await this.#clock.advance(2_000);
    try {
      await this.#options.look(this.#outcome());
    } finally {
      await this.#close(connecting);
    }
  }

  #make(transports: MemoryTransportFactory): BaseXMPP {
    const { context, limits } = this.#entry;
    const common = {
      transports,
      clock: this.#clock,
      logger: new SilentLogger(),
      reconnect: false,
      keepAlive: false,
      ...(limits ? { limits } : {}),
    } as const;
    if (context === 'component') {
      return new ComponentXMPP({ jid: 'bot.example.org', secret: PASSWORD, ...common });
    }
    const sasl = context === 'tls' ? { minimum: 'SCRAM-SHA-1' } : undefined;
    return new ClientXMPP({ jid: 'alice@example.org/phone', password: PASSWORD, sasl, ...common });
  }

  #listen(): void {
    const found = this.#found;
    this.#xmpp.on('message', () => {});
    this.#xmpp.onMessage((message) => found.messages.push(message));
    this.#xmpp.onMessage((message) => found.errorMessages.push(message), { type: 'error' });
    this.#xmpp.onMessage((message) => found.copies.push(message), { sources: ['carbon', 'archive', 'history'] });
    this.#xmpp.on('presenceAvailable', (presence) => found.presences.push(presence));
    this.#xmpp.on('streamError', ({ error }) => found.streamErrors.push(error));
    this.#xmpp.on('error', ({ error }) => found.errors.push(error));
    this.#xmpp.on('disconnected', ({ reason }) => {
      this.#ended = reason;
    });
  }

  /** Waits until nothing happens any more; WebCrypto runs on no clock, so that logging in with SCRAM takes real time. */
  async #idle(): Promise<void> {
    await this.#clock.runUntilIdle();
    if (this.#entry.context !== 'scram-first-sent') return;
    for (let i = 0; i < 300 && !this.#settled; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await this.#clock.runUntilIdle();
    }
  }

  async #context(): Promise<void> {
    switch (this.#entry.context) {
      case 'session':
        return this.#session();
      case 'component':
        return this.#component();
      case 'scram-first-sent':
        return this.#scram();
      default:
        // All of these are before anything was said: the file begins with the server's header.
        this.#mark = this.#peer?.received.length ?? 0;
        return this.#feed(this.#head);
    }
  }

  async #session(): Promise<void> {
    const peer = this.#peer as RawPeer;
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(`${HEADER}<stream:features>${plainOffer('PLAIN')}</stream:features>`);
    await peer.receive('</auth>');
    peer.send(`<success xmlns='${NS_SASL}'/>`);
    await this.#clock.runUntilIdle();
    this.#mark = peer.received.length;
    await this.#feed(this.#head);
    if (this.#settled) return;
    // The file's header decides on the prefix.
    peer.send(
      "<features xmlns='http://etherx.jabber.org/streams'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></features>",
    );
    await this.#clock.runUntilIdle();
    if (this.#settled) return;
    const id = / id='([^']*)'/.exec(await peer.receive('</iq>'))?.[1];
    peer.send(
      `<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/phone</jid></bind></iq>`,
    );
    await this.#clock.runUntilIdle();
    await this.#ask();
    this.#mark = peer.received.length;
  }

  async #component(): Promise<void> {
    const peer = this.#peer as RawPeer;
    await peer.receive(/<stream:stream[^>]*>/);
    await this.#feed(this.#head);
    // WebCrypto again: the digest of the handshake.
    await expectation(() => peer.unread.includes('</handshake>'));
    peer.send('<handshake/>');
    await this.#clock.runUntilIdle();
    this.#mark = peer.received.length;
  }

  async #scram(): Promise<void> {
    const peer = this.#peer as RawPeer;
    await this.#feed(this.#head);
    peer.send(`<stream:features>${plainOffer('SCRAM-SHA-256')}</stream:features>`);
    await expectation(() => peer.unread.includes('</auth>'));
    const first = /<auth[^>]*>([^<]*)</.exec(peer.unread)?.[1] ?? '';
    const nonce = /r=([^,]*)/.exec(unbase64(first))?.[1] ?? '';
    this.#rest = withNonce(this.#rest, nonce);
    this.#mark = peer.received.length;
  }

  async #ask(): Promise<void> {
    const { pending } = this.#entry;
    if (!pending?.id) return;
    this.#pending = 'pending';
    const iq = this.#xmpp.iq({ type: 'get', id: pending.id, to: pending.to ?? undefined }, new Ping());
    this.#xmpp.request(iq).then(
      (answer) => {
        this.#pending = answer;
      },
      (error: Error) => {
        this.#pending = error;
      },
    );
    await this.#clock.runUntilIdle();
  }

  async #feed(bytes: Uint8Array): Promise<void> {
    for (const chunk of this.#options.cut(bytes)) {
      this.#end?.writeBytes(chunk);
      if (this.#options.spaced) await this.#clock.runUntilIdle();
    }
    await this.#clock.runUntilIdle();
  }

  #outcome(): Outcome {
    const wire = this.#peer?.received ?? '';
    return {
      xmpp: this.#xmpp,
      sent: wire.slice(this.#mark),
      wire,
      refused: this.#refused,
      ended: this.#ended,
      online: this.#xmpp.online,
      pending: this.#pending,
      heard: () => this.#peer?.received ?? '',
      say: async (text) => {
        this.#peer?.send(text);
        await this.#clock.runUntilIdle();
      },
      ...this.#found,
    };
  }

  async #close(connecting: Promise<void>): Promise<void> {
    const disposed = this.#xmpp.dispose();
    this.#end?.write('</stream:stream>');
    this.#end?.end();
    // Whoever waits for the other end has its time limit on the virtual clock.
    for (let i = 0; i < 5; i++) await this.#clock.advance(60_000);
    await disposed;
    await connecting;
  }
}

const plainOffer = (name: string): string =>
  `<mechanisms xmlns='${NS_SASL}'><mechanism>${name}</mechanism></mechanisms>`;

const unbase64 = (text: string): string => Buffer.from(text, 'base64').toString('latin1');

/** The file with the nonce of this exchange where it says CNONCE. */
function withNonce(bytes: Uint8Array, nonce: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  const patched = text.replace(/(<challenge[^>]*>)([A-Za-z0-9+/=]+)</g, (all, tag: string, data: string) => {
    const inside = unbase64(data);
    return inside.includes('CNONCE')
      ? `${tag}${Buffer.from(inside.replace('CNONCE', nonce), 'latin1').toString('base64')}<`
      : all;
  });
  return new Uint8Array(Buffer.from(patched, 'latin1'));
}

/** Waits in real time, for what runs on no clock. */
async function expectation(done: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
  if (!done()) throw new Error('what the context needs did not happen');
}
