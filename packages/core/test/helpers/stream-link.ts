import { DEFAULT_LIMITS } from '@sestina/xml';
import { expect } from 'vitest';
import { Link, type LinkOwner } from '../../src/stream/link.js';
import type { HeaderExpectation } from '../../src/stream/stream-header.js';
import type { Tracer } from '../../src/stream/tracer.js';
import { ManualClock } from './stream-clock.js';
import { HEADER, type MemoryOptions, MemoryTransport } from './stream-transport.js';

export const signal = new AbortController().signal;
export const opening = { to: 'example.org', contentNamespace: 'jabber:client', version: '1.0' };
export const expected: HeaderExpectation = { contentNamespace: 'jabber:client', from: 'example.org' };

export async function linked(options: MemoryOptions = {}, tracer?: Tracer) {
  const clock = new ManualClock();
  const wire = new MemoryTransport(options);
  const closed: Error[] = [];
  const pushed: (string | undefined)[] = [];
  const failures: string[] = [];
  const owner: LinkOwner = {
    element: (element) => pushed.push(element.attribute('id')),
    heard: () => {},
    drain: () => {},
    closed: (reason) => closed.push(reason),
    failed: (error, where) => failures.push(`${where}: ${(error as Error).message}`),
  };
  const link = new Link(wire, DEFAULT_LIMITS, owner, clock, tracer);
  await link.connect(signal);
  return { clock, wire, link, closed, pushed, failures };
}

export async function opened(options: MemoryOptions = {}, tracer?: Tracer) {
  const all = await linked(options, tracer);
  const header = all.link.openStream(opening, expected);
  all.wire.receive(HEADER);
  await header;
  all.wire.take();
  return all;
}

export async function handedOver(options: MemoryOptions = {}) {
  const all = await opened(options);
  all.link.handOver();
  return all;
}

/** What a promise rejected with. */
export const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it resolved'),
    (error: unknown) => error as Error,
  );
