import { BaseXMPP, ConfigError, type ElementView, Plugin, type Registration } from '@sestina/core';
import { type SessionOutcome, StreamNegotiation } from '@sestina/core/connection';
import { KeptLimits, type Said } from './kept-limits.js';

/** What the server takes; undefined where it does not say so, or nothing that could be. */
export interface Limits {
  /** Bytes of one stanza. */
  readonly maxBytes: number | undefined;
  /** Seconds of silence after which the server may close the connection. */
  readonly idleSeconds: number | undefined;
}

/** Options of `StreamLimits`. */
export class StreamLimitsOptions {
  /**
   * Bytes of one stanza that a server is assumed to take which does not say.
   * @default 262_144
   */
  assumedMaxBytes = 262_144;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Other limits hold from now on than those of the session before (XEP-0478). */
    streamLimitsChanged: Limits;
  }
}

// RFC 6120 §13.12: a server has to take as many bytes.
const LEAST_BYTES = 10_000;
// Of the time of silence that the server allows: the sign of life has to arrive in time.
const PART = 0.8;

/**
 * XEP-0478: Stream Limits Advertisement, version 0.2.0. Keeps to what the server says it takes: a stanza that is too large fails with a
 * `StanzaTooLargeError` before a byte of it is written, and the connection is kept alive often enough. Clients only.
 */
export class StreamLimits extends Plugin {
  static override readonly id = 'xep-0478';
  static override readonly Options = StreamLimitsOptions;
  static override readonly kinds = ['client'] as const;
  // A component is told of no features.
  static override readonly inject = [BaseXMPP, StreamNegotiation, StreamLimitsOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #assumed: number;
  /** Of this side: announced ones are never above it. */
  readonly #own: number;
  readonly #kept: KeptLimits;
  #current: Limits = { maxBytes: undefined, idleSeconds: undefined };
  #keepAlive: Registration | undefined;
  /** What is sent waits until it is known what the process before was told. */
  #hold: Registration | undefined;

  /** @throws ConfigError for a bound that is not a whole number of at least 10,000. */
  constructor(xmpp: BaseXMPP, _negotiation: StreamNegotiation, { assumedMaxBytes }: StreamLimitsOptions) {
    super();
    if (!(Number.isSafeInteger(assumedMaxBytes) && assumedMaxBytes >= LEAST_BYTES)) {
      const text = `assumedMaxBytes is a whole number from ${LEAST_BYTES}, got ${assumedMaxBytes}`;
      throw new ConfigError(text, 'assumedMaxBytes');
    }
    this.#xmpp = xmpp;
    this.#assumed = assumedMaxBytes;
    this.#own = xmpp.sendQueue.maxStanzaBytes;
    this.#kept = new KeptLimits(xmpp);
    this.own(
      xmpp.onBegin((outcome) => this.#begin(outcome)),
      xmpp.on('sessionEnd', () => this.#kept.forget()),
      {
        dispose: () => {
          this.#release();
          this.#keepAlive?.dispose();
          xmpp.sendQueue.maxStanzaBytes = this.#own;
        },
      },
    );
    if (xmpp.state === 'online') this.#begin('new');
  }

  /** What the server of the last session says it takes. */
  get current(): Limits {
    return this.#current;
  }

  /** Whether a stanza is small enough to be sent. @throws SerializeError for what XML cannot hold. */
  fits(stanza: ElementView): boolean {
    return this.bytesLeft(stanza) >= 0;
  }

  /**
   * Bytes by which a stanza could be larger; below 0 where it is too large. Counted as it is written at most: in UTF-8, with the namespace
   * that it has on a WebSocket.
   * @throws SerializeError for what XML cannot hold.
   */
  bytesLeft(stanza: ElementView): number {
    return this.#xmpp.sendQueue.maxStanzaBytes - new TextEncoder().encode(stanza.xml.toString()).length;
  }

  /** What is announced now holds; where that is nothing, a session that goes on keeps what it had. */
  #begin(outcome: SessionOutcome): void {
    this.#release();
    const said = this.#xmpp.streamFeatures?.limits;
    if (said || outcome === 'new') {
      const { maxBytes, idleSeconds } = said ?? {};
      const texts = { ...(maxBytes !== undefined && { maxBytes }), ...(idleSeconds !== undefined && { idleSeconds }) };
      this.#kept.set(texts);
      this.#take(texts);
    } else if (outcome === 'restored') void this.#restore();
  }

  async #restore(): Promise<void> {
    const hold = this.#xmpp.holdSending();
    this.#hold = hold;
    const said = await this.#kept.get();
    // Another session may have begun meanwhile, or this plugin be gone.
    if (this.#hold !== hold) return;
    this.#take(said);
    this.#release();
  }

  #release(): void {
    const hold = this.#hold;
    this.#hold = undefined;
    hold?.dispose();
  }

  #take(said: Said): void {
    const limits = {
      maxBytes: this.#number('max-bytes', said.maxBytes, LEAST_BYTES),
      idleSeconds: this.#number('idle-seconds', said.idleSeconds, 1),
    };
    this.#xmpp.sendQueue.maxStanzaBytes = Math.min(this.#own, limits.maxBytes ?? this.#assumed);
    this.#keepAlive?.dispose();
    const { idleSeconds } = limits;
    this.#keepAlive = idleSeconds === undefined ? undefined : this.#xmpp.keepAlive.atMost(idleSeconds * 1_000 * PART);
    const before = this.#current;
    this.#current = limits;
    if (before.maxBytes === limits.maxBytes && before.idleSeconds === idleSeconds) return;
    this.#xmpp.emit('streamLimitsChanged', limits);
  }

  #number(name: string, text: string | undefined, least: number): number | undefined {
    if (text === undefined) return undefined;
    const digits = text.trim();
    const value = /^\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
    if (value >= least) return value;
    this.#xmpp.logger.warn(`the server's <${name}/> is not taken: it is no number from ${least}`);
    return undefined;
  }
}
