import type { Page, WebSocketRoute } from 'playwright-core';

/** The way between a page and its server, which can be cut: what goes over it then is gone, and nobody is told. */
export class Wire {
  #isCut = false;
  #socket: WebSocketRoute | undefined;

  /** To be called while the page is empty. */
  async lay(page: Page): Promise<void> {
    await page.routeWebSocket(/xmpp-websocket/, (socket) => {
      if (this.#isCut) {
        void socket.close();
        return;
      }
      this.#socket = socket;
      const server = socket.connectToServer();
      socket.onMessage((message) => this.#pass(() => server.send(message)));
      server.onMessage((message) => this.#pass(() => socket.send(message)));
    });
  }

  /** From now on everything that is sent is lost, on either side. */
  cut(): void {
    this.#isCut = true;
  }

  /** The page notices that nobody is there. */
  async breakOff(): Promise<void> {
    await this.#socket?.close({ code: 4000 });
  }

  mend(): void {
    this.#isCut = false;
  }

  #pass(send: () => void): void {
    if (!this.#isCut) send();
  }
}
