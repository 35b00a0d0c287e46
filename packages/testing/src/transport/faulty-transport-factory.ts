import type { Clock } from '@sestina/core';
import { type Transport, TransportFactory, type TransportTarget } from '@sestina/core/transport';
import type { Faults } from './faults.js';
import { FaultyTransport } from './faulty-transport.js';

/** The faults of the nth connection (from 1); undefined for none. */
export type FaultPlan = Faults | ((attempt: number) => Faults | undefined);

/**
 * Puts every transport of another factory into a `FaultyTransport`:
 * `transports: new FaultyTransportFactory(server.transports, { in: { split: 'bytes' } })`.
 */
export class FaultyTransportFactory extends TransportFactory {
  readonly #inner: TransportFactory;
  readonly #plan: FaultPlan;
  readonly #clock: Clock | undefined;
  readonly #made: FaultyTransport[] = [];

  /**
   * @param inner Where the real transports come from.
   * @param plan The same faults for every connection, or a function that chooses. Default: none.
   * @param clock Whose turns a slow reader waits for. Default: the system's.
   */
  constructor(inner: TransportFactory, plan: FaultPlan = {}, clock?: Clock) {
    super();
    this.#inner = inner;
    this.#plan = plan;
    this.#clock = clock;
  }

  /** Every transport made so far, the newest last. */
  get transports(): readonly FaultyTransport[] {
    return this.#made;
  }

  /** The newest transport, for `cut()`, `mute()` and `reset()` in the middle of a test; undefined before the first. */
  get current(): FaultyTransport | undefined {
    return this.#made.at(-1);
  }

  supports(target: TransportTarget): boolean {
    return this.#inner.supports(target);
  }

  create(target: TransportTarget): Transport {
    return this.#wrap(this.#inner.create(target));
  }

  #wrap(inner: Transport): Transport {
    const faults = typeof this.#plan === 'function' ? this.#plan(this.#made.length + 1) : this.#plan;
    const transport = new FaultyTransport(inner, faults ?? {}, this.#clock, (next) => this.#wrap(next));
    this.#made.push(transport);
    return transport;
  }
}
