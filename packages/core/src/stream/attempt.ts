import { DisconnectedError } from '../errors.js';
import { abortable, asError } from '../reasons.js';
import type { Clock } from '../services/clock.js';
import { deadline } from '../util/within.js';
import type { Link } from './link.js';
import type { LifecycleHost, SessionOutcome } from './session.js';
import type { Transport } from './transport.js';

/** What an attempt asks of the life that it is a part of. */
export interface AttemptOwner {
  readonly host: Pick<LifecycleHost, 'createTransport' | 'emit' | 'negotiateOn'>;
  readonly clock: Clock;
  /** Milliseconds until it is given up. */
  readonly timeout: number;
  /** A link that belongs to this attempt. */
  newLink(transport: Transport, attempt: Attempt): Link;
  /** Closes a link that is not needed. */
  retire(link: Link, reason: Error): void;
  /** There is a session on this link. */
  begin(link: Link, outcome: SessionOutcome): void;
}

/** One attempt at a session: the links that it opens, the step that it has come to, and the time that it may take. */
export class Attempt {
  readonly #owner: AttemptOwner;
  readonly #links: Link[] = [];
  readonly #done = new Set<string>();
  #step = 'making the transport';
  #since: number;

  constructor(owner: AttemptOwner) {
    this.#owner = owner;
    this.#since = owner.clock.monotonic();
  }

  /** Names what it waits for from now on. */
  step(name: string): void {
    this.#done.add(this.#step);
    this.#step = name;
    this.#since = this.#owner.clock.monotonic();
  }

  /** Ends with the beginning of a session, or leaves no link open. */
  async run(outer: AbortSignal): Promise<void> {
    const { clock, host, timeout } = this.#owner;
    const controller = new AbortController();
    const { signal } = controller;
    const patience = { what: () => this.#whatHangs(), timeout, signal: outer };
    const end = deadline(clock, patience, (reason) => controller.abort(reason));
    try {
      host.emit('connecting', {});
      const transport = await abortable(host.createTransport(), signal);
      let link = await this.open(transport, signal);
      signal.throwIfAborted();
      host.emit('connected', { secure: transport.secure, transport: transport.kind });
      const replaced = (next: Link): void => {
        if (next !== link) this.#owner.retire(link, new DisconnectedError('another connection took its place'));
        link = next;
      };
      const outcome = await abortable(host.negotiateOn(link, signal, replaced), signal);
      // A promise that is fulfilled goes on a turn later: it may have been given up between the two.
      signal.throwIfAborted();
      if (link.closed || link.ending) throw link.reason ?? new DisconnectedError('closed');
      this.#owner.begin(link, outcome);
    } catch (error) {
      const reason = asError(signal.aborted ? signal.reason : error);
      // Those that a redirect has opened and not handed over, too.
      for (const link of this.#links) this.#owner.retire(link, reason);
      throw reason;
    } finally {
      end();
    }
  }

  /** A link on that transport, opened. */
  async open(transport: Transport, signal: AbortSignal): Promise<Link> {
    signal.throwIfAborted();
    this.step('opening the connection');
    const link = this.#owner.newLink(transport, this);
    this.#links.push(link);
    try {
      await abortable(link.connect(signal), signal);
    } catch (error) {
      this.#owner.retire(link, asError(error));
      throw error;
    }
    return link;
  }

  #whatHangs(): string {
    const { clock } = this.#owner;
    const waited = Math.round((clock.monotonic() - this.#since) / 1_000);
    this.#done.delete(this.#step);
    const done = this.#done.size > 0 ? `, done before: ${[...this.#done].join(', ')}` : '';
    return `connecting and logging in (${waited} s at ${this.#step}${done})`;
  }
}
