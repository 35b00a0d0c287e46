import type { Duplex } from 'node:stream';

/** Above this many characters that wait, `write` says so. */
const HIGH_WATER = 64 * 1024;

/** What waits to be written: all that comes within one tick leaves in one piece, which is one segment or TLS record if it fits. */
export class Outbox {
  readonly #onDrain: () => void;
  #socket: Duplex | undefined;
  #text = '';
  #scheduled = false;
  /** Whether `write` returned false since the last drain. */
  #owesDrain = false;

  constructor(onDrain: () => void) {
    this.#onDrain = onDrain;
  }

  /** Writes to this socket from now on, or keeps the text until there is one. */
  use(socket: Duplex | undefined): void {
    this.#socket?.off('drain', this.#onSocketDrain);
    this.#socket = socket;
    socket?.on('drain', this.#onSocketDrain);
    if (socket && this.#text !== '') this.#schedule();
  }

  write(text: string): boolean {
    this.#text += text;
    this.#schedule();
    if (this.#text.length + (this.#socket?.writableLength ?? 0) < HIGH_WATER) return true;
    this.#owesDrain = true;
    return false;
  }

  /** Hands all of it to the socket now. */
  flush(): void {
    const socket = this.#socket;
    if (!socket || this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    socket.write(text, 'utf8');
    this.#settle();
  }

  #schedule(): void {
    if (this.#scheduled || !this.#socket) return;
    this.#scheduled = true;
    process.nextTick(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  readonly #onSocketDrain = (): void => this.#settle();

  #settle(): void {
    // With needDrain the socket's own event is still to come.
    if (!this.#owesDrain || !this.#socket || this.#socket.writableNeedDrain) return;
    this.#owesDrain = false;
    this.#onDrain();
  }
}
