import { RedirectError } from '@sestina/core';
import { VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { RedirectChain } from '../src/redirect.js';
import { header, PlayedServer, rejection, streamError } from './support.js';

/** Answers the client's header with a redirect. */
async function redirect(server: PlayedServer, where: string): Promise<void> {
  const { peer } = await server.next();
  await peer.receive(/<stream:stream[^>]*>/);
  peer.send(header() + streamError('see-other-host', where));
}

describe('a redirect', () => {
  it.each([
    // Without a port DNS is asked for the name (RFC 6120 §4.9.3.19).
    ['other.example', { dnsName: 'other.example', host: undefined, port: undefined }],
    ['other.example:5269', { host: 'other.example', port: 5269, dnsName: undefined }],
    ['192.0.2.1:5222', { host: '192.0.2.1', port: 5222, dnsName: undefined }],
    ['[2001:db8::1]:5222', { host: '2001:db8::1', port: 5222, dnsName: undefined }],
    ['[2001:db8::1]', { dnsName: '2001:db8::1', host: undefined, port: undefined }],
  ])('to %s is followed, and the certificate is still checked against the domain', async (where, target) => {
    const server = new PlayedServer();
    const client = server.client({ host: 'first.example' });
    const connecting = client.connect();
    await redirect(server, where);
    await (await server.next()).session();
    await connecting;
    expect(server.targets[0]).toMatchObject({ domain: 'example.org', host: 'first.example' });
    const { host, port, dnsName, domain, elsewhere } = server.targets[1] ?? {};
    expect({ host, port, dnsName, domain, elsewhere }).toEqual({ ...target, domain: 'example.org', elsewhere: true });
    await client.disconnect();
  });

  it('F14: is followed after STARTTLS too, and TLS is asked for anew', async () => {
    const server = new PlayedServer({ secure: false });
    const client = server.client();
    const connecting = client.connect();
    const first = await server.next();
    await first.tls();
    await first.peer.receive(/<stream:stream[^>]*>/);
    first.peer.send(header() + streamError('see-other-host', 'other.example'));
    const second = await server.next();
    await second.tls();
    await second.session();
    await connecting;
    expect(second.end.secure).toBe(true);
    expect(server.targets[1]).toMatchObject({ dnsName: 'other.example' });
    await client.disconnect();
  });

  it('does not lead another service than the one that was asked for', async () => {
    const server = new PlayedServer();
    const client = server.client({ service: 'xmpps://first.example:5223' });
    const connecting = client.connect();
    await redirect(server, 'other.example');
    await (await server.next()).session();
    await connecting;
    expect(server.targets[0]?.service).toBe('xmpps://first.example:5223');
    expect(server.targets[1]).toMatchObject({ dnsName: 'other.example' });
    expect(server.targets[1]?.service).toBeUndefined();
    await client.disconnect();
  });

  it('F14: before TLS is refused', async () => {
    const server = new PlayedServer({ secure: false });
    const failed = rejection(server.client().connect());
    await redirect(server, 'evil.example');
    expect(await failed).toBeInstanceOf(RedirectError);
    expect(await failed).toMatchObject({ chain: ['evil.example'], retryable: false });
    expect(server.targets).toHaveLength(1);
  });

  it('before TLS is refused even where TLS is not required', async () => {
    const server = new PlayedServer({ secure: false });
    const failed = rejection(server.client({ tls: { required: false } }).connect());
    await redirect(server, 'evil.example');
    expect(await failed).toBeInstanceOf(RedirectError);
  });

  it('F14: in a circle is refused, with the way that was gone', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    await redirect(server, 'a.example');
    await redirect(server, 'b.example');
    await redirect(server, 'a.example');
    expect(await failed).toBeInstanceOf(RedirectError);
    expect(await failed).toMatchObject({ chain: ['a.example', 'b.example', 'a.example'] });
    expect(server.targets).toHaveLength(3);
  });

  it('F14: is followed three times and not four', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    for (const name of ['a', 'b', 'c', 'd']) await redirect(server, `${name}.example`);
    expect(await failed).toBeInstanceOf(RedirectError);
    expect(await failed).toMatchObject({ chain: ['a.example', 'b.example', 'c.example', 'd.example'] });
    expect(server.targets.map(({ dnsName }) => dnsName)).toEqual([undefined, 'a.example', 'b.example', 'c.example']);
  });

  it.each([
    '',
    'two words',
    'host:0',
    'host:65536',
    'host:port',
    'https://other.example/',
    'alice@other.example',
    '[nonsense]:5222',
    '2001:db8::1',
    'x'.repeat(2_000),
  ])('to "%s" is refused', async (where) => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    await redirect(server, where);
    const error = await failed;
    expect(error).toBeInstanceOf(RedirectError);
    expect(error.message.length).toBeLessThan(300);
    expect(server.targets).toHaveLength(1);
  });

  it.each([
    'localhost',
    'LOCALHOST.:5222',
    'a.localhost',
    '127.0.0.1:5222',
    '127.9.9.9',
    '127.1:22',
    '0.0.0.0:5222',
    '169.254.169.254:80',
    '[::1]:5222',
    '[0:0:0:0:0:0:0:1]',
    '[::]:5222',
    '[fe80::1]:5222',
    '[FEBF::1]',
    '[::ffff:127.0.0.1]:5222',
    '[::ffff:a9fe:a9fe]',
  ])('from a public domain to this machine or its link is refused: %s', async (where) => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    await redirect(server, where);
    expect(await failed).toBeInstanceOf(RedirectError);
    expect((await failed).message).toContain('this machine');
    expect(server.targets).toHaveLength(1);
  });

  it.each([
    { host: '127.0.0.1' },
    { service: 'xmpps://localhost:5223' },
    { service: 'xmpp://[::1]' },
    { jid: 'alice@localhost/a' },
  ])('of a server that we were told to look for here may lead here: %j', async (options) => {
    const server = new PlayedServer();
    const client = server.client(options);
    const failed = rejection(client.connect());
    const { peer } = await server.next();
    const { jid = 'alice@example.org' } = options as { jid?: string };
    const domain = jid.split(/[@/]/)[1];
    await peer.receive(/<stream:stream[^>]*>/);
    peer.send(header(`id='s1' from='${domain}' version='1.0'`) + streamError('see-other-host', '127.0.0.1:5269'));
    (await server.next()).peer.drop();
    await failed;
    expect(server.targets[1]).toMatchObject({ host: '127.0.0.1', port: 5269 });
    expect(server.targets[1]?.elsewhere).toBeUndefined();
  });

  it('is shown as it is not where it could write over a line', async () => {
    const server = new PlayedServer();
    const failed = rejection(server.client().connect());
    await redirect(server, 'a\u202eb\u009b2J forged');
    const { message } = await failed;
    expect(message).toContain('"a\ufffdb\ufffd2J forged"');
  });

  it('is followed anew by each connect()', async () => {
    const server = new PlayedServer();
    const client = server.client();
    for (let i = 0; i < 5; i++) {
      const connecting = client.connect();
      await redirect(server, 'other.example');
      await (await server.next()).session();
      await connecting;
      await client.disconnect();
    }
    expect(server.targets).toHaveLength(10);
  });

  it('to where nothing is rejects with what happened there', async () => {
    const server = new PlayedServer();
    const client = server.client();
    const failed = rejection(client.connect());
    await redirect(server, 'other.example');
    (await server.next()).peer.drop();
    expect(await failed).toMatchObject({ code: 'ERR_CONNECTION_LOST' });
    expect(client.state).toBe('disconnected');
  });

  it('leaves no connection behind when it is given up', async () => {
    const clock = new VirtualClock();
    const server = new PlayedServer({ clock });
    const client = server.client({ clock });
    const failed = rejection(client.connect());
    await redirect(server, 'other.example');
    const second = await server.next();
    await client.disconnect();
    expect(await failed).toMatchObject({ code: 'ERR_DISCONNECTED' });
    await clock.runUntilIdle();
    expect(second.peer.closed).toBe(true);
    expect(clock.pending).toEqual([]);
  });
});

describe('a redirect in the middle of a session', () => {
  const options = { reconnect: { base: 1 } };

  it('is followed: the session is made again at the other host', async () => {
    const server = new PlayedServer();
    const client = server.client(options);
    const events: string[] = [];
    client.on('sessionStart', () => events.push('start'));
    client.on('sessionEnd', () => events.push('end'));
    client.on('disconnected', ({ willReconnect }) => events.push(`disconnected ${willReconnect}`));
    const connecting = client.connect();
    const first = await server.next();
    await first.session();
    await connecting;
    first.peer.send(streamError('see-other-host', 'other.example:5223'));
    await (await server.next()).session();
    await client.wait('sessionStart');
    expect(server.targets[1]).toMatchObject({ domain: 'example.org', host: 'other.example', port: 5223 });
    await client.disconnect();
    expect(events).toEqual(['start', 'disconnected true', 'end', 'start', 'disconnected false', 'end']);
  });

  it('holds for one attempt: after that it is the domain again', async () => {
    const server = new PlayedServer();
    const client = server.client(options);
    const connecting = client.connect();
    const first = await server.next();
    await first.session();
    await connecting;
    first.peer.send(streamError('see-other-host', 'other.example'));
    (await server.next()).peer.drop();
    await (await server.next()).session();
    await client.wait('sessionStart');
    expect(server.targets.map(({ dnsName }) => dnsName)).toEqual([undefined, 'other.example', undefined]);
    await client.disconnect();
  });

  it('in a circle is not followed: the session is made again where it was', async () => {
    const server = new PlayedServer();
    const client = server.client(options);
    const connecting = client.connect();
    let played = await server.next();
    await played.session();
    await connecting;
    for (const where of ['a.example', 'b.example']) {
      played.peer.send(streamError('see-other-host', where));
      played = await server.next();
      await played.session();
      await client.wait('sessionStart');
    }
    played.peer.send(streamError('see-other-host', 'a.example'));
    const { willReconnect, reason } = await client.wait('disconnected');
    expect(willReconnect).toBe(true);
    expect(reason).toMatchObject({ condition: 'see-other-host', retryable: false });
    await (await server.next()).session();
    await client.wait('sessionStart');
    expect(server.targets.map(({ dnsName }) => dnsName)).toEqual([undefined, 'a.example', 'b.example', undefined]);
    await client.disconnect();
  });

  it('to the same host is followed again when the session there has lasted', async () => {
    const clock = new VirtualClock();
    const server = new PlayedServer({ clock });
    const client = server.client({ ...options, clock });
    const connecting = client.connect();
    let played = await server.next();
    await played.session();
    await connecting;
    for (let i = 0; i < 5; i++) {
      await clock.advance(60_000);
      played.peer.send(streamError('see-other-host', 'a.example'));
      await clock.advance(1_000);
      played = await server.next();
      await played.session();
      await clock.runUntilIdle();
      expect(client.online).toBe(true);
    }
    await client.disconnect();
  });

  it('to nowhere is not followed: the session is made again where it was', async () => {
    const server = new PlayedServer();
    const client = server.client(options);
    const connecting = client.connect();
    const first = await server.next();
    await first.session();
    await connecting;
    first.peer.send(streamError('see-other-host', 'no address'));
    expect(await client.wait('disconnected')).toMatchObject({ willReconnect: true });
    await (await server.next()).session();
    await client.wait('sessionStart');
    expect(server.targets.map(({ dnsName }) => dnsName)).toEqual([undefined, undefined]);
    await client.disconnect();
  });

  it('is not followed where reconnecting is switched off', async () => {
    const server = new PlayedServer();
    const client = server.client({ reconnect: false });
    const connecting = client.connect();
    const first = await server.next();
    await first.session();
    await connecting;
    first.peer.send(streamError('see-other-host', 'other.example'));
    expect(await client.wait('disconnected')).toMatchObject({ willReconnect: false });
    const again = client.connect();
    await (await server.next()).session();
    await again;
    expect(server.targets[1]).toMatchObject({ host: undefined });
    expect(server.targets[1]?.dnsName).toBeUndefined();
    await client.disconnect();
  });
});

describe('a redirect of a WebSocket', () => {
  const follow = (where: string): unknown =>
    new RedirectChain(['example.org', undefined]).follow(where, { kind: 'websocket', secure: true });

  it('leads to an address that is as safe', () => {
    expect(follow('wss://other.example/ws')).toMatchObject({ service: 'wss://other.example/ws' });
  });

  it.each([
    'ws://evil.example/x',
    'wss://localhost/ws',
    'wss://127.1/ws',
    'wss://[::1]:8443/ws',
    'https://evil.example/x',
    'other.example:5222',
    'wss://user:pass@evil.example/',
    'wss://',
    '',
  ])('to "%s" is refused', (where) => {
    expect(() => follow(where)).toThrow(RedirectError);
  });
});
