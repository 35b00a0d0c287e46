import type { Limits } from '@sestina/xml';
import type { ReconnectOptions } from './backoff.js';
import type { EventServices } from './event-hub.js';
import type { KeepAliveOptions } from './keep-alive.js';
import type { SendQueueOptions } from './send-queue.js';
import type { Tracer } from './tracer.js';

/** Options that every kind of stream has. */
export interface StreamOptions {
  /** What the peer may send. */
  readonly limits?: Partial<Limits> | undefined;
  /** Reconnection policy; false switches it off. */
  readonly reconnect?: ReconnectOptions | false | undefined;
  /** Detection of dead connections; false switches it off. */
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  /** Bounds of what waits to be sent. */
  readonly queue?: SendQueueOptions | undefined;
  /** How long `connect()` may take, in milliseconds. Default 60,000. */
  readonly connectTimeout?: number | undefined;
  /** How long a request waits for its answer, in milliseconds. Default 30,000. */
  readonly timeout?: number | undefined;
  /** Stanzas that wait for their handlers, or whose handlers have not finished, before the transport is paused. Default 256. */
  readonly maxUnhandled?: number | undefined;
}

/** What a stream gets from outside. */
export interface StreamServices extends EventServices {
  readonly tracer?: Tracer | undefined;
}
