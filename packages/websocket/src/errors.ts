import { SestinaError } from '@sestina/core';
import { quoted } from '@sestina/core/util';
import { closeCodeOf } from './close-codes.js';

/** The WebSocket was closed with a code that says that something is wrong (RFC 6455 §7.4). */
export class WebSocketClosedError extends SestinaError {
  static override readonly name: string = 'WebSocketClosedError';
  readonly code = 'ERR_WEBSOCKET_CLOSED';
  /** False where the same thing would happen again: 1002, 1003, 1007 to 1010. */
  override readonly retryable: boolean;

  constructor(
    /** The status code: 1009 is a message that was too large, 1012 a restart of the server, … */
    readonly closeCode: number,
    /** What was said with it; may be empty. */
    readonly closeReason: string,
    /** `peer`: it closed. `local`: we did, on account of what it sent. */
    readonly origin: 'local' | 'peer',
  ) {
    const who = origin === 'peer' ? 'the server closed the WebSocket' : 'we closed the WebSocket';
    const { what, wayOut, final = false } = closeCodeOf(closeCode, origin);
    const said = closeReason === '' ? '' : ` (${quoted(closeReason)})`;
    super(`${who} with ${closeCode}, ${what}${said}${wayOut === undefined ? '' : `: ${wayOut}`}`);
    this.retryable = !final;
  }
}

/** The handlers of a page are slower than the server, and a browser cannot make it wait: what arrived was too much to keep. */
export class ReceiveBufferFullError extends SestinaError {
  static override readonly name: string = 'ReceiveBufferFullError';
  readonly code = 'ERR_RECEIVE_BUFFER_FULL';
  override readonly retryable = true;

  constructor(
    /** In UTF-16 units; each message counts for 64 more than it has. */
    readonly limit: number,
  ) {
    super(`more than ${limit} characters wait for their handlers: make the handlers faster, or do less in them`);
  }
}

/**
 * `unreachable`: no answer; `redirect`: away from https, or too often; `too-large`, `unreadable`: what is there is no host-meta;
 * `no-endpoint`: it names no WebSocket that is safe, or is not there.
 */
export type DiscoveryReason = 'no-endpoint' | 'redirect' | 'too-large' | 'unreachable' | 'unreadable';

/** The domain's host-meta (XEP-0156) led to no WebSocket. `retryable` only where it is unreachable. */
export class DiscoveryError extends SestinaError {
  static override readonly name: string = 'DiscoveryError';
  readonly code = 'ERR_DISCOVERY';
  override readonly retryable: boolean;

  constructor(
    /** The XMPP domain. */
    readonly domain: string,
    readonly reason: DiscoveryReason,
    /** What happened, as the middle of the message. */
    detail: string,
    options?: ErrorOptions,
  ) {
    super(
      `found no WebSocket of ${domain}: ${detail}; if you know the address, give it as service: 'wss://…'`,
      options,
    );
    this.retryable = reason === 'unreachable';
  }
}
