import type { WebSocketClass } from '@sestina/websocket';

/** A WebSocket of the kind that browsers have, whose events are played by hand. It is not connected to anything. */
export class FakeSocket {
  binaryType = 'blob';
  readonly bufferedAmount = 0;
  /** How often it was told to close. */
  closes = 0;
  readonly #listeners = new Map<string, ((event: object) => void)[]>();

  constructor(readonly protocol: string) {}

  addEventListener(type: string, listener: (event: object) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  fire(type: 'close' | 'error' | 'message' | 'open', event: object = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }

  send(): void {}

  close(): void {
    this.closes++;
  }
}

/** Such a class, and the sockets that were made of it. */
export function fakeSockets(protocol = 'xmpp'): { webSocket: WebSocketClass; sockets: FakeSocket[] } {
  const sockets: FakeSocket[] = [];
  class Played extends FakeSocket {
    constructor() {
      super(protocol);
      sockets.push(this);
    }
  }
  return { webSocket: Played, sockets };
}
