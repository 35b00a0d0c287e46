import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { ConfigError, DisconnectedError, type Timer, TlsInjectionError } from '@sestina/core';
import {
  type ChannelBindingType,
  type Framing,
  streamFraming,
  type Transport,
  type TransportEvents,
  TransportListener,
} from '@sestina/core/transport';
import { channelBindings } from './channel-binding.js';
import { openConnection } from './open-connection.js';
import type { Opener } from './opener.js';
import type { Settings } from './options.js';
import { Outbox } from './outbox.js';
import { secure } from './secure.js';
import { isTlsFailure, toTlsError } from './tls-failure.js';
import type { TlsSettings } from './tls-options.js';

/** Milliseconds that the peer has to close its side after we closed ours, before the socket is destroyed. */
const LINGER = 10_000;

/** What `TcpTransportFactory` gives a transport. */
export interface TcpTransportInit {
  /** Where it connects to. */
  readonly opener: Opener;
  readonly tls: TlsSettings;
  /** False for components, which have no TLS (XEP-0114). */
  readonly startTls: boolean;
  readonly settings: Settings;
}

/** XMPP on TCP (RFC 6120 §3), in the clear until `startTls()`, or on TLS from the start (XEP-0368). */
export class TcpTransport implements Transport {
  readonly kind = 'tcp';
  readonly framing: Framing = streamFraming;
  readonly #init: TcpTransportInit;
  readonly #listener = new TransportListener((error) => this.#fail(error));
  readonly #outbox = new Outbox(() => this.#listener.tell((events) => events.drain()));
  readonly #stop = new AbortController();
  #state: 'idle' | 'connecting' | 'open' | 'upgrading' | 'closed' = 'idle';
  #socket: Duplex | undefined;
  #secured: TLSSocket | undefined;
  #bindings = new Map<ChannelBindingType, Uint8Array>();
  #paused = false;
  #ended = false;
  #error: Error | undefined;
  #linger: Timer | undefined;

  constructor(init: TcpTransportInit) {
    this.#init = init;
  }

  get verified(): boolean {
    return this.#secured?.authorized === true;
  }

  get secure(): boolean {
    return this.#secured !== undefined && this.#state === 'open';
  }

  get canStartTls(): boolean {
    return this.#init.startTls && this.#secured === undefined && this.#state === 'open' && !this.#ended;
  }

  get tlsVersion(): string | undefined {
    return (this.secure && this.#secured?.getProtocol()) || undefined;
  }

  get channelBindingTypes(): readonly ChannelBindingType[] {
    return [...this.#bindings.keys()];
  }

  async channelBinding(type: ChannelBindingType): Promise<Uint8Array | undefined> {
    return this.#bindings.get(type);
  }

  /**
   * @throws DnsError, ConnectError, TlsError (with direct TLS); the reason of `signal`; DisconnectedError after `destroy()`;
   * ConfigError the second time.
   */
  async connect(events: TransportEvents, signal: AbortSignal): Promise<void> {
    if (this.#state !== 'idle') throw new ConfigError('a transport connects once: create another', 'transport');
    this.#state = 'connecting';
    const { opener, tls, settings } = this.#init;
    const either = AbortSignal.any([signal, this.#stop.signal]);
    try {
      const opened = await openConnection(opener, tls.domain, settings, either);
      if (either.aborted) {
        opened.secured?.destroy();
        opened.socket.destroy();
        throw either.reason;
      }
      this.#listener.use(events);
      this.#use(opened.socket, opened.secured);
    } catch (error) {
      this.#state = 'closed';
      throw error;
    }
  }

  write(text: string): boolean {
    if (this.#ended || (this.#state !== 'open' && this.#state !== 'upgrading')) return false;
    return this.#outbox.write(text);
  }

  pause(): void {
    this.#paused = true;
    this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#state === 'open') this.#socket?.resume();
  }

  /**
   * Closes the transport where it fails: `events.close` comes then, with the same error.
   * @throws TlsError; TlsInjectionError for what arrives in place of the handshake; the reason of `signal`; DisconnectedError;
   * ConfigError where `canStartTls` is false.
   */
  async startTls(signal: AbortSignal): Promise<void> {
    const socket = this.#socket;
    if (!socket || this.#state !== 'open') throw this.#error ?? new DisconnectedError('the connection is closed');
    if (!this.canStartTls) throw new ConfigError('STARTTLS is not possible here', 'startTls');
    this.#outbox.flush();
    this.#release(socket);
    this.#state = 'upgrading';
    const { tls, settings } = this.#init;
    const either = AbortSignal.any([signal, this.#stop.signal]);
    try {
      // A server does not speak first in TLS, so what is here already came in the clear.
      if (socket.readableLength > 0) throw new TlsInjectionError();
      const options = { directTls: false, clock: settings.clock, timeout: settings.connectTimeout };
      const secured = await secure(socket, tls, options, either);
      if (either.aborted) {
        secured.destroy();
        throw either.reason;
      }
      this.#use(socket, secured);
    } catch (error) {
      const failure = error instanceof Error ? error : new DisconnectedError('STARTTLS was given up', { cause: error });
      this.#fail(failure);
      throw error;
    }
  }

  next(): Transport | undefined {
    const { opener } = this.#init;
    opener.disappointed();
    return opener.more ? new TcpTransport(this.#init) : undefined;
  }

  end(): void {
    if (this.#state === 'connecting' || this.#state === 'upgrading') this.destroy();
    if (this.#state === 'idle') this.#state = 'closed';
    if (this.#state !== 'open' || this.#ended) return;
    this.#ended = true;
    this.#outbox.flush();
    this.#socket?.end();
    this.#expectClose();
  }

  destroy(): void {
    if (this.#state === 'idle') this.#state = 'closed';
    if (this.#state === 'closed') return;
    const connecting = this.#state === 'connecting';
    if (!connecting) this.#fail(undefined);
    this.#stop.abort(new DisconnectedError('the connection was given up'));
  }

  #use(socket: Duplex, secured: TLSSocket | undefined): void {
    const current = secured ?? socket;
    if (current.destroyed || current.readableEnded) {
      current.destroy();
      throw new DisconnectedError('the connection was cut as soon as it stood', { cause: current.errored });
    }
    this.#socket = current;
    this.#secured = secured;
    if (secured) this.#bindings = channelBindings(secured);
    this.#state = 'open';
    current.on('error', this.#onError).on('end', this.#onEnd).on('close', this.#onClose).on('data', this.#onData);
    if (this.#paused) current.pause();
    this.#outbox.use(current);
  }

  #release(socket: Duplex): void {
    socket.off('error', this.#onError).off('end', this.#onEnd).off('close', this.#onClose).off('data', this.#onData);
    socket.pause();
    this.#outbox.use(undefined);
  }

  readonly #onData = (chunk: Uint8Array | string): void => this.#listener.tell((events) => events.data(chunk));
  readonly #onClose = (): void => this.#fail(undefined);

  readonly #onError = (error: Error): void => {
    const { domain } = this.#init.tls;
    if (isTlsFailure(error)) this.#fail(toTlsError(error, domain, false));
    else this.#fail(new DisconnectedError(`the connection to ${domain} was lost: ${error.message}`, { cause: error }));
  };

  readonly #onEnd = (): void => {
    // A stream of the caller's may stay half open.
    this.#outbox.flush();
    this.#socket?.end();
    this.#expectClose();
  };

  #expectClose(): void {
    this.#linger ??= this.#init.settings.clock.setTimer(LINGER, () => this.#fail(undefined), { background: true });
  }

  #fail(error: Error | undefined): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#error = error;
    this.#linger?.cancel();
    this.#outbox.use(undefined);
    this.#bindings.clear();
    this.#socket?.destroy();
    this.#listener.close(error);
  }
}
