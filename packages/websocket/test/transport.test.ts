import { once } from 'node:events';
import { VirtualClock } from '@sestina/testing';
import { WebSocketClosedError } from '@sestina/websocket';
import { describe, expect, it } from 'vitest';
import { connected, KINDS, transportTo } from './support/connect.js';
import { never, Recorder, settled } from './support/recorder.js';
import { servers } from './support/servers.js';

const start = servers();

describe.each(KINDS)('a connection (%s)', (kind) => {
  it('asks for the subprotocol xmpp and for no extension', async () => {
    const server = await start();
    const { transport } = await connected(server, kind);
    const [request] = server.requests;
    expect(request?.headers['sec-websocket-protocol']).toBe('xmpp');
    // The class that plays the browser's part compresses, as browsers do.
    if (kind === 'node') expect(request?.headers['sec-websocket-extensions']).toBeUndefined();
    expect([transport.kind, transport.secure, transport.canStartTls, transport.channelBindingTypes]).toEqual([
      'websocket',
      false,
      false,
      [],
    ]);
    expect(await transport.channelBinding('tls-exporter')).toBeUndefined();
    await expect(transport.startTls(never())).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    transport.destroy();
  });

  it('makes one text message of each write, and one call of each message', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    for (const text of ['<a/>', '<b>grüße 🦉</b>', '<c/>']) expect(transport.write(text)).toBe(true);
    await expect.poll(() => peer.frames).toEqual(['<a/>', '<b>grüße 🦉</b>', '<c/>']);
    expect(peer.binary).toEqual([false, false, false]);
    for (const frame of ['<d/>', '<e>grüße 🦉</e>', '']) peer.send(frame);
    await recorder.until(() => recorder.frames.length === 3);
    expect(recorder.frames).toEqual(['<d/>', '<e>grüße 🦉</e>', '']);
    transport.destroy();
  });

  it('sends no white space (RFC 7395 §3.8)', async () => {
    const { transport, peer } = await connected(await start(), kind);
    expect([transport.write(' '), transport.write('\n'), transport.write('<a/>')]).toEqual([true, true, true]);
    await expect.poll(() => peer.frames).toEqual(['<a/>']);
    transport.destroy();
  });

  it('hands binary messages over as bytes, for the parser to refuse', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    peer.send(Buffer.from('<a/>'));
    await recorder.until(() => recorder.frames.length === 1);
    expect(recorder.frames[0]).toBeInstanceOf(Uint8Array);
    transport.destroy();
  });

  it('takes a message in many fragments as one', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    for (const [text, fin] of [
      ['<a>', false],
      ['b', false],
      ['</a>', true],
    ] as const)
      peer.socket.send(text, { fin });
    await recorder.until(() => recorder.frames.length === 1);
    expect(recorder.frames).toEqual(['<a>b</a>']);
    transport.destroy();
  });

  it('says when the peer does not keep up, and when it does again, and keeps the order', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    peer.raw.pause();
    const piece = 'x'.repeat(16_384);
    let written = 0;
    let ready = true;
    while (ready && written < 10_000) {
      ready = transport.write(`<${written++} ${piece}`);
      if (written % 10 === 0) await settled();
    }
    expect(ready).toBe(false);
    expect(transport.write(`<${written++} ${piece}`)).toBe(false);
    expect(recorder.drains).toBe(0);
    peer.raw.resume();
    await recorder.until(() => recorder.drains > 0);
    await expect.poll(() => peer.frames.length).toBe(written);
    const numbers = peer.frames.map((frame) => Number.parseInt(frame.slice(1), 10));
    expect(numbers).toEqual(Array.from({ length: written }, (_, index) => index));
    expect(transport.write('<last/>')).toBe(true);
    await expect.poll(() => peer.frames.at(-1)).toBe('<last/>');
    expect(recorder.drains).toBe(1);
    transport.destroy();
  });

  it('tells nothing while it is paused, and everything in order afterwards', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    transport.pause();
    for (let number = 0; number < 1_000; number++) peer.send(`<a>${number}</a>`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(recorder.frames).toEqual([]);
    recorder.onData = () => {
      if (recorder.frames.length !== 10) return;
      transport.pause();
      queueMicrotask(() => transport.resume());
    };
    transport.resume();
    await recorder.until(() => recorder.frames.length === 1_000);
    expect(recorder.frames).toEqual(Array.from({ length: 1_000 }, (_, number) => `<a>${number}</a>`));
    transport.destroy();
  });

  it('tells nothing before resume() where it was paused before it was connected', async () => {
    const server = await start();
    const recorder = new Recorder();
    const transport = transportTo(server, kind);
    transport.pause();
    server.next().then((peer) => peer.send('<early/>'));
    await transport.connect(recorder, never());
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(recorder.frames).toEqual([]);
    transport.resume();
    await recorder.until(() => recorder.frames.length === 1);
    transport.destroy();
  });

  it('tells what came before the end, even where nobody reads yet', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    transport.pause();
    peer.send('<a/>');
    peer.socket.close(1012);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([recorder.frames, recorder.closes]).toEqual([[], []]);
    transport.resume();
    expect(await recorder.closed()).toMatchObject({ closeCode: 1012 });
    expect(recorder.frames).toEqual(['<a/>']);
  });

  it.each([1000, 1005])('closes without an error when the peer ends it (%i)', async (code) => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    peer.send('<last/>');
    peer.socket.close(code === 1005 ? undefined : code);
    expect(await recorder.closed()).toBeUndefined();
    expect(recorder.frames).toEqual(['<last/>']);
    transport.destroy();
    transport.end();
    expect(transport.write('<a/>')).toBe(false);
    await settled();
    expect([recorder.closes.length, recorder.late, transport.secure]).toEqual([1, 0, false]);
  });

  it.each([
    [1001, true],
    [1002, false],
    [1003, false],
    [1007, false],
    [1008, false],
    [1009, false],
    [1010, false],
    [1011, true],
    [1012, true],
    [1013, true],
    [1014, true],
    [3000, true],
    [4000, true],
  ])('closes with a typed error when the peer closes with %i', async (code, retryable) => {
    const { recorder, peer } = await connected(await start(), kind);
    peer.socket.close(code, 'because\n');
    const error = await recorder.closed();
    expect(error).toBeInstanceOf(WebSocketClosedError);
    expect(error).toMatchObject({
      code: 'ERR_WEBSOCKET_CLOSED',
      closeCode: code,
      closeReason: 'because\n',
      origin: 'peer',
      retryable,
    });
    expect(error?.message).toContain('("because")');
    await settled();
    expect([recorder.closes.length, recorder.late]).toEqual([1, 0]);
  });

  it.each(['reset', 'cut in the middle of a frame'])(
    'F30: closes once with an error when it is %s (1006)',
    async (how) => {
      const { transport, recorder, peer } = await connected(await start(), kind);
      if (how === 'reset') {
        transport.write('<a/>');
        peer.raw.resetAndDestroy();
      } else {
        peer.raw.end(Buffer.from([0x81, 0x05, 0x3c, 0x61]));
      }
      expect(await recorder.closed()).toMatchObject({ code: 'ERR_DISCONNECTED', retryable: true });
      await settled();
      expect([recorder.closes.length, recorder.late, recorder.frames]).toEqual([1, 0, []]);
    },
  );

  it('writes what is buffered before it ends, with 1000', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    const text = `<a>${'y'.repeat(1 << 20)}</a>`;
    transport.write(text);
    transport.end();
    transport.end();
    expect(transport.write('<not-this/>')).toBe(false);
    expect(await recorder.closed()).toBeUndefined();
    await expect.poll(() => peer.closed).toEqual({ code: 1000, reason: '' });
    expect(peer.frames).toEqual([text]);
  });

  it('ends although it is paused', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    transport.pause();
    peer.send('<never-read/>');
    transport.end();
    expect(await recorder.closed()).toBeUndefined();
  });

  it('does not wait for ever for the peer to close', async () => {
    const clock = new VirtualClock();
    const { transport, recorder, peer } = await connected(await start(), kind, { clock });
    peer.raw.pause();
    transport.end();
    await clock.advance(9_999);
    expect(recorder.closes).toEqual([]);
    await clock.advance(1);
    expect(recorder.closes).toEqual([undefined]);
    expect(clock.pending).toEqual([]);
    peer.raw.destroy();
  });

  it('closes once, after the call, when it is destroyed', async () => {
    const { transport, recorder, peer } = await connected(await start(), kind);
    peer.send('<never-read/>');
    transport.write('<lost/>');
    transport.destroy();
    transport.destroy();
    expect(recorder.closes).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([recorder.closes, recorder.late, recorder.frames]).toEqual([[undefined], 0, []]);
    await expect.poll(() => peer.closed).toBeDefined();
  });

  it('survives a listener that throws, and closes', async () => {
    const { recorder, peer } = await connected(await start(), kind);
    recorder.onData = () => {
      throw new Error('oops');
    };
    peer.send('<a/>');
    peer.send('<b/>');
    expect(await recorder.closed()).toMatchObject({ code: 'ERR_DISCONNECTED', cause: new Error('oops') });
    expect(recorder.frames.length).toBe(1);
  });
});

it('F30: answers pings while it waits', async () => {
  const { transport, peer } = await connected(await start());
  peer.socket.ping('there?');
  const [data] = await once(peer.socket, 'pong');
  expect(String(data)).toBe('there?');
  transport.destroy();
});
