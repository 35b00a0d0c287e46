import { ConnectError, DisconnectedError } from '@sestina/core';
import {
  streamFraming,
  type Transport,
  type TransportEvents,
  TransportFactory,
  type TransportTarget,
} from '@sestina/core/transport';
import type { ServerLink, VirtualClock } from '@sestina/testing';
import { Direction } from './direction.js';
import type { Break, Way } from './plan.js';

/** What is at the other end of every line. */
export interface Exchange {
  readonly clock: VirtualClock;
  readonly stopped: boolean;
  /** Whether a server has ended its streams by itself. */
  readonly saidGoodbye: boolean;
  accept(link: ServerLink): void;
  /** What is really sent in place of a text; for faults that no network has. */
  rewrite(way: Way, text: string): string;
}

// From so many bytes on a writer is asked to wait.
const HIGH = 8_192;

/** The way of one client to the server, for one connection after another and one process after another. */
export class Line extends TransportFactory {
  readonly #exchange: Exchange;
  readonly #held = { down: false, up: false };
  #link: Link | undefined;
  outage: 'hang' | 'refuse' | undefined;

  constructor(exchange: Exchange) {
    super();
    this.#exchange = exchange;
  }

  supports(): boolean {
    return true;
  }

  create(target: TransportTarget): Transport {
    const link = new Link(this.#exchange, target, {
      outage: () => this.outage,
      opened: () => {
        this.#link = link;
        for (const way of ['down', 'up'] as const) if (this.#held[way]) link[way].allowance = 0;
      },
    });
    return link;
  }

  /** From now on nothing passes that way but what `deliver()` lets through; also on the next connection. */
  hold(way: Way): void {
    this.#held[way] = true;
    if (this.#link) this.#link[way].allowance = 0;
  }

  deliver(way: Way, bytes: number): void {
    const link = this.#link;
    if (!link || !this.#held[way]) return;
    link[way].allowance += bytes;
    link.schedule();
  }

  /** Everything passes again. */
  flow(): void {
    this.outage = undefined;
    for (const way of ['down', 'up'] as const) {
      this.#held[way] = false;
      if (this.#link) this.#link[way].allowance = Number.POSITIVE_INFINITY;
    }
    this.#link?.schedule();
  }

  break(how: Break): void {
    this.#link?.break(how);
  }

  fuse(way: Way, bytes: number, how: Break): void {
    if (this.#link) this.#link[way].fuse = { bytes, how };
  }

  /** Nothing happens to it any more, and a server that waits for a client without a connection learns of it. */
  mend(): void {
    if (this.#link) for (const way of ['down', 'up'] as const) this.#link[way].fuse = undefined;
    this.#link?.tellServer();
    this.flow();
  }

  /** The process was killed. @param quietly Its machine too: nobody is told. */
  kill(quietly: boolean): void {
    this.#link?.kill(quietly);
    this.#link = undefined;
  }
}

/** What a connection asks of its line. */
interface LinkOwner {
  outage(): 'hang' | 'refuse' | undefined;
  opened(): void;
}

/** One connection: the transport of the client, and what the server holds. */
class Link implements Transport {
  readonly kind = 'simulated';
  readonly framing = streamFraming;
  readonly secure = true;
  readonly canStartTls = false;
  readonly channelBindingTypes = [];
  readonly up = new Direction();
  readonly down = new Direction();
  readonly #exchange: Exchange;
  readonly #target: TransportTarget;
  readonly #owner: LinkOwner;
  readonly #encoder = new TextEncoder();
  /** Of those who have not been told that it is over. */
  readonly #events: { down: TransportEvents | undefined; up: TransportEvents | undefined } = {
    down: undefined,
    up: undefined,
  };
  /** Nothing passes any more. */
  #hole = false;
  #full = false;
  #scheduled = false;

  constructor(exchange: Exchange, target: TransportTarget, owner: LinkOwner) {
    this.#exchange = exchange;
    this.#target = target;
    this.#owner = owner;
  }

  async connect(events: TransportEvents, signal: AbortSignal): Promise<void> {
    const { clock } = this.#exchange;
    await new Promise<void>((resolve) => clock.nextTurn(resolve));
    signal.throwIfAborted();
    if (this.#owner.outage() === 'hang') {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    }
    if (this.#owner.outage() || this.#exchange.stopped) {
      const error = new Error('connection refused');
      throw new ConnectError(this.#target.domain, [{ address: this.#target.domain, port: undefined, error }]);
    }
    this.#events.down = events;
    this.#owner.opened();
    this.#exchange.accept(this.#serverEnd());
  }

  #serverEnd(): ServerLink {
    const { down } = this;
    return {
      secure: true,
      canStartTls: false,
      get buffered() {
        return down.waiting;
      },
      listen: (events) => {
        this.#events.up = events;
      },
      write: (text) => {
        this.#push('down', text);
        return true;
      },
      pause: () => this.#pause('up', true),
      resume: () => this.#pause('up', false),
      end: () => this.#end('down'),
      destroy: () => {
        down.clear();
        this.#end('down');
      },
      acceptTls: () => Promise.reject(new DisconnectedError('there is no TLS here')),
    };
  }

  channelBinding(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  startTls(): Promise<void> {
    return Promise.reject(new DisconnectedError('there is no TLS here'));
  }

  write(text: string): boolean {
    this.#push('up', text);
    if (this.up.waiting > HIGH) this.#full = true;
    return !this.#full;
  }

  pause(): void {
    this.#pause('down', true);
  }

  resume(): void {
    this.#pause('down', false);
  }

  end(): void {
    this.#end('up');
  }

  destroy(): void {
    this.#end('up');
    this.#later(() => this.#tell('down'));
  }

  /** It breaks. What has not arrived is lost. */
  break(how: Break): void {
    this.up.clear();
    this.down.clear();
    this.#hole = true;
    const error = how === 'cut' ? undefined : new DisconnectedError('the connection was reset');
    if (how !== 'stall' && how !== 'server') this.#tell('down', error);
    if (how !== 'stall' && how !== 'client') this.#tell('up', error);
  }

  /** The server notices that nothing passes. */
  tellServer(): void {
    if (this.#hole) this.#tell('up');
  }

  kill(quietly: boolean): void {
    this.#events.down = undefined;
    if (quietly) this.#hole = true;
    else this.#end('up');
  }

  /** Lets pass what may, in a turn of its own. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => {
      this.#scheduled = false;
      this.#flow('up');
      this.#flow('down');
    });
  }

  #later(act: () => void): void {
    this.#exchange.clock.nextTurn(act);
  }

  #push(way: Way, text: string): void {
    if (this.#hole || this[way].ended) return;
    this[way].push(this.#encoder.encode(this.#exchange.rewrite(way, text)));
    this.schedule();
  }

  #pause(way: Way, paused: boolean): void {
    this[way].paused = paused;
    if (!paused) this.schedule();
  }

  /** Its writer has written the last. */
  #end(way: Way): void {
    if (this[way].ended) return;
    this[way].ended = true;
    this.schedule();
  }

  #flow(way: Way): void {
    const direction = this[way];
    // What is written meanwhile has a turn of its own.
    let left = direction.waiting;
    while (left > 0 && !this.#hole) {
      const bytes = direction.take();
      if (!bytes) break;
      left -= bytes.length;
      this.#events[way]?.data(bytes);
      if (direction.fuse?.bytes === 0) this.break(direction.fuse.how);
    }
    if (this.#hole) return;
    if (direction.waiting > 0) {
      if (direction.allowance > 0 && !direction.paused) this.schedule();
    } else if (direction.ended && direction.allowance > 0) this.#closed(way);
    else if (way === 'up' && this.#full) {
      this.#full = false;
      this.#events.down?.drain();
    }
  }

  /** The end has arrived there: that one sees it, and so does the one who ended it. */
  #closed(way: Way): void {
    this.#hole = true;
    this.#tell(way);
    this.#tell(way === 'up' ? 'down' : 'up');
  }

  /** Who reads that way learns that it is over. */
  #tell(way: Way, error?: Error): void {
    const events = this.#events[way];
    this.#events[way] = undefined;
    events?.close(error);
  }
}
