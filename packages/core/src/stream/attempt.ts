import { DisconnectedError } from '../errors.js';
import { abortable, asError } from '../reasons.js';
import type { Clock, Timer } from '../services/clock.js';
import { deadline, follow } from '../util/within.js';
import type { Link } from './link.js';
import { ConnectionLostError } from './link-errors.js';
import type { LifecycleHost, SessionOutcome } from './session.js';
import type { Transport } from './transport.js';
import { ruleFor } from './verdicts.js';

// Places that are tried in one attempt, and the part of its time that a silent one has.
const MOST_PLACES = 8;
const SILENT_PART = 4;

/** What an attempt asks of the life that it is a part of. */
export interface AttemptOwner {
  readonly host: Pick<LifecycleHost, 'createTransport' | 'emit' | 'negotiateOn'>;
  readonly clock: Clock;
  /** Milliseconds until it is given up. */
  readonly timeout: number;
  /** A link that belongs to this attempt. */
  newLink(transport: Transport): Link;
  /** Closes a link that is not needed. */
  retire(link: Link, reason: Error): void;
  /** There is a session on this link. */
  begin(link: Link, outcome: SessionOutcome): void;
}

/** One attempt at a session: the links that it opens, the step that it has come to, and the time that it may take. */
export class Attempt {
  readonly #owner: AttemptOwner;
  readonly #links: Link[] = []; // bound: MOST_PLACES
  /** What leads to the place that is tried, and to where that has redirected us. */
  #transports: Transport[] = []; // bound: MOST_PLACES, and redirects
  /** What leads to the place behind it, where that was asked for already. */
  #follower: Transport | undefined;
  /** Runs until the peer has spoken. */
  #silence: Timer | undefined;
  readonly #done = new Set<string>(); // bound: names of steps
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

  /** Whether it has opened that link. */
  has(link: Link): boolean {
    return this.#links.includes(link);
  }

  /** The peer has said something that is XMPP. */
  spoke(): void {
    this.#silence?.cancel();
    this.#silence = undefined;
  }

  /** Ends with the beginning of a session, or leaves no link open. Goes through the places where the server may be. */
  async run(outer: AbortSignal): Promise<void> {
    const { clock, host, timeout } = this.#owner;
    const controller = new AbortController();
    const { signal } = controller;
    const patience = { what: () => this.#whatHangs(), timeout, signal: outer };
    const end = deadline(clock, patience, (reason) => controller.abort(reason));
    let first: Error | undefined;
    try {
      host.emit('connecting', {});
      let transport: Transport | undefined = await abortable(host.createTransport(), signal);
      for (let places = 1; transport; places++) {
        const failure: Error | undefined = await this.#at(transport, signal);
        if (!failure) return;
        if (outer.aborted) throw failure;
        // The next attempt begins with another one in any case.
        const next = this.#next();
        if (signal.aborted || !ruleFor(failure).elsewhere) throw failure;
        first ??= failure;
        transport = places < MOST_PLACES ? next : undefined;
      }
      throw first;
    } catch (error) {
      throw asError(signal.aborted ? signal.reason : error);
    } finally {
      end();
    }
  }

  /** Tries to make a session at one place. Gives what it failed with. */
  async #at(first: Transport, outer: AbortSignal): Promise<Error | undefined> {
    const { host } = this.#owner;
    const controller = new AbortController();
    const { signal } = controller;
    const release = follow(outer, controller);
    this.#transports = [first];
    try {
      let link = await this.open(first, signal);
      signal.throwIfAborted();
      this.#limitSilence(controller);
      host.emit('connected', { secure: first.secure, transport: first.kind });
      const replaced = (next: Link): void => {
        if (next !== link) this.#owner.retire(link, new DisconnectedError('another connection took its place'));
        link = next;
        this.#transports.push(next.transport);
        this.#limitSilence(controller);
      };
      const outcome = await abortable(host.negotiateOn(link, signal, replaced), signal);
      // A promise that is fulfilled goes on a turn later: it may have been given up between the two.
      signal.throwIfAborted();
      if (link.closed || link.ending) throw link.reason ?? new DisconnectedError('closed');
      this.#owner.begin(link, outcome);
      return undefined;
    } catch (error) {
      const reason = asError(signal.aborted ? signal.reason : error);
      // Those that a redirect has opened and not handed over, too.
      for (const link of this.#links.splice(0)) this.#owner.retire(link, reason);
      return reason;
    } finally {
      release();
      this.spoke();
    }
  }

  /** Leaves a place that is silent in time for the next one; where there is none, it has all the time. */
  #limitSilence(place: AbortController): void {
    const { clock, timeout } = this.#owner;
    const limit = timeout / SILENT_PART;
    this.spoke();
    this.#silence = clock.setTimer(limit, () => {
      this.#follower = this.#behind();
      const text = `the server said nothing for ${Math.round(limit / 1_000)} s`;
      if (this.#follower) place.abort(new ConnectionLostError('timeout', text));
    });
  }

  /** A transport to the next place, where there is one. */
  #next(): Transport | undefined {
    const next = this.#follower ?? this.#behind();
    this.#follower = undefined;
    return next;
  }

  /** What leads to the place behind those: whoever has sent us to one that is no good is none either. */
  #behind(): Transport | undefined {
    let behind: Transport | undefined;
    for (const transport of this.#transports) behind = nextOf(transport) ?? behind;
    return behind;
  }

  /** A link on that transport, opened. */
  async open(transport: Transport, signal: AbortSignal): Promise<Link> {
    signal.throwIfAborted();
    this.step('opening the connection');
    const link = this.#owner.newLink(transport);
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

/** What leads to the next place; a transport that throws knows of none. */
function nextOf(transport: Transport | undefined): Transport | undefined {
  try {
    return transport?.next?.();
  } catch {
    return undefined;
  }
}
