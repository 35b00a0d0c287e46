import type { Message, SendError, Sending, SendOptions } from '@sestina/core';

type SendState = Sending['state'];

/** Settles a promise from outside. */
export interface Settle<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** A promise that somebody may wait for: where nobody does, its failure is nobody's. */
export function settlement<T>(): Settle<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/**
 * What became of something said in a room. `await` it to know that it was written; it rejects with a `SendError`, or with a
 * `NotInRoomError`, where it was not. Nothing is thrown where nobody awaits it.
 */
export class RoomSending implements PromiseLike<SendState> {
  readonly #written = settlement<SendState>();
  readonly #reflected = settlement<Message>();

  constructor(
    /** The id of the message. */
    readonly id: string,
  ) {}

  /**
   * The message as the room has sent it to all, ourselves included: only then was it said. Rejects with what the room refused it
   * with, with a `TimeoutError` where it does not come, or with a `NotInRoomError` once we are out.
   */
  get reflected(): Promise<Message> {
    return this.#reflected.promise;
  }

  /** Resolves once it is written. */
  // biome-ignore lint/suspicious/noThenProperty: it is meant to be awaited, as a Sending is
  then<A = SendState, B = never>(
    fulfilled?: ((state: SendState) => A | PromiseLike<A>) | null,
    rejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#written.promise.then(fulfilled, rejected);
  }

  /** @internal */
  follow(sending: Sending): void {
    const look = (): void => {
      const { state, error } = sending;
      if (state === 'failed' || state === 'unknown') this.fail(error as SendError);
      else if (state !== 'queued') this.#written.resolve(state);
    };
    sending.onState(look);
    look();
  }

  /** @internal */
  reflect(message: Message): void {
    this.#reflected.resolve(message);
  }

  /** @internal */
  fail(reason: unknown): void {
    this.#written.reject(reason);
    this.#reflected.reject(reason);
  }
}

/** How something is said in a room. */
export interface RoomSendOptions extends SendOptions {
  /**
   * Milliseconds until the room has to have sent it to all.
   * @default 60_000
   */
  readonly timeout?: number | undefined;
}
