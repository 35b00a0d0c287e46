import type { DisconnectedError } from '@sestina/core';
import { type TransportEvents, TransportListener } from '@sestina/core/transport';
import { describe, expect, it } from 'vitest';

function setup(events: Partial<TransportEvents> = {}) {
  const told: unknown[] = [];
  const failures: DisconnectedError[] = [];
  const listener = new TransportListener((error) => failures.push(error));
  listener.use({
    data: (chunk) => void told.push(chunk),
    drain: () => void told.push('drain'),
    close: (error) => void told.push(['close', error]),
    ...events,
  });
  return { listener, told, failures };
}

describe('what a transport tells its stream', () => {
  it('is nothing before there is one', () => {
    const listener = new TransportListener(() => {});
    expect(() => listener.tell((events) => events.drain())).not.toThrow();
    expect(() => listener.close(undefined)).not.toThrow();
  });

  it('gives the connection up where the stream throws, with what was thrown', () => {
    const oops = new Error('oops');
    const { listener, failures } = setup({
      drain: () => {
        throw oops;
      },
    });
    listener.tell((events) => events.drain());
    expect(failures).toMatchObject([{ code: 'ERR_DISCONNECTED', cause: oops }]);
  });

  it('ends with close, once, after the current call', async () => {
    const { listener, told } = setup();
    const error = new Error('gone');
    listener.tell((events) => events.data('a'));
    listener.close(error);
    listener.close(undefined);
    listener.tell((events) => events.data('b'));
    expect(told).toEqual(['a']);
    await Promise.resolve();
    expect(told).toEqual(['a', ['close', error]]);
  });

  it('throws nothing where the stream throws at the end', async () => {
    const { listener, failures } = setup({
      close: () => {
        throw new Error('oops');
      },
    });
    listener.close(undefined);
    // An exception in a microtask would fail the test run.
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(failures).toEqual([]);
  });
});
