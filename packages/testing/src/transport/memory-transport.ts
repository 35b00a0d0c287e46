import { DisconnectedError } from '@sestina/core';
import {
  type ChannelBindingType,
  type Framing,
  streamFraming,
  type Transport,
  type TransportEvents,
} from '@sestina/core/transport';
import { MemoryEnd, type MemoryPipes, type MemoryTls } from './memory-end.js';

/** The client's end of an in-memory connection: the transport that a client or a component is given in a test. */
export class MemoryTransport extends MemoryEnd implements Transport {
  readonly kind = 'memory';
  readonly framing: Framing;
  readonly channelBindingTypes: readonly ChannelBindingType[];
  readonly #bindings: Partial<Record<ChannelBindingType, Uint8Array>>;
  readonly #turn: () => Promise<void>;
  readonly #arrive: (() => void) | undefined;
  #connected = false;

  /** @internal Made by `memoryPair()`. */
  constructor(
    pipes: MemoryPipes,
    tls: MemoryTls,
    channelBinding: Partial<Record<ChannelBindingType, Uint8Array>>,
    arrive: (() => void) | undefined,
    framing: Framing = streamFraming,
  ) {
    super(pipes, tls);
    this.framing = framing;
    this.#turn = () => new Promise((resolve) => pipes.nextTurn(resolve));
    this.#bindings = channelBinding;
    this.channelBindingTypes = Object.keys(channelBinding) as ChannelBindingType[];
    this.#arrive = arrive;
  }

  async connect(events: TransportEvents, signal: AbortSignal): Promise<void> {
    if (this.#connected) throw new DisconnectedError('a transport connects once: make another one');
    this.#connected = true;
    signal.throwIfAborted();
    await this.#turn();
    signal.throwIfAborted();
    if (this.closed) throw new DisconnectedError('the connection was closed before it was open');
    this.#arrive?.();
    this.listen(this.framing === streamFraming ? events : framed(events));
  }

  async startTls(signal: AbortSignal): Promise<void> {
    await this.requestTls(signal);
  }

  async channelBinding(type: ChannelBindingType): Promise<Uint8Array | undefined> {
    return this.secure ? this.#bindings[type] : undefined;
  }

  // It was this end that began.
  protected override answerHello(): void {}
}

/** The same for somebody who reads frames, which are text. */
function framed(events: TransportEvents): TransportEvents {
  const decoder = new TextDecoder();
  return {
    data: (chunk) => events.data(typeof chunk === 'string' ? chunk : decoder.decode(chunk)),
    drain: () => events.drain(),
    close: (error) => events.close(error),
  };
}
