import { type Link, type SessionOutcome, SilentLogger } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, SeededRandom, TestXMPP } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { Ping } from '../src/index.js';

const PING = `<iq type='get' id='*'><ping xmlns='urn:xmpp:ping'/></iq>`;
const MESSAGE = `<message from='romeo@montague.lit/home'><body>hi</body></message>`;
type Connect = NonNullable<ScriptedStreamOptions['connect']>;
const streams: ScriptedStream[] = [];

async function start(options: object, more: ScriptedStreamOptions = {}) {
  const stream = await ScriptedStream.start({ plugins: [[Ping, options]], ...more });
  streams.push(stream);
  const events: string[] = [];
  stream.xmpp.on('pingTimeout', ({ timeout }) => events.push(`pingTimeout ${timeout}`));
  stream.xmpp.on('disconnected', () => events.push('disconnected'));
  return { stream, events, ping: stream.xmpp.plugin(Ping) };
}

afterEach(async () => {
  for (const stream of streams.splice(0)) {
    await stream.close();
    expect(stream.clock.pending).toEqual([]);
    expect(stream.errors).toEqual([]);
  }
});

/** A client whose second session is the first one, resumed. */
class Resuming extends TestXMPP {
  #first = true;

  protected override async negotiate(link: Link): Promise<SessionOutcome> {
    const outcome = await super.negotiate(link);
    if (!this.#first) return 'resumed';
    this.#first = false;
    this.keepSession({ keeps: () => true });
    return outcome;
  }
}

const resuming: Connect = (transports, clock) =>
  new Resuming('alice@example.org/phone', 'client', transports, {
    clock,
    keepAlive: false,
    logger: new SilentLogger(),
    random: new SeededRandom(1),
  });

describe('pings to the server at intervals', () => {
  it('are off by default', async () => {
    const { stream } = await start({});
    expect(stream.clock.pending).toEqual([]);
    expect(stream.xmpp.plugin(Ping).latency).toBeUndefined();
  });

  it('measure the latency again and again', async () => {
    const { stream, ping } = await start({ interval: 60_000 });
    for (const rtt of [12, 34]) {
      await stream.clock.advance(60_000 - (ping.latency ?? 0));
      const request = await stream.expectSent(PING);
      await stream.clock.advance(rtt);
      await stream.recvResult(request);
      expect(ping.latency).toBe(rtt);
    }
  });

  it('cut a connection on which nothing comes, and say so first', async () => {
    const { stream, events } = await start({ interval: 60_000, timeout: 5_000 });
    await stream.clock.advance(60_000);
    await stream.expectSent(PING);
    await stream.clock.advance(4_999);
    expect(events).toEqual([]);
    await stream.clock.advance(1);
    expect(events).toEqual(['pingTimeout 5000', 'disconnected']);
    expect(stream.xmpp.online).toBe(false);
    expect(stream.xmpp.scheduled).toEqual([]);
  });

  it('leave a connection alone on which other things come', async () => {
    const { stream, events } = await start({ interval: 60_000, timeout: 5_000 });
    await stream.clock.advance(62_000);
    await stream.recv(MESSAGE);
    await stream.clock.advance(10_000);
    expect(events).toEqual([]);
    expect(stream.xmpp.online).toBe(true);
  });

  it('do not count what came before the ping', async () => {
    const { stream, events } = await start({ interval: 60_000, timeout: 5_000 });
    await stream.recv(MESSAGE);
    await stream.clock.advance(65_000);
    expect(events).toEqual(['pingTimeout 5000', 'disconnected']);
  });

  it('take any error for an answer: whatever comes back shows that the server is there', async () => {
    const { stream, ping, events } = await start({ interval: 60_000, timeout: 5_000 });
    await stream.clock.advance(60_000);
    await stream.recvError(await stream.expectSent(PING), 'internal-server-error');
    await stream.clock.advance(10_000);
    expect(events).toEqual([]);
    expect(ping.latency).toBeUndefined();
    await stream.clock.advance(50_000);
    await stream.recvError(await stream.expectSent(PING), 'service-unavailable');
    expect(ping.latency).toBe(0);
  });

  it('do not pile up where the interval is shorter than the timeout', async () => {
    const { stream } = await start({ interval: 1_000, timeout: 10_000 });
    await stream.clock.advance(5_500);
    expect(stream.sent).toHaveLength(1);
    await stream.recvResult(await stream.expectSent(PING));
    await stream.clock.advance(1_000);
    await stream.expectSent(PING);
  });

  it('ask again instead of cutting after the program has slept: what came meanwhile is not read yet', async () => {
    const { stream, events } = await start({ interval: 60_000, timeout: 5_000 });
    await stream.clock.advance(60_000);
    await stream.expectSent(PING);
    // The process stands still: the timer fires long after it was due.
    const { clock } = stream.xmpp;
    const monotonic = clock.monotonic.bind(clock);
    clock.monotonic = () => monotonic() + 3_600_000;
    await stream.clock.advance(5_000);
    expect(events).toEqual([]);
    await stream.clock.advance(55_000);
    await stream.expectSent(PING);
    await stream.clock.advance(5_000);
    expect(events).toEqual(['pingTimeout 5000', 'disconnected']);
  });

  it('end with the session, and begin with the next', async () => {
    const { stream, ping } = await start({ interval: 60_000 });
    await stream.clock.advance(60_000);
    await stream.recvResult(await stream.expectSent(PING));
    expect(ping.latency).toBe(0);
    await stream.drop();
    expect(stream.xmpp.scheduled).toEqual([]);
    expect(stream.clock.pending).toEqual([]);
    expect(ping.latency).toBeUndefined();
    await stream.connect();
    await stream.clock.advance(60_000);
    await stream.expectSent(PING);
  });

  it('start at once where the plugin is installed on a session that is there', async () => {
    const stream = await ScriptedStream.start();
    streams.push(stream);
    stream.xmpp.use(Ping, { interval: 1_000 });
    await stream.clock.advance(1_000);
    await stream.expectSent(PING);
  });

  it('cut nothing any more once the plugin is removed', async () => {
    const { stream, events } = await start({ interval: 60_000, timeout: 5_000 });
    await stream.clock.advance(60_000);
    await stream.expectSent(PING);
    stream.xmpp.remove(Ping);
    expect(stream.clock.pending).toEqual([]);
    await stream.clock.advance(120_000);
    expect(events).toEqual([]);
    await stream.expectNothingSent();
  });

  it('do not blame the server for silence while there is no connection', async () => {
    const { stream, events } = await start({ interval: 60_000, timeout: 10 }, { connect: resuming });
    await stream.sendFeatures();
    await stream.clock.advance(60_000);
    await stream.expectSent(PING);
    await stream.drop();
    await stream.clock.advance(10);
    expect(stream.xmpp.state).toBe('waiting');
    expect(stream.xmpp.pendingRequests).toBe(0);
    expect(events).toEqual(['disconnected']);
  });

  it('forget a ping that was asked on the connection before, where the session is resumed', async () => {
    const { stream, events } = await start({ interval: 60_000, timeout: 30_000 }, { connect: resuming });
    await stream.sendFeatures();
    await stream.clock.advance(60_000);
    await stream.expectSent(PING);
    await stream.drop();
    expect(events.splice(0)).toEqual(['disconnected']);
    while (stream.xmpp.state === 'waiting') await stream.clock.advanceToNextTimer();
    await stream.sendFeatures();
    expect(stream.xmpp.online).toBe(true);
    expect(stream.clock.monotonic()).toBeLessThan(90_000);
    await stream.clock.advance(59_000);
    expect(events).toEqual([]);
    expect(stream.xmpp.online).toBe(true);
    expect(stream.xmpp.scheduled).toHaveLength(1);
  });

  it('go by way of the server to a component itself', async () => {
    const { stream, ping } = await start({ interval: 60_000 }, { kind: 'component', jid: 'echo.example.org' });
    await stream.clock.advance(60_000);
    const request = await stream.nextSent();
    expect(request.attribute('to')).toBe('echo.example.org');
    await stream.recvResult(request);
    expect(ping.latency).toBe(0);
  });
});
