import { ComponentXMPP } from '@sestina/component';
import { SilentLogger } from '@sestina/core';
import { type MemoryEnd, MemoryTransportFactory, RawPeer, VirtualClock } from '@sestina/testing';
import { expect, it } from 'vitest';

const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' " +
  "id='s1' from='echo.example.org'>";

function component() {
  const clock = new VirtualClock();
  const peers: RawPeer[] = [];
  const ends: MemoryEnd[] = [];
  const accept = (end: MemoryEnd): void => {
    ends.push(end);
    peers.push(RawPeer.serve(end, { clock }));
  };
  const transports = new MemoryTransportFactory({ accept }, { clock });
  const xmpp = new ComponentXMPP({
    jid: 'echo.example.org',
    secret: 'x',
    logger: new SilentLogger(),
    clock,
    keepAlive: false,
    transports,
    allowRemotePlaintext: true,
    reconnect: { base: 1, max: 1 },
  });
  const online = async (): Promise<RawPeer> => {
    await clock.advance(10);
    const peer = peers.at(-1) as RawPeer;
    const started = xmpp.wait('sessionStart');
    peer.send(HEADER);
    // The digest takes its own time, which is not that of the clock.
    await peer.receive('</handshake>');
    peer.send('<handshake/>');
    await started;
    await clock.runUntilIdle();
    return peer;
  };
  /** The server reads no more. */
  const stopReading = (): void => ends.at(-1)?.pause();
  return { clock, xmpp, online, stopReading };
}

it('F31: what a component sends is written once it is flushed, unknown where it was cut before, and never sent twice', async () => {
  const { clock, xmpp, online, stopReading } = component();
  void xmpp.connect();
  const peer = await online();
  const send = (id: string) => xmpp.sendMessage({ to: 'bob@example.net', from: 'a@echo.example.org', id, body: 'x' });
  const flushed = send('1');
  expect(await flushed.then(() => flushed.state)).toBe('written');
  await clock.runUntilIdle();
  stopReading();
  const big = 'x'.repeat(70_000);
  const stuck = xmpp.sendMessage({ to: 'bob@example.net', id: '2', body: big });
  const queued = send('3');
  expect([stuck.state, queued.state]).toEqual(['written', 'queued']);
  peer.drop();
  await clock.runUntilIdle();
  expect([flushed.state, stuck.state, queued.state]).toEqual(['written', 'unknown', 'queued']);
  const next = await online();
  await clock.runUntilIdle();
  expect(queued.state).toBe('written');
  expect([...next.received.matchAll(/ id='(\d)'/g)].map(([, id]) => id)).toEqual(['3']);
  const gone = xmpp.dispose();
  next.end();
  await clock.advance(10_000);
  await gone;
  expect(clock.pending).toEqual([]);
});
