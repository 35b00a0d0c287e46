import type { Emitter, JID, Registration } from '@sestina/core';
import { ManagedRoom, type ManagedRoomHost } from './managed-room.js';
import type { RoomEvents } from './room-events.js';

/** A room with events. They are listened to as those of the connection are, and come in one order with them. */
export class RoomListening extends ManagedRoom {
  readonly #events: Emitter<RoomEvents>;

  /** @internal */
  constructor(host: ManagedRoomHost, jid: JID, own: JID | undefined, events: Emitter<RoomEvents>) {
    super(host, jid, own);
    this.#events = events;
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /** Calls `listener` at every such event, in its turn, until the registration is disposed of. */
  on<K extends keyof RoomEvents>(
    name: K,
    listener: (data: RoomEvents[K]) => unknown,
    options?: { readonly sequential?: boolean },
  ): Registration {
    return this.#events.on(name, listener, options);
  }

  /** The same for the next such event only. */
  once<K extends keyof RoomEvents>(name: K, listener: (data: RoomEvents[K]) => unknown): Registration {
    return this.#events.once(name, listener);
  }

  /**
   * The next such event that `filter` accepts.
   * @throws TimeoutError after `timeout` milliseconds (default 30,000), the signal's reason, NotInRoomError once we are out for good.
   */
  wait<K extends keyof RoomEvents>(
    name: K,
    options?: { timeout?: number; signal?: AbortSignal; filter?: (data: RoomEvents[K]) => boolean },
  ): Promise<RoomEvents[K]> {
    return this.#events.wait(name, options);
  }

  /**
   * Every such event from this call on, for `for await`; ends with the signal, when the loop is left, or once we are out for good.
   * Holds at most `limit` (default 1,000) that nobody has looked at, dropping the oldest.
   */
  events<K extends keyof RoomEvents>(
    name: K,
    options?: { signal?: AbortSignal; limit?: number },
  ): AsyncIterableIterator<RoomEvents[K]> {
    return this.#events.events(name, options);
  }
}
