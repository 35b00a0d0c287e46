import { ConfigError, DisconnectedError, type Timer } from '@sestina/core';
import {
  type ChannelBindingType,
  type Framing,
  type Transport,
  type TransportEvents,
  TransportListener,
} from '@sestina/core/transport';
import { follow } from '@sestina/core/util';
import { closeError } from './close-error.js';
import { ReceiveBufferFullError } from './errors.js';
import { webSocketFraming } from './framing.js';
import { Inbox } from './inbox.js';
import { type Addresses, openConnection, type WebSocketTransportInit } from './open-connection.js';
import type { FrameSocket, SocketEvents } from './socket.js';

/** Above so many bytes that wait, `write` says so; below so many it goes on. */
const HIGH_WATER = 64 * 1024;
const LOW_WATER = 16 * 1024;
/** So many characters are kept while nobody reads; each message counts for 64 more. */
const MOST_UNREAD = 12 * 1024 * 1024;
/** Milliseconds that the peer has to close its side after we closed ours. */
const LINGER = 10_000;

/** XMPP on WebSocket (RFC 7395). */
export class WebSocketTransport implements Transport {
  readonly kind = 'websocket';
  readonly framing: Framing = webSocketFraming;
  // TLS is below the WebSocket or nowhere (RFC 7395 §3.9).
  readonly canStartTls = false;
  readonly channelBindingTypes: readonly ChannelBindingType[] = [];
  readonly #init: WebSocketTransportInit;
  readonly #addresses: Addresses;
  readonly #stop = new AbortController();
  readonly #listener = new TransportListener((error) => this.#fail(error));
  readonly #inbox = new Inbox();
  #state: 'idle' | 'connecting' | 'open' | 'closed' = 'idle';
  #socket: FrameSocket | undefined;
  #encrypted = false;
  #paused = false;
  #delivering = false;
  #owesDrain = false;
  /** By `end()`. */
  #ended = false;
  /** The peer is gone, and what it sent before is not delivered yet. */
  #gone: { error: Error | undefined } | undefined;
  #linger: Timer | undefined;

  constructor(init: WebSocketTransportInit, addresses: Addresses) {
    this.#init = init;
    this.#addresses = addresses;
  }

  get secure(): boolean {
    return this.#encrypted && this.#state === 'open';
  }

  /** There is none: a page cannot see its TLS connection. */
  async channelBinding(): Promise<undefined> {}

  /**
   * @throws DiscoveryError, ConnectError, TlsError; NotXmppError where the server does not confirm the subprotocol; the reason of
   * `signal`; DisconnectedError after `destroy()`; ConfigError the second time.
   */
  async connect(events: TransportEvents, signal: AbortSignal): Promise<void> {
    if (this.#state !== 'idle') throw new ConfigError('a transport connects once: create another', 'transport');
    this.#state = 'connecting';
    const stop = this.#stop;
    const release = follow(signal, stop);
    try {
      const { socket, url } = await openConnection(this.#init, this.#addresses, this.#socketEvents(), stop.signal);
      if (stop.signal.aborted) {
        socket.destroy();
        throw stop.signal.reason;
      }
      this.#socket = socket;
      this.#encrypted = url.protocol === 'wss:';
      this.#state = 'open';
      this.#listener.use(events);
      if (this.#paused) socket.pause();
      else this.#deliver();
    } catch (error) {
      this.#state = 'closed';
      throw error;
    } finally {
      release();
    }
  }

  /** One call, one WebSocket message: `text` is one element. White space is dropped, since no message may begin with it (§3.8). */
  write(text: string): boolean {
    const socket = this.#socket;
    if (!socket || this.#state !== 'open' || this.#ended || this.#gone) return false;
    if (!text.startsWith('<')) return !this.#owesDrain;
    socket.send(text);
    if (socket.buffered < HIGH_WATER) return !this.#owesDrain;
    if (!this.#owesDrain) socket.whenBelow(LOW_WATER, () => this.#drained());
    this.#owesDrain = true;
    return false;
  }

  #drained(): void {
    this.#owesDrain = false;
    this.#listener.tell((events) => events.drain());
  }

  pause(): void {
    this.#paused = true;
    if (this.#state === 'open') this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#deliver();
    if (!this.#paused && this.#state === 'open') this.#socket?.resume();
  }

  /** @throws ConfigError always: `canStartTls` is false. */
  async startTls(): Promise<void> {
    throw new ConfigError('there is no STARTTLS on WebSocket: use wss://', 'service');
  }

  next(): Transport | undefined {
    this.#addresses.disappointed();
    return this.#addresses.more ? new WebSocketTransport(this.#init, this.#addresses) : undefined;
  }

  end(): void {
    if (this.#state === 'connecting') this.destroy();
    if (this.#state === 'idle') this.#state = 'closed';
    if (this.#state !== 'open' || this.#ended) return;
    this.#ended = true;
    if (this.#gone) {
      this.#fail(undefined);
      return;
    }
    this.#socket?.close();
    // Its goodbye is behind what nobody wants to read any more.
    this.#socket?.resume();
    const { clock } = this.#init.settings;
    this.#linger = clock.setTimer(LINGER, () => this.#fail(undefined), { background: true });
  }

  destroy(): void {
    if (this.#state === 'idle') this.#state = 'closed';
    if (this.#state === 'closed') return;
    const connecting = this.#state === 'connecting';
    if (!connecting) this.#fail(undefined);
    this.#stop.abort(new DisconnectedError('the connection was given up'));
  }

  #socketEvents(): SocketEvents {
    return {
      message: (frame) => this.#received(frame),
      closed: (code, reason, local) => this.#closed(closeError(code, reason, local)),
    };
  }

  #received(frame: Uint8Array | string): void {
    if (this.#state !== 'open' && this.#state !== 'connecting') return;
    this.#inbox.push(frame);
    if (this.#inbox.size > MOST_UNREAD) this.#fail(new ReceiveBufferFullError(MOST_UNREAD));
    else this.#deliver();
  }

  #deliver(): void {
    // A listener may pause and resume in turn.
    if (this.#delivering || this.#state !== 'open') return;
    this.#delivering = true;
    while (!this.#paused && this.#state === 'open') {
      const frame = this.#inbox.shift();
      if (frame === undefined) break;
      this.#listener.tell((events) => events.data(frame));
    }
    this.#delivering = false;
    if (this.#gone && !this.#paused) this.#fail(this.#gone.error);
  }

  #closed(error: Error | undefined): void {
    this.#gone = { error };
    if (this.#ended) this.#fail(undefined);
    else if (this.#inbox.empty && !this.#delivering) this.#fail(error);
  }

  #fail(error: Error | undefined): void {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    this.#linger?.cancel();
    this.#inbox.clear();
    this.#socket?.destroy();
    this.#listener.close(error);
  }
}
