import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AuthError, type ClientOptions } from '@sestina/client';
import { NotXmppError, RedirectError, type StreamError, TlsError, TlsRequiredError } from '@sestina/core';
import { DiscoveryError, WebSocketTransportFactory } from '@sestina/websocket';
import { Ping } from '@sestina/xep-0199';
import { describe, expect, it } from 'vitest';
import { type Bench, KINDS, useServer } from '../support/bench.js';

const PATH = 'xmpp-websocket';

describe.each(KINDS)('on the WebSocket of %s', (kind) => {
  const bench = useServer({ kind });

  const overWebSocket = (more: Partial<ClientOptions> = {}): Partial<ClientOptions> => ({
    service: `wss://localhost:${bench.server.ports.https}/${PATH}`,
    transports: new WebSocketTransportFactory(),
    ...more,
  });

  it('a client logs in, and knows that it is secure', async () => {
    const user = await bench.account();
    const client = bench.client({ ...user, ...overWebSocket({ resource: 'phone' }) });
    const success = client.wait('authSuccess');
    await client.connect();
    expect((await success).mechanism).toMatch(/^SCRAM-SHA-/);
    expect(client.boundJid?.toString()).toBe(`${user.jid}/phone`);
    expect([client.transport?.kind, client.transport?.secure]).toEqual(['websocket', true]);
    await client.disconnect();
    expect(client.state).toBe('disconnected');
  });

  it('a client takes the WebSocket package that is installed, where it is given no transport', async () => {
    const client = await bench.online(undefined, overWebSocket({ transports: undefined }));
    expect(client.transport?.kind).toBe('websocket');
    const back = client.wait('sessionStart', { timeout: 20_000 });
    await bench.server.restart('KILL');
    await back;
    expect(client.transport?.kind).toBe('websocket');
  });

  it('a client gets its roster, changes it, and hears of the change elsewhere', async () => {
    const user = await bench.account();
    const client = await bench.online(user, overWebSocket());
    const other = await bench.online(user, overWebSocket());
    expect((await client.getRoster()).size).toBe(0);
    await other.getRoster();
    await client.updateRoster('friend@localhost', { name: 'Frænd 🦉', groups: ['A & B'] });
    await expect.poll(() => other.clientRoster.get('friend@localhost')?.name).toBe('Frænd 🦉');
    expect((await other.getRoster()).get('friend@localhost')?.groups).toEqual(['A & B']);
  });

  it('messages go both ways in order, also to a client on TCP', async () => {
    const ends = [await bench.online(undefined, overWebSocket()), await bench.online()];
    for (const [from, to] of [ends, [...ends].reverse()]) {
      const got: string[] = [];
      to?.on('message', (message) => void got.push(message.body ?? ''));
      const bodies = Array.from({ length: 300 }, (_, index) => `${index} <&>'" grüße 🦉 ${'x'.repeat(index)}`);
      for (const body of bodies) from?.sendMessage({ to: to?.boundJid, type: 'chat', body });
      await expect.poll(() => got.length, { timeout: 10_000 }).toBe(bodies.length);
      expect(got).toEqual(bodies);
    }
  });

  it('a large message arrives whole', async () => {
    const [client, other] = [
      await bench.online(undefined, overWebSocket()),
      await bench.online(undefined, overWebSocket()),
    ];
    const got = other.wait('message');
    const body = 'ü'.repeat(100_000);
    await client.sendMessage({ to: other.boundJid, type: 'chat', body });
    expect((await got).body).toBe(body);
  });

  it('what was said before the session goes out in its own namespace', async () => {
    const other = await bench.online();
    const user = await bench.account();
    const client = bench.client({ ...user, ...overWebSocket() });
    const got = other.wait('message');
    const sending = client.sendMessage({ to: other.boundJid, type: 'chat', body: 'early' });
    await client.connect();
    await sending;
    expect((await got).body).toBe('early');
  });

  it('requests are answered', async () => {
    const client = await bench.online(undefined, overWebSocket());
    expect(await client.use(Ping).ping(bench.server.domain)).toBeGreaterThan(0);
  });

  it('a wrong password is refused, for good', async () => {
    const { jid } = await bench.account();
    const client = bench.client({ jid, password: 'guess', ...overWebSocket() });
    const error = await client.connect().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ reason: 'not-authorized', retryable: false });
    expect(client.state).toBe('disconnected');
  });

  it.each(['TERM', 'KILL'] as const)('a client comes back after the server was stopped by %s', async (signal) => {
    const client = await bench.online(undefined, overWebSocket({ resource: 'steady' }));
    const { boundJid } = client;
    const gone = client.wait('disconnected');
    const back = client.wait('sessionStart', { timeout: 60_000 });
    await bench.server.stop(signal);
    expect(await gone).toMatchObject({ willReconnect: true });
    const sending = client.sendMessage({ to: boundJid, type: 'chat', body: 'meanwhile' });
    const got = client.wait('message', { timeout: 60_000 });
    await bench.server.start();
    await back;
    expect(client.boundJid?.toString()).toBe(boundJid?.toString());
    await sending;
    expect((await got).body).toBe('meanwhile');
  });

  it('a session that the server ends is ended with its stream error', async () => {
    const client = await bench.online(undefined, overWebSocket());
    const lost = client.wait('disconnected');
    await bench.server.closeSession(`${client.boundJid}`);
    const { reason, willReconnect } = await lost;
    expect(reason).toMatchObject({ name: 'StreamError', origin: 'peer' });
    expect(willReconnect).toBe((reason as StreamError).condition !== 'conflict');
  });

  it('nobody is believed whose certificate is not good', async () => {
    const user = await bench.account();
    const unknown = bench.client({ ...user, ...overWebSocket({ tls: {} }) });
    const untrusted = await unknown.connect().catch((reason: unknown) => reason);
    expect(untrusted).toBeInstanceOf(TlsError);
    expect(untrusted).toMatchObject({ reason: 'certificate-untrusted' });
    await using impostor = await Signpost.start(bench, () => '', { name: 'elsewhere.example' });
    const other = bench.client({ ...user, ...overWebSocket({ service: impostor.url }) });
    expect(await other.connect().catch((reason: unknown) => reason)).toMatchObject({ reason: 'certificate-name' });
    expect(impostor.visits).toBe(0);
  });

  it('nothing is said in the clear but by the word of the user', async () => {
    const user = await bench.account();
    const service = `ws://127.0.0.1:${bench.server.ports.http}/${PATH}`;
    const careful = bench.client({ ...user, ...overWebSocket({ service }) });
    expect(await careful.connect().catch((reason: unknown) => reason)).toBeInstanceOf(TlsRequiredError);
    const client = bench.client({ ...user, ...overWebSocket({ service, tls: { required: false } }) });
    await client.connect();
    expect(client.transport?.secure).toBe(false);
  });

  it('a path where there is no WebSocket is a typed error', async () => {
    const user = await bench.account();
    const service = `wss://localhost:${bench.server.ports.https}/nothing-here`;
    const client = bench.client({ ...user, ...overWebSocket({ service }) });
    const error = await client.connect().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_CONNECT' });
    expect((error as Error).message).toContain('HTTP status 404');
  });

  it('a service is found by the host-meta of the domain', async () => {
    const user = await bench.account();
    const hrefs = [
      `ws://localhost:${bench.server.ports.http}/${PATH}`,
      `wss://localhost:${bench.server.ports.https}/${PATH}`,
    ];
    const asked: string[] = [];
    const fetch = async (url: unknown): Promise<Response> => {
      asked.push(String(url));
      const links = hrefs.map((href) => ({ rel: 'urn:xmpp:alt-connections:websocket', href }));
      return String(url).endsWith('.json') ? Response.json({ links }) : new Response('', { status: 404 });
    };
    const transports = new WebSocketTransportFactory({ discover: true, fetch: fetch as typeof globalThis.fetch });
    const client = bench.client({ ...user, transports, host: undefined, port: undefined });
    await client.connect();
    expect([client.transport?.kind, client.transport?.secure]).toEqual(['websocket', true]);
    expect(asked.sort()[0]).toBe('https://localhost/.well-known/host-meta');
    hrefs.pop();
    const other = bench.client({ ...user, transports, host: undefined, port: undefined });
    expect(await other.connect().catch((reason: unknown) => reason)).toBeInstanceOf(DiscoveryError);
  });

  describe('a redirect by <close see-other-uri/>', () => {
    const good = () => `wss://localhost:${bench.server.ports.https}/${PATH}`;

    it('is followed to another wss address, three times', async () => {
      await using third = await Signpost.start(bench, good);
      await using second = await Signpost.start(bench, () => third.url);
      await using first = await Signpost.start(bench, () => second.url);
      const client = await bench.online(undefined, overWebSocket({ service: first.url }));
      expect([client.transport?.kind, client.transport?.secure]).toEqual(['websocket', true]);
      expect([first.visits, second.visits, third.visits]).toEqual([1, 1, 1]);
    });

    it('F14: is not followed a fourth time', async () => {
      await using fourth = await Signpost.start(bench, good);
      await using third = await Signpost.start(bench, () => fourth.url);
      await using second = await Signpost.start(bench, () => third.url);
      await using first = await Signpost.start(bench, () => second.url);
      const client = bench.client({ ...(await bench.account()), ...overWebSocket({ service: first.url }) });
      const error = await client.connect().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RedirectError);
      expect(error).toMatchObject({ chain: [second.url, third.url, fourth.url, good()] });
    });

    it('is refused to an address that is less safe, or in a circle', async () => {
      const plain = () => `ws://localhost:${bench.server.ports.http}/${PATH}`;
      const user = await bench.account();
      const outcome = async (service: string) => {
        const client = bench.client({ ...user, ...overWebSocket({ service }) });
        return client.connect().catch((reason: unknown) => reason);
      };
      for (const where of [
        plain,
        () => good().replace('wss:', 'https:'),
        () => 'other.example:443',
        () => good().replace('//', '//a:b@'),
      ]) {
        await using signpost = await Signpost.start(bench, where);
        const error = await outcome(signpost.url);
        expect(error, where()).toBeInstanceOf(RedirectError);
        expect(error).toMatchObject({ chain: [where()] });
        expect(signpost.visits).toBe(1);
      }
      await using circle = await Signpost.start(bench, () => circle.url);
      expect(await outcome(circle.url)).toBeInstanceOf(RedirectError);
      expect(circle.visits).toBe(2);
    });
  });

  it('a web server that speaks another WebSocket is none of XMPP', async () => {
    await using signpost = await Signpost.start(bench, () => '', { protocol: 'chat' });
    const user = await bench.account();
    const client = bench.client({ ...user, ...overWebSocket({ service: signpost.url }) });
    expect(await client.connect().catch((reason: unknown) => reason)).toBeInstanceOf(NotXmppError);
  });
});

/** A server with the certificate of the real one, which sends everybody elsewhere. */
class Signpost implements AsyncDisposable {
  visits = 0;

  private constructor(
    readonly url: string,
    readonly close: () => Promise<void>,
  ) {}

  static async start(
    bench: Bench,
    where: () => string,
    { protocol = 'xmpp', name = bench.server.domain } = {},
  ): Promise<Signpost> {
    const { WebSocketServer } = await import('ws');
    const https = createServer(await bench.server.serverCertificate(name));
    https.listen(0, '127.0.0.1');
    await new Promise((resolve) => https.once('listening', resolve));
    const webSockets = new WebSocketServer({ server: https, handleProtocols: () => protocol });
    const signpost = new Signpost(`wss://localhost:${(https.address() as AddressInfo).port}/`, async () => {
      for (const client of webSockets.clients) client.terminate();
      await new Promise((resolve) => https.close(resolve));
    });
    webSockets.on('connection', (socket) => {
      signpost.visits += 1;
      socket.on('error', () => {});
      const uri = where().replace(/[&<']/g, (character) => `&#${character.charCodeAt(0)};`);
      socket.once('message', () => {
        socket.send(`<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='${uri}'/>`);
      });
    });
    return signpost;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
