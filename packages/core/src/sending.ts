import type { XmlElement } from '@sestina/xml';
import { type DisconnectedError, SestinaError } from './errors.js';
import { abortable } from './reasons.js';
import { Registration } from './registration.js';

/**
 * How far a stanza has come. `written`: the transport took it. `acked`: the server has counted it (needs XEP-0198).
 * `failed`: it surely was not delivered. `unknown`: it may have been; nobody can tell any more.
 */
export type SendState = 'queued' | 'written' | 'acked' | 'failed' | 'unknown';

/** Options of `send()`. */
export interface SendOptions {
  /** Gives up if it could not be written within so many milliseconds. Default: waits as long as the connection object lives. */
  readonly ttl?: number | undefined;
  /** Takes it out of the queue, as long as it has not been written. */
  readonly signal?: AbortSignal | undefined;
}

/** Why a stanza was not sent. */
export type SendFailure =
  | 'aborted'
  | 'disconnected'
  | 'dropped'
  | 'expired'
  | 'invalid'
  | 'queue-full'
  | 'rejected'
  | 'too-large';

/** A stanza was not sent, or its fate is unknown. */
export class SendError extends SestinaError {
  static override readonly name: string = 'SendError';
  readonly code: string = 'ERR_SEND';
  override readonly retryable: boolean;

  constructor(
    readonly reason: SendFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retryable = reason === 'disconnected' || reason === 'expired' || reason === 'queue-full';
  }
}

/** The send queue is full: the peer reads more slowly than this program writes, or there is no connection. */
export class QueueFullError extends SendError {
  static override readonly name: string = 'QueueFullError';
  override readonly code = 'ERR_QUEUE_FULL';

  constructor(
    /** Which bound was reached. */
    readonly limit: 'maxBytes' | 'maxStanzas',
    readonly value: number,
  ) {
    super(
      'queue-full',
      `the send queue is full (${limit} ${value}): await what send() returns before sending more, or raise queue.${limit}`,
    );
  }
}

/** The stanza is larger than the server takes; nothing of it was sent. */
export class StanzaTooLargeError extends SendError {
  static override readonly name: string = 'StanzaTooLargeError';
  override readonly code = 'ERR_STANZA_TOO_LARGE';

  constructor(
    /** Bytes that it has. */
    readonly size: number,
    /** Bytes that it may have. */
    readonly limit: number,
  ) {
    super(
      'too-large',
      `a stanza of ${size} bytes was not sent, ${limit} are allowed (queue.maxStanzaBytes): send less, or a link to it`,
    );
  }
}

const SETTLED: ReadonlySet<SendState> = new Set<SendState>(['acked', 'failed', 'unknown']);

/** What a stream wants to know of the stanzas that it sends. */
export interface SendingOwner {
  /** It failed or its fate is unknown. */
  unsent(sending: Sending, error: SendError): void;
  /** Somebody waits for its acknowledgement. */
  ackWanted(sending: Sending): void;
  /** A callback of `onState` threw. */
  callbackFailed(error: unknown): void;
}

/**
 * What became of a stanza. `await` it to know that it was written; it rejects with a `SendError` where it was not.
 * Nothing is thrown where nobody awaits it: the `sendFailed` event tells.
 */
export class Sending implements PromiseLike<SendState> {
  #state: SendState = 'queued';
  #error: SendError | undefined;
  #listeners: Set<(state: SendState, sending: Sending) => void> | undefined;
  #observed = false;
  #written: (() => void) | undefined;
  #failed: ((error: SendError | undefined) => void) | undefined;
  readonly #owner: SendingOwner | undefined;
  /**
   * For the stream: the session in which it was written.
   * @internal
   */
  session: number | undefined;
  /**
   * For who keeps it beyond the process: what has to be done before it is told to be `failed`. Comes to an end by itself, and says
   * whether it was done; else it is `unknown`.
   */
  withdraw: (() => Promise<boolean>) | undefined;

  constructor(
    /** The stanza, as it was after the out filters. */
    public element: XmlElement,
    /** Size of its text in UTF-16 units, 0 before it is serialized. */
    public size = 0,
    owner?: SendingOwner,
  ) {
    this.#owner = owner;
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  get state(): SendState {
    return this.#state;
  }

  /** Why it failed, in state `failed` or `unknown`. */
  get error(): SendError | undefined {
    return this.#error;
  }

  /** Whether somebody waits for the outcome. */
  get observed(): boolean {
    return this.#observed;
  }

  /** Calls back at every change of state from now on. */
  onState(callback: (state: SendState, sending: Sending) => void): Registration {
    this.#observed = true;
    this.#listeners ??= new Set();
    this.#listeners.add(callback);
    return new Registration(() => this.#listeners?.delete(callback));
  }

  /**
   * For the stream: calls back once it is written; does not count as somebody waiting.
   * @internal
   */
  onWritten(callback: () => void): void {
    this.#written = callback;
  }

  /**
   * For the stream: calls back once it failed, at once where it has; does not count as somebody waiting.
   * @internal
   */
  onFailed(callback: (error: SendError | undefined) => void): void {
    if (this.#state === 'failed') callback(this.#error);
    else this.#failed = callback;
  }

  /** Resolves once it is written (state `written` or `acked`), rejects with a `SendError` once it failed. */
  // biome-ignore lint/suspicious/noThenProperty: it is meant to be awaited, and makes no promise where nobody does
  then<A = SendState, B = never>(
    fulfilled?: ((state: SendState) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#until((state) => state !== 'queued').then(fulfilled, rejected);
  }

  /**
   * Resolves once the server has acknowledged it; needs XEP-0198. Without that it rejects when the session ends.
   * Rejects with a `SendError` once it failed or its fate is unknown, or with the signal's reason.
   */
  acked({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<SendState> {
    const settled = this.#until((state) => SETTLED.has(state));
    if (!SETTLED.has(this.#state)) this.#owner?.ackWanted(this);
    return abortable(settled, signal);
  }

  #until(done: (state: SendState) => boolean): Promise<SendState> {
    this.#observed = true;
    return new Promise((resolve, reject) => {
      const look = (): boolean => {
        if (this.#state === 'failed' || (this.#state === 'unknown' && done('unknown'))) {
          reject(this.#error ?? new SendError('disconnected', 'the connection is gone'));
        } else if (done(this.#state)) {
          resolve(this.#state);
        } else {
          return false;
        }
        return true;
      };
      if (look()) return;
      const registration = this.onState(() => {
        if (look()) registration.dispose();
      });
    });
  }

  /** For who sends it (the stream, XEP-0198): moves it on. A settled one stays as it is. */
  move(state: SendState, error?: SendError | DisconnectedError): void {
    if (SETTLED.has(this.#state) || this.#state === state) return;
    const { withdraw } = this;
    if (state === 'failed' && withdraw) {
      this.withdraw = undefined;
      const withdrawn = (gone: unknown): void => this.move(gone === true ? 'failed' : 'unknown', error);
      withdraw().then(withdrawn, withdrawn);
      return;
    }
    this.#state = state;
    if (error) {
      this.#error = error instanceof SendError ? error : new SendError('disconnected', error.message, { cause: error });
    }
    if (state === 'written') this.#call(() => this.#written?.());
    if (state === 'failed') this.#call(() => this.#failed?.(this.#error));
    const listeners = this.#listeners;
    if (SETTLED.has(state)) this.#listeners = undefined;
    for (const listener of [...(listeners ?? [])]) this.#call(() => listener(state, this));
    if (this.#error && SETTLED.has(state)) this.#owner?.unsent(this, this.#error);
  }

  #call(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#owner?.callbackFailed(error);
    }
  }
}
