import { DisconnectedError } from '../errors.js';
import type { TransportEvents } from './transport.js';

/** The stream as its transport sees it: told so that nothing is thrown out of a callback of a socket, and nothing after the end. */
export class TransportListener {
  readonly #failed: (error: DisconnectedError) => void;
  #events: TransportEvents | undefined;

  /** @param failed Called when the stream's own code throws: the connection is to be given up. */
  constructor(failed: (error: DisconnectedError) => void) {
    this.#failed = failed;
  }

  /** Tells it from now on. */
  use(events: TransportEvents): void {
    this.#events = events;
  }

  tell(call: (events: TransportEvents) => void): void {
    if (!this.#events) return;
    try {
      call(this.#events);
    } catch (error) {
      this.#failed(new DisconnectedError('a listener of the transport threw', { cause: error }));
    }
  }

  /** Tells that it is over, after the current call: never within one of the stream's own. */
  close(error: Error | undefined): void {
    const events = this.#events;
    this.#events = undefined;
    queueMicrotask(() => {
      try {
        events?.close(error);
      } catch {
        // There is nobody left to tell.
      }
    });
  }
}
