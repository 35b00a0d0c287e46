import { DisconnectedError, TlsError, TlsInjectionError } from '@sestina/core';
import type { TransportEvents } from '@sestina/core/transport';
import { memoryPair, RawPeer, VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';

const never = new AbortController().signal;

/** Notes what a transport tells. */
class Notes implements TransportEvents {
  readonly chunks: string[] = [];
  drains = 0;
  readonly closes: (Error | undefined)[] = [];
  data(chunk: Uint8Array | string): void {
    this.chunks.push(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk));
  }
  drain(): void {
    this.drains++;
  }
  close(error?: Error): void {
    this.closes.push(error);
  }
}

async function connected(options: Parameters<typeof memoryPair>[0] = {}) {
  const clock = new VirtualClock();
  const pair = memoryPair({ clock, ...options });
  const client = new Notes();
  const server = new Notes();
  await pair.client.connect(client, never);
  pair.server.listen(server);
  return { pair, client, server, idle: () => clock.runUntilIdle() };
}

describe('memoryPair', () => {
  it('carries chunks in order, as they were written, and not before the call has returned', async () => {
    const { pair, server, idle } = await connected();
    pair.client.write('<a/>');
    pair.client.write('<ü/>');
    expect(server.chunks).toEqual([]);
    await idle();
    expect(server.chunks).toEqual(['<a/>', '<ü/>']);
  });

  it('keeps what was written before the other end listens', async () => {
    const clock = new VirtualClock();
    const { client, server } = memoryPair({ clock });
    server.write('early');
    const notes = new Notes();
    await client.connect(notes, never);
    await clock.runUntilIdle();
    expect(notes.chunks).toEqual(['early']);
  });

  it('says that it is full above 64 KiB unread, and drains once when all has been read', async () => {
    const { pair, client, server, idle } = await connected();
    pair.server.pause();
    expect(pair.client.write('x'.repeat(65_536))).toBe(true);
    expect(pair.client.write('x')).toBe(false);
    await idle();
    expect([server.chunks.length, client.drains, pair.client.buffered]).toEqual([0, 0, 65_537]);
    pair.server.resume();
    await idle();
    expect([server.chunks.length, client.drains, pair.client.buffered]).toEqual([2, 1, 0]);
    expect(pair.client.write('x')).toBe(true);
  });

  it('stops in the middle of what is there when the reader pauses in a callback', async () => {
    const { pair, server, idle } = await connected();
    const data = server.data.bind(server);
    server.data = (chunk) => {
      data(chunk);
      pair.server.pause();
    };
    pair.client.write('1');
    pair.client.write('2');
    await idle();
    expect(server.chunks).toEqual(['1']);
    pair.server.resume();
    await idle();
    expect(server.chunks).toEqual(['1', '2']);
  });

  it('delivers what is buffered before it ends, and tells each side once', async () => {
    const { pair, client, server, idle } = await connected();
    pair.client.write('last');
    pair.client.end();
    pair.client.write('ignored');
    pair.client.end();
    await idle();
    expect(server.chunks).toEqual(['last']);
    expect([server.closes, client.closes]).toEqual([[undefined], [undefined]]);
    pair.client.destroy();
    pair.server.destroy();
    await idle();
    expect([server.closes.length, client.closes.length]).toEqual([1, 1]);
  });

  it('still delivers what the peer wrote before it learned of the end', async () => {
    const { pair, client, idle } = await connected();
    pair.server.write('answer');
    pair.client.end();
    await idle();
    expect(client.chunks).toEqual(['answer']);
  });

  it('loses what is unread when destroyed, and tells the peer with what error', async () => {
    const { pair, client, server, idle } = await connected();
    const error = new Error('reset');
    pair.client.write('lost');
    pair.client.destroy(error);
    await idle();
    expect([server.chunks, server.closes, client.closes]).toEqual([[], [error], [undefined]]);
  });

  it('tells a paused reader that the connection broke', async () => {
    const { pair, server, idle } = await connected();
    pair.server.pause();
    pair.client.destroy();
    await idle();
    expect(server.closes).toEqual([undefined]);
  });

  it('tells a server that listens late that the client has gone', async () => {
    const clock = new VirtualClock();
    const { client, server } = memoryPair({ clock });
    await client.connect(new Notes(), never);
    client.destroy();
    await clock.runUntilIdle();
    const notes = new Notes();
    server.listen(notes);
    await clock.runUntilIdle();
    expect(notes.closes).toEqual([undefined]);
  });

  it('lets no two ends that answer each other starve everything else', async () => {
    const { pair, client, server } = await connected();
    server.data = () => void pair.server.write('pong');
    client.data = () => void pair.client.write('ping');
    pair.client.write('ping');
    let turns = 0;
    await new Promise<void>((resolve) => {
      const turn = (): void => {
        if (++turns === 50) resolve();
        else setImmediate(turn);
      };
      turn();
    });
    pair.client.destroy();
    expect(turns).toBe(50);
  });

  it('connects once, and not at all after an abort', async () => {
    const { pair } = await connected();
    await expect(pair.client.connect(new Notes(), never)).rejects.toThrow(DisconnectedError);
    const reason = new Error('changed my mind');
    await expect(memoryPair().client.connect(new Notes(), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('simulated STARTTLS', () => {
  it('makes both ends secure once both agree, and goes on in order', async () => {
    const { pair, client, server, idle } = await connected();
    const accepted = pair.server.acceptTls();
    await pair.client.startTls(never);
    await accepted;
    expect([pair.client.secure, pair.server.secure, pair.client.canStartTls]).toEqual([true, true, false]);
    pair.client.write('after');
    pair.server.write('too');
    await idle();
    expect([server.chunks, client.chunks]).toEqual([['after'], ['too']]);
  });

  it('waits for the server to agree, and holds back what the client sends meanwhile', async () => {
    const { pair, server, idle } = await connected();
    const started = pair.client.startTls(never);
    await idle();
    expect([pair.client.secure, pair.server.secure]).toEqual([false, false]);
    await pair.server.acceptTls();
    await started;
    expect([pair.client.secure, server.chunks]).toEqual([true, []]);
  });

  it('refuses bytes that came in clear before the handshake', async () => {
    const { pair, client, idle } = await connected();
    pair.server.write("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    const started = pair.client.startTls(never);
    await expect(started).rejects.toThrow(TlsInjectionError);
    await idle();
    expect([client.chunks, pair.client.secure, pair.client.closed]).toEqual([[], false, true]);
  });

  it('refuses the same on the side of the server', async () => {
    const { pair, server } = await connected();
    pair.client.write('<iq/>');
    await expect(pair.server.acceptTls()).rejects.toThrow(TlsInjectionError);
    expect(server.chunks).toEqual([]);
  });

  it('gives up when told to, and when the peer goes away', async () => {
    const first = await connected();
    const controller = new AbortController();
    const started = first.pair.client.startTls(controller.signal);
    controller.abort(new Error('enough'));
    await expect(started).rejects.toThrow('enough');
    const second = await connected();
    const other = second.pair.client.startTls(never);
    second.pair.server.destroy();
    await expect(other).rejects.toThrow(DisconnectedError);
  });

  it('is not there where it was switched off', async () => {
    const { pair } = await connected({ canStartTls: false });
    expect(pair.client.canStartTls).toBe(false);
    await expect(pair.client.startTls(never)).rejects.toThrow(TlsError);
  });

  it('has channel binding data only once it is secure', async () => {
    const data = Uint8Array.of(1, 2, 3);
    const { pair } = await connected({ channelBinding: { 'tls-exporter': data } });
    expect(pair.client.channelBindingTypes).toEqual(['tls-exporter']);
    expect(await pair.client.channelBinding('tls-exporter')).toBeUndefined();
    await Promise.all([pair.server.acceptTls(), pair.client.startTls(never)]);
    expect(await pair.client.channelBinding('tls-exporter')).toBe(data);
    expect(await pair.client.channelBinding('tls-unique')).toBeUndefined();
  });
});

describe('RawPeer', () => {
  it('plays both sides as text', async () => {
    const pair = memoryPair();
    const client = await RawPeer.connect(pair.client);
    const server = RawPeer.serve(pair.server);
    client.send('<stream>');
    client.send('<a/>rest');
    expect(await server.receive(/<\w\/>/)).toBe('<stream><a/>');
    expect([server.unread, server.received]).toEqual(['rest', '<stream><a/>rest']);
    server.end();
    await client.receiveEnd();
    expect([client.closed, client.error]).toEqual([true, undefined]);
  });

  it('joins a character that came in two chunks', async () => {
    const pair = memoryPair();
    const client = await RawPeer.connect(pair.client);
    const bytes = new TextEncoder().encode('ü');
    pair.server.writeBytes(bytes.subarray(0, 1));
    pair.server.writeBytes(bytes.subarray(1));
    expect(await client.receive('ü')).toBe('ü');
  });

  it('says what did come where a wait is in vain', async () => {
    const clock = new VirtualClock();
    const pair = memoryPair({ clock });
    const client = await RawPeer.connect(pair.client, { clock });
    pair.server.write('something else');
    await clock.runUntilIdle();
    const wait = client.receive('the thing', { timeout: 500 });
    const failed = expect(wait).rejects.toThrow(/the thing.*something else.*500 ms/);
    await clock.advance(500);
    await failed;
    expect(clock.pending).toEqual([]);
    const wait2 = client.receive('the thing', { signal: AbortSignal.timeout(60_000) });
    const failed2 = expect(wait2).rejects.toThrow(/closed while waiting.*something else/);
    pair.server.destroy();
    await failed2;
  });
});
