import { PassThrough } from 'node:stream';
import { ConnectError, TimeoutError } from '@sestina/core';
import { type Dial, TcpTransportFactory } from '@sestina/tcp';
import { describe, expect, it } from 'vitest';
import { interleaved } from '../src/race.js';
import { FakeResolver, failure, Recorder } from './support/fakes.js';
import { ManualClock, settled } from './support/manual-clock.js';

interface Dialled {
  readonly host: string;
  readonly at: number;
  readonly signal: AbortSignal;
  readonly socket: PassThrough;
  succeed(): void;
  fail(): void;
}

function setUp(addresses: string[]) {
  const clock = new ManualClock();
  const dialled: Dialled[] = [];
  const dial: Dial = (host, _port, signal) =>
    new Promise((resolve, reject) => {
      const socket = new PassThrough();
      const fail = (): void => reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
      dialled.push({ host, at: clock.monotonic(), signal, socket, succeed: () => resolve(socket), fail });
    });
  const resolver = new FakeResolver({}, { 'example.org': addresses });
  const transport = new TcpTransportFactory({ resolver, clock, dial }).create({
    domain: 'example.org',
    kind: 'client',
  });
  const controller = new AbortController();
  const connecting = transport.connect(new Recorder(), controller.signal);
  connecting.catch(() => {});
  return { clock, dialled, transport, controller, connecting };
}

const at = (dialled: readonly Dialled[]): [string, number][] => dialled.map(({ host, at: when }) => [host, when]);

describe('several addresses (RFC 8305)', () => {
  it('alternates between IPv6 and IPv4, beginning with what the system prefers', () => {
    const addresses = ['::1', '::2', '::3', '192.0.2.1', '192.0.2.2', '::1'].map((address) => ({
      address,
      family: address.includes(':') ? (6 as const) : (4 as const),
    }));
    expect(interleaved(addresses).map(({ address }) => address)).toEqual([
      '::1',
      '192.0.2.1',
      '::2',
      '192.0.2.2',
      '::3',
    ]);
    expect(interleaved([...addresses].reverse()).map(({ address }) => address)[1]).toBe('192.0.2.2');
  });

  it('F15: tries the next address 250 ms after one that is silent', async () => {
    const { clock, dialled, transport } = setUp(['::1', '192.0.2.1', '::2']);
    await clock.advance(249);
    expect(at(dialled)).toEqual([['::1', 0]]);
    await clock.advance(1);
    expect(at(dialled)).toEqual([
      ['::1', 0],
      ['192.0.2.1', 250],
    ]);
    await clock.advance(250);
    expect(at(dialled).at(-1)).toEqual(['::2', 500]);
    transport.destroy();
  });

  it('tries the next address at once after one that refused', async () => {
    const { clock, dialled, transport } = setUp(['::1', '192.0.2.1']);
    await clock.advance(10);
    dialled[0]?.fail();
    await settled();
    expect(at(dialled)).toEqual([
      ['::1', 0],
      ['192.0.2.1', 10],
    ]);
    transport.destroy();
  });

  it('takes the first that answers, stops the others and destroys what they give nevertheless', async () => {
    const { clock, dialled, connecting, transport } = setUp(['::1', '192.0.2.1']);
    await clock.advance(300);
    dialled[1]?.succeed();
    await connecting;
    expect(dialled[0]?.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
    dialled[0]?.succeed();
    await settled();
    expect(dialled.map(({ socket }) => socket.destroyed)).toEqual([true, false]);
    transport.destroy();
    expect(dialled[1]?.socket.destroyed).toBe(true);
  });

  it('keeps one of two that answer at the same moment', async () => {
    const { clock, dialled, connecting, transport } = setUp(['::1', '192.0.2.1']);
    await clock.advance(300);
    for (const one of dialled) one.succeed();
    await connecting;
    await settled();
    expect(dialled.map(({ socket }) => socket.destroyed)).toEqual([false, true]);
    transport.destroy();
  });

  it('F15: gives an address 10 s', async () => {
    const { clock, dialled, connecting } = setUp(['192.0.2.1']);
    await clock.advance(10_000);
    const error = await failure(connecting);
    expect(error).toBeInstanceOf(ConnectError);
    expect((error as ConnectError).attempts[0]?.error).toBeInstanceOf(TimeoutError);
    expect(error.message).toContain('192.0.2.1:5222 no answer within 10000 ms');
    expect(dialled[0]?.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('F15: gives all of it 60 s, and lists what was under way then', async () => {
    const clock = new ManualClock();
    const hosts = Array.from({ length: 16 }, (_, index) => `t${index}.example`);
    const resolver = new FakeResolver(
      { '_xmpp-client._tcp.example.org': hosts.map((name, priority) => ({ name, port: 5222, priority, weight: 0 })) },
      Object.fromEntries(hosts.map((name, index) => [name, [`192.0.2.${index}`]])),
    );
    const dial: Dial = () => new Promise(() => {});
    const transport = new TcpTransportFactory({ resolver, clock, dial, connectTimeout: 11_000 }).create({
      domain: 'example.org',
      kind: 'client',
    });
    const connecting = failure(transport.connect(new Recorder(), new AbortController().signal));
    await clock.advance(60_000);
    expect(clock.pending).toBe(0);
    expect(((await connecting) as ConnectError).attempts).toHaveLength(6);
  });

  it.each([
    ['at once', 0],
    ['while one is dialled', 100],
    ['while two are dialled', 300],
  ])('stops %s when it is aborted, leaves no timer and no socket', async (_what, ms) => {
    const { clock, dialled, connecting, controller } = setUp(['::1', '192.0.2.1']);
    if (ms > 0) await clock.advance(ms);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await failure(connecting)).toBe(reason);
    expect(clock.pending).toBe(0);
    for (const one of dialled) one.succeed();
    await settled();
    expect(dialled.every(({ signal, socket }) => signal.aborted && socket.destroyed)).toBe(true);
  });

  it('stops when the transport is destroyed', async () => {
    const { clock, dialled, connecting, transport } = setUp(['::1', '192.0.2.1']);
    await clock.advance(100);
    transport.destroy();
    expect(await failure(connecting)).toMatchObject({ code: 'ERR_DISCONNECTED' });
    expect([clock.pending, dialled[0]?.signal.aborted]).toEqual([0, true]);
  });
});
