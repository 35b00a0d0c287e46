import { type AskOptions, type BaseXMPP, ConfigError, type Registration, TimeoutError } from '@sestina/core';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** The server left a ping unanswered for `timeout` milliseconds; the connection is cut after this (XEP-0199). */
    pingTimeout: { readonly timeout: number };
  }
}

/** How often, and how long to wait; both in milliseconds. */
export interface WatchTimes {
  /** 0: never. */
  readonly interval: number;
  readonly timeout: number;
}

/** Pings the server at intervals, keeps the round trip, and cuts a connection on which no answer comes. */
export class ServerWatch {
  readonly #xmpp: BaseXMPP;
  readonly #times: WatchTimes;
  readonly #ping: (options: AskOptions) => Promise<number>;
  #task: Registration | undefined;
  #asking: AbortController | undefined;
  #latency: number | undefined;

  /** @throws ConfigError for an interval or a timeout that is no time. */
  constructor(xmpp: BaseXMPP, times: WatchTimes, ping: (options: AskOptions) => Promise<number>) {
    for (const [option, least] of [
      ['interval', 0],
      ['timeout', 1],
    ] as const) {
      if (!Number.isFinite(times[option]) || times[option] < least) {
        throw new ConfigError(`${option} is a number of milliseconds from ${least}, got ${times[option]}`, option);
      }
    }
    this.#xmpp = xmpp;
    this.#times = times;
    this.#ping = ping;
  }

  get latency(): number | undefined {
    return this.#latency;
  }

  /** From now on; what is on its way of an earlier connection is given up. */
  start(): void {
    this.dispose();
    const { interval } = this.#times;
    if (interval === 0) return;
    const name = 'xep-0199 server ping';
    // Not returned: the event queue has nothing to wait for.
    const ask = (): void => {
      this.#ask().catch((error: unknown) => this.#xmpp.reportError(error, name));
    };
    this.#task = this.#xmpp.schedule(name, interval, ask, { repeat: true });
  }

  dispose(): void {
    this.#task?.dispose();
    this.#task = undefined;
    this.#asking?.abort();
    this.#asking = undefined;
    this.#latency = undefined;
  }

  async #ask(): Promise<void> {
    if (this.#asking || !this.#xmpp.online) return;
    const asking = new AbortController();
    this.#asking = asking;
    const { clock } = this.#xmpp;
    const { timeout } = this.#times;
    const start = clock.monotonic();
    let heard = false;
    const ear = this.#xmpp.addFilter('in', (stanza) => {
      heard = true;
      return stanza;
    });
    try {
      const latency = await this.#ping({ timeout, signal: asking.signal });
      if (!asking.signal.aborted) this.#latency = latency;
    } catch (error) {
      if (asking.signal.aborted) return;
      // A server that is busy sending is not dead. A program that slept has not read yet what came: the next ping tells.
      const slept = clock.monotonic() - start > timeout + Math.max(1_000, timeout / 2);
      if (error instanceof TimeoutError && !heard && !slept && this.#xmpp.online) this.#cut(timeout);
    } finally {
      ear.dispose();
      if (this.#asking === asking) this.#asking = undefined;
    }
  }

  #cut(timeout: number): void {
    this.#xmpp.logger.warn(`the server left a ping unanswered for ${timeout} ms: the connection is cut`);
    this.#xmpp.emit('pingTimeout', { timeout });
    this.#xmpp.cut();
  }
}
