import { ConnectError } from '@sestina/core';
import type { TransportEvents } from '@sestina/core/transport';
import {
  ConnectionResetError,
  type Faults,
  FaultyTransport,
  FaultyTransportFactory,
  MemoryTransportFactory,
  memoryPair,
  RawPeer,
  SeededRandom,
  VirtualClock,
} from '@sestina/testing';
import { describe, expect, it } from 'vitest';

const never = new AbortController().signal;

async function faulty(faults: Faults = {}) {
  const clock = new VirtualClock();
  const pair = memoryPair({ clock });
  const transport = new FaultyTransport(pair.client, faults, clock);
  const chunks: string[] = [];
  const closes: (Error | undefined)[] = [];
  let drains = 0;
  const events: TransportEvents = {
    data: (chunk) => chunks.push(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)),
    drain: () => drains++,
    close: (error) => closes.push(error),
  };
  await transport.connect(events, never);
  const server = RawPeer.serve(pair.server, { clock });
  return { clock, pair, transport, chunks, closes, server, drains: () => drains, idle: () => clock.runUntilIdle() };
}

describe('FaultyTransport', () => {
  it('is not noticed where nothing is to go wrong', async () => {
    const { transport, server, chunks, closes, idle } = await faulty();
    transport.write('<a/>');
    server.send('<b/>');
    await idle();
    expect([server.received, chunks, transport.kind, transport.secure]).toEqual(['<a/>', ['<b/>'], 'memory', false]);
    transport.end();
    await idle();
    expect([server.closed, closes]).toEqual([true, [undefined]]);
  });

  it('cuts after exactly so many bytes of what comes', async () => {
    const { server, chunks, closes, idle } = await faulty({ in: { cutAfter: 5 } });
    server.send('123');
    server.send('456');
    await idle();
    expect([chunks.join(''), closes, server.closed]).toEqual(['12345', [undefined], true]);
  });

  it('cuts after exactly so many bytes of what goes, which have arrived', async () => {
    const { transport, server, closes, idle } = await faulty({ out: { cutAfter: 4 } });
    transport.write('123456');
    transport.write('7');
    await idle();
    expect([server.received, server.closed, closes]).toEqual(['1234', true, [undefined]]);
  });

  it('cuts a character in two', async () => {
    const { transport, pair, idle } = await faulty({ out: { cutAfter: 1 } });
    const got: Uint8Array[] = [];
    pair.server.listen({ data: (chunk) => got.push(chunk as Uint8Array), drain: () => {}, close: () => {} });
    transport.write('ü');
    await idle();
    expect(got.map((chunk) => [...chunk])).toEqual([[0xc3]]);
  });

  it('resets with an error, once', async () => {
    const { transport, server, closes, idle } = await faulty({ in: { resetAfter: 2 }, out: { resetAfter: 2 } });
    transport.write('1');
    server.send('123');
    await idle();
    transport.write('23');
    await idle();
    expect(closes).toEqual([expect.any(ConnectionResetError)]);
  });

  it('goes mute in both directions and tells nobody, until we end it', async () => {
    const { transport, server, chunks, closes, idle } = await faulty({ out: { muteAfter: 2 } });
    transport.write('123');
    server.send('hello?');
    server.end();
    await idle();
    expect([server.received, chunks, closes, transport.write('more')]).toEqual(['12', [], [], true]);
    transport.end();
    await idle();
    expect(closes).toEqual([undefined]);
  });

  it('splits into single bytes without losing one', async () => {
    const { server, chunks, idle } = await faulty({ in: { split: 'bytes' } });
    server.send('abc');
    await idle();
    expect(chunks).toEqual(['a', 'b', 'c']);
  });

  it('splits as listed, going on with the last length', async () => {
    const { server, chunks, idle } = await faulty({ in: { split: [1, 2] } });
    server.send('abcdefg');
    await idle();
    expect(chunks).toEqual(['a', 'bc', 'de', 'fg']);
  });

  it('splits by chance, the same way for the same seed', async () => {
    const run = async (seed: number) => {
      const { server, chunks, idle } = await faulty({ in: { split: new SeededRandom(seed) } });
      server.send('x'.repeat(1_000));
      await idle();
      expect(chunks.join(''), `seed ${seed}`).toBe('x'.repeat(1_000));
      return chunks.map((chunk) => chunk.length);
    };
    const lengths = await run(3);
    expect(await run(3)).toEqual(lengths);
    expect(lengths.length).toBeGreaterThan(10);
  });

  it('puts junk in at the place named', async () => {
    const { server, chunks, idle } = await faulty({ in: { junk: { after: 2, data: '!' } } });
    server.send('abc');
    server.send('d');
    await idle();
    expect(chunks.join('')).toBe('ab!cd');
  });

  it('combines faults: split, junk and a cut in one direction', async () => {
    const faults: Faults = { in: { split: [2], junk: { after: 3, data: '!' }, cutAfter: 5 } };
    const { server, chunks, closes, idle } = await faulty(faults);
    server.send('abcdefgh');
    await idle();
    expect([chunks, closes]).toEqual([['ab', 'c', '!', 'de'], [undefined]]);
  });

  it('reads slowly for the peer: we are told to wait, and to go on', async () => {
    const { transport, server, drains, idle } = await faulty({ out: { bytesPerTurn: 10_000 } });
    expect(transport.write('x'.repeat(100_000))).toBe(false);
    expect(drains()).toBe(0);
    await idle();
    expect([server.received.length, drains()]).toEqual([100_000, 1]);
    expect(transport.write('x')).toBe(true);
  });

  it('lets nothing through with bytesPerTurn 0, but what is allowed', async () => {
    const { transport, server, idle } = await faulty({ out: { bytesPerTurn: 0 } });
    transport.write('abcdef');
    await idle();
    expect(server.received).toBe('');
    transport.allow('out', 4);
    await idle();
    expect(server.received).toBe('abcd');
  });

  it('ends after a slow reader has got everything', async () => {
    const { transport, server, idle } = await faulty({ out: { bytesPerTurn: 1 } });
    transport.write('all of it');
    transport.end();
    await idle();
    expect([server.received, server.closed]).toEqual(['all of it', true]);
  });

  it('holds the peer back while we read slowly, and tells of its end only after the last byte', async () => {
    const { pair, chunks, closes, idle } = await faulty({ in: { bytesPerTurn: 1_000 } });
    pair.server.write('x'.repeat(3_000));
    pair.server.write('y'.repeat(70_000));
    pair.server.end();
    await idle();
    expect([chunks.join('').length, closes]).toEqual([73_000, [undefined]]);
  });

  it('keeps back what is split while we pause', async () => {
    const { transport, server, chunks, idle } = await faulty({ in: { split: 'bytes' } });
    transport.pause();
    server.send('abc');
    await idle();
    expect(chunks).toEqual([]);
    transport.resume();
    await idle();
    expect(chunks).toEqual(['a', 'b', 'c']);
  });

  it('fails to connect as it is told', async () => {
    const error = new ConnectError('localhost', []);
    await expect(faulty({ connect: error })).rejects.toBe(error);
    const { closes, idle, server } = await faulty({ connect: 'drop' });
    await idle();
    expect([closes, server.closed]).toEqual([[undefined], true]);
    const stalled = new FaultyTransport(memoryPair().client, { connect: 'stall' });
    const controller = new AbortController();
    const events = { data: () => {}, drain: () => {}, close: () => {} };
    const connecting = stalled.connect(events, controller.signal);
    controller.abort(new Error('too slow'));
    await expect(connecting).rejects.toThrow('too slow');
  });

  it('does all that on command in the middle of a connection', async () => {
    const first = await faulty();
    first.transport.inject('junk');
    first.transport.cut();
    await first.idle();
    expect([first.chunks, first.closes, first.server.closed]).toEqual([['junk'], [undefined], true]);
    const second = await faulty();
    const error = new Error('broken');
    second.transport.reset(error);
    second.transport.cut();
    second.transport.destroy();
    await second.idle();
    expect(second.closes).toEqual([error]);
    const third = await faulty();
    third.transport.mute();
    third.server.send('unheard');
    await third.idle();
    expect([third.chunks, third.closes]).toEqual([[], []]);
  });

  it('starts TLS as the transport inside does', async () => {
    const { transport, pair } = await faulty({ in: { split: 'bytes' } });
    await Promise.all([pair.server.acceptTls(), transport.startTls(never)]);
    expect(transport.secure).toBe(true);
  });
});

describe('FaultyTransportFactory', () => {
  it('chooses the faults of each attempt and hands out its transports', async () => {
    const servers: RawPeer[] = [];
    const inner = new MemoryTransportFactory({ accept: (end) => void servers.push(RawPeer.serve(end)) });
    const error = new ConnectError('localhost', []);
    const factory = new FaultyTransportFactory(inner, (attempt) => (attempt === 1 ? { connect: error } : undefined));
    const target = { domain: 'localhost', kind: 'client' } as const;
    expect(factory.supports(target)).toBe(true);
    await expect(RawPeer.connect(factory.create(target))).rejects.toBe(error);
    const client = await RawPeer.connect(factory.create(target));
    factory.current?.cut();
    await client.receiveEnd();
    await servers[0]?.receiveEnd();
    expect([factory.transports.length, servers.length]).toEqual([2, 1]);
  });

  it('goes to the next place with the faults of the next attempt', () => {
    const { client: second } = memoryPair();
    const first = Object.assign(memoryPair().client, { next: () => second });
    const factory = new FaultyTransportFactory({ supports: () => true, create: () => first }, (attempt) => {
      attempts.push(attempt);
      return undefined;
    });
    const attempts: number[] = [];
    const place = factory.create({ domain: 'localhost', kind: 'client' });
    expect(factory.current).toBe(place);
    const next = place.next?.();
    expect(factory.current).toBe(next);
    expect(attempts).toEqual([1, 2]);
    expect(next?.next?.()).toBeUndefined();
  });
});
